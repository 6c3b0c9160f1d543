"""Runs that are killed at random moments: readers see a whole night all the same, and the next run repairs all."""

import json
import random
import subprocess
import sys
from collections import Counter
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import reduce
from itertools import cycle
from pathlib import Path
from typing import Any

from soak.nights import MixedError, Shop, clean_files, compare_marts, leftovers, read_answer

STEPS = (
    "checking the raw data",
    "building and testing",
    "writing the candidate",
    "auditing",
    "writing the report",
    "publishing",
)
AFTERWARDS = "summing up"
"""After the last step the process only prints."""


@dataclass
class KillReport:
    """What came of the kills. by_step: in which step each came. mixed, wrong, failed: what must stay empty."""

    kills: int = 0
    by_step: dict[str, int] = field(default_factory=dict)
    published_by_killed: int = 0
    mixed: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)

    @property
    def passed(self) -> bool:
        return not (self.mixed or self.wrong or self.failed)

    def together(self, other: "KillReport") -> "KillReport":
        """Return what came of both."""
        return KillReport(
            self.kills + other.kills,
            dict(Counter(self.by_step) + Counter(other.by_step)),
            self.published_by_killed + other.published_by_killed,
            self.mixed + other.mixed,
            self.wrong + other.wrong,
            self.failed + other.failed,
        )


def soak_kills(shop: Shop, kills: int, seed: int = 1, workers: int = 2) -> KillReport:
    """Kill `kills` runs, spread over the steps, each at a random moment of its step, and run the night after each.

    workers: how many warehouses of the shop are killed side by side.
    """
    clean = clean_files(shop)

    def kill_in_turn(worker: int) -> KillReport:
        own = shop.elsewhere(shop.folder / f"warehouse_{worker}")
        return _kill_in_turn(own, clean, range(worker, kills, workers), random.Random(seed + worker))  # noqa: S311 (no secret)

    with ThreadPoolExecutor(workers) as pool:
        return reduce(KillReport.together, pool.map(kill_in_turn, range(workers)))


def _kill_in_turn(shop: Shop, clean: Mapping[str, Path], numbers: range, chance: random.Random) -> KillReport:
    """Make the kills of these numbers, each of which tells the step to be killed."""
    report = KillReport()
    nights = cycle(shop.nights)
    shop.finish_night(next(nights))
    for number in numbers:
        step = None
        while step is None:  # or the run had ended before the moment came
            night = next(nights)
            before = read_answer(shop.published_file)
            seconds = _seconds_of_steps(shop)
            aim = list(seconds)[number % len(seconds)]
            step = _kill(shop, night, aim, chance.random() * seconds[aim])
        report.kills += 1
        report.by_step[step] = report.by_step.get(step, 0) + 1
        label = f"kill {number + 1} ({step}, as of {night})"
        _look(shop, before[0], clean, report, label)
        _repair(shop, night, clean, report, label)
        problems = report.mixed + report.wrong + report.failed
        sys.stderr.write(f"{label}: {problems or 'passed so far'}\n")
    return report


def _seconds_of_steps(shop: Shop) -> dict[str, float]:
    return dict(_latest_record(shop)["seconds"])


def _latest_record(shop: Shop) -> dict[str, Any]:
    latest = max((shop.warehouse / "runs").glob("*.json"))
    return dict(json.loads(latest.read_text(encoding="utf-8")))


def _kill(shop: Shop, night: str, aim: str, delay: float) -> str | None:
    """Kill a run about `delay` seconds into the step `aim`; return the step that it was in, None if it had ended."""
    process = shop.start_night(night)
    assert process.stderr is not None
    for line in process.stderr:
        if line.rstrip().endswith(f"] {aim}"):
            break
    try:
        process.wait(timeout=delay)
    except subprocess.TimeoutExpired:
        process.kill()
    told = process.communicate()[1]
    if process.returncode >= 0:
        return None
    if _latest_record(shop)["ended_at"]:
        return AFTERWARDS
    return next((step for step in reversed(STEPS) if f"] {step}\n" in told), aim)


def _look(shop: Shop, before: object, clean: Mapping[str, Path], report: KillReport, label: str) -> None:
    try:
        answer = read_answer(shop.published_file)
    except Exception as error:
        report.mixed.append(f"{label}: {error}")
        return
    report.published_by_killed += answer[0] != before
    found = compare_marts(shop.published_file, clean[str(answer[1])])[1]
    if found:
        report.mixed.append(f"{label}: {found} differ from those of {answer[1]}")


def _repair(shop: Shop, night: str, clean: Mapping[str, Path], report: KillReport, label: str) -> None:
    try:
        shop.finish_night(night)
        answer = read_answer(shop.published_file)
    except (AssertionError, MixedError) as error:
        report.failed.append(f"{label}: {error}")
        return
    found = compare_marts(shop.published_file, clean[night])[1]
    if answer[1] != night or found:
        report.wrong.append(f"{label}: published {answer[1]}, {found} differ")
    if leftovers(shop.warehouse):
        report.failed.append(f"{label}: left {leftovers(shop.warehouse)}")
