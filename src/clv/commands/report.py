"""Draws the report of a published warehouse again."""

from contextlib import nullcontext
from pathlib import Path

from clv import report
from clv.engines.protocol import EngineError
from clv.errors import UsageError
from clv.warehouse.files import Warehouse, private
from clv.warehouse.publish import current_run
from clv.warehouse.records import locked


def redraw(warehouse: Warehouse, file: Path | None, output: Path | None) -> Path:
    """Draw the report of `file` (None: the published one) to `output` (None: report.html); return its path.

    Raises UsageError where there is nothing to draw, no right to write, or report.html would show anything but what is
    published, and LockedError where report.html is to be written while a run goes on.
    """
    source, target = file or warehouse.published_file, output or warehouse.report_file
    is_own = target.resolve() == warehouse.report_file.resolve()
    if file is not None and is_own:
        raise UsageError(f"--file needs an --output that is not {target}: that shows what is published.")
    if not source.is_file():
        raise UsageError(
            f"There is no {source}: publish a warehouse with `clv run`, or name its folder with --warehouse."
        )
    try:
        page = report.draw(source, warehouse)
    except EngineError as error:
        raise UsageError(f"{source} can't be read: {error.reason}.") from error
    # a run may have published since: its report must not be replaced by that of the warehouse before
    with locked(warehouse) if is_own else nullcontext():
        if is_own and report.run_in(page) != current_run(warehouse):
            raise UsageError("A run has published while the report was drawn, and has drawn it: nothing is left to do.")
        _write(page, target)
    return target


def _write(page: str, target: Path) -> None:
    """Write the page at once: who opens it sees the old one or the new one."""
    part = target.with_name(target.name + report.DRAFT_SUFFIX)
    try:
        with private():
            part.write_text(page, encoding="utf-8")
        part.replace(target)
    except OSError as error:
        raise UsageError(f"{target} can't be written: {error.strerror or error}.") from error
