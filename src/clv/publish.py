"""Writes the marts of the build database to the file that readers open."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from clv.errors import DataError

MARTS_SCHEMA = "marts"
STORAGE_VERSION = "v1.4.0"
"""The storage format of the published file: drivers from DuckDB 1.4 on read it."""


@dataclass(frozen=True)
class Mart:
    """A table to publish; the descriptions become comments of the table and its columns."""

    name: str
    description: str = ""
    columns: Mapping[str, str] = field(default_factory=dict)


def publish(build: Path, published: Path, marts: Sequence[Mart]) -> None:
    """Copy `marts` from the build database to the file `published`, which changes at once, never in part.

    Readers that have the earlier file open keep reading it; who opens it afterwards reads the new one.
    Raises DataError where a mart is not in the build database or can't be copied; then nothing is published.
    """
    draft = published.with_name(published.name + ".next")
    _remove(draft)
    try:
        _write(build, draft, marts)
        _flush(draft)
        draft.replace(published)
    except duckdb.Error as error:
        raise DataError(f"The marts could not be written to {draft}: {str(error).splitlines()[0]}") from error
    finally:
        _remove(draft)
    _flush(published.parent)


def _write(build: Path, draft: Path, marts: Sequence[Mart]) -> None:
    with duckdb.connect(config={"temp_directory": str(draft.parent / ".spill")}) as connection:
        connection.execute(f"attach {_text(build)} as build (read_only)")
        connection.execute(f"attach {_text(draft)} as published (storage_version {_text(STORAGE_VERSION)})")
        connection.execute(f"create schema published.{MARTS_SCHEMA}")
        for mart in marts:
            _copy(connection, mart)
        connection.execute("checkpoint published")
        connection.execute("detach published")


def _copy(connection: duckdb.DuckDBPyConnection, mart: Mart) -> None:
    table = f"published.{MARTS_SCHEMA}.{_name(mart.name)}"
    connection.execute(f"create table {table} as select * from build.{MARTS_SCHEMA}.{_name(mart.name)}")
    if mart.description:
        connection.execute(f"comment on table {table} is {_text(mart.description)}")
    present = {row[0] for row in connection.execute(f"describe {table}").fetchall()}
    for column, description in mart.columns.items():
        if description and column in present:
            connection.execute(f"comment on column {table}.{_name(column)} is {_text(description)}")


def _flush(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _remove(file: Path) -> None:
    file.unlink(missing_ok=True)
    file.with_name(file.name + ".wal").unlink(missing_ok=True)


def _text(value: object) -> str:
    return "'" + str(value).replace("'", "''") + "'"


def _name(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
