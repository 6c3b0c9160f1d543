"""What a night costs beside a full refresh: one day of new orders after three years of them.

A shop is generated, its last day set aside, and the rest built. Then the day is delivered and built by going on,
and all of it once more from scratch. Prints seconds and their ratio.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import duckdb

REPOSITORY = Path(__file__).parents[1]
FIRST_DAY = "2023-01-01"
EVENTS = {
    "orders": "ordered_at",
    "refunds": "refunded_at",
    "customers": "created_at",
    "marketing_spend": "spend_date",
    "touchpoints": "touched_at",
    "exchange_rates": "rate_date",
    "survey_responses": "responded_at",
    "campaign_members": "assigned_at",
    "subscriptions": "started_at",
}


def main() -> None:
    """Measure, and print one line of JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="to work in; what is there is removed")
    parser.add_argument("--customers", type=int, default=1_000_000)
    parser.add_argument("--day", type=date.fromisoformat, default=date(2025, 12, 17), help="the night's day")
    parser.add_argument("--format", choices=["csv", "parquet"], default="csv", help="of the deliveries")
    arguments = parser.parse_args()
    folder: Path = arguments.folder.absolute()
    shutil.rmtree(folder, ignore_errors=True)
    shop, raw = folder / "shop", folder / "raw"
    day: date = arguments.day
    _run("clv", "generate", str(shop), "--customers", str(arguments.customers), "--start", FIRST_DAY, "--end", str(day))
    night = list(_deliver(shop, raw, folder / "night", day, arguments.format))
    _build(folder, raw, day - timedelta(days=1))
    for early, late in night:
        shutil.move(late, early)
    seconds = {"night": _build(folder, raw, day), "full refresh": _build(folder, raw, day, "--full-refresh")}
    ratio = seconds["night"] / seconds["full refresh"]
    sys.stdout.write(
        json.dumps({"customers": arguments.customers, "seconds": seconds, "ratio": round(ratio, 3)}) + "\n"
    )


def _deliver(shop: Path, raw: Path, night: Path, day: date, file_format: str) -> Iterator[tuple[Path, Path]]:
    """Write each source's history to `raw` and its last day to `night`; return (where the day belongs, where it is)."""
    is_late_by = f"coalesce(cast(try_cast({{}} as timestamp) as date) = date '{day}', false)"
    with duckdb.connect() as connection:
        orders = f"read_parquet('{shop}/orders/*.parquet', union_by_name = true)"
        connection.execute(
            f"create table late_orders as select distinct order_id from {orders}"
            f" where {is_late_by.format('ordered_at')} and trim(order_id) <> ''"
        )
        for path in sorted(shop.iterdir()):
            if path.name == "truth.json":
                continue
            source = path.name.removesuffix(".parquet")
            rows = f"read_parquet('{path}{'/*.parquet' if path.is_dir() else ''}', union_by_name = true)"
            is_late = is_late_by.format(EVENTS[source]) if source in EVENTS else "false"
            if source == "order_items":
                is_late = "coalesce(order_id in (from late_orders), false)"
            for part, condition in ((raw, f"not {is_late}"), (night, is_late)):
                file = part / source / f"{'history' if part == raw else 'last_day'}.{file_format}"
                file.parent.mkdir(parents=True, exist_ok=True)
                connection.execute(f"copy (from {rows} where {condition}) to '{file}' (format {file_format})")
            yield raw / source / file.name, file


def _build(folder: Path, raw: Path, as_of: date, *options: str) -> float:
    """Build as the nightly does, and return the seconds that dbt took."""
    warehouse, target = folder / "warehouse", folder / "target"
    warehouse.mkdir(exist_ok=True)
    command = [
        "dbt",
        "build",
        "--selector",
        "nightly",
        "--target-path",
        str(target),
        "--log-path",
        str(folder / "logs"),
    ]
    command += ["--vars", json.dumps({"as_of_date": str(as_of)}), *options]
    _run(*command, environment={"CLV_RAW_DIR": str(raw), "CLV_WAREHOUSE_DIR": str(warehouse)})
    shutil.copy(target / "run_results.json", folder / f"run_results_{as_of}{'_full' * bool(options)}.json")
    results = json.loads((target / "run_results.json").read_text(encoding="utf-8"))
    return round(float(results["elapsed_time"]), 1)


def _run(command: str, *arguments: str, environment: dict[str, str] | None = None) -> None:
    program = Path(sys.executable).with_name(command)
    result = subprocess.run(  # noqa: S603 (our own commands)
        [program, *arguments],
        cwd=REPOSITORY,
        env=os.environ | (environment or {}),
        capture_output=True,
        text=True,
        check=False,
    )
    if result.returncode:
        sys.exit(f"{command} {arguments[0]} failed:\n{result.stdout[-2000:]}{result.stderr[-2000:]}")


if __name__ == "__main__":
    main()
