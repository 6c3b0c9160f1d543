"""What the report reads: one aggregated query per table of numbers, in `queries/`, of the marts of one file."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from importlib.resources import files
from math import isfinite
from pathlib import Path
from typing import Any

from clv.engines import ENGINE
from clv.engines.protocol import AbsentError, Cursor, Database
from clv.warehouse.publish import MARTS_SCHEMA, Publication, publication_in

Row = Mapping[str, Any]

SHOWN_CHANNELS = "shown_channels"
HEADLINES = ("customers", "kpis", "payback")
FIGURES = (
    "channels",
    "customer_groups",
    "segment_kpis",
    "budgets",
    "order_months",
    "order_years",
    "order_gaps",
    "equity_months",
    "elected_models",
    "clv_cohorts",
    "clv_years",
    "distribution",
    "tiers",
    "migrations",
    "retention_quarters",
    "churn_months",
    "alive",
    "overdue",
    "slipping",
    "curves",
    "cac_months",
    "channel_costs",
    "payback_months",
    "methods",
    "quarters",
    "calibration",
    "backtests",
    "fits",
    "order_statuses",
    "rejected",
    "unmatched",
    "record_warnings",
    "identity_limits",
    "deliveries",
    "reconciliations",
    "forecasts",
    "subscription_months",
    "campaigns",
    "uplifts",
    "loyalty",
    "drivers",
    "attribution",
)


@dataclass(frozen=True)
class Published:
    """The numbers of one published file, by query; no rows where its marts are missing from the file.

    publication: None in files of earlier versions.
    """

    publication: Publication | None
    tables: Mapping[str, Sequence[Row]]

    def rows(self, name: str) -> Sequence[Row]:
        """Return the rows of a query."""
        return self.tables[name]

    def first(self, name: str) -> Row:
        """Return the first row of a query; an empty one if there is none."""
        return next(iter(self.tables[name]), {})


def read_figures(file: Path) -> Published:
    """Read all that the page shows. Raises EngineError if the file can't be read."""
    return _read(file, (*HEADLINES, *FIGURES))


def read_headlines(file: Path) -> Published:
    """Read the headline figures alone. Raises EngineError if the file can't be read."""
    return _read(file, HEADLINES)


def _read(file: Path, names: Sequence[str]) -> Published:
    # one connection reads one file, whatever is published meanwhile
    with ENGINE.read(file) as database:
        publication = publication_in(database)
        database.use(MARTS_SCHEMA)
        # a temporary table: it is made of the file, and lives beside it
        _try(database, f"create temporary table {SHOWN_CHANNELS} as {query(SHOWN_CHANNELS)}")
        return Published(publication, {name: _rows(database, query(name)) for name in names})


def query(name: str) -> str:
    """Return the SQL of a query, which reads marts without naming their schema."""
    return (files("clv.report") / "queries" / f"{name}.sql").read_text(encoding="utf-8")


def _try(database: Database, sql: str) -> Cursor | None:
    """Run a statement; return nothing where a mart, or a column of it, is not in this file."""
    try:
        return database.execute(sql)
    except AbsentError:
        return None


def _rows(database: Database, sql: str) -> list[Row]:
    cursor = _try(database, sql)
    if cursor is None:
        return []
    names = [column[0] for column in cursor.description or []]
    return [dict(zip(names, map(_plain, values), strict=True)) for values in cursor.fetchall()]


def _plain(value: Any) -> Any:
    """Return what JSON has a word for; an amount that is not finite is unknown."""
    if isinstance(value, Decimal):
        value = float(value)
    if isinstance(value, float):
        return value if isfinite(value) else None
    return value.isoformat() if isinstance(value, date | datetime) else value
