"""What every contestant shares: its arguments, its clock and the line it prints.

A contestant is a program `run_NAME.py LOG.parquet AS_OF` whose last line of output is one JSON object:
{"contestant", "version", "stages": {stage: seconds}, "parameters": {name: value}, "log_likelihood",
"expected_orders_365d_sum", "clv_sum", "customers"}. It needs nothing but the standard library to speak it.
"""

import json
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path

WEEK_DAYS = 7
HORIZON_DAYS = 365
HORIZON_MONTHS = 12
MONTHLY_DISCOUNT_RATE = 1.1 ** (1 / 12) - 1
"""Ten percent a year."""


class Clock:
    """Measures the stages of the work, without the start of the interpreter and the imports."""

    def __init__(self) -> None:
        """Start with no stage."""
        self.stages: dict[str, float] = {}

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Count the wall seconds of the block as stage `name`."""
        start = time.perf_counter()
        yield
        self.stages[name] = time.perf_counter() - start


@dataclass(frozen=True)
class Result:
    """What a contestant found.

    Parameters have the names r, alpha, a, b (time in weeks) and p, q, v; the log-likelihood is BG/NBD's over all
    customers; the sums run over all customers, in orders and in the log's currency.
    """

    parameters: dict[str, float]
    log_likelihood: float | None
    expected_orders_365d_sum: float
    clv_sum: float
    customers: int


def compete(contestant: str, predict_clv: Callable[[Path, str, Clock], Result]) -> None:
    """Run `predict_clv` on the program's arguments, the log and the as-of date (YYYY-MM-DD), and print the line.

    `contestant` is the name of its distribution, too. Raises ValueError where a result is no finite number.
    """
    log, as_of = sys.argv[1:]
    clock = Clock()
    result = predict_clv(Path(log), as_of, clock)
    line = {"contestant": contestant, "version": version(contestant), "stages": clock.stages, **asdict(result)}
    sys.stdout.write(json.dumps(line, allow_nan=False) + "\n")
