"""The report: one page that shows what the published warehouse says, drawn from its file alone."""

import logging
import re
from pathlib import Path

from clv.engines.protocol import EngineError
from clv.warehouse.files import Warehouse
from clv.warehouse.publish import kept_files, read_publication

LOG = logging.getLogger(__name__)
DRAFT_SUFFIX = ".part"
MARK = re.compile(r'<meta name="clv-run" content="([\w-]*)">')
HEAD_CHARACTERS = 1000


def draw(file: Path, publications: Warehouse) -> str:
    """Return the page of a published file, with changes since the publication before it.

    Raises EngineError if the file can't be read.
    """
    # altair takes a second to load
    from clv.report.data import read_figures, read_headlines
    from clv.report.page import render

    now = read_figures(file)
    earlier = _earlier(publications, now.publication.run_id if now.publication else None)
    return render(now, read_headlines(earlier) if earlier else None)


def _earlier(warehouse: Warehouse, run_id: str | None) -> Path | None:
    """Return the latest readable publication before run `run_id`."""
    for kept in kept_files(warehouse):
        if run_id is not None and kept.run_id < run_id and _is_readable(kept.path):
            return kept.path
    return None


def _is_readable(file: Path) -> bool:
    try:
        return read_publication(file) is not None
    except EngineError:
        return False


def draft(warehouse: Warehouse, file: Path) -> str:
    """Draw the report of `file`, which is about to be published, beside the current one.

    Return why that failed, or an empty text. No failure is raised: a warehouse is published without a report, too.
    """
    target = _draft_file(warehouse)
    try:
        target.write_text(draw(file, warehouse), encoding="utf-8")
    except Exception as error:
        LOG.exception("the report could not be drawn")
        target.unlink(missing_ok=True)
        reason = next(iter(str(error).splitlines()), "") or type(error).__name__
        return f"The report could not be drawn ({reason.rstrip('.')}): the warehouse is published without one."
    return ""


def put(warehouse: Warehouse) -> None:
    """Let the draft take the place of the report; without a draft, there is no report until one is drawn."""
    target = _draft_file(warehouse)
    if target.exists():
        target.replace(warehouse.report_file)
    else:
        warehouse.report_file.unlink(missing_ok=True)


def run_of(report: Path) -> str | None:
    """Return the id of the run that a report shows; None if there is none or it says nothing of it."""
    try:
        with report.open(encoding="utf-8") as page:
            return run_in(page.read(HEAD_CHARACTERS))
    except (OSError, UnicodeDecodeError):
        return None


def run_in(page: str) -> str | None:
    """Return the id of the run that a page shows; None if it says nothing of it."""
    found = MARK.search(page, 0, HEAD_CHARACTERS)
    return found[1] or None if found else None


def _draft_file(warehouse: Warehouse) -> Path:
    return warehouse.report_file.with_name(warehouse.report_file.name + DRAFT_SUFFIX)
