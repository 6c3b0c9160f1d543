"""The four KPIs over a trailing window, per segment and month: money in the month it moved, refunds when they were paid."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from second_opinion.customers import WINDOW_MONTHS, month_of
from second_opinion.orders import Books

MAX_LIFETIME_YEARS = 10
MIN_CUSTOMERS = 100
BENCHMARK = {"gross_margin_rate": 0.4, "retention_rate": 0.63}  # seed benchmarks, retail
KPIS = ["average_order_value", "purchase_frequency", "gross_margin_rate", "retention_rate"]


def flows_of(books: Books) -> pd.DataFrame:
    """Return what moved: sales on the day of the order, refunds and credit notes on the day the money went back."""
    orders = books.orders[books.orders["has_counted_status"]]
    sales = pd.DataFrame(
        {
            "customer_id": orders["customer_id"],
            "month": month_of(orders["day"]),
            "orders": orders["is_counted"].astype(int),
            "net": orders["revenue"],
            "margin": orders["revenue"] - orders["cost_before"],
        }
    )
    returns = books.returns[books.returns["order_id"].isin(orders.index)]
    back = pd.DataFrame(
        {
            "customer_id": returns["order_id"].map(orders["customer_id"]),
            "month": month_of(returns["day"]),
            "orders": 0,
            "net": -returns["taken"],
            "margin": returns["cost_back"] - returns["taken"],
        }
    )
    return pd.concat([sales, back[back["month"].notna()]], ignore_index=True)


def months_of(books: Books) -> pd.DatetimeIndex:
    """Return the months since the first counted order."""
    first = books.orders.loc[books.orders["number"].notna(), "day"].min()
    return pd.date_range(first.to_period("M").to_timestamp(), books.end.to_period("M").to_timestamp(), freq="MS")


def segments_of(customers: pd.DataFrame) -> pd.DataFrame:
    """Return the segment of each kind that a customer is in today."""
    return pd.DataFrame(
        {
            "company": "all",
            "channel": customers["acquisition_channel"],
            "country": customers["country"],
            "cohort": customers["cohort_month"].dt.strftime("%Y-%m-%d"),
        },
        index=customers.index,
    )


def tiers_at_start(customers: pd.DataFrame, tier_months: pd.DataFrame, month: pd.Timestamp) -> pd.Series:
    """Return the tier that each customer had at the window's start; `new` for those acquired in it.

    tier_months: customer and month with tier and value as published for month ends. Of several who are one person since, the one worth most.
    """
    start = month - pd.DateOffset(months=WINDOW_MONTHS)
    then = tier_months[tier_months["month"] == start].sort_values(["value", "source_id"], ascending=[False, True])
    tiers = then.drop_duplicates("customer_id").set_index("customer_id")["value_tier"]
    known = customers[customers["cohort_month"].notna() & (customers["cohort_month"] <= month)]
    old = known["cohort_month"] <= start
    return tiers.reindex(known.index).where(old).fillna("new")


def in_window(table: pd.DataFrame) -> pd.DataFrame:
    """Say of customers by months whether something was so in one of the months of the window."""
    return table.astype(int).T.rolling(WINDOW_MONTHS, min_periods=1).sum().T > 0.5


@dataclass
class Windows:
    """Who bought in the window of each month and in the one before it, as tables of customers by months; and what moved in each month."""

    active: pd.DataFrame
    earlier: pd.DataFrame
    first: pd.DataFrame
    began: pd.Series
    flows: pd.DataFrame

    @classmethod
    def of(cls, books: Books) -> "Windows":
        """Look at all windows that end with a month up to the as-of date."""
        orders = books.orders[books.orders["number"].notna()]
        months = months_of(books)
        bought = pd.crosstab(orders["customer_id"], month_of(orders["day"])).reindex(columns=months, fill_value=0) > 0
        active = in_window(bought)
        began = bought.idxmax(axis=1)
        first = pd.DataFrame({month: began == month for month in months})
        return cls(
            active, active.shift(WINDOW_MONTHS, axis=1, fill_value=False), in_window(first), began, flows_of(books)
        )

    def measured(self, kind: str, segments: pd.Series, months: pd.DatetimeIndex) -> list[dict[str, object]]:
        """Measure each segment in each of the months since its first purchase or flow. Orders of nobody are the company's alone."""
        of_flow = (
            pd.Series("all", index=self.flows.index) if kind == "company" else self.flows["customer_id"].map(segments)
        )
        of_buyer = pd.Series(self.active.index.map(segments), index=self.active.index)
        counts = {
            "customers_at_start": self.earlier[months].groupby(of_buyer).sum(),
            "customers_at_end": self.active[months].groupby(of_buyer).sum(),
            "churned_customers": (self.earlier[months] & ~self.active[months]).groupby(of_buyer).sum(),
            "new_customers": self.first[months].groupby(of_buyer).sum(),
        }
        bought = self.began.groupby(of_buyer).min()
        moved = dict(list(self.flows.groupby(of_flow)))
        rows = []
        for segment in bought.index:
            began = min(bought[segment], moved[segment]["month"].min())
            table = pd.DataFrame({name: count.loc[segment] for name, count in counts.items()})
            table = table.join(money_moved(moved[segment], self.active.columns)).loc[months[months >= began]]
            for month, *told in table.itertuples(name=None):
                row = dict(zip(table.columns, told, strict=True))
                rows.append({"month": month, "segment_kind": kind, "segment": segment} | row | rates_of(row))
        return rows


