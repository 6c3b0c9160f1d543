"""Shows how far a long piece of work is: one live line on a terminal, sparse plain lines elsewhere. On stderr."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn

PLAIN_LINES = 4
"""How many lines at most tell of one step where there is no terminal."""


class LiveProgress:
    """One line that is drawn anew."""

    def __init__(self, progress: Progress, task: TaskID) -> None:
        """Draw on `task` of `progress`."""
        self._progress = progress
        self._task = task
        self._step = ""

    def step(self, name: str) -> None:
        """Begin the step `name`, of unknown length."""
        self._step = name
        self._progress.reset(self._task, total=None, description=name, detail="", visible=True)

    def update(self, done: int, total: int, what: str) -> None:
        """Say that `what` is number `done` of `total` (0: unknown)."""
        detail = f"{done} of {total} {what}" if total else what
        self._progress.update(self._task, completed=done, total=total or None, detail=detail)


class PlainProgress:
    """A line per step and per quarter of its work."""

    def __init__(self) -> None:
        """Start the clock."""
        self._started = time.monotonic()
        self._step = ""
        self._told = 0

    def step(self, name: str) -> None:
        """Begin the step `name`."""
        self._step, self._told = name, 0
        self._print(name)

    def update(self, done: int, total: int, what: str) -> None:
        """Say, once a quarter, that `what` is number `done` of `total` (0: unknown)."""
        quarter = done * PLAIN_LINES // total if total else 0
        if quarter > self._told:
            self._told = quarter
            self._print(f"{self._step}: {done} of {total} {what}".rstrip())

    def _print(self, text: str) -> None:
        sys.stderr.write(f"[{time.monotonic() - self._started:6.1f} s] {text}\n")
        sys.stderr.flush()


@contextmanager
def show_progress() -> Iterator[LiveProgress | PlainProgress]:
    """Show progress for as long as the block lasts; on a terminal the line vanishes afterwards."""
    console = Console(stderr=True)
    if not console.is_interactive:
        yield PlainProgress()
        return
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(bar_width=30),
        TextColumn("{task.fields[detail]}", markup=False),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console, transient=True, redirect_stdout=False, redirect_stderr=False) as progress:
        yield LiveProgress(progress, progress.add_task("", total=None, detail="", visible=False))
