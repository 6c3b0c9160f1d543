"""The nightly: check the raw data, build and test the warehouse, publish it, say what came out."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
from dbt.artifacts.resources.types import NodeType

from clv import check, dbt
from clv.errors import DataError, UsageError
from clv.project import RunSettings, make_folder
from clv.publish import MARTS_SCHEMA, Mart, publish
from clv.summary import Summary, read_summary

SHOWN_ROWS = 3
MEMORY_TARGET = "memory"


@dataclass(frozen=True)
class RunResult:
    """What a run published. warnings are sentences about tests of severity `warn`."""

    summary: Summary
    sources: Sequence[check.RawSource]
    warnings: Sequence[str]


def check_raw(settings: RunSettings) -> list[check.RawSource]:
    """Say what raw data there is; the build database is opened only if it exists, since it may hold raw tables."""
    target = settings.target if settings.target or settings.build_file.exists() else MEMORY_TARGET
    with dbt.folders(settings.raw, settings.warehouse):
        return check.inspect_raw(dbt.parse_project(settings.project, target, settings.variables))


def run(settings: RunSettings, on_progress: dbt.OnProgress, on_step: Callable[[str], None]) -> RunResult:
    """Run the nightly. on_step is told the name of each step; on_progress (n, of how many, what) within the build.

    Raises UsageError for wrong use or configuration and DataError for data that failed; both publish nothing.
    """
    if settings.target == MEMORY_TARGET:
        raise UsageError("Target 'memory' keeps nothing, so that there is nothing to publish: name another one.")
    make_folder(settings.warehouse)
    with dbt.folders(settings.raw, settings.warehouse):
        on_step("checking the raw data")
        project = dbt.parse_project(settings.project, settings.target, settings.variables)
        sources = check.inspect_raw(project)
        problems = check.problems(sources) + check.broken_archives(settings.raw or Path(), sources)
        if problems:
            raise UsageError("\n".join(problems))
        on_step("building and testing")
        outcome = dbt.build(project, settings.full_refresh, on_progress)
    _require_success(outcome, settings)
    on_step("publishing")
    _publish(settings, project)
    warnings = [describe_failure(warning, settings.build_file) for warning in outcome.warnings]
    return RunResult(read_summary(settings.published_file), sources, warnings)


def _require_success(outcome: dbt.Outcome, settings: RunSettings) -> None:
    if outcome.succeeded:
        return
    sentences = describe_configuration(failure for failure in outcome.failures if failure.is_configuration)
    is_configuration = bool(sentences)
    sentences += [
        describe_failure(failure, settings.build_file) for failure in outcome.failures if not failure.is_configuration
    ]
    sentences.append(f"All that dbt said stands in {dbt.log_path(settings.project)}.")
    raise (UsageError if is_configuration else DataError)("\n".join(sentences))


def describe_configuration(failures: Iterable[dbt.Failure]) -> list[str]:
    """Return each message once, with the nodes that it came from."""
    nodes: dict[str, list[str]] = {}
    for failure in failures:
        nodes.setdefault(dbt.explain(failure.message), []).append("" if failure.kind == "operation" else failure.name)
    return [f"{message} (in {', '.join(names)})" if all(names) else message for message, names in nodes.items()]


def _publish(settings: RunSettings, project: dbt.Project) -> None:
    if not settings.build_file.is_file():
        raise UsageError(
            f"Target '{settings.target}' made no {settings.build_file}, so that there is nothing to publish: "
            "name a target whose path is that file."
        )
    marts = [
        Mart(node.alias, node.description, {column.name: column.description for column in node.columns.values()})
        for node in project.manifest.nodes.values()
        if node.resource_type == NodeType.Model and node.schema == MARTS_SCHEMA
    ]
    try:
        publish(settings.build_file, settings.published_file, sorted(marts, key=lambda mart: mart.name))
    except OSError as error:
        raise UsageError(f"{settings.published_file} can't be written: {error.strerror}.") from error


def describe_failure(failure: dbt.Failure, build_file: Path) -> str:
    """Say in sentences what a node's failure means; of a data test also how many rows failed, and some of them."""
    if failure.kind == "test" and failure.compiled_sql and failure.failing_rows:
        count = failure.failing_rows
        rows = failing_rows(build_file, failure.compiled_sql)
        heading = f"{failure.name} found {count:,} row{'s' if count > 1 else ''}{_meaning(failure)}"
        return "\n".join([heading, *(f"    {row}" for row in rows)])
    message = dbt.explain(failure.message)
    if failure.kind == "operation" or (failure.kind == "test" and failure.message.startswith(dbt.COMPILATION_ERROR)):
        return message
    return f"The {failure.kind} {failure.name} failed: {message}"


def _meaning(failure: dbt.Failure) -> str:
    first_sentence = " ".join(failure.description.split()).split(". ")[0].rstrip(".")
    return f": {first_sentence}." if first_sentence else "."


def failing_rows(build_file: Path, sql: str) -> list[str]:
    """Return up to three of a data test's rows, each as `column=value, …`; none if they can't be read any more."""
    try:
        with duckdb.connect(str(build_file), read_only=True) as connection:
            result = connection.execute(sql)
            names = [column[0] for column in result.description or []]
            rows = result.fetchmany(SHOWN_ROWS)
    except duckdb.Error:
        return []
    return [", ".join(f"{name}={value}" for name, value in zip(names, row, strict=True)) for row in rows]
