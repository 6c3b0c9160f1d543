"""How good the forecasts are: past quarter ends of purchase logs, every model beside what is published.

Real logs (CDNOW, and CSV files that are named) and simulated shops whose law is known. Each is built as a user would,
up to marts.fct_model_backtests; the table says by log and model how far the totals were off, and how well customers
were told apart.
"""

import argparse
import csv
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import duckdb
import numpy as np
import numpy.typing as npt

PROJECT = Path(__file__).resolve().parents[1]
FIRST_DAY = date(2021, 1, 1)
YEARS = 4
DAYS = (FIRST_DAY.replace(year=FIRST_DAY.year + YEARS) - FIRST_DAY).days
LONG_ENOUGH_DAYS = 270
Numbers = npt.NDArray[np.float64]
Order = tuple[str, date, float]

MEASURES = f"""
    with backtests as (
        select
            *,
            cutoff_date - (select min(first_occasion_date) from intermediate.int_customers_measured) as log_days
        from marts.fct_model_backtests
        where decile = 'all' and actual_orders > 0
    )

    select
        model_name,
        horizon_days,
        cutoff_date,
        predicted_orders,
        actual_orders,
        bias,
        ln((predicted_orders + 0.5) / (actual_orders + 0.5)) as log_error,
        mean_absolute_error,
        rank_correlation,
        top_decile_share,
        coverage_80
    from backtests
    where log_days >= {LONG_ENOUGH_DAYS}
    order by cutoff_date, horizon_days, model_name
"""


@dataclass(frozen=True)
class Law:
    """How a simulated shop's customers buy. pace: how fast, by day since FIRST_DAY; shape: of the gaps, 1 is random."""

    pace: Callable[[Numbers], Numbers]
    acquires_for_days: int = DAYS
    shape: float = 1
    fast_share: float = 0
    yearly_inflation: float = 0


def even(days: Numbers) -> Numbers:
    """Every day alike."""
    return np.ones_like(days)


def seasonal(days: Numbers) -> Numbers:
    """Six times as much in November and December."""
    months = np.asarray([(FIRST_DAY + timedelta(days=int(day))).month for day in days])
    return np.where(months >= 11, 6.0, 1.0)


def growing(days: Numbers) -> Numbers:
    """Half as much again every year."""
    return np.asarray(1.5 ** (days / 365.25), dtype=float)


def falling(days: Numbers) -> Numbers:
    """30% less every year."""
    return np.asarray(0.7 ** (days / 365.25), dtype=float)


def shocked(days: Numbers) -> Numbers:
    """Half as much in the second half of the third year."""
    return np.where((days >= 2.5 * 365) & (days < 3 * 365), 0.5, 1.0)


LAWS = {
    "plain": Law(even),
    "seasonal": Law(seasonal),
    "seasonal, acquisition ended": Law(seasonal, acquires_for_days=365),
    "growing": Law(growing),
    "falling": Law(falling),
    "two classes": Law(even, fast_share=0.2),
    "regular": Law(even, shape=3),
    "inflation": Law(even, yearly_inflation=0.08),
    "shock": Law(shocked),
}


def simulated(law: Law, customers: int, seed: int) -> Iterator[Order]:
    """Orders of customers who differ in rate, chance to leave and spend, in the time of the shop."""
    rng = np.random.default_rng(seed)
    days = np.arange(DAYS, dtype=float)
    clock = np.concatenate([[0.0], np.cumsum(law.pace(days))])
    for number in range(customers):
        rate = rng.gamma(0.8, 1 / 60) * (8 if rng.random() < law.fast_share else 1)
        leaving, spend = rng.beta(0.9, 3.0), np.exp(rng.normal(3.5, 0.4))
        day = rng.uniform(0, law.acquires_for_days)
        time = float(np.interp(day, np.arange(DAYS + 1), clock))
        while day < DAYS:
            prices = (1 + law.yearly_inflation) ** (day / 365.25)
            value = round(float(prices * spend * np.exp(rng.normal(0, 0.3))), 2)
            yield str(number), FIRST_DAY + timedelta(days=int(day)), value
            if rng.random() < leaving:
                break
            time += rng.gamma(law.shape, 1 / law.shape) / rate
            if time >= clock[-1]:
                break
            day = float(np.interp(time, clock, np.arange(DAYS + 1)))


def read_csv(file: Path) -> Iterator[Order]:
    """Read a log with a header, whose columns are a customer, a date (ISO) and, if there is one, an amount."""
    with file.open(newline="", encoding="utf-8") as lines:
        rows = csv.reader(lines)
        next(rows)
        for customer, day, *amount in rows:
            yield customer, date.fromisoformat(day[:10]), float(amount[0]) if amount else 1.0


def cdnow() -> Iterator[Order]:
    """CDNOW's whole log, as the package lifetimes brings it."""
    import lifetimes

    for line in (Path(lifetimes.__file__).parent / "datasets" / "CDNOW_master.txt").read_text().splitlines():
        fields = line.split()
        if len(fields) == 4 and fields[0].isdigit():
            customer, day, _, dollars = fields
            yield customer, date.fromisoformat(f"{day[:4]}-{day[4:6]}-{day[6:]}"), float(dollars)


