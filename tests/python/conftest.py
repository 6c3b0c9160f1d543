"""Runs the real command in processes of its own, since dbt and DuckDB keep state in a process, and dbt alone in this one."""

import csv
import gc
import json
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import NoReturn

import duckdb
import pytest
from filelock import FileLock
from soak import REPOSITORY
from soak.builder import PARSED, Builder, parse

from clv.cli import GARBAGE_THRESHOLD
from clv.shop import ShopSettings, generate_shop

TIMEOUT_SECONDS = 900

gc.set_threshold(GARBAGE_THRESHOLD)
for name in [name for name in os.environ if name.startswith(("CLV_", "DBT_"))]:
    del os.environ[name]  # what the shell has set for one's own warehouse


@dataclass(frozen=True)
class CommandRun:
    """How a command ended. warehouse: the folder that it worked on."""

    exit_code: int
    stdout: str
    stderr: str
    warehouse: Path

    @property
    def output(self) -> str:
        """All that was printed."""
        return f"{self.stdout}\n{self.stderr}"

    @property
    def published_file(self) -> Path:
        return self.warehouse / "clv.duckdb"

    @property
    def build_file(self) -> Path:
        return self.warehouse / "build.duckdb"

    def connect(self) -> duckdb.DuckDBPyConnection:
        """Open the published warehouse as a reader does."""
        return duckdb.connect(str(self.published_file), read_only=True)


def lack(what: str) -> NoReturn:
    """Skip a test for what this machine lacks; fail it where NO_SKIPS says that the machine has everything."""
    (pytest.fail if os.environ.get("NO_SKIPS") else pytest.skip)(what)


@cache
def parsed_project() -> Path:
    """Have dbt parse the project, once in this process; return the file that runs of `clv` go on from."""
    parse()
    return PARSED / "partial_parse.msgpack"


RunClv = Callable[..., CommandRun]
BuildWarehouse = Callable[..., CommandRun]


def run_command(arguments: Sequence[str], folder: Path, project: Path | None = None) -> CommandRun:
    """Run clv in `folder`, which becomes the current one and holds dbt's target, its logs and by default the warehouse.

    Fails where a traceback is printed.
    """
    folder.mkdir(parents=True, exist_ok=True)
    warehouse = folder / "warehouse"
    environment = os.environ | {
        "CLV_WAREHOUSE_DIR": str(warehouse),
        "COLUMNS": "160",
        "DBT_LOG_PATH": str(folder / "logs"),
        "DBT_PROJECT_DIR": str(project or REPOSITORY),
        "DBT_TARGET_PATH": str(folder / "target"),
    }
    if project is None:
        environment["DBT_PARTIAL_PARSE_FILE_PATH"] = str(parsed_project())
    result = subprocess.run(
        [sys.executable, "-m", "clv.cli", *arguments],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=TIMEOUT_SECONDS,
        check=False,
    )
    run = CommandRun(result.returncode, result.stdout, result.stderr, warehouse)
    assert "Traceback" not in run.output, run.output
    return run


@pytest.fixture
def run_clv(tmp_path: Path) -> RunClv:
    """Return a function that runs clv with the given arguments in this test's folder."""

    def run(*arguments: str, project: Path | None = None) -> CommandRun:
        return run_command(arguments, tmp_path, project)

    return run


@pytest.fixture(scope="session")
def build_warehouse(tmp_path_factory: pytest.TempPathFactory) -> BuildWarehouse:
    """Return a function that builds and publishes a warehouse from a folder of raw files.

    variables: YAML for `--vars`. arguments: further ones of `clv run`.
    """

    def build(raw: Path, variables: str = "", *arguments: str) -> CommandRun:
        command = ["run", "--raw", str(raw), *arguments, *(["--vars", variables] if variables else [])]
        return run_command(command, tmp_path_factory.mktemp("build"))

    return build


@pytest.fixture(scope="session")
def builder(tmp_path_factory: pytest.TempPathFactory) -> Builder:
    """Builds faster than `build_warehouse` where neither tests, audit nor publication are asked for, and runs dbt's other commands."""
    return Builder(tmp_path_factory.mktemp("builder"))


@pytest.fixture(scope="session")
def shared_folder(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """The folder of this test run, which all of pytest's processes share."""
    folder = tmp_path_factory.getbasetemp()
    return folder if worker_id == "master" else folder.parent


def publish_once(folder: Path, write_raw: Callable[[Path], object]) -> CommandRun:
    """Publish a warehouse in `folder` from what `write_raw` writes, unless another of pytest's processes has."""
    with FileLock(folder.with_suffix(".lock")):
        told = folder / "run.json"
        if not told.exists():
            write_raw(folder / "raw")
            run = run_command(["run", "--raw", str(folder / "raw")], folder)
            assert run.exit_code == 0, run.output
            told.write_text(json.dumps(asdict(run), default=str), encoding="utf-8")
        found = json.loads(told.read_text(encoding="utf-8"))
    return CommandRun(**found | {"warehouse": Path(found["warehouse"])})


@pytest.fixture(scope="session")
def shop(shared_folder: Path) -> CommandRun:
    """A warehouse published from a synthetic shop, to be read only."""
    settings = ShopSettings(customers=1500, seed=7, chunk_customers=600)
    return publish_once(shared_folder / "shop", lambda raw: generate_shop(raw, settings))


@pytest.fixture(scope="session")
def shop_folder(shop: CommandRun) -> Path:
    """The raw files of the synthetic shop, to be read only."""
    return shop.warehouse.with_name("raw")


@pytest.fixture(scope="session")
def small_warehouse(shared_folder: Path) -> CommandRun:
    """A warehouse published from a small purchase log, to be read only."""
    return publish_once(shared_folder / "small", write_purchase_log)


def write_csv(folder: Path, source: str, header: Sequence[str], rows: Sequence[Sequence[object]]) -> Path:
    """Write `rows` as the delivery `source`.csv and return its path."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{source}.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file, lineterminator="\n").writerows([header, *rows])
    return path


@pytest.fixture
def purchase_log(tmp_path: Path) -> Path:
    """Return a folder with nothing but a small purchase log."""
    folder = tmp_path / "raw"
    write_purchase_log(folder)
    return folder


def write_purchase_log(folder: Path) -> None:
    """Write orders.csv: 40 orders of 12 customers over two years, 100.00 each."""
    rows = [
        (f"o{number}", f"c{number % 12}", f"202{3 + number // 20}-{1 + number % 12:02d}-15 10:00:00", "100.00")
        for number in range(40)
    ]
    write_csv(folder, "orders", ["order_id", "customer_id", "ordered_at", "amount"], rows)
