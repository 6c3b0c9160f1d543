"""The folder of a warehouse, and what stands where in it."""

import os
from dataclasses import dataclass
from pathlib import Path

from clv.errors import UsageError

KEPT_PUBLICATIONS = 7


@dataclass(frozen=True)
class Warehouse:
    """The folder of a warehouse, which is absolute, and what lies in it."""

    folder: Path

    @property
    def build_file(self) -> Path:
        """The builders' database."""
        return self.folder / "build.duckdb"

    @property
    def published_file(self) -> Path:
        """The database that readers open: always a whole one."""
        return self.folder / "clv.duckdb"

    @property
    def candidate_file(self) -> Path:
        """What becomes the published file if it passes the audit; there is none between runs."""
        return self.folder / "candidate.duckdb"

    @property
    def publications(self) -> Path:
        """The folder of the latest published files, the current one among them."""
        return self.folder / "publications"

    @property
    def runs(self) -> Path:
        """The folder of the run records, a file each."""
        return self.folder / "runs"

    @property
    def log_file(self) -> Path:
        """The structured log: a JSON object per line."""
        return self.folder / "logs" / "clv.jsonl"

    @property
    def data_docs(self) -> Path:
        """The folder of the audit's Data Docs."""
        return self.folder / "data_docs"

    @property
    def report_file(self) -> Path:
        """The page that shows what is published."""
        return self.folder / "report.html"

    @property
    def lock_file(self) -> Path:
        """Whoever has locked this file may write to the folder."""
        return self.folder / "clv.lock"


def make_folder(folder: Path) -> None:
    """Make `folder` and its parents if absent. Raises UsageError where that is impossible or nothing can be written."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"The folder {folder} can't be made: {error.strerror}.") from error
    if not os.access(folder, os.W_OK):
        raise UsageError(f"The folder {folder} can't be written to: give the user the right, or name another one.")
