"""The nightly: check the raw data, build and test the warehouse, audit and publish it, say what came out."""

import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from rich.console import RenderableType
from rich.text import Text

from clv import report
from clv.audit.audit import Audit, audit
from clv.audit.contract import read_contracts
from clv.build import dbt
from clv.build.failures import describe_configuration, describe_failure
from clv.build.project import RunSettings
from clv.commands import check
from clv.commands.check import CHECK, MEMORY_TARGET
from clv.console.terminal import CARE, GOOD
from clv.engines import ENGINE
from clv.engines.protocol import EngineError, LockedDatabaseError, Mart
from clv.errors import DataError, MachineError, UsageError
from clv.report.summary import Summary, read_summary, render_summary
from clv.report.summary import to_json as summary_to_json
from clv.warehouse import housekeeping
from clv.warehouse.files import Warehouse, make_folder, make_identity_key, require_own_folder
from clv.warehouse.publish import (
    MARTS_SCHEMA,
    Publication,
    current_run,
    keep_current,
    prune,
    publish,
    write_candidate,
)
from clv.warehouse.records import RunRecord, now, recorded, require_lock, stopped_by

LOG = logging.getLogger(__name__)
BUILD, WRITE, AUDIT, REPORT, PUBLISH = (
    "building and testing",
    "writing the candidate",
    "auditing",
    "writing the report",
    "publishing",
)
BUILD_SHARE = 4
"""A build database holds about this many times what is published of it: a guess, before the first publication."""

ANY_TIME_ZONE = timedelta(days=1)
"""A shop's day may be that far ahead of the clock's."""

WARNINGS_SQL = """
select sentence
from marts.fct_record_warnings
order by source_name, warning, column_name
"""

ROWS_SQL = """
select source_name, sum(delivered_rows), sum(accepted_rows), sum(rejected_rows)
from marts.fct_deliveries
group by source_name
order by source_name
"""


@dataclass(frozen=True)
class RunResult:
    """What a run published. The record's warnings tell of tests of severity `warn` and of what was set right."""

    record: RunRecord
    summary: Summary
    sources: Sequence[check.RawSource]


def run(settings: RunSettings, on_progress: dbt.OnProgress, on_step: Callable[[str], None]) -> RunResult:
    """Run the nightly. on_step is told the name of each step; on_progress (n, of how many, what) within the build.

    Raises LockedError where another run goes on, UsageError for wrong use or configuration and DataError for data
    that failed; all publish nothing.
    """
    if settings.target == MEMORY_TARGET:
        raise UsageError("Target 'memory' keeps nothing, so that there is nothing to publish: name another one.")
    make_folder(settings.warehouse.folder)
    require_own_folder(settings.warehouse)
    with recorded(settings.warehouse, "run") as record, housekeeping.tidied(settings.warehouse):
        make_identity_key(settings.warehouse)
        try:
            return _Night(settings, record, on_progress, on_step).run()
        except KeyboardInterrupt as error:
            raise stopped_by(error, _told_at_the_end(settings.warehouse, record)) from error


def _told_at_the_end(warehouse: Warehouse, record: RunRecord) -> str:
    """Say of a run that was stopped whether it had published; put its report in place if it had."""
    if current_run(warehouse) != record.run_id:
        return "nothing was published."
    record.published = record.run_id
    report.put(warehouse)
    return f"but {warehouse.published_file} had been published just before, and is of this run."


def to_json(result: RunResult, warehouse: Warehouse) -> dict[str, Any]:
    """Return what `clv run --json` prints: the run's record, where its files are, and what came out in short."""
    return {
        **asdict(result.record),
        "outcome": result.record.outcome(is_running=False),
        "file": warehouse.published_file,
        "report": warehouse.report_file if warehouse.report_file.exists() else None,
        "figures": summary_to_json(result.summary),
        "absent_sources": {source.name: source.without for source in check.absent_sources(result.sources)},
    }


