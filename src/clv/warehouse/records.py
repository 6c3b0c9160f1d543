"""The lock of a warehouse, and a record of every run that held it."""

import fcntl
import json
import logging
import os
import signal
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from clv.errors import BROKEN_DOWN, INTERRUPTED, TERMINATED, ClvError, LockedError, StoppedError, UsageError
from clv.warehouse.files import Warehouse, private
from clv.warehouse.log import logged

LOG = logging.getLogger(__name__)
PACKAGES = {"clv": "clv-warehouse", "dbt": "dbt-core", "duckdb": "duckdb"}
LOCK_POLL_SECONDS = 0.05
LOCK_SECONDS = 1.0
"""How long a run waits for the lock: `clv status` may hold it for a moment, to see whether a run is going on."""
OUTCOMES = {
    0: "published",
    1: "the data failed",
    2: "could not run",
    BROKEN_DOWN: "broke down",
    INTERRUPTED: "interrupted",
    TERMINATED: "terminated",
}


@dataclass
class RunRecord:
    """What became of a run. Times are ISO 8601 in UTC; ended_at and exit_code are None until it has ended.

    published: id of the run whose file became the published one. seconds: of each step. rows: by source, what
    fct_deliveries says of them. published_rows: by mart.
    """

    run_id: str
    command: str
    started_at: str
    pid: int
    host: str
    versions: dict[str, str]
    ended_at: str | None = None
    exit_code: int | None = None
    message: str = ""
    as_of_date: str | None = None
    published: str | None = None
    seconds: dict[str, float] = field(default_factory=dict)
    rows: dict[str, dict[str, int]] = field(default_factory=dict)
    published_rows: dict[str, int] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)

    def outcome(self, is_running: bool) -> str:
        """Say in a word or two how the run ended, or that it goes on."""
        if self.ended_at is None:
            return "running" if is_running else "killed"
        if self.exit_code == 0 and self.command == "rollback":
            return "rolled back"
        if self.exit_code == 0 and self.command == "forget":
            return "forgot"
        return OUTCOMES.get(self.exit_code or 0, "failed")

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Measure and log a step."""
        LOG.info(name)
        started = time.monotonic()
        try:
            yield
        finally:
            self.seconds[name] = round(time.monotonic() - started, 3)


def now() -> datetime:
    """Return the time in UTC."""
    return datetime.now(UTC)


@contextmanager
def recorded(warehouse: Warehouse, command: str) -> Iterator[RunRecord]:
    """Hold the warehouse's lock for as long as the block lasts, log to its log, and record how the block ended.

    Raises LockedError where another run holds the lock, and UsageError where the clock is earlier than the last run.
    """
    with private(), locked(warehouse), _terminable():
        record = _begin(warehouse, command)
        with logged(warehouse.log_file, record.run_id):
            LOG.info("started", extra={"fields": {"command": command, **record.versions}})
            try:
                yield record
                record.exit_code = 0
            except BaseException as error:
                record.exit_code, record.message = _describe(error)
                if not isinstance(error, ClvError | KeyboardInterrupt):
                    LOG.exception("an error that nothing expected")
                raise
            finally:
                _end(warehouse, record)


def _begin(warehouse: Warehouse, command: str) -> RunRecord:
    started = now()
    last = next(iter(read_records(warehouse, 1)), None)
    if last and started < datetime.fromisoformat(last.started_at):
        raise UsageError(
            f"The clock says {started.isoformat(timespec='milliseconds')}, "
            f"which is before the last run started ({last.started_at}): "
            f"set the clock right, or, if it was wrong then, remove {_path(warehouse, last.run_id)}."
        )
    record = RunRecord(
        run_id=started.strftime("%Y%m%d-%H%M%S-") + f"{started.microsecond // 1000:03d}",
        command=command,
        started_at=started.isoformat(timespec="milliseconds"),
        pid=os.getpid(),
        host=socket.gethostname(),
        versions={name: version(package) for name, package in PACKAGES.items()},
    )
    try:
        warehouse.runs.mkdir(exist_ok=True)
        _save(warehouse, record)
    except OSError as error:
        raise UsageError(f"{warehouse.runs} can't be written: {error.strerror}.") from error
    return record


def _describe(error: BaseException) -> tuple[int, str]:
    if isinstance(error, ClvError):
        return error.exit_code, str(error)
    if isinstance(error, KeyboardInterrupt):
        stopped = stopped_by(error)
        return stopped.exit_code, str(stopped)
    return BROKEN_DOWN, f"{type(error).__name__}: {error}"


def _end(warehouse: Warehouse, record: RunRecord) -> None:
    record.ended_at = now().isoformat(timespec="milliseconds")
    level = logging.ERROR if record.exit_code else logging.INFO
    LOG.log(level, record.message or "ended", extra={"fields": {"exit_code": record.exit_code}})
    with suppress(OSError):  # a full disk: the run is then taken for a killed one
        _save(warehouse, record)


def _save(warehouse: Warehouse, record: RunRecord) -> None:
    path = _path(warehouse, record.run_id)
    draft = path.with_suffix(".part")
    draft.write_text(json.dumps(asdict(record), indent=1) + "\n", encoding="utf-8")
    draft.replace(path)


def _path(warehouse: Warehouse, run_id: str) -> Path:
    return warehouse.runs / f"{run_id}.json"


def read_records(warehouse: Warehouse, count: int) -> list[RunRecord]:
    """Return the latest `count` runs, the latest first; files that are no records are left out."""
    records: list[RunRecord] = []
    for path in sorted(warehouse.runs.glob("*.json"), reverse=True):
        if len(records) == count:
            break
        with suppress(OSError, ValueError, TypeError, AttributeError):
            records.append(_read(path))
    return records


def _read(path: Path) -> RunRecord:
    content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    record = RunRecord(**{name: value for name, value in content.items() if name in RunRecord.__dataclass_fields__})
    datetime.fromisoformat(record.started_at)
    return record


class TerminatedError(KeyboardInterrupt):
    """SIGTERM, which ends a run as Ctrl-C does."""


@contextmanager
def _terminable() -> Iterator[None]:
    """Let SIGTERM end the block as Ctrl-C does, so that it is cleaned up after."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def end(_signal: int, _frame: object) -> None:
        raise TerminatedError

    before = signal.signal(signal.SIGTERM, end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def stopped_by(error: BaseException, what: str = "") -> StoppedError:
    """Return what a run that Ctrl-C or SIGTERM has ended raises; what: what is true of it now."""
    is_terminated = isinstance(error, TerminatedError)
    heading = "Terminated" if is_terminated else "Interrupted"
    return StoppedError(f"{heading}: {what}" if what else f"{heading}.", is_terminated)


@contextmanager
def locked(warehouse: Warehouse) -> Iterator[None]:
    """Hold the warehouse's lock for as long as the block lasts. Raises LockedError where another run holds it.

    The folder is locked beside the file, so that who removes the file unlocks nothing.
    """
    with _folder_locked(warehouse):
        lock = FileLock(warehouse.lock_file, preserve_lock_file=True, fallback_to_soft=False)
        try:
            lock.acquire(timeout=LOCK_SECONDS)
            identity = _identity(warehouse)
        except Timeout:
            raise LockedError(_describe_holder(warehouse)) from None
        except (OSError, NotImplementedError) as error:
            reason = getattr(error, "strerror", None) or str(error)
            raise UsageError(f"{warehouse.lock_file} can't be locked: {reason}.") from error
        _HELD[warehouse.lock_file] = identity
        try:
            yield
        finally:
            del _HELD[warehouse.lock_file]
            lock.release()


_HELD: dict[Path, tuple[int, int] | None] = {}
"""Device and inode of the lock files that this process holds."""


def require_lock(warehouse: Warehouse) -> None:
    """Raise LockedError where the lock file that this process holds is gone: another run may go on beside it."""
    if _HELD.get(warehouse.lock_file) != _identity(warehouse):
        raise LockedError(
            f"{warehouse.lock_file} was removed or replaced while this run held it, so that another may go on beside "
            "it: nothing was published. Leave the file alone, and run again."
        )


def _identity(warehouse: Warehouse) -> tuple[int, int] | None:
    try:
        found = warehouse.lock_file.stat()
    except FileNotFoundError:
        return None
    return found.st_dev, found.st_ino


@contextmanager
def _folder_locked(warehouse: Warehouse, seconds: float = LOCK_SECONDS) -> Iterator[None]:
    """Lock the folder itself, where the file system can; raise LockedError where another process has."""
    try:
        descriptor = os.open(warehouse.folder, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:  # the lock file says what is wrong
        yield
        return
    try:
        deadline = time.monotonic() + seconds
        while not _lock(descriptor):
            if time.monotonic() > deadline:
                raise LockedError(_describe_holder(warehouse))
            time.sleep(LOCK_POLL_SECONDS)
        yield
    finally:
        os.close(descriptor)


def _lock(descriptor: int) -> bool:
    """Lock an open folder; False where another process has. A file system that has no such locks is no obstacle."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        return True
    return True


def _describe_holder(warehouse: Warehouse) -> str:
    last = next(iter(read_records(warehouse, 1)), None)
    since = f", since {last.started_at} (process {last.pid} on {last.host})" if last and last.ended_at is None else ""
    return f"Another run holds the lock of {warehouse.folder}{since}: wait until it has ended."


def is_running(warehouse: Warehouse, last: RunRecord | None) -> bool:
    """Say whether the `last` run goes on: it has no end, and the lock is held (or can't be looked at)."""
    if last is None or last.ended_at is not None:
        return False
    try:
        with (
            _folder_locked(warehouse, 0),
            FileLock(warehouse.lock_file, timeout=0, preserve_lock_file=True, fallback_to_soft=False),
        ):
            return False
    except (LockedError, Timeout, OSError, NotImplementedError):
        return True