def build(folder: Path, variables: str, *marts: str) -> Path:
    """Build these marts, untested, from the folder's `raw`; return the database. variables: of dbt, as YAML."""
    places = {"CLV_RAW_DIR": folder / "raw", "CLV_WAREHOUSE_DIR": folder, "DBT_TARGET_PATH": folder / "target"}
    environment = os.environ | {name: str(path) for name, path in places.items()} | {"DBT_LOG_PATH": str(folder)}
    dbt = str(Path(sys.executable).parent / "dbt")
    command = [dbt, "--quiet", "build", "--exclude-resource-type", "test", "unit_test", "--vars", variables, "--select"]
    run = subprocess.run(  # noqa: S603 (our own command)
        [*command, *(f"+{mart}" for mart in marts)],
        cwd=PROJECT, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if run.returncode:
        raise SystemExit(f"{folder.name}: dbt build failed.\n{run.stdout[-2000:]}{run.stderr[-2000:]}")
    return folder / "build.duckdb"


def measured(orders: Iterable[Order], folder: Path, variables: str) -> list[dict[str, float | str]]:
    """Build the backtests of a log in a folder, and return their rows."""
    shutil.rmtree(folder, ignore_errors=True)
    raw = folder / "raw"
    raw.mkdir(parents=True)
    with (raw / "orders.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["order_id", "customer_id", "ordered_at", "amount"])
        writer.writerows((number, *order) for number, order in enumerate(orders))
    with duckdb.connect(str(build(folder, variables, "fct_model_backtests")), read_only=True) as database:
        found = database.execute(MEASURES)
        names = [column[0] for column in found.description]
        rows = [dict(zip(names, row, strict=True)) for row in found.fetchall()]
    shutil.rmtree(folder)
    return rows


TABLE = """
    with rows as (select * from measured),

    published as (select * from rows where model_name = 'published'),

    compared as (
        select rows.*, abs(published.log_error) < abs(rows.log_error) as is_beaten
        from rows
        left join published using (log, cutoff_date, horizon_days)
    )

    select
        log,
        model_name,
        count(*) as forecasts,
        avg(abs(bias)),
        avg(bias) filter (where horizon_days between 85 and 95),
        avg(mean_absolute_error),
        avg(rank_correlation),
        avg(top_decile_share),
        avg(coverage_80),
        avg(case when is_beaten then 1.0 else 0.0 end) filter (where model_name <> 'published')
    from compared
    group by log, model_name
    order by log, avg(abs(bias))
"""
HEADINGS = (
    "log", "model", "forecasts", "mean |bias|", "bias of a quarter", "MAE", "rank correlation",
    "orders of the best tenth", "inside 80%", "published is closer",
)  # fmt: skip


def table(rows: Sequence[Mapping[str, object]], query: str, headings: Sequence[str]) -> str:
    """Return what a query makes of the rows, its table `measured`, in Markdown."""
    with duckdb.connect() as database:
        database.execute("create table measured as select unnest(?, recursive := true)", [rows])
        found = database.execute(query).fetchall()
    lines = [" | ".join(headings), " | ".join("---" for _ in headings)]
    lines += [
        " | ".join("" if value is None else f"{value:.3f}" if isinstance(value, float) else str(value) for value in row)
        for row in found
    ]
    return "\n".join(f"| {line} |" for line in lines)


def main() -> None:
    """Measure the logs that are asked for; all simulated shops and CDNOW, if none is."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="to work in, and to write truth.json and truth.md to")
    parser.add_argument("--log", action="append", default=[], metavar="NAME=FILE", help="a CSV file beside the others")
    parser.add_argument("--only", action="append", default=[], metavar="NAME", help="logs or laws to measure")
    parser.add_argument("--customers", type=int, default=3000, help="of a simulated shop")
    parser.add_argument("--seeds", type=int, default=1, help="shops of each law")
    parser.add_argument("--vars", default="{backtest_quarters: 40}", help="dbt variables")
    arguments = parser.parse_args()

    logs: dict[str, Iterable[Order]] = {"CDNOW": cdnow()}
    logs |= {name: read_csv(Path(file)) for name, _, file in (log.partition("=") for log in arguments.log)}
    for name, law in LAWS.items():
        for seed in range(1, arguments.seeds + 1):
            logs[f"{name} {seed}"] = simulated(law, arguments.customers, seed)
    rows: list[dict[str, float | str]] = []
    for name, orders in logs.items():
        if arguments.only and not any(name.startswith(only) for only in arguments.only):
            continue
        sys.stdout.write(f"{name}\n")
        sys.stdout.flush()
        found = measured(orders, arguments.folder / name.replace(" ", "_").replace(",", ""), arguments.vars)
        rows += [{"log": name.rstrip("0123456789 "), "shop": name, **row} for row in found]
    arguments.folder.mkdir(parents=True, exist_ok=True)
    (arguments.folder / "truth.json").write_text(json.dumps(rows, default=str, indent=1), encoding="utf-8")
    page = table(rows, TABLE, HEADINGS)
    (arguments.folder / "truth.md").write_text(page + "\n", encoding="utf-8")
    sys.stdout.write(page + "\n")


if __name__ == "__main__":
    main()