def render_run(result: RunResult, warehouse: Warehouse) -> list[RenderableType]:
    """Return the tables and sentences that `clv run` prints."""
    parts = [*render_summary(result.summary), *check.render_costs(result.sources)]
    parts += [Text(f"Warning: {warning}", CARE) for warning in result.record.warnings]
    parts.append(Text(f"Published: {warehouse.published_file}", GOOD))
    if warehouse.report_file.exists():
        parts.append(f"Report: {warehouse.report_file}")
    return parts


class _Night:
    """One run, step by step."""

    def __init__(
        self,
        settings: RunSettings,
        record: RunRecord,
        on_progress: dbt.OnProgress,
        on_step: Callable[[str], None],
    ) -> None:
        self._settings = settings
        self._warehouse = settings.warehouse
        self._record = record
        self._on_progress = on_progress
        self._on_step = on_step

    def run(self) -> RunResult:
        with dbt.folders(self._settings.raw, self._warehouse.folder):
            with self._step(CHECK):
                published = self._settle()
                project = dbt.parse_project(self._settings.project, self._settings.target, self._settings.variables)
                sources = self._check(project)
            with self._step(BUILD):
                outcome = self._build(project)
        with self._step(WRITE):
            summary = self._write(project)
        with self._step(AUDIT):
            self._audit(project, published)
        failures = (describe_failure(warning, self._warehouse.build_file) for warning in outcome.warnings)
        self._record.warnings += failures
        with self._step(REPORT):
            self._draw_report()
        with self._step(PUBLISH):
            require_lock(self._warehouse)
            publish(self._warehouse, self._settings.keep)
            report.put(self._warehouse)
            self._record.published = self._record.run_id
        return RunResult(self._record, summary, sources)

    @contextmanager
    def _step(self, name: str) -> Iterator[None]:
        self._on_step(name)
        with self._record.step(name):
            yield

    def _warn(self, sentence: str) -> None:
        LOG.warning(sentence)
        self._record.warnings.append(sentence)

    def _settle(self) -> Path | None:
        """Put the folder in order and see that there is room. Return the published file, if it can be read."""
        warehouse = self._warehouse
        published = self._readable_published()
        if warehouse.build_file.exists():
            self._open_build()
        ENGINE.remove_spill(warehouse.build_file)
        keep_current(warehouse)
        prune(warehouse, self._settings.keep)
        needed = ENGINE.size(warehouse.build_file, warehouse.published_file)
        housekeeping.require_space(warehouse, needed, "building and publishing the warehouse")
        return published

    def _readable_published(self) -> Path | None:
        published = self._warehouse.published_file
        if not published.exists():
            return None
        damage = ENGINE.find_damage(published)
        if damage:
            self._warn(f"{published} can't be read ({damage}): it is replaced if this run succeeds.")
        return None if damage else published

    def _open_build(self) -> None:
        """Open the build database, which also completes what a killed run has left in its log; else set it aside."""
        try:
            ENGINE.repair(self._warehouse.build_file)
        except LockedDatabaseError as error:
            raise UsageError(dbt.explain(str(error))) from error
        except EngineError as error:
            if dbt.is_of_machine(str(error)):
                raise MachineError(dbt.explain(str(error))) from error
            self._set_build_aside(error.reason)

    def _set_build_aside(self, reason: str) -> None:
        build = self._warehouse.build_file
        aside = housekeeping.set_aside(build)
        self._warn(
            f"{build} was damaged ({reason}): it was set aside as {aside.name} and built anew from the raw data. "
            "The history of model fits starts anew with it."
        )

    def _check(self, project: dbt.Project) -> list[check.RawSource]:
        for sentence in check.require_files(self._settings.raw, project).followed:
            self._warn(sentence)
        sources = check.inspect_raw(project, self._settings.raw)
        problems = check.problems(sources)
        if problems:
            raise UsageError("\n".join(problems))
        return sources

    def _build(self, project: dbt.Project) -> dbt.Outcome:
        outcome = dbt.build(project, self._settings.full_refresh, self._on_progress)
        damage = next((failure.message for failure in outcome.failures if failure.is_damage), None)
        if damage:
            self._set_build_aside(damage.splitlines()[-1].strip())
            outcome = dbt.build(project, self._settings.full_refresh, self._on_progress)
        self._require_success(outcome)
        return outcome

    def _require_success(self, outcome: dbt.Outcome) -> None:
        if outcome.succeeded:
            return
        of_machine = [dbt.explain(failure.message) for failure in outcome.failures if failure.is_of_machine]
        if of_machine:
            raise MachineError("\n".join(dict.fromkeys(of_machine)))
        sentences = describe_configuration(failure for failure in outcome.failures if failure.is_configuration)
        is_configuration = bool(sentences)
        sentences += [
            describe_failure(failure, self._warehouse.build_file)
            for failure in outcome.failures
            if not failure.is_configuration
        ]
        sentences.append(f"All that dbt said stands in {dbt.log_path(self._settings.project)}.")
        raise (UsageError if is_configuration else DataError)("\n".join(sentences))

    def _write(self, project: dbt.Project) -> Summary:
        warehouse = self._warehouse
        if not warehouse.build_file.is_file():
            raise UsageError(
                f"Target '{self._settings.target}' made no {warehouse.build_file}, "
                "so that there is nothing to publish: name a target whose path is that file."
            )
        needed = ENGINE.size(warehouse.published_file) or ENGINE.size(warehouse.build_file) // BUILD_SHARE
        housekeeping.require_space(warehouse, needed, "writing the marts")
        marts = _marts(project)
        publication = write_candidate(warehouse, marts, self._publication(project))
        self._record.as_of_date = publication.as_of_date.isoformat() if publication.as_of_date else None
        if publication.as_of_date and publication.as_of_date > now().date() + ANY_TIME_ZONE:
            self._warn(
                f"The as-of date {publication.as_of_date} lies ahead: "
                "all days until then count as days without a purchase."
            )
        try:
            self._count_rows(marts)
            return read_summary(warehouse.candidate_file)
        except EngineError as error:
            raise DataError(f"The marts that were built can't be summed up: {error.reason}") from error

    def _publication(self, project: dbt.Project) -> Publication:
        versions = self._record.versions
        return Publication(
            run_id=self._record.run_id,
            as_of_date=None,
            published_at=now().replace(tzinfo=None),
            clv_version=versions["clv"],
            dbt_version=versions["dbt"],
            duckdb_version=versions["duckdb"],
            code_fingerprint=dbt.fingerprint(project.manifest),
        )

    def _count_rows(self, marts: Iterable[Mart]) -> None:
        with ENGINE.read(self._warehouse.candidate_file) as database:
            for source, delivered, accepted, rejected in database.execute(ROWS_SQL).fetchall():
                self._record.rows[source] = {
                    "delivered": int(delivered),
                    "accepted": int(accepted),
                    "rejected": int(rejected),
                }
            for (sentence,) in database.execute(WARNINGS_SQL).fetchall():
                self._warn(sentence)
            for mart in marts:
                count = database.execute(f"select count(*) from {MARTS_SCHEMA}.{mart.name}").fetchall()[0][0]
                self._record.published_rows[mart.name] = int(count)

    def _draw_report(self) -> None:
        problem = report.draft(self._warehouse, self._warehouse.candidate_file)
        if problem:
            self._warn(problem)

    def _audit(self, project: dbt.Project, published: Path | None) -> None:
        warehouse, settings = self._warehouse, self._settings
        contracts = read_contracts(project.manifest)
        result = audit(
            settings.project,
            contracts,
            warehouse.candidate_file,
            published,
            warehouse.data_docs,
            settings.accept_changes,
        )
        for sentence in result.skipped if published else ():
            self._warn(sentence)
        if not result.passed:
            raise DataError(_describe_audit(result))


def _describe_audit(result: Audit) -> str:
    sentences = ["The audit failed:", *(failure.sentence for failure in result.failures)]
    if any(failure.is_change for failure in result.failures):
        sentences.append("If the warehouse is meant to differ so much from the published one: --accept-changes.")
    return "\n".join([*sentences, f"The pages of the audit: {result.data_docs}/index.html"])


def _marts(project: dbt.Project) -> list[Mart]:
    return [
        Mart(mart.alias, mart.description, {column.name: column.description for column in mart.columns.values()})
        for mart in dbt.marts_of(project.manifest)
    ]
