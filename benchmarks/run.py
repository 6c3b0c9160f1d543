"""Compare this project with its Python peers: purchase log in, 12-month CLV of every customer out.

Needs Python 3.11 and nothing else; every contestant gets a virtual environment of its own, made once from its locked
requirements. The results are a JSON file, a page and a picture.
"""

import argparse
import hashlib
import json
import os
import platform
import re
import shutil
import signal
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from process import Run, run_process
from report import OURS, Measurement, markdown

ROOT = Path(__file__).resolve().parent
PROJECT = ROOT.parent
AS_OF = "2025-12-31"
SEED = 1
WARM_UP_CUSTOMERS = 1_000
LARGEST = 10_000_000
DETAIL_LENGTH = 300


class PreparationError(Exception):
    """An environment or a log could not be made; the message says which and why."""


@dataclass(frozen=True)
class Contestant:
    """A program of contestants/, what it needs, and whether this project is part of that."""

    name: str
    requirements: Path
    project: bool = False

    @property
    def program(self) -> Path:
        """What is run: contestants/run_NAME.py."""
        return ROOT / "contestants" / f"run_{self.name.replace('-', '_')}.py"


CONTESTANTS = (
    Contestant(OURS, PROJECT / "requirements.txt", project=True),
    *(Contestant(name, ROOT / "requirements" / f"{name}.txt") for name in ("lifetimes", "clvkit", "pymc-marketing")),
)
HARNESS = Contestant("harness", ROOT / "requirements" / "harness.txt")
"""What makes the logs and draws the picture."""


