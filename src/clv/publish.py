"""Writes the marts to a file of their own and makes it the one that readers open; keeps the ones before it."""

import logging
import os
import re
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass, field, fields, replace
from datetime import date, datetime
from pathlib import Path

import duckdb

from clv.errors import DataError, UsageError
from clv.housekeeping import DISK_FULL, FULL_DISK, SPILL_FOLDER, logs_of
from clv.project import Warehouse

LOG = logging.getLogger(__name__)
MARTS_SCHEMA = "marts"
STORAGE_VERSION = "v1.4.0"
"""The storage format of the published file: drivers from DuckDB 1.4 on read it."""
COLUMN_TYPES = {"as_of_date": "date", "published_at": "timestamp"}
PUBLICATION_COMMENT = "One row: the run that wrote this file, and what it ran with. Times are in UTC."
KEPT_FILE = re.compile(r"clv-(\d{4}-\d{2}-\d{2}|unknown)-([\w-]+)\.duckdb")


@dataclass(frozen=True)
class Mart:
    """A table to publish; the descriptions become comments of the table and its columns."""

    name: str
    description: str = ""
    columns: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Publication:
    """The one row of table `publication` in a published file: which night it is, and what computed it.

    published_at is the time in UTC at which the file was written, just before its audit.
    """

    run_id: str
    as_of_date: date | None
    published_at: datetime
    clv_version: str
    dbt_version: str
    duckdb_version: str
    code_fingerprint: str


@dataclass(frozen=True)
class KeptFile:
    """A published file in the folder of publications."""

    path: Path
    run_id: str
    as_of: str


def write_candidate(warehouse: Warehouse, marts: Sequence[Mart], publication: Publication) -> Publication:
    """Copy `marts` from the build database to the candidate file, and mark it with `publication`.

    Return the mark with the as-of date of the customers in it. Raises DataError where a mart is not in the build
    database or can't be copied, and UsageError for a full disk.
    """
    candidate = warehouse.candidate_file
    try:
        with duckdb.connect(config={"temp_directory": str(warehouse.folder / SPILL_FOLDER)}) as connection:
            connection.execute(f"attach {sql_text(warehouse.build_file)} as build (read_only)")
            connection.execute(
                f"attach {sql_text(candidate)} as published (storage_version {sql_text(STORAGE_VERSION)})"
            )
            connection.execute(f"create schema published.{MARTS_SCHEMA}")
            for mart in marts:
                _copy(connection, mart)
            marked = _mark(connection, publication)
            connection.execute("checkpoint published")
            connection.execute("detach published")
        flush(candidate)
    except duckdb.Error as error:
        reason = str(error).splitlines()[0]
        if DISK_FULL.search(reason):
            raise UsageError(FULL_DISK) from error
        raise DataError(f"The marts could not be written to {candidate}: {reason}") from error
    return marked


def _mark(connection: duckdb.DuckDBPyConnection, publication: Publication) -> Publication:
    customers = f"published.{MARTS_SCHEMA}.dim_customers"
    as_of_date = connection.execute(f"select max(as_of_date) from {customers}").fetchall()[0][0]
    marked = replace(publication, as_of_date=as_of_date)
    columns = ", ".join(f"{column.name} {COLUMN_TYPES.get(column.name, 'text')}" for column in fields(marked))
    connection.execute(f"create table published.publication ({columns})")
    connection.execute(
        f"insert into published.publication values ({', '.join('?' * len(fields(marked)))})", astuple(marked)
    )
    connection.execute(f"comment on table published.publication is {sql_text(PUBLICATION_COMMENT)}")
    return marked


def publish(warehouse: Warehouse, keep: int) -> None:
    """Make the candidate the published file, at once, never in part; then keep the latest `keep` publications.

    Readers that have the earlier file open keep reading it; who opens it afterwards reads the new one.
    """
    keep_current(warehouse)
    _swap(warehouse)
    try:
        keep_current(warehouse)
        prune(warehouse, keep)
    except OSError as error:  # it is published; the next run makes up for the rest
        LOG.warning("The publications could not be put in order: %s", error)


def republish(warehouse: Warehouse, kept: KeptFile) -> None:
    """Publish a kept file again. Raises UsageError if it is damaged."""
    problem = find_damage(kept.path)
    if problem:
        raise UsageError(f"{kept.path} is damaged and can't be published: {problem}.")
    _link(kept.path, warehouse.candidate_file)
    keep_current(warehouse)
    _swap(warehouse)


