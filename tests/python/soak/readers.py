"""Readers that query without pause while nights are published."""

import multiprocessing
import os
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from multiprocessing.synchronize import Event
from pathlib import Path
from typing import Any

from soak.nights import Answer, Shop, read_answer


@dataclass
class ReaderReport:
    """What the readers saw. errors: what must stay empty."""

    readers: int
    publications: int
    queries: int = 0
    seconds: float = 0.0
    nights_seen: int = 0
    errors: list[str] = field(default_factory=list)

    @property
    def passed(self) -> bool:
        return not self.errors

    @property
    def queries_per_second(self) -> float:
        return self.queries / self.seconds if self.seconds else 0.0


def soak_readers(shop: Shop, readers: int, publications: int) -> ReaderReport:
    """Publish `publications` nights while `readers` processes ask, open to close, as fast as they can."""
    report = ReaderReport(readers, publications)
    shop.finish_night(shop.nights[0])
    context = multiprocessing.get_context("spawn")
    stop, found = context.Event(), context.Queue()
    processes = [context.Process(target=_read, args=(shop.published_file, stop, found)) for _ in range(readers)]
    for process in processes:
        process.start()
    started = [found.get() for _ in processes]  # every reader has its first answer
    began = time.monotonic()
    try:
        for place in range(publications):
            shop.finish_night(shop.nights[(place + 1) % len(shop.nights)])
    finally:
        stop.set()
        results = [found.get() for _ in processes]
        for process in processes:
            process.join()
    report.seconds = time.monotonic() - began
    _merge(report, [*started, *results])
    return report


def _read(published: Path, stop: Event, found: Any) -> None:
    os.nice(10)  # or the nights, which all else waits for, hardly get on
    answers: dict[str, Answer] = {}
    errors: list[str] = []
    queries = 0
    latest = ""
    while not stop.is_set():
        try:
            answer = read_answer(published)
        except Exception as error:
            errors.append(str(error))
            continue
        run_id = str(answer[0])
        if run_id < latest:
            errors.append(f"after run {latest} came {run_id}")
        if answers.setdefault(run_id, answer) != answer:
            errors.append(f"run {run_id} gave {answer} after {answers[run_id]}")
        latest = run_id
        if not queries:
            found.put({"queries": 0, "answers": {}, "errors": []})
        queries += 1
    found.put({"queries": queries, "answers": answers, "errors": errors})


def _merge(report: ReaderReport, results: list[Mapping[str, Any]]) -> None:
    answers: dict[str, Answer] = {}
    for result in results:
        report.queries += result["queries"]
        report.errors += result["errors"]
        for run_id, answer in result["answers"].items():
            if answers.setdefault(run_id, answer) != answer:
                report.errors.append(f"run {run_id} gave {answer} and {answers[run_id]}")
    report.nights_seen = len(answers)
