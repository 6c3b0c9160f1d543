"""A shop whose warehouse is published night after night, and what its readers must see."""

import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

HISTORY_MART = "fct_model_fits"
"""Keeps the rows of earlier nights, so that only the night's own can be compared."""

TOLERANCE = 1e-4
"""Fits differ in the seventh digit with the order in which threads sum, and what is predicted with them a little more."""

UNCOMPARED = ("iterations",)
"""How many steps a fit took depends on that order, too."""

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
        return self.start("run", "--as-of", night)

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
            if mart != HISTORY_MART and set(days) - {as_of_date, None}:
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


def differences(published: Path, clean: Path) -> list[str]:
    """Return the marts of two published files that differ, by more than the order of a summation leaves in a fit."""
    with duckdb.connect() as connection:
        for name, file in (("published", published), ("clean", clean)):
            connection.execute(f"attach '{file}' as {name} (read_only)")
        marts = connection.execute(
            "select table_name, list([column_name, data_type] order by column_name) from duckdb_columns()"
            " where schema_name = 'marts' group by database_name, table_name order by 1"
        ).fetchall()
        found = [mart for mart, columns in marts if marts.count((mart, columns)) != 2]
        found += [mart for mart, columns in marts[::2] if connection.execute(_compare(mart, columns)).fetchall()[0][0]]
    return found


def _compare(mart: str, columns: Sequence[tuple[str, str]]) -> str:
    """Return a query that counts the rows of a mart that differ, paired by their order."""
    amounts = [name for name, data_type in columns if data_type.startswith(("DECIMAL", "DOUBLE"))]
    others = [name for name, _ in columns if name not in (*amounts, *UNCOMPARED)]
    order = ", ".join([*others, *amounts])
    sides = {
        side: f"(select *, row_number() over (order by {order}) as place from {side}.marts.{mart}"
        + f" where as_of_date = (select as_of_date from {side}.main.publication)" * (mart == HISTORY_MART)
        + ")"
        for side in ("published", "clean")
    }
    differ = [f"one.{name} is distinct from two.{name}" for name in others]
    for name in amounts:
        differ.append(f"(one.{name} is null) <> (two.{name} is null)")
        differ.append(f"abs(one.{name} - two.{name}) > {TOLERANCE} * (10 + abs(two.{name}))")
    joined = f"{sides['published']} as one full join {sides['clean']} as two on one.place = two.place"
    return f"select count(*) from {joined} where one.place is null or two.place is null or {' or '.join(differ)}"


def leftovers(warehouse: Path) -> list[str]:
    """Return what lies in the warehouse's folder and shouldn't when no run goes on."""
    expected = {"build.duckdb", "clv.duckdb", "clv.lock", "data_docs", "logs", "publications", "runs"}
    strangers = [path.name for path in warehouse.iterdir() if path.name not in expected]
    parts = [path.name for path in warehouse.rglob("*") if path.suffix in (".part", ".wal")]
    return sorted({*strangers, *parts})
