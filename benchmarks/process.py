"""A child process that is timed, weighed and ended at its time limit."""

import os
import signal
import sys
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

Outcome = Literal["ok", "error", "timeout", "out of memory"]

MAXRSS_BYTES = 1 if sys.platform == "darwin" else 1024
MEMORY_ERRORS = ("MemoryError", "bad_alloc", "Out of Memory Error")
"""What Python, C++ and DuckDB say when they get no more memory."""
NEW_FILE = os.O_WRONLY | os.O_CREAT | os.O_TRUNC


@dataclass(frozen=True)
class Run:
    """How a child ended, its wall seconds from start to end, its peak resident memory in MB (10^6 bytes), its words."""

    outcome: Outcome
    seconds: float
    peak_mb: float
    output: str
    errors: str

    @property
    def last_error(self) -> str:
        """The last line the child wrote about what went wrong; empty if none."""
        return next((line.strip() for line in reversed(self.errors.splitlines()) if line.strip()), "")


def run_process(command: Sequence[str | Path], log: Path, time_limit: float | None = None) -> Run:
    """Run `command` to its end, or kill it and its children after `time_limit` seconds.

    What it prints is kept in `log` with .out and .err added. The peak is that of this child and the children it waited
    for, but never below the caller's own, which the kernel hands down: the caller has to stay small. Should the machine
    run out of memory, the kernel is asked to end the child before anything else. Raises OSError where the child can't
    be started.
    """
    arguments = [str(part) for part in command]
    log.parent.mkdir(parents=True, exist_ok=True)
    output, errors = Path(f"{log}.out"), Path(f"{log}.err")
    streams = [(os.POSIX_SPAWN_OPEN, number, str(path), NEW_FILE, 0o644) for number, path in ((1, output), (2, errors))]
    timed_out = threading.Event()

    def end() -> None:
        timed_out.set()
        _kill_group(pid)

    start = time.perf_counter()
    pid = os.posix_spawn(arguments[0], arguments, os.environ, file_actions=streams, setpgroup=0)
    timer = threading.Timer(threading.TIMEOUT_MAX if time_limit is None else time_limit, end)
    timer.start()
    try:
        with suppress(OSError):
            Path(f"/proc/{pid}/oom_score_adj").write_text("1000")
        _, status, usage = os.wait4(pid, 0)
        seconds = time.perf_counter() - start
    finally:
        timer.cancel()
        _kill_group(pid)

    said = errors.read_text(errors="replace")
    outcome = _outcome(os.waitstatus_to_exitcode(status), timed_out.is_set(), said)
    return Run(outcome, seconds, usage.ru_maxrss * MAXRSS_BYTES / 1e6, output.read_text(errors="replace"), said)


def _outcome(exit_code: int, timed_out: bool, errors: str) -> Outcome:
    if exit_code == 0:
        return "ok"
    if timed_out:
        return "timeout"
    no_memory = exit_code == -signal.SIGKILL or any(words in errors for words in MEMORY_ERRORS)
    return "out of memory" if no_memory else "error"


def _kill_group(pid: int) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)
