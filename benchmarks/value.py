"""Whether CLV is what customers bring: simulated shops whose future is known, beside what is published of them.

Customers buy by BG/NBD and Gamma-Gamma, as in purchase_log.py. A shop is built as a user would build it, on its first
three years, and its customers' next three are drawn several times. The table says by law and group of customers how
predicted CLV compares with what they brought, and how often the interval holds it. Of a trend of CLV at 36 months over
the half-years of acquisition, which the law does not have, it says how often it is not significant.
"""

import argparse
import csv
import json
import shutil
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import duckdb
import numpy as np
import numpy.typing as npt
from truth import build, table

LAST_DAY = date(2025, 12, 31)
DAYS = 3 * 365 + 1
FIRST_DAY = LAST_DAY - timedelta(days=DAYS - 1)
YEAR = 365
FUTURE_DAYS = 3 * YEAR
VARIABLES = {
    "annual_discount_rate": 0,
    "horizon_months": 36,
    "history_months": 1,
    "interval": 0.95,
    "as_of_date": LAST_DAY.isoformat(),
}
Numbers = npt.NDArray[np.float64]
Places = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
Measures = dict[str, float | str | None]


@dataclass(frozen=True)
class Law:
    """What a shop's customers pay.

    margin: of repeat orders, first_margin: of first ones, each a fraction of revenue. margin_noise: standard deviation
    of an order's margin rate. yearly_inflation: of prices. first_value: factor of the first order's value.
    """

    margin: float = 0.4
    first_margin: float = 0.4
    margin_noise: float = 0
    yearly_inflation: float = 0
    first_value: float = 1


LAWS = {
    "plain": Law(),
    "welcome discount": Law(first_margin=0.1),
    "welcome loss": Law(first_margin=-0.2),
    "margin noise": Law(margin_noise=0.25),
    "inflation": Law(yearly_inflation=0.08),
    "small first order": Law(first_value=0.6),
    "large first order": Law(first_value=1.6),
}


@dataclass(frozen=True)
class Orders:
    """Orders as columns: whose, on which day since FIRST_DAY (a fraction is the time of day), revenue and margin."""

    customer: Places
    day: Numbers
    revenue: Numbers
    margin: Numbers


@dataclass
class Shop:
    """Customers: each one's purchases per day, chance to leave after a repeat purchase, and rate of spend."""

    law: Law
    random: np.random.Generator
    rates: Numbers
    leaving: Numbers
    spend: Numbers
    is_alive: Flags

    @classmethod
    def drawn(cls, law: Law, customers: int, seed: int) -> "Shop":
        """Return a shop before its first order."""
        random = np.random.default_rng(seed)
        return cls(
            law,
            random,
            random.gamma(0.8, 1 / 14, customers) / 7,
            random.beta(0.8, 3.5, customers),
            random.gamma(4.0, 1 / 40, customers),
            np.ones(customers, dtype=bool),
        )

    def past(self) -> Orders:
        """Return the orders up to LAST_DAY; who has left by then is alive no more."""
        customers = np.arange(len(self.rates))
        first_days = self.random.uniform(0, DAYS, len(customers))
        first = self._paid(customers, first_days, is_first=True)
        repeats, self.is_alive = self._repeats(customers, first_days, DAYS)
        return _joined([first, repeats])

    def future(self) -> Orders:
        """Return orders of the FUTURE_DAYS after LAST_DAY, drawn from where the customers are now."""
        customers = np.flatnonzero(self.is_alive)
        return self._repeats(customers, np.full(len(customers), float(DAYS)), DAYS + FUTURE_DAYS)[0]

    def _repeats(self, customers: Places, days: Numbers, end: float) -> tuple[Orders, Flags]:
        found = []
        is_alive = np.zeros(len(self.rates), dtype=bool)
        is_alive[customers] = True
        while len(customers):
            days = days + self.random.exponential(1 / self.rates[customers])
            comes = days < end
            customers, days = customers[comes], days[comes]
            found.append(self._paid(customers, days, is_first=False))
            leaves = self.random.uniform(size=len(customers)) < self.leaving[customers]
            is_alive[customers[leaves]] = False
            customers, days = customers[~leaves], days[~leaves]
        return _joined(found), is_alive

    def _paid(self, customers: Places, days: Numbers, is_first: bool) -> Orders:
        law = self.law
        prices = (1 + law.yearly_inflation) ** (days / YEAR) * (law.first_value if is_first else 1)
        spent = prices * self.random.gamma(6.0, 1, len(days)) / self.spend[customers]
        revenue = np.maximum(np.round(100 * spent), 1) / 100
        rates = (law.first_margin if is_first else law.margin) + self.random.normal(0, law.margin_noise, len(days))
        return Orders(customers, days, revenue, revenue * rates)


