"""What is published, since when and from what, and how the last runs ended."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from clv import report
from clv.console.terminal import BAD, CARE, GOOD, table
from clv.console.words import count, exact
from clv.engines import ENGINE
from clv.engines.protocol import EngineError
from clv.report.data import query
from clv.report.summary import money
from clv.warehouse.files import Warehouse
from clv.warehouse.housekeeping import megabytes
from clv.warehouse.publish import MARTS_SCHEMA, KeptFile, Publication, kept_files, publication_in
from clv.warehouse.records import RunRecord, is_running, read_records

SHOWN_RUNS = 10

CONTENT_SQL = """
select
    (select count(*) from dim_customers),
    (select count(*) from fct_orders),
    (select sum(net_revenue) from fct_orders),
    (select max(currency) from dim_customers)
"""


@dataclass(frozen=True)
class Delivered:
    """What the published warehouse holds of one source. latest: its last delivery by name."""

    source: str
    deliveries: int
    delivered_rows: int
    accepted_rows: int
    rejected_rows: int
    latest: str


@dataclass(frozen=True)
class Content:
    """The published file. since: when it was published, in UTC."""

    publication: Publication
    since: str
    bytes: int
    customers: int
    orders: int
    net_revenue: Decimal | None
    currency: str
    sources: Sequence[Delivered]


@dataclass(frozen=True)
class Status:
    """The state of a warehouse. problem: why the published file can't be read, or that there is none."""

    warehouse: Warehouse
    content: Content | None
    problem: str
    is_running: bool
    runs: Sequence[RunRecord]
    publications: Sequence[KeptFile]

    @property
    def report_run(self) -> str | None:
        """The run that report.html shows; None if there is no report."""
        return report.run_of(self.warehouse.report_file)

    @property
    def outcomes(self) -> Sequence[str]:
        """How each of the runs ended."""
        return [run.outcome(self.is_running and place == 0) for place, run in enumerate(self.runs)]


def read_status(warehouse: Warehouse) -> Status:
    """Look at the warehouse's folder; nothing in it is changed."""
    runs = read_records(warehouse, SHOWN_RUNS)
    content, problem = _read_content(warehouse, runs)
    going_on = is_running(warehouse, runs[0] if runs else None)
    return Status(warehouse, content, problem, going_on, runs, kept_files(warehouse))


def _read_content(warehouse: Warehouse, runs: Sequence[RunRecord]) -> tuple[Content | None, str]:
    file = warehouse.published_file
    if not file.exists():
        return None, f"Nothing is published in {warehouse.folder}."
    try:
        # one connection reads one file, whatever is published meanwhile
        with ENGINE.read(file) as database:
            publication = publication_in(database)
            if publication is None:
                return None, f"{file} says nothing of the run that wrote it: it comes from an earlier version of clv."
            database.use(MARTS_SCHEMA)
            customers, orders, net_revenue, currency = database.execute(CONTENT_SQL).fetchall()[0]
            sources = [Delivered(*row) for row in database.execute(query("deliveries")).fetchall()]
    except EngineError as error:
        return None, f"{file} can't be read: {error.reason}."
    since = _published_since(publication, runs)
    return Content(publication, since, ENGINE.size(file), customers, orders, net_revenue, currency or "", sources), ""


def _published_since(publication: Publication, runs: Sequence[RunRecord]) -> str:
    for run in runs:
        if run.published == publication.run_id and run.ended_at:
            return run.ended_at
    return publication.published_at.isoformat(timespec="milliseconds") + "+00:00"


def to_json(status: Status) -> Mapping[str, Any]:
    """Return the status as data; what is no JSON (dates, decimals) is left for the writer to turn into text."""
    content = status.content
    return {
        "warehouse": status.warehouse.folder,
        "published": asdict(content) if content else None,
        "problem": status.problem,
        "report": {"file": status.warehouse.report_file, "run_id": status.report_run} if status.report_run else None,
        "is_running": status.is_running,
        "runs": [{**asdict(run), "outcome": word} for run, word in zip(status.runs, status.outcomes, strict=True)],
        "publications": [
            {"run_id": kept.run_id, "as_of_date": kept.as_of, "bytes": ENGINE.size(kept.path), "file": kept.path}
            for kept in status.publications
        ],
    }


