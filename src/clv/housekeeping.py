"""Looks after the files of a warehouse folder: leftovers, damage, and room on the disk."""

import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from clv.errors import UsageError
from clv.project import Warehouse

SPILL_FOLDER = "spill"
DISK_FULL = re.compile(r"no space left on device|disk quota exceeded|file too large", re.IGNORECASE)
FREE_SPACE = "free some space, or keep fewer publications (--keep), and run again."
FULL_DISK = f"The disk is full: {FREE_SPACE}"


@contextmanager
def tidied(warehouse: Warehouse) -> Iterator[None]:
    """Clean up before and after the block, however it ends. An error of the file system in it becomes a UsageError."""
    try:
        clean_up(warehouse)
        yield
    except OSError as error:
        if DISK_FULL.search(str(error)):
            raise UsageError(FULL_DISK) from error
        raise UsageError(f"{error.filename or warehouse.folder}: {error.strerror or error}.") from error
    finally:
        clean_up(warehouse)


def clean_up(warehouse: Warehouse) -> None:
    """Remove what killed runs have left. The build database's .wal stays: it is part of the database."""
    candidate = warehouse.candidate_file
    folders = (warehouse.folder, warehouse.publications, warehouse.runs)
    drafts = [path for folder in folders for path in folder.glob("*.part")]
    for file in (candidate, *logs_of(candidate), *drafts):
        file.unlink(missing_ok=True)
    shutil.rmtree(warehouse.folder / SPILL_FOLDER, ignore_errors=True)


def remove_spill(build: Path) -> None:
    """Remove what the engine has spilled beside the build database, which nobody may have open."""
    shutil.rmtree(build.with_name(build.name + ".tmp"), ignore_errors=True)


def set_aside(build: Path) -> Path:
    """Rename a build database that can't be read, so that a new one is made; return its new name."""
    target = build.with_name("build.damaged.duckdb")
    for log in logs_of(build):  # first, so that a kill leaves none beside the new one
        log.replace(log.with_name(log.name.replace(build.name, target.name)))
    build.replace(target)
    return target


def require_space(warehouse: Warehouse, needed: int, purpose: str) -> None:
    """Raise UsageError if the disk has less than `needed` bytes left for `purpose`."""
    free = shutil.disk_usage(warehouse.folder).free
    if free < needed:
        raise UsageError(
            f"The disk of {warehouse.folder} has {megabytes(free)} left, "
            f"and {purpose} needs about {megabytes(needed)}: {FREE_SPACE}"
        )


def size(*files: Path) -> int:
    """Return the bytes of `files`; one that doesn't exist has none."""
    return sum(file.stat().st_size for file in files if file.exists())


def megabytes(count: int) -> str:
    """Write a number of bytes as `12.3 MB`."""
    return f"{count / 1e6:,.1f} MB"


def logs_of(file: Path) -> list[Path]:
    """Return the write-ahead logs that DuckDB has left beside a database file."""
    return list(file.parent.glob(f"{file.name}.wal*"))
