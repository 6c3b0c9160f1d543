"""The folder of a warehouse, and what stands where in it."""

import os
import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from clv.errors import UsageError

KEPT_PUBLICATIONS = 7
OTHERS_NOTHING = 0o027
"""What is taken from the rights of new files and folders: writing of the group, and all of everybody else."""
OWNER_ALONE = 0o600
KEY_BYTES = 32
SPILL_FOLDER = "spill"
IDENTITY_KEY = "CLV_IDENTITY_KEY"
"""Environment variable with the key, in place of the file."""


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
    def identity_key_file(self) -> Path:
        """The key that ids of guests are made with, and those who were forgotten are known by."""
        return self.folder / "identity.key"

    @property
    def forgotten_file(self) -> Path:
        """Keyed hashes of the persons who were forgotten: with the key beside it, it keeps them out."""
        return self.folder / "forgotten.csv"

    @property
    def exports_file(self) -> Path:
        """The folders that exports were written to."""
        return self.folder / "exports.json"

    @property
    def lock_file(self) -> Path:
        """Whoever has locked this file may write to the folder."""
        return self.folder / "clv.lock"


KEPT_FILE = re.compile(r"clv-(\d{4}-\d{2}-\d{2}|unknown)-([\w-]+)\.duckdb")
RECORD_FILE = re.compile(r"\d{8}-\d{6}-\d{3}\.json")


def is_warehouse(warehouse: Warehouse) -> bool:
    """Say whether the folder shows that `clv` has worked in it: its lock, a run record or a kept publication."""
    signs = ((warehouse.runs, RECORD_FILE), (warehouse.publications, KEPT_FILE))
    return warehouse.lock_file.is_file() or any(
        pattern.fullmatch(path.name) for folder, pattern in signs if folder.is_dir() for path in folder.iterdir()
    )


def require_warehouse(warehouse: Warehouse) -> None:
    """Raise UsageError where the folder shows no sign of a warehouse, so that nothing of anybody else's is touched."""
    if not is_warehouse(warehouse):
        raise UsageError(
            f"{warehouse.folder} shows no sign of a warehouse: --warehouse (or CLV_WAREHOUSE_DIR) must name its folder."
        )


def require_own_folder(warehouse: Warehouse) -> None:
    """Raise UsageError where a run would replace or remove what is no warehouse's."""
    own = (
        warehouse.published_file,
        warehouse.candidate_file,
        warehouse.publications,
        warehouse.runs,
        warehouse.data_docs,
        warehouse.report_file,
        warehouse.folder / SPILL_FOLDER,
    )
    foreign = next((path for path in own if path.exists()), None)
    if foreign and not is_warehouse(warehouse):
        raise UsageError(
            f"{warehouse.folder} holds {foreign.name}, but shows no sign of a warehouse, which would replace it: "
            "name another folder with --warehouse (or CLV_WAREHOUSE_DIR)."
        )


@contextmanager
def private() -> Iterator[None]:
    """Let new files be readable by owner and group (0640) and folders 0750, or less where the umask says so."""
    before = os.umask(OTHERS_NOTHING)
    os.umask(before | OTHERS_NOTHING)
    try:
        yield
    finally:
        os.umask(before)


def make_identity_key(warehouse: Warehouse) -> None:
    """Make the key's file for its owner alone, unless it is there or the key is given by the environment."""
    if os.environ.get(IDENTITY_KEY):
        return
    file = warehouse.identity_key_file
    try:
        with suppress(FileExistsError):
            descriptor = os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, OWNER_ALONE)
            os.write(descriptor, f"{secrets.token_hex(KEY_BYTES)}\n".encode())
            os.close(descriptor)
        if file.stat().st_mode & 0o077:
            file.chmod(OWNER_ALONE)
    except PermissionError:  # of another owner, who may have shared it on purpose
        return


def make_folder(folder: Path) -> None:
    """Make `folder` and its parents if absent. Raises UsageError where that is impossible or nothing can be written."""
    try:
        with private():
            folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"The folder {folder} can't be made: {error.strerror}.") from error
    if not os.access(folder, os.W_OK):
        raise UsageError(f"The folder {folder} can't be written to: give the user the right, or name another one.")