def money_moved(flows: pd.DataFrame, months: pd.DatetimeIndex) -> pd.DataFrame:
    """Add up the orders and the money of each month, and of the window that ends with it; a sum with something unknown is unknown."""
    known = flows.assign(
        customer_orders=flows["orders"].where(flows["customer_id"].notna(), 0),
        unknown=flows["margin"].isna().astype(int),
    )
    columns = ["orders", "customer_orders", "net", "margin", "unknown"]
    alone = known.groupby("month")[columns].sum().reindex(months, fill_value=0.0)
    window = alone.rolling(WINDOW_MONTHS, min_periods=1).sum()
    return pd.DataFrame(
        {
            "orders": window["orders"],
            "customer_orders": window["customer_orders"],
            "net_revenue": window["net"],
            "gross_margin": window["margin"].where(window["unknown"] < 0.5),
            "month_orders": alone["orders"],
            "month_net_revenue": alone["net"],
            "month_gross_margin": alone["margin"].where(alone["unknown"] < 0.5),
        }
    )


def over(dividend: float, divisor: float) -> float:
    """Divide; over nothing is NULL."""
    return float(dividend) / float(divisor) if abs(divisor) > 1e-9 else float("nan")


def lifetime_of(churn: float) -> float:
    """Return 1 / churn windows in years, capped."""
    if np.isnan(churn):
        return float("nan")
    return min(WINDOW_MONTHS / 12 / churn, MAX_LIFETIME_YEARS) if churn > 0 else MAX_LIFETIME_YEARS


def rates_of(row: dict[str, float]) -> dict[str, object]:
    """Return the KPIs, what a customer is worth by formula, and the weakest KPI with the worth there would be at its benchmark."""
    churn = over(row["churned_customers"], row["customers_at_start"])
    kpis = {
        "average_order_value": over(row["net_revenue"], row["orders"]),
        "purchase_frequency": over(row["customer_orders"], row["customers_at_end"]),
        "gross_margin_rate": over(row["gross_margin"], row["net_revenue"]),
        "retention_rate": 1 - churn,
    }
    change = over(row["customers_at_end"] - row["customers_at_start"], row["customers_at_start"])
    lifetime = lifetime_of(churn)
    told = {
        "churn_rate": churn,
        "net_customer_change": change,
        "lifetime_years": lifetime,
        "is_lifetime_capped": not np.isnan(churn) and churn * MAX_LIFETIME_YEARS * 12 < WINDOW_MONTHS,
        "formula_clv": formula(kpis),
        "is_reliable": row["customers_at_end"] >= MIN_CUSTOMERS,
    }
    ratios = {name: kpis[name] / goal for name, goal in BENCHMARK.items() if not np.isnan(kpis[name])}
    weakest = min(ratios, key=lambda name: ratios[name]) if ratios else None
    told |= {
        "weakest_kpi": weakest,
        "weakest_kpi_to_benchmark": ratios[weakest] if weakest else float("nan"),
        "clv_at_benchmark": formula(kpis | {weakest: BENCHMARK[weakest]}) if weakest else float("nan"),
    }
    return kpis | told


def formula(kpis: dict[str, float]) -> float:
    """AOV x F x GM x lifetime, in windows."""
    value = kpis["average_order_value"] * kpis["purchase_frequency"] * kpis["gross_margin_rate"]
    return value * lifetime_of(1 - kpis["retention_rate"]) * 12 / WINDOW_MONTHS


def kpi_months_of(books: Books, customers: pd.DataFrame, tier_months: pd.DataFrame) -> pd.DataFrame:
    """Return the KPIs of all segments and months."""
    windows = Windows.of(books)
    months = months_of(books)
    segments = segments_of(customers)
    rows = [row for kind in segments for row in windows.measured(kind, segments[kind], months)]
    for month in months:
        rows += windows.measured("tier", tiers_at_start(customers, tier_months, month), months[months == month])
    return pd.DataFrame(rows).set_index(["month", "segment_kind", "segment"])
