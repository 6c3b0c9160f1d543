"""Says in sentences what failed in a build."""

from collections.abc import Iterable
from pathlib import Path

from clv.build.dbt import COMPILATION_ERROR, Failure, explain
from clv.engines import ENGINE
from clv.engines.protocol import EngineError

SHOWN_ROWS = 3
SENTENCE = "sentence="
"""A test whose rows are sentences has one column of this name."""


def describe_configuration(failures: Iterable[Failure]) -> list[str]:
    """Return each message once, with the nodes that it came from."""
    nodes: dict[str, list[str]] = {}
    for failure in failures:
        nodes.setdefault(explain(failure.message), []).append("" if failure.kind == "operation" else failure.name)
    return [f"{message} (in {', '.join(names)})" if all(names) else message for message, names in nodes.items()]


def describe_failure(failure: Failure, build_file: Path) -> str:
    """Say in sentences what a node's failure means; of a data test also how many rows failed, and some of them.

    Rows that are sentences stand for themselves.
    """
    if failure.kind == "test" and failure.compiled_sql and failure.failing_rows:
        count = failure.failing_rows
        rows = failing_rows(build_file, failure.compiled_sql)
        if rows and all(row.startswith(SENTENCE) for row in rows):
            more = f"There are {count - len(rows):,} more." if count > len(rows) else ""
            return "\n".join([*(row.removeprefix(SENTENCE) for row in rows), *filter(None, [more])])
        heading = f"{failure.name} found {count:,} row{'s' if count > 1 else ''}{_meaning(failure)}"
        return "\n".join([heading, *(f"    {row}" for row in rows)])
    message = explain(failure.message)
    if failure.kind == "operation" or (failure.kind == "test" and failure.message.startswith(COMPILATION_ERROR)):
        return message
    return f"The {failure.kind} {failure.name} failed: {message}"


def _meaning(failure: Failure) -> str:
    description = " ".join(failure.description.split()).removeprefix("A failure means that ")
    first_sentence = description.split(". ")[0].rstrip(".")
    return f": {first_sentence}." if first_sentence else "."


def failing_rows(build_file: Path, sql: str) -> list[str]:
    """Return up to three of a data test's rows, each as `column=value, …`; none if they can't be read any more."""
    try:
        with ENGINE.read(build_file) as database:
            result = database.execute(sql)
            names = [column[0] for column in result.description or []]
            rows = result.fetchmany(SHOWN_ROWS)
    except EngineError:
        return []
    return [", ".join(f"{name}={value}" for name, value in zip(names, row, strict=True)) for row in rows]
