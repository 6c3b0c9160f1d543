"""A shop whose warehouse is published night after night, and what its readers must see."""

import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

HISTORY_MARTS = {"fct_model_fits", "fct_model_parameters"}
"""Keeps the rows of earlier nights, so that only the night's own can be compared."""

AGREEMENT_SQL = """
select
    (select sum(net_revenue) from marts.fct_orders),
    (select sum(net_revenue) from marts.dim_customers)
    + (select coalesce(sum(net_revenue), 0) from marts.fct_orders where customer_id is null),
    (select count(*) from marts.fct_orders),
    (select count(*) from marts.dim_customers)
"""

Answer = tuple[object, ...]


class MixedError(AssertionError):
    """A reader saw what is no whole night."""


@dataclass(frozen=True)
class Shop:
    """Raw data, the dbt project that models it, and a folder to work in. nights: as-of dates."""

    raw: Path
    project: Path
    folder: Path
    nights: Sequence[str]

    @property
    def warehouse(self) -> Path:
        return self.folder / "warehouse"

    @property
    def published_file(self) -> Path:
        return self.warehouse / "clv.duckdb"

    def elsewhere(self, folder: Path) -> "Shop":
        """Return the same shop with a folder of its own."""
        return Shop(self.raw, self.project, folder, self.nights)

    def start(self, *arguments: str, prefix: Sequence[str] = ()) -> "subprocess.Popen[str]":
        """Start clv with these arguments; `prefix` is what runs it."""
        self.folder.mkdir(parents=True, exist_ok=True)
        environment = {name: value for name, value in os.environ.items() if not name.startswith(("CLV_", "DBT_"))}
        environment |= {
            "CLV_IDENTITY_KEY": "of all warehouses of the soak",
            "CLV_RAW_DIR": str(self.raw),
            "CLV_WAREHOUSE_DIR": str(self.warehouse),
            "COLUMNS": "200",
            "DBT_LOG_PATH": str(self.folder / "logs"),
            "DBT_PROJECT_DIR": str(self.project),
            "DBT_TARGET_PATH": str(self.folder / "target"),
        }
        return subprocess.Popen(
            [*prefix, sys.executable, "-m", "clv.cli", *arguments],
            cwd=self.folder,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def start_night(self, night: str) -> "subprocess.Popen[str]":
        """Start a run; nights follow each other in any order, which the audit would object to."""
        return self.start("run", "--as-of", night, "--accept-changes")

    def finish_night(self, night: str) -> None:
        """Publish a night; raises AssertionError where that doesn't succeed."""
        process = self.start_night(night)
        output = "\n".join(process.communicate())
        assert process.returncode == 0, output


def read_answer(published: Path) -> Answer:
    """Return (run id, as-of date, figures of several marts) as a reader sees them. Raises MixedError."""
    with duckdb.connect(str(published), read_only=True) as connection:
        run_id, as_of_date = connection.execute("select run_id, as_of_date from main.publication").fetchall()[0]
        dated = connection.execute(
            "select table_name from duckdb_columns() where schema_name = 'marts' and column_name = 'as_of_date'"
        ).fetchall()
        for (mart,) in dated:
            days = connection.execute(f"select min(as_of_date), max(as_of_date) from marts.{mart}").fetchall()[0]
            if mart not in HISTORY_MARTS and set(days) - {as_of_date, None}:
                raise MixedError(f"{mart} is of {days}, the warehouse of {as_of_date}")
        figures = connection.execute(AGREEMENT_SQL).fetchall()[0]
    if figures[0] != figures[1]:
        raise MixedError(f"orders bring {figures[0]}, customers {figures[1]}")
    return (run_id, str(as_of_date), *figures)


def clean_files(shop: Shop) -> dict[str, Path]:
    """Publish each night in a warehouse that was never anything else; return the files."""
    files = {}
    for night in shop.nights:
        fresh = shop.elsewhere(shop.folder / "clean" / night)
        fresh.finish_night(night)
        files[night] = fresh.published_file
    return files


def compare_marts(left: Path, right: Path) -> tuple[int, dict[str, list[Any]]]:
    """Return the number of rows in the marts of `right`, and per mart some that only one of two database files holds."""
    rows, differences = 0, {}
    with duckdb.connect() as connection:
        connection.execute(f"attach '{left}' as left_file (read_only)")
        connection.execute(f"attach '{right}' as right_file (read_only)")
        marts = connection.execute(
            "select distinct table_name from duckdb_tables() where schema_name = 'marts' order by 1"
        ).fetchall()
        for (mart,) in marts:
            own = f" where as_of_date = (select max(as_of_date) from right_file.marts.{mart})" * (mart in HISTORY_MARTS)
            sides = [f"select * from {side}.marts.{mart}{own}" for side in ("left_file", "right_file")]
            rows += connection.execute(f"select count(*) from ({sides[1]})").fetchall()[0][0]
            found = [
                row
                for one, other in (sides, sides[::-1])
                for row in connection.execute(f"({one}) except all ({other}) limit 2").fetchall()
            ]
            if found:
                differences[mart] = found
    return rows, differences


def leftovers(warehouse: Path) -> list[str]:
    """Return what lies in the warehouse's folder and shouldn't when no run goes on."""
    expected = {"build.duckdb", "clv.duckdb", "clv.lock", "data_docs", "logs", "publications", "report.html", "runs"}
    strangers = [path.name for path in warehouse.iterdir() if path.name not in expected]
    parts = [path.name for path in warehouse.rglob("*") if path.suffix in (".part", ".wal")]
    return sorted({*strangers, *parts})
