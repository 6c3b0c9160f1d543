"""What chapters of the report are made of: figures with titles that follow the filters, tables, lists."""

import csv
import io
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import groupby, product
from typing import Any
from urllib.parse import quote

from clv.console.words import compact, count, money, percent, quality, words
from clv.report import charts
from clv.report.data import Published, Row

ALL = "all"
UNALLOCATED = "unallocated"
"""Spend that no channel is known of: it is no channel."""

POOR = ("poor", "untested")
"""Qualities of a model whose forecasts nobody should decide by."""

SHOWN_AGES = (1, 2, 3, 6, 9, 12, 18, 24)
NO_CHANNELS = "customers (column acquisition_channel) or touchpoints"
NO_COSTS = "source order_items, products or inventory_periods"
PUBLISHED = "published"
"""Model name of the backtests of what was published."""

MODELS = {
    PUBLISHED: "published",
    "bg_nbd": "BG/NBD",
    "mbg_nbd": "MBG/NBD",
    "mbg_nbd_clock": "MBG/NBD on its clock",
    "pareto_nbd": "Pareto/NBD",
    "gamma_gamma": "Gamma-Gamma",
    "gamma_gamma_all": "Gamma-Gamma of all orders",
    "mean": "shrunken mean",
    "log_mean": "shrunken mean of logarithms",
}
REASONS = {
    "too_few_repeat_customers": "too few customers have bought more than once",
    "no_purchase": "nobody has bought yet",
}
LONGEST_NUMBER = 24
LONGEST_TABLE = 500
NARROW_COLUMNS = 5
FORMULA_STARTS = ("=", "@", "+", "-", "\t", "\r", "＝", "＠", "＋", "－")


@dataclass(frozen=True)
class Choice:
    """What the filters of the page are set to."""

    channel: str = ALL
    tier: str = ALL
    period: int = charts.PERIODS[-1]

    @property
    def words(self) -> str:
        """Whom it leaves, as the end of a sentence; empty for all."""
        named = {ALL: "", "unknown": " of no known channel", "other": " from other channels"}
        channel = named.get(self.channel, f" from {words(self.channel)}")
        return (f" of tier {self.tier}" if self.tier != ALL else "") + channel


@dataclass(frozen=True)
class Table:
    """Rows of text under headings; the first column names the row."""

    headings: Sequence[str]
    rows: Sequence[Sequence[str]]
    note: str = ""

    @property
    def shown(self) -> Sequence[Sequence[str]]:
        """The rows that a page has room for."""
        return self.rows[:LONGEST_TABLE]

    @property
    def left_out(self) -> str:
        """How many more there are; empty for none."""
        return count(len(self.rows) - LONGEST_TABLE) if len(self.rows) > LONGEST_TABLE else ""

    @cached_property
    def texts(self) -> set[int]:
        """The columns that hold sentences, which are not set like numbers."""
        return {place for row in self.shown for place, cell in enumerate(row) if len(cell or "") > LONGEST_NUMBER}


@dataclass(frozen=True)
class Download:
    """A list that the page holds, to be saved as a file."""

    file: str
    label: str
    text: str

    @property
    def address(self) -> str:
        """The file as an address that needs no network."""
        return "data:text/csv;charset=utf-8," + quote(self.text, safe=",:;-.'")


@dataclass(frozen=True)
class Figure:
    """One figure. filters: those of the page that it follows. missing: said in place of a chart that would be empty.

    spec: None for a figure that is its table. is_folded: whether that table is shown only on request.
    titles: the title by what the figure's filters are set to, joined by `|`.
    """

    name: str
    title: str
    mart: str
    reading: str = ""
    filters: Sequence[str] = ()
    rows: Sequence[Row] = ()
    spec: charts.Spec | None = None
    table: Table | None = None
    is_folded: bool = False
    missing: str = ""
    titles: Mapping[str, str] = field(default_factory=dict)
    download: Download | None = None

    @property
    def is_narrow(self) -> bool:
        """Whether it has room beside another one."""
        return self.spec is not None or self.table is None or len(self.table.headings) <= NARROW_COLUMNS


@dataclass(frozen=True)
class Section:
    """Figures that answer one question."""

    name: str
    title: str
    figures: Sequence[Figure] = field(default_factory=tuple)

    @property
    def wide(self) -> set[str]:
        """Names of the figures that take a row each: those that need it, and those without a neighbour."""
        found, waiting = set(), None
        for figure in self.figures:
            if not figure.is_narrow:
                found |= {figure.name} | ({waiting} if waiting else set())
                waiting = None
            else:
                waiting = None if waiting else figure.name
        return found | ({waiting} if waiting else set())


