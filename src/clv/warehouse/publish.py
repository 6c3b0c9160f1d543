"""Writes the marts to a file of their own and makes it the one that readers open; keeps the ones before it."""

import logging
import os
import shutil
from collections.abc import Sequence
from dataclasses import astuple, dataclass, fields, replace
from datetime import date, datetime
from pathlib import Path

from clv.engines import ENGINE
from clv.engines.protocol import Database, EngineError, Mart, sql_text
from clv.errors import DataError, MachineError, UsageError
from clv.warehouse.files import KEPT_FILE, SPILL_FOLDER, Warehouse
from clv.warehouse.housekeeping import DISK_FULL, FULL_DISK

LOG = logging.getLogger(__name__)
DATED_MARTS = ("dim_customers", "fct_subscription_cohorts")
"""Say what the as-of date is; a shop of subscriptions alone has no row in the first."""

MARTS_SCHEMA = "marts"
COLUMN_TYPES = {"as_of_date": "date", "published_at": "timestamp"}
PUBLICATION_COMMENT = "One row: the run that wrote this file, and what it ran with. Times are in UTC."


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
    database or can't be copied, and MachineError for a full disk or too little memory.
    """
    candidate = warehouse.candidate_file
    try:
        with ENGINE.write(warehouse.build_file, candidate, warehouse.folder / SPILL_FOLDER) as database:
            database.execute(f"create schema {MARTS_SCHEMA}")
            for mart in marts:
                database.copy(MARTS_SCHEMA, mart)
            marked = _mark(database, marts, publication)
        flush(candidate)
    except EngineError as error:
        if DISK_FULL.search(str(error)):
            raise MachineError(FULL_DISK) from error
        raise DataError(f"The marts could not be written to {candidate}: {error.reason}.") from error
    return marked


def _mark(database: Database, marts: Sequence[Mart], publication: Publication) -> Publication:
    dates = [
        database.execute(f"select max(as_of_date) from {MARTS_SCHEMA}.{mart.name}").fetchall()[0][0]
        for mart in marts
        if mart.name in DATED_MARTS
    ]
    marked = replace(publication, as_of_date=next((day for day in dates if day), None))
    columns = ", ".join(f"{column.name} {COLUMN_TYPES.get(column.name, 'text')}" for column in fields(marked))
    database.execute(f"create table main.publication ({columns})")
    database.execute(f"insert into main.publication values ({', '.join('?' * len(fields(marked)))})", astuple(marked))
    database.execute(f"comment on table main.publication is {sql_text(PUBLICATION_COMMENT)}")
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
    problem = ENGINE.find_damage(kept.path)
    if problem:
        raise UsageError(f"{kept.path} is damaged and can't be published: {problem}.")
    _link(kept.path, warehouse.candidate_file)
    keep_current(warehouse)
    _swap(warehouse)


def keep_current(warehouse: Warehouse) -> None:
    """See to it that the published file is in the folder of publications, unless it is damaged or bears no mark."""
    try:
        publication = read_publication(warehouse.published_file)
    except EngineError:
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
    except EngineError:
        return None
    return publication.run_id if publication else None


def read_publication(file: Path) -> Publication | None:
    """Read a published file's mark; None if there is no file or no mark. Raises EngineError if it can't be read."""
    if not file.exists():
        return None
    with ENGINE.read(file) as database:
        return publication_in(database)


def publication_in(database: Database) -> Publication | None:
    """Read the mark of a published file; None if it bears none."""
    if "publication" not in (name for name, _ in database.tables("main")):
        return None
    names = ", ".join(column.name for column in fields(Publication))
    return Publication(*database.execute(f"select {names} from main.publication").fetchall()[0])


def _swap(warehouse: Warehouse) -> None:
    ENGINE.swap(warehouse.candidate_file, warehouse.published_file)
    flush(warehouse.folder)


def flush(path: Path) -> None:
    """Have the operating system write a file, or a folder's list of names, to the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
