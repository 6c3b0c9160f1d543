"""Looks after the files of a warehouse folder: leftovers, damage, and room on the disk."""

import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from errno import EDQUOT, EFBIG, EIO, EMFILE, ENFILE, ENOMEM, ENOSPC, ESTALE
from pathlib import Path

from clv.engines import ENGINE
from clv.errors import MachineError, UsageError
from clv.warehouse.files import SPILL_FOLDER, Warehouse

DISK_FULL = re.compile(r"no space left on device|disk quota exceeded|file too large", re.IGNORECASE)
FREE_SPACE = "free some space, or keep fewer publications (--keep), and run again."
OF_MACHINE = (EDQUOT, EFBIG, EIO, EMFILE, ENFILE, ENOMEM, ENOSPC, ESTALE)
FULL_DISK = f"The disk is full: {FREE_SPACE}"


@contextmanager
def tidied(warehouse: Warehouse) -> Iterator[None]:
    """Clean up before and after the block, however it ends.

    An error of the file system in it becomes a MachineError where another try may help, else a UsageError.
    """
    try:
        clean_up(warehouse)
        yield
    except OSError as error:
        if DISK_FULL.search(str(error)):
            raise MachineError(FULL_DISK) from error
        kind = MachineError if error.errno in OF_MACHINE else UsageError
        raise kind(f"{error.filename or warehouse.folder}: {error.strerror or error}.") from error
    finally:
        clean_up(warehouse)


def clean_up(warehouse: Warehouse) -> None:
    """Remove what killed runs have left. The build database's .wal stays: it is part of the database."""
    ENGINE.remove(warehouse.candidate_file)
    drafts = [path for folder in (warehouse.publications, warehouse.runs) for path in folder.glob("*.part")]
    drafts += [file.with_name(f"{file.name}.part") for file in (warehouse.report_file, warehouse.exports_file)]
    for file in drafts:
        file.unlink(missing_ok=True)
    shutil.rmtree(warehouse.folder / SPILL_FOLDER, ignore_errors=True)


def set_aside(build: Path) -> Path:
    """Rename a build database that can't be read, so that a new one is made; return its new name."""
    target = build.with_name("build.damaged.duckdb")
    ENGINE.set_aside(build, target)
    return target


def require_space(warehouse: Warehouse, needed: int, purpose: str) -> None:
    """Raise MachineError if the disk has less than `needed` bytes left for `purpose`."""
    free = shutil.disk_usage(warehouse.folder).free
    if free < needed:
        raise MachineError(
            f"The disk of {warehouse.folder} has {megabytes(free)} left, "
            f"and {purpose} needs about {megabytes(needed)}: {FREE_SPACE}"
        )


def megabytes(count: int) -> str:
    """Write a number of bytes as `12.3 MB`."""
    return f"{count / 1e6:,.1f} MB"