class Shop:
    """What all figures need to know of the shop."""

    def __init__(self, published: Published) -> None:
        """Look at the customers as a whole."""
        whole = published.first("customers")
        self.published = published
        self.currency: str = whole.get("currency") or ""
        self.basis: str = whole.get("clv_basis") or "revenue"
        self.whole = whole
        self.tiers = [row["value_tier"] for row in published.rows("tiers")]

    def rows(self, name: str) -> Sequence[Row]:
        """Return the rows of a query."""
        return self.published.rows(name)

    def with_rank(self, rows: Iterable[Row]) -> list[Row]:
        """Add the rank of its tier to each row, so that a chart can stack by it."""
        ranks = {tier: rank for rank, tier in enumerate(self.tiers)}
        return [{**row, "tier_rank": ranks.get(row["tier"], len(ranks))} for row in rows]

    def money(self, value: float | None) -> str:
        """Write an amount."""
        return money(value, self.currency)

    @property
    def model_quality(self) -> str:
        """The quality of the model: good, fair, poor or untested."""
        return self.whole.get("model_quality") or "untested"

    @property
    def is_forecast_poor(self) -> bool:
        """Whether nobody should decide by the forecast."""
        return self.model_quality in POOR or not self.is_predicted

    @property
    def is_predicted(self) -> bool:
        """Whether there is a forecast."""
        return self.whole.get("customer_equity") is not None

    @property
    def quality(self) -> str:
        """How good the forecasts of the latest quarters were, in words."""
        return quality(self.model_quality, self.whole.get("model_warnings") or "")

    @property
    def target(self) -> float | None:
        """CLV:CAC that the budgets are planned for."""
        return next((row["target_clv_to_cac"] for row in self.rows("budgets") if row["target_clv_to_cac"]), None)

    @property
    def window(self) -> str:
        """The months that KPIs are of."""
        months = self.published.first("kpis").get("window_months")
        return f"the last {months}\u00a0months" if months else "the window of KPIs"

    @property
    def why_nothing_is_predicted(self) -> str:
        """Say why there is no prediction, and what would give one."""
        status = str(self.whole.get("model_status") or "")
        reason = REASONS.get(status, words(status) or "the file holds no status of the model")
        return f"Nothing is predicted: {reason}. A longer history of source orders gives predictions."

    def titles(self, filters: Sequence[str], write: Callable[[Choice], str]) -> dict[str, str]:
        """Return the title for everything that these filters can be set to."""
        options: Mapping[str, Sequence[Any]] = {
            "channel": [ALL, *(row["channel"] for row in self.rows("channels"))],
            "tier": [ALL, *self.tiers],
            "period": charts.PERIODS,
        }
        choices = product(*(options[name] for name in filters))
        return {
            "|".join(map(str, choice)): write(Choice(**dict(zip(filters, choice, strict=True)))) for choice in choices
        }


def of_mart(rows: Iterable[Row], choice: Choice) -> list[Row]:
    """Return the rows of a choice, of a mart that has rows for all channels together."""
    return [row for row in rows if row["channel"] == choice.channel]


def of_customers(rows: Iterable[Row], choice: Choice) -> list[Row]:
    """Return the rows of a choice, of customers who are counted by channel and tier."""
    return [
        row for row in rows if choice.channel in (ALL, row["channel"]) and choice.tier in (ALL, row.get("tier", ALL))
    ]


def absent(name: str, what: str, mart: str, missing: str) -> Figure:
    """Return a figure that says what is missing."""
    return Figure(name, f"{what}: not known", mart, missing=missing)


def columns(rows: Iterable[Row], *names: str) -> list[Row]:
    """Return these columns, as short as a chart needs them."""
    return [{name: short(row[name]) for name in names} for row in rows]


def short(value: Any) -> Any:
    """Round to six digits: more are not seen in a chart, and make the page large."""
    return float(f"{value:.6g}") if isinstance(value, float) else value


def summed(rows: Iterable[Row], keys: Sequence[str], amounts: Sequence[str]) -> list[dict[str, Any]]:
    """Add up amounts by keys."""

    def key(row: Row) -> tuple[Any, ...]:
        return tuple(row[name] for name in keys)

    sums: list[dict[str, Any]] = []
    for values, group in groupby(sorted(rows, key=key), key=key):
        members = list(group)
        totals = {name: sum(row[name] or 0 for row in members) for name in amounts}
        sums.append({**dict(zip(keys, values, strict=True)), **totals})
    return sums


def full_months(rows: Iterable[Row]) -> list[Row]:
    """Return the rows of months that are over, counted back from the latest of them."""
    full = [row for row in rows if row["is_over"]]
    youngest = min((row["months_ago"] for row in full), default=0)
    return [{**row, "months_ago": row["months_ago"] - youngest} for row in full]


def total(rows: Iterable[Row], name: str) -> float:
    """Add up what is known."""
    return sum(row[name] or 0 for row in rows)


def ratio(above: float | None, below: float | None) -> float | None:
    """Return a ratio; nothing over nothing."""
    return above / below if above is not None and below else None


def capital(text: str) -> str:
    """Begin with a capital."""
    return text[:1].upper() + text[1:]


def model_name(name: str) -> str:
    """Write the name of a model."""
    return MODELS.get(name, words(name))


def moved(now: float, before: float) -> str:
    """Say how far an amount has moved."""
    if not before:
        return f"went from 0 to {compact(now)}"
    share = (now - before) / abs(before)
    return "has not moved" if abs(share) < 0.0005 else f"{'rose' if share > 0 else 'fell'} by {percent(abs(share))}"


def comma_separated(headings: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """Write a list as CSV. A text that a spreadsheet would take for a formula gets an apostrophe before it."""
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(headings)
    writer.writerows([[_harmless(cell) for cell in row] for row in rows])
    return file.getvalue()


def _harmless(cell: Any) -> Any:
    if isinstance(cell, str) and cell.startswith(FORMULA_STARTS):
        return "'" + cell
    return "" if cell is None else cell
