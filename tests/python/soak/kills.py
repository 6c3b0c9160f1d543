"""Runs that are killed at random moments: readers see a whole night all the same, and the next run repairs all."""

import json
import random
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from soak.nights import MixedError, Shop, clean_files, differences, leftovers, read_answer

STEPS = ("checking the raw data", "building and testing", "writing the candidate", "auditing", "publishing")


@dataclass
class KillReport:
    """What came of the kills. by_step: kills in each step. mixed, wrong, failed: what must stay empty."""

    kills: int = 0
    by_step: dict[str, int] = field(default_factory=dict)
    published_by_killed: int = 0
    mixed: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)

    @property
    def passed(self) -> bool:
        return not (self.mixed or self.wrong or self.failed)


def soak_kills(shop: Shop, kills: int, seed: int = 1) -> KillReport:
    """Kill `kills` runs, spread over the steps, each at a random moment of its step, and run the night after each."""
    chance = random.Random(seed)  # noqa: S311 (no secret)
    clean = clean_files(shop)
    shop.finish_night(shop.nights[0])
    seconds = _seconds_of_steps(shop)
    steps = [step for step in STEPS if step in seconds]
    report = KillReport()
    place = 0
    while report.kills < kills:
        place += 1
        night = shop.nights[place % len(shop.nights)]
        before = read_answer(shop.published_file)
        step = steps[report.kills % len(steps)]
        if not _kill(shop, night, step, chance.random() * seconds[step]):
            continue  # it had ended before the moment came
        report.kills += 1
        report.by_step[step] = report.by_step.get(step, 0) + 1
        label = f"kill {report.kills} ({step}, as of {night})"
        _look(shop, before[0], clean, report, label)
        _repair(shop, night, clean, report, label)
        sys.stderr.write(f"{label}: {'' if report.passed else 'not '}passed so far\n")
    return report


def _seconds_of_steps(shop: Shop) -> dict[str, float]:
    latest = max((shop.warehouse / "runs").glob("*.json"))
    return dict(json.loads(latest.read_text(encoding="utf-8"))["seconds"])


def _kill(shop: Shop, night: str, step: str, delay: float) -> bool:
    """Kill a run `delay` seconds into `step`; return whether it was still going on."""
    process = shop.start_night(night)
    assert process.stderr is not None
    for line in process.stderr:
        if line.rstrip().endswith(f"] {step}"):
            break
    try:
        process.wait(timeout=delay)
    except subprocess.TimeoutExpired:
        process.kill()
    process.communicate()
    return process.returncode < 0


def _look(shop: Shop, before: object, clean: Mapping[str, Path], report: KillReport, label: str) -> None:
    try:
        answer = read_answer(shop.published_file)
    except Exception as error:
        report.mixed.append(f"{label}: {error}")
        return
    report.published_by_killed += answer[0] != before
    found = differences(shop.published_file, clean[str(answer[1])])
    if found:
        report.mixed.append(f"{label}: {found} differ from those of {answer[1]}")


def _repair(shop: Shop, night: str, clean: Mapping[str, Path], report: KillReport, label: str) -> None:
    try:
        shop.finish_night(night)
        answer = read_answer(shop.published_file)
    except (AssertionError, MixedError) as error:
        report.failed.append(f"{label}: {error}")
        return
    found = differences(shop.published_file, clean[night])
    if answer[1] != night or found:
        report.wrong.append(f"{label}: published {answer[1]}, {found} differ")
    if leftovers(shop.warehouse):
        report.failed.append(f"{label}: left {leftovers(shop.warehouse)}")