def _joined(parts: Sequence[Orders]) -> Orders:
    return Orders(
        *(np.concatenate([getattr(part, name) for part in parts]) for name in ("customer", "day", "revenue", "margin"))
    )


def write_raw(orders: Orders, folder: Path) -> None:
    """Write orders.csv, and order_items.csv for their costs."""
    folder.mkdir(parents=True)
    with (
        (folder / "orders.csv").open("w", newline="", encoding="utf-8") as order_file,
        (folder / "order_items.csv").open("w", newline="", encoding="utf-8") as line_file,
    ):
        order_rows, line_rows = csv.writer(order_file), csv.writer(line_file)
        order_rows.writerow(["order_id", "customer_id", "ordered_at"])
        line_rows.writerow(["order_id", "product_id", "quantity", "unit_price", "unit_cost"])
        for number, (customer, day, revenue, margin) in enumerate(
            zip(orders.customer, orders.day, orders.revenue, orders.margin, strict=True)
        ):
            order_rows.writerow([number, f"c{customer}", FIRST_DAY + timedelta(days=int(day))])
            line_rows.writerow([number, "p", 1, f"{revenue:.2f}", f"{revenue - margin:.4f}"])


CUSTOMERS = """
    select
        cast(substr(customer_id, 2) as integer) as customer,
        value_tier,
        if(
            purchase_occasions = 1, ntile(5) over (partition by purchase_occasions = 1 order by net_revenue), 0
        ) as fifth,
        predicted_clv::double as predicted_clv,
        expected_revenue_365d::double as next_year,
        clv_36m::double as clv_36m,
        (extract(year from cohort_month) - 2023) * 2 + if(extract(month from cohort_month) > 6, 1, 0) as half_year
    from marts.dim_customers
    order by customer
"""
INTERVALS = """
    select segment, clv_sampling_low::double, clv_sampling_high::double
    from marts.fct_clv_by_method
    where segment_kind in ('company', 'tier') and clv_method = 'predictive'
"""


def measured(
    law: Law, customers: int, seed: int, futures: int, folder: Path, variables: Mapping[str, object]
) -> Iterator[Measures]:
    """Simulate and build a shop; yield what is measured of it."""
    shutil.rmtree(folder, ignore_errors=True)
    shop = Shop.drawn(law, customers, seed)
    write_raw(shop.past(), folder / "raw")
    built = build(folder, json.dumps({**VARIABLES, **variables}), "dim_customers", "fct_clv_by_method")
    with duckdb.connect(str(built), read_only=True) as database:
        known_of = database.execute(CUSTOMERS).fetchnumpy()
        intervals = {segment: ends for segment, *ends in database.execute(INTERVALS).fetchall()}
    shutil.rmtree(folder)
    drawn = [shop.future() for _ in range(futures)]
    known = known_of["customer"]
    margins = np.array([brought(orders, "margin", FUTURE_DAYS, customers)[known] for orders in drawn])
    tiers, fifths = np.asarray(known_of["value_tier"]), known_of["fifth"]
    groups = {"all": np.ones(len(known), dtype=bool)}
    groups |= {f"tier {name}": tiers == name for name in ("VIP", "high", "mid", "low")}
    groups |= {f"one order, fifth {number}": fifths == number for number in range(1, 6)}
    for name, chosen in groups.items():
        actual = margins[:, chosen].mean(axis=1)
        low, high = intervals.get(name.removeprefix("tier "), [None, None])
        is_inside = None if low is None else float(np.mean((actual >= low) & (actual <= high)))
        yield _measure(name, known_of["predicted_clv"][chosen].mean(), actual.mean(), is_inside)
    revenue = np.mean([brought(orders, "revenue", YEAR, customers).sum() for orders in drawn])
    yield _measure("revenue of a year", known_of["next_year"].sum() / customers, revenue / customers, None)
    slope, error = trend(known_of["half_year"].astype(float), known_of["clv_36m"])
    yield _measure("trend of clv_36m", slope, 0.0, float(abs(slope) < 1.96 * error))