def render_status(status: Status) -> list[RenderableType]:
    """Return the tables and sentences that `clv status` prints."""
    parts: list[RenderableType] = []
    if status.is_running:
        run = status.runs[0]
        sentence = f"A {run.command} goes on since {_short(run.started_at)} (process {run.pid} on {run.host})."
        parts.append(Text(sentence, CARE))
    if status.content:
        parts += [_content_table(status.content), _sources_table(status.content)]
    else:
        parts.append(Text(status.problem, BAD))
    parts.append(_describe_report(status))
    if status.runs:
        parts.append(_runs_table(status))
        parts += [f"{run.run_id}: {_in_short(run.message)}" for run in status.runs if run.message]
    if status.publications:
        parts.append(_publications_table(status))
    return parts


def _describe_report(status: Status) -> str:
    file, run = status.warehouse.report_file, status.report_run
    if run is None:
        return f"There is no {file}: `clv report` draws it." if status.content else f"There is no {file} yet."
    if status.content and run != status.content.publication.run_id:
        return f"{file} shows another run, {run}: `clv report` draws it again."
    return f"Report: {file}"


def _content_table(content: Content) -> Table:
    publication = content.publication
    figures = table(f"Published: as of {publication.as_of_date or 'an unknown date'}", ["figure", "value"], ["value"])
    figures.add_row("since (UTC)", _short(content.since))
    figures.add_row("run", publication.run_id)
    figures.add_row("size", megabytes(content.bytes))
    figures.add_row("customers", count(content.customers))
    figures.add_row("orders, counted or not", count(content.orders))
    figures.add_row("net revenue", money(content.net_revenue, content.currency))
    versions = f"clv {publication.clv_version}, dbt {publication.dbt_version}, DuckDB {publication.duckdb_version}"
    figures.add_row("computed with", versions)
    return figures


def _sources_table(content: Content) -> Table:
    counted = ["deliveries", "rows", "accepted", "rejected"]
    sources = table("From", ["source", *counted, "latest delivery"], counted, ["latest delivery"])
    for source in content.sources:
        counts = (source.deliveries, source.delivered_rows, source.accepted_rows)
        rejected = Text(count(source.rejected_rows), CARE if source.rejected_rows else "")
        latest = source.latest.removeprefix(f"{source.source}/")
        sources.add_row(source.source, *map(count, counts), rejected, latest)
    return sources


def _runs_table(status: Status) -> Table:
    columns = ["run (its start, UTC)", "command", "seconds", "as of", "outcome", "exit"]
    runs = table("Latest runs", columns, ["seconds", "exit"])
    for run, outcome in zip(status.runs, status.outcomes, strict=True):
        exit_code = "" if run.exit_code is None else str(run.exit_code)
        style = GOOD if run.exit_code == 0 else CARE if outcome == "running" else BAD
        runs.add_row(run.run_id, run.command, _seconds(run), run.as_of_date or "", Text(outcome, style), exit_code)
    return runs


def _publications_table(status: Status) -> Table:
    current = status.content.publication.run_id if status.content else None
    publications = table("Publications (clv rollback --to RUN)", ["run", "as of", "size", ""], ["size"])
    for kept in status.publications:
        mark = "published now" if kept.run_id == current else ""
        publications.add_row(kept.run_id, kept.as_of, megabytes(ENGINE.size(kept.path)), Text(mark, GOOD))
    return publications


def _seconds(run: RunRecord) -> str:
    if run.ended_at is None:
        return ""
    elapsed = datetime.fromisoformat(run.ended_at) - datetime.fromisoformat(run.started_at)
    return exact(elapsed.total_seconds(), 1)


def _in_short(message: str) -> str:
    """Return the first sentence of a message, with the first item of the list that it begins."""
    lines = message.splitlines()
    return " ".join(line.strip() for line in lines[: 2 if lines[0].endswith(":") else 1])


def _short(moment: str) -> str:
    return datetime.fromisoformat(moment).strftime("%Y-%m-%d %H:%M:%S")
