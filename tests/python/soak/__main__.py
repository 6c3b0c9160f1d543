"""Runs every proof at length: `python -m soak FOLDER`, with tests/python on the path. Prints a table and JSON."""

import argparse
import json
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from soak import REPOSITORY
from soak.fits import soak_fits
from soak.intervals import soak_intervals
from soak.kills import soak_kills
from soak.nights import Shop
from soak.pocket import POCKET_NIGHTS, make_pocket_project, write_pocket_orders
from soak.readers import soak_readers
from soak.schedules import soak_schedules

NIGHTS = ("2025-06-30", "2025-07-01", "2025-09-30")


def main() -> None:
    """Run what the arguments ask for; exit code 1 if anything failed."""
    arguments = _arguments()
    shop = _make_shop(arguments)
    proofs: dict[str, Callable[[], Any]] = {
        "schedules": lambda: soak_schedules(shop.folder / "schedules", arguments.schedules, arguments.seed),
        "kills": lambda: soak_kills(shop.elsewhere(shop.folder / "kills"), arguments.kills, arguments.seed),
        "readers": lambda: soak_readers(
            shop.elsewhere(shop.folder / "readers"), arguments.readers, arguments.publications
        ),
        "fits": lambda: soak_fits(arguments.fits),
        "intervals": lambda: soak_intervals(arguments.campaigns, arguments.shops),
    }
    reports = {}
    for name, prove in proofs.items():
        if arguments.only in (None, name):
            began = time.monotonic()
            report = prove()
            reports[name] = {"passed": report.passed, "minutes": (time.monotonic() - began) / 60, **asdict(report)}
            Console().print(_table(name, reports[name]))
    (arguments.folder / "soak.json").write_text(json.dumps(reports, indent=1) + "\n", encoding="utf-8")
    Console().print_json(json.dumps(reports))
    sys.exit(not all(report["passed"] for report in reports.values()))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m soak", description=__doc__)
    parser.add_argument("folder", type=Path, help="to work in; what is there is removed")
    parser.add_argument("--customers", type=int, default=300)
    parser.add_argument("--schedules", type=int, default=200)
    parser.add_argument("--kills", type=int, default=60)
    parser.add_argument("--readers", type=int, default=8)
    parser.add_argument("--publications", type=int, default=10)
    parser.add_argument("--fits", type=int, default=600, help="random logs that models are fitted to")
    parser.add_argument(
        "--campaigns", type=int, default=2000, help="simulated campaigns per kind of margins and groups"
    )
    parser.add_argument("--shops", type=int, default=500, help="simulated shops in which nothing drives CLV")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--pocket", action="store_true", help="a small project: minutes instead of an hour")
    parser.add_argument("--only", help="one proof")
    return parser.parse_args()


def _make_shop(arguments: argparse.Namespace) -> Shop:
    folder = arguments.folder.absolute()
    shutil.rmtree(folder, ignore_errors=True)
    raw = folder / "raw"
    command = [sys.executable, "-m", "clv.cli", "generate", str(raw), "--customers", str(arguments.customers)]
    subprocess.run(command, check=True, capture_output=True)
    if not arguments.pocket:
        return Shop(raw, REPOSITORY, folder, NIGHTS)
    write_pocket_orders(folder / "pocket_raw")
    return Shop(folder / "pocket_raw", make_pocket_project(folder / "project"), folder, POCKET_NIGHTS)


def _table(name: str, report: dict[str, Any]) -> Table:
    table = Table(title=name, title_justify="left")
    table.add_column("figure")
    table.add_column("value", overflow="fold")
    for figure, value in report.items():
        table.add_row(figure, f"{value:,.1f}" if isinstance(value, float) else str(value))
    return table


if __name__ == "__main__":
    main()
