"""Publishes an earlier warehouse again."""

from collections.abc import Sequence

from clv import report
from clv.errors import UsageError
from clv.warehouse.files import Warehouse, require_warehouse
from clv.warehouse.housekeeping import tidied
from clv.warehouse.publish import KeptFile, current_run, kept_files, republish
from clv.warehouse.records import recorded, require_lock, stopped_by


def roll_back(warehouse: Warehouse, run_id: str | None) -> KeptFile:
    """Publish the file of run `run_id` again (None: of the run before the published one), and return it.

    Raises LockedError where a run goes on, and UsageError where there is no such file.
    """
    if not warehouse.folder.is_dir():
        raise UsageError(f"There is no folder {warehouse.folder}.")
    require_warehouse(warehouse)
    with recorded(warehouse, "rollback") as record, tidied(warehouse):
        kept = _choose(warehouse, run_id)
        problem = report.draft(warehouse, kept.path)
        record.warnings += [problem] if problem else []
        require_lock(warehouse)
        record.as_of_date, record.published = kept.as_of, kept.run_id
        try:
            republish(warehouse, kept)
        except KeyboardInterrupt as error:
            if current_run(warehouse) != kept.run_id:
                record.published = None
                raise stopped_by(error, "nothing was published.") from error
        report.put(warehouse)
    return kept


def _choose(warehouse: Warehouse, run_id: str | None) -> KeptFile:
    files = kept_files(warehouse)
    if run_id is None:
        earlier = _earlier(warehouse, files)
        if not earlier:
            raise UsageError(f"There is no earlier publication in {warehouse.publications} to go back to.")
        return earlier[0]
    for kept in files:
        if kept.run_id == run_id:
            return kept
    there = ", ".join(kept.run_id for kept in files) or "none"
    raise UsageError(f"There is no publication of run '{run_id}' in {warehouse.publications}. There are: {there}.")


def _earlier(warehouse: Warehouse, files: Sequence[KeptFile]) -> list[KeptFile]:
    """Return the publications before the published one; where that can't be read, all that are another file."""
    published, current = warehouse.published_file, current_run(warehouse)
    if current is not None:
        return [kept for kept in files if kept.run_id < current]
    return [kept for kept in files if not (published.exists() and kept.path.samefile(published))]