def _swap(warehouse: Warehouse) -> None:
    published, candidate = warehouse.published_file, warehouse.candidate_file
    if published.exists() and published.samefile(candidate):
        candidate.unlink()  # to rename one link of a file to another does nothing
        return
    for log in logs_of(published):  # what a client left there would be replayed into the new file
        log.unlink()
    candidate.replace(published)
    flush(warehouse.folder)


def keep_current(warehouse: Warehouse) -> None:
    """See to it that the published file is in the folder of publications, unless it is damaged or bears no mark."""
    try:
        publication = read_publication(warehouse.published_file)
    except duckdb.Error:
        return
    if publication is None:
        return
    warehouse.publications.mkdir(exist_ok=True)
    path = warehouse.publications / f"clv-{publication.as_of_date or 'unknown'}-{publication.run_id}.duckdb"
    if not path.exists():
        _link(warehouse.published_file, path)
        flush(warehouse.publications)


def _link(source: Path, target: Path) -> None:
    """Give the file a second name, or copy it where the file system knows no such links."""
    draft = target.with_name(target.name + ".part")
    draft.unlink(missing_ok=True)
    try:
        draft.hardlink_to(source)
    except OSError:
        shutil.copyfile(source, draft)
        flush(draft)
    draft.replace(target)


def prune(warehouse: Warehouse, keep: int) -> None:
    """Delete the oldest publications, so that `keep` stay; the current one always does."""
    current = current_run(warehouse)
    others = [kept for kept in kept_files(warehouse) if kept.run_id != current]
    for kept in others[max(keep - 1, 0) :]:
        kept.path.unlink(missing_ok=True)


def kept_files(warehouse: Warehouse) -> list[KeptFile]:
    """Return the publications that can be published again, the latest run first."""
    found = ((path, KEPT_FILE.fullmatch(path.name)) for path in warehouse.publications.glob("*.duckdb"))
    files = [KeptFile(path, match[2], match[1]) for path, match in found if match]
    return sorted(files, key=lambda kept: kept.run_id, reverse=True)


def current_run(warehouse: Warehouse) -> str | None:
    """Return the id of the run whose file is published; None if there is none, or it can't be read."""
    try:
        publication = read_publication(warehouse.published_file)
    except duckdb.Error:
        return None
    return publication.run_id if publication else None


def read_publication(file: Path) -> Publication | None:
    """Read a published file's mark; None if there is no file or no mark. Raises duckdb.Error if it can't be read."""
    if not file.exists():
        return None
    with duckdb.connect(str(file), read_only=True) as connection:
        return publication_in(connection)


def publication_in(connection: duckdb.DuckDBPyConnection) -> Publication | None:
    """Read the mark of the published file that `connection` has open; None if it bears none."""
    if not connection.execute("from duckdb_tables() where table_name = 'publication'").fetchall():
        return None
    names = ", ".join(column.name for column in fields(Publication))
    return Publication(*connection.execute(f"select {names} from main.publication").fetchall()[0])


def find_damage(file: Path) -> str:
    """Read the whole of a published file; return why it can't be read, or an empty text."""
    try:
        with duckdb.connect(str(file), read_only=True) as connection:
            for schema, table in connection.execute("select schema_name, table_name from duckdb_tables()").fetchall():
                connection.execute(
                    f"select bit_xor(hash(whole)) from {sql_name(schema)}.{sql_name(table)} as whole"
                ).fetchall()
    except duckdb.Error as error:
        return str(error).splitlines()[0].rstrip(".")
    return ""


def _copy(connection: duckdb.DuckDBPyConnection, mart: Mart) -> None:
    table = f"published.{MARTS_SCHEMA}.{sql_name(mart.name)}"
    connection.execute(f"create table {table} as select * from build.{MARTS_SCHEMA}.{sql_name(mart.name)}")
    if mart.description:
        connection.execute(f"comment on table {table} is {sql_text(mart.description)}")
    present = {row[0] for row in connection.execute(f"describe {table}").fetchall()}
    for column, description in mart.columns.items():
        if description and column in present:
            connection.execute(f"comment on column {table}.{sql_name(column)} is {sql_text(description)}")


def flush(path: Path) -> None:
    """Have the operating system write a file, or a folder's list of names, to the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sql_text(value: object) -> str:
    """Quote a value as a text of SQL."""
    return "'" + str(value).replace("'", "''") + "'"


def sql_name(name: str) -> str:
    """Quote a name for SQL."""
    return '"' + name.replace('"', '""') + '"'