@dataclass(frozen=True)
class Workplace:
    """The folder of environments, logs and what the processes print."""

    folder: Path

    def run(self, name: str, *command: str | Path, time_limit: float | None = None) -> Run:
        """Run a command, its output kept under `name`."""
        return run_process(command, self.folder / "output" / name, time_limit)

    def forget_compiled_code(self) -> None:
        """Give PyTensor, pymc-marketing's compiler, an empty cache, so that a second benchmark repeats the first."""
        cache = self.folder / "compiled"
        shutil.rmtree(cache, ignore_errors=True)
        os.environ["PYTENSOR_FLAGS"] = f"base_compiledir={cache}"

    def must_run(self, name: str, *command: str | Path) -> None:
        """Run a command that has to succeed; raises PreparationError if it does not."""
        run = self.run(name, *command)
        if run.outcome != "ok":
            raise PreparationError(f"{name}: {run.outcome}. {run.last_error}")

    def environment(self, contestant: Contestant) -> Path:
        """The Python of the contestant's environment, which is made anew when its requirements have changed."""
        home = self.folder / "environments" / contestant.name
        python, stamp = home / "bin" / "python", home / "requirements.sha256"
        locked = hashlib.sha256(contestant.requirements.read_bytes()).hexdigest()
        if not stamp.exists() or stamp.read_text() != locked:
            label = f"environment-{contestant.name}"
            install = (python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check")
            self.must_run(label, sys.executable, "-m", "venv", "--clear", home)
            self.must_run(label, *install, "--require-hashes", "--requirement", contestant.requirements)
            if contestant.project:
                self.must_run(label, *install, "--no-deps", "--no-build-isolation", "--editable", PROJECT)
            stamp.write_text(locked)
        return python

    def purchase_log(self, harness: Path, customers: int) -> tuple[Path, int]:
        """The log of `customers` customers, made if absent, and the number of its orders."""
        log = self.folder / "logs" / f"{customers}-customers-seed-{SEED}.parquet"
        counts = log.with_suffix(".json")
        if not counts.exists():
            size = ("--customers", str(customers), "--as-of", AS_OF, "--seed", str(SEED))
            self.must_run(f"log-{customers}", harness, ROOT / "purchase_log.py", log, *size)
        return log, json.loads(counts.read_text())["orders"]


def read_result(output: str) -> dict[str, Any] | None:
    """The JSON object a contestant prints as its last line; None if there is none."""
    lines = output.strip().splitlines()
    try:
        result = json.loads(lines[-1]) if lines else None
    except ValueError:
        return None
    return result if isinstance(result, dict) else None


def measure(
    workplace: Workplace, contestant: Contestant, log: Path, customers: int, orders: int, time_limit: float
) -> Measurement:
    """Run one contestant on one log; whatever goes wrong with it is part of the measurement."""

    def measurement(outcome: str, detail: str, run: Run | None, result: dict[str, Any] | None = None) -> Measurement:
        seconds, peak_mb = (run.seconds, run.peak_mb) if run else (0.0, 0.0)
        return Measurement(customers, orders, contestant.name, outcome, detail, seconds, peak_mb, result)

    try:
        python = workplace.environment(contestant)
    except PreparationError as error:
        return measurement("error", anonymous(str(error)), None)
    label = f"{contestant.name}-{customers}"
    run = workplace.run(label, python, contestant.program, log, AS_OF, time_limit=time_limit)
    if run.outcome != "ok":
        return measurement(run.outcome, anonymous(run.last_error), run)
    result = read_result(run.output)
    if result is None:
        return measurement("error", "The last line of its output is no JSON object.", run)
    return measurement("ok", "", run, result)


def measure_all(
    workplace: Workplace, contestants: Sequence[Contestant], sizes: Sequence[int], time_limit: float
) -> Iterator[Measurement]:
    """Measure every contestant on every log, smallest log first.

    Each runs once on a tiny log before, which is not counted: what is compiled or read once per machine is there, and
    no size pays for being the first.
    """
    workplace.forget_compiled_code()
    harness = workplace.environment(HARNESS)
    warm_up, orders = workplace.purchase_log(harness, WARM_UP_CUSTOMERS)
    for contestant in contestants:
        tell(f"warm-up of {contestant.name}")
        measure(workplace, contestant, warm_up, WARM_UP_CUSTOMERS, orders, time_limit)
    for customers in sizes:
        tell(f"log of {customers:,} customers")
        log, orders = workplace.purchase_log(harness, customers)
        for contestant in contestants:
            measurement = measure(workplace, contestant, log, customers, orders, time_limit)
            tell(f"{contestant.name}, {customers:,}: {measurement.outcome}, {measurement.process_seconds:.1f} s")
            yield measurement


def write_results(folder: Path, measurements: Sequence[Measurement]) -> None:
    """Write results.json and the page README.md."""
    folder.mkdir(parents=True, exist_ok=True)
    about = machine()
    results = {"machine": about, "as_of": AS_OF, "seed": SEED, "measurements": [asdict(m) for m in measurements]}
    (folder / "results.json").write_text(json.dumps(results, indent=2) + "\n")
    (folder / "README.md").write_text(markdown(about, AS_OF, measurements))


def machine() -> dict[str, str]:
    """What the numbers depend on."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return {
        "system": f"{platform.system()} {platform.machine()}",
        "cores": str(os.cpu_count()),
        "memory": f"{memory:.0f} GiB",
        "python": platform.python_version(),
    }


def anonymous(text: str) -> str:
    """The text without the folders of this machine (of a path, its last part stays), and not too long."""
    return re.sub(r"(?<![\w.])/[^\s'\":,]*/", "", text)[:DETAIL_LENGTH]


def tell(text: str) -> None:
    """Say what is going on, to who waits."""
    sys.stderr.write(f"{text}\n")


def arguments() -> argparse.Namespace:
    """Read the command line."""
    names = [contestant.name for contestant in CONTESTANTS]
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--customers", default="10000,100000,1000000", help="sizes of the logs [%(default)s]")
    parser.add_argument("--largest", action="store_true", help=f"add a log of {LARGEST:,} customers")
    parser.add_argument("--only", default=",".join(names), help="contestants [%(default)s]")
    parser.add_argument("--time-limit", type=float, default=3600, help="seconds per run [%(default)s]")
    parser.add_argument("--work", type=Path, default=ROOT / ".work", help="environments and logs [benchmarks/.work]")
    parser.add_argument("--results", type=Path, default=ROOT / "results", help="folder [benchmarks/results]")
    given = parser.parse_args()
    if sys.version_info[:2] != (3, 11):
        parser.error("the requirements are locked for Python 3.11")
    if unknown := set(given.only.split(",")) - set(names):
        parser.error(f"--only: {', '.join(sorted(unknown))} is none of {', '.join(names)}")
    return given


def main() -> None:
    """Measure, and write the results after every measurement."""
    given = arguments()
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # who ends this ends the contestant, too
    sizes = sorted({int(size) for size in given.customers.split(",")} | ({LARGEST} if given.largest else set()))
    contestants = [contestant for contestant in CONTESTANTS if contestant.name in given.only.split(",")]
    workplace = Workplace(given.work.resolve())
    measurements: list[Measurement] = []
    for measurement in measure_all(workplace, contestants, sizes, given.time_limit):
        measurements.append(measurement)
        write_results(given.results, measurements)
    picture = ("results.json", "speed.svg")
    workplace.must_run(
        "chart", workplace.environment(HARNESS), ROOT / "chart.py", *(given.results / p for p in picture)
    )


if __name__ == "__main__":
    main()