def brought(orders: Orders, column: str, days: float, customers: int) -> Numbers:
    """Return the sum of a column per customer, over so many days of a future."""
    within = orders.day < DAYS + days
    sums = np.bincount(orders.customer[within], weights=getattr(orders, column)[within], minlength=customers)
    return sums.astype(float)


def _measure(group: str, predicted: float, actual: float, is_inside: float | None) -> Measures:
    return {"group": group, "predicted": float(predicted), "actual": float(actual), "is_inside": is_inside}


def trend(half_years: Numbers, values: Numbers) -> tuple[float, float]:
    """Return the slope of values over half-years, as a share of their mean, and its standard error."""
    numbers = np.unique(half_years)
    means = np.array([values[half_years == number].mean() for number in numbers]) / values.mean()
    variances = np.array([values[half_years == number].var() / (half_years == number).sum() for number in numbers])
    weights = values.mean() ** 2 / variances
    centred = numbers - np.average(numbers, weights=weights)
    slope = (weights * centred * means).sum() / (weights * centred**2).sum()
    return float(slope), float(1 / np.sqrt((weights * centred**2).sum()))


TABLE = """
    select
        law,
        "group",
        count(*) as shops,
        avg(predicted) as predicted,
        avg(actual) as actual,
        avg(predicted) / nullif(avg(actual), 0) - 1 as bias,
        stddev(predicted / nullif(actual, 0)) / sqrt(count(*)) as error_of_bias,
        avg(is_inside) as inside
    from measured
    group by law, "group"
    order by law, min(place)
"""


HEADINGS = ("law", "customers", "shops", "predicted", "brought", "bias", "its error", "inside the interval")


def main() -> None:
    """Measure the laws that are asked for, all if none is."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="to work in, and to write value.json and value.md to")
    parser.add_argument("--only", action="append", default=[], choices=list(LAWS), help="laws to measure")
    parser.add_argument("--customers", type=int, default=10_000, help="of a shop")
    parser.add_argument("--seeds", type=int, default=4, help="shops of each law")
    parser.add_argument("--futures", type=int, default=20, help="how often a shop's future is drawn")
    parser.add_argument("--vars", type=json.loads, default={}, help="further dbt variables, as JSON")
    arguments = parser.parse_args()
    rows: list[Measures] = []
    for name in arguments.only or LAWS:
        for seed in range(1, arguments.seeds + 1):
            found = measured(
                LAWS[name], arguments.customers, seed, arguments.futures, arguments.folder / "shop", arguments.vars
            )
            rows += [{"law": name, "seed": seed, "place": place, **row} for place, row in enumerate(found)]
            sys.stdout.write(f"{name} {seed}\n")
            sys.stdout.flush()
    arguments.folder.mkdir(parents=True, exist_ok=True)
    (arguments.folder / "value.json").write_text(json.dumps(rows, indent=1), encoding="utf-8")
    page = table(rows, TABLE, HEADINGS)
    (arguments.folder / "value.md").write_text(page + "\n", encoding="utf-8")
    sys.stdout.write(page + "\n")


if __name__ == "__main__":
    main()
