"""The results: what was measured, and the Markdown tables made from it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

OURS = "clv-warehouse"
PARAMETERS = ("r", "alpha", "a", "b", "p", "q", "v")
MEASURES = {"work_seconds": 2, "process_seconds": 1, "peak_mb": 0}
"""What is compared with ours, and the digits shown."""
TEXT_COLUMNS = {"contestant", "longest stages s"}
UNKNOWN = "–"


@dataclass(frozen=True)
class Measurement:
    """One contestant on one log.

    `result` is the line the contestant printed, None unless `outcome` is ok; `detail` is what it said otherwise.
    Seconds are wall seconds, `peak_mb` is the peak resident memory in MB.
    """

    customers: int
    orders: int
    contestant: str
    outcome: str
    detail: str
    process_seconds: float
    peak_mb: float
    result: Mapping[str, Any] | None

    @property
    def work_seconds(self) -> float | None:
        """Seconds of the work itself: dbt's own time of the models if that is a stage, else of all stages."""
        if self.result is None:
            return None
        stages: Mapping[str, float] = self.result["stages"]
        return stages.get("models", sum(stages.values()))


def markdown(machine: Mapping[str, Any], as_of: str, measurements: Sequence[Measurement]) -> str:
    """The page of results."""
    about = ", ".join(f"{name} {value}" for name, value in machine.items())
    versions = dict.fromkeys(f"{m.contestant} {m.result['version']}" for m in measurements if m.result)
    parts = [
        "# Results",
        "Made by `benchmarks/run.py`; what the columns mean is in [the README](../README.md).",
        f"Machine: {about}. As-of date: {as_of}. Versions: {', '.join(versions) or UNKNOWN}.",
        "![Seconds and memory by customers](speed.svg)",
        "## Speed and memory",
        f"Each × is the number before it over that of {OURS} on the same log: above 1, the contestant needs more.",
        _speed_table(measurements),
        "## What they find",
        "BG/NBD with time in weeks; the log-likelihood is BG/NBD's. Orders and CLV are summed over all customers.",
        _findings_table(measurements),
        *_failures(measurements),
    ]
    return "\n\n".join(parts) + "\n"


def _speed_table(measurements: Sequence[Measurement]) -> str:
    ours = {m.customers: m for m in measurements if m.contestant == OURS and m.result}
    measured = ["work s", "×", "whole process s", "×", "peak MB", "×", "longest stages s"]
    header = ["customers", "orders", "contestant", *measured]
    return _table(header, (_speed_row(m, ours.get(m.customers)) for m in measurements))


def _speed_row(m: Measurement, ours: Measurement | None) -> list[str]:
    cells = [f"{m.customers:,}", f"{m.orders:,}", m.contestant]
    for measure, digits in MEASURES.items():
        value = getattr(m, measure)
        cells += [_number(value, digits), _ratio(value, getattr(ours, measure, None) if m.result else None)]
    stages: Mapping[str, float] = m.result["stages"] if m.result else {}
    shortest = 0.05 * (m.work_seconds or 0)
    long = {name: seconds for name, seconds in stages.items() if name != "models" and seconds >= shortest}
    return [*cells, ", ".join(f"{name} {seconds:.2f}" for name, seconds in long.items()) or f"**{m.outcome}**"]


def _findings_table(measurements: Sequence[Measurement]) -> str:
    header = ["customers", "contestant", *PARAMETERS, "log-likelihood", "orders in 365 days", "CLV of 12 months"]
    return _table(header, (_findings_row(m, m.result) for m in measurements if m.result))


def _findings_row(m: Measurement, result: Mapping[str, Any]) -> list[str]:
    return [
        f"{m.customers:,}",
        m.contestant,
        *(_number(result["parameters"].get(name), 4) for name in PARAMETERS),
        _number(result["log_likelihood"], 2),
        _number(result["expected_orders_365d_sum"], 1),
        _number(result["clv_sum"], 0),
    ]


def _failures(measurements: Iterable[Measurement]) -> list[str]:
    lines = [
        f"- {m.contestant}, {m.customers:,} customers: {m.outcome} after {m.process_seconds:.1f} s. {m.detail}".strip()
        for m in measurements
        if not m.result
    ]
    return ["## What went wrong", "\n".join(lines)] if lines else []


def _table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    rules = [":--" if name in TEXT_COLUMNS else "--:" for name in header]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (header, rules, *rows))


def _number(value: float | None, digits: int) -> str:
    return UNKNOWN if value is None else f"{value:,.{digits}f}"


def _ratio(value: float | None, reference: float | None) -> str:
    return _number(value / reference, 2) if value is not None and reference else UNKNOWN
