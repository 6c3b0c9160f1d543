"""Runs the real command in processes of its own, since dbt and DuckDB keep state in a process.

In this one it is called where it ends before anything is built (`call_clv`), and dbt alone where no command is asked for (`builder`).
"""

import csv
import gc
import json
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from contextlib import chdir, redirect_stderr, redirect_stdout
from dataclasses import asdict, dataclass, replace
from datetime import date
from functools import cache
from io import StringIO
from pathlib import Path
from typing import NoReturn
from unittest.mock import patch

import duckdb
import pytest
from filelock import FileLock
from soak import REPOSITORY
from soak.builder import PARSED, Builder, parse
from xdist.scheduler import LoadScopeScheduling

from clv.cli import GARBAGE_THRESHOLD, main
from clv.shop import ShopSettings, generate_shop

TIMEOUT_SECONDS = 900
EARLIER = date(2025, 6, 30)

gc.set_threshold(GARBAGE_THRESHOLD)
for name in [name for name in os.environ if name.startswith(("CLV_", "DBT_"))]:
    del os.environ[name]  # what the shell has set for one's own warehouse
os.environ["CLV_IDENTITY_KEY"] = "of all warehouses of the tests, so that guests have one id in all of them"


# files whose tests share nothing, and those that take longest
SPREAD = ("test_incremental", "test_nightly")
LONGEST = (
    "test_predictions",
    "test_maximum_likelihood",
    "test_incremental",
    "test_returns",
    "test_report",
    "test_bad_inputs",
    "test_history",
    "test_second_opinion",
    "test_synthetic_shop",
    "test_real_logs",
    "test_unit_tests",
    "test_subscriptions",
    "test_nightly",
    "test_rejected_deliveries",
    "test_audit",
    "test_cli",
    "test_terminal",
    "test_generate",
    "test_privacy",
)


class FileScheduling(LoadScopeScheduling):  # type: ignore[misc]
    """Keeps the tests of a file in one process, so that what they share is made once, but for those that share nothing."""

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.split("::")[0]
        return nodeid if Path(file).stem in SPREAD else file


def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> FileScheduling:
    # marks for --dist loadgroup are lost on the way from pytest 9.2 to xdist 3.8: each process made all that a file shares
    return FileScheduling(config, log)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes longest."""
    places = {name: number for number, name in enumerate(LONGEST)}
    items.sort(key=lambda item: places.get(item.path.stem, len(LONGEST)))


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
BuildMarts = Callable[..., "Built"]


@dataclass(frozen=True)
class Built:
    """A build database whose data tests passed; nothing of it was audited or published."""

    build_file: Path

    def connect(self) -> duckdb.DuckDBPyConnection:
        """Open it as a reader opens the published warehouse, by the same name."""
        connection = duckdb.connect()
        connection.execute(f"attach '{self.build_file}' as clv (read_only); use clv")
        return connection


def run_command(arguments: Sequence[str], folder: Path, project: Path | None = None) -> CommandRun:
    """Run clv in `folder`, which becomes the current one and holds dbt's target, its logs and by default the warehouse.

    Fails where a traceback is printed.
    """
    result = subprocess.run(
        [sys.executable, "-m", "clv.cli", *arguments],
        cwd=made(folder),
        env=os.environ | folders_of(folder, project),
        capture_output=True,
        text=True,
        timeout=TIMEOUT_SECONDS,
        check=False,
    )
    run = CommandRun(result.returncode, result.stdout, result.stderr, folder / "warehouse")
    assert "Traceback" not in run.output, run.output
    return run


def call_command(arguments: Sequence[str], folder: Path) -> CommandRun:
    """Do what `run_command` does in this process; an exception that no sentence tells of comes out as it is."""
    stdout, stderr = StringIO(), StringIO()
    with (
        chdir(made(folder)),
        patch.dict(os.environ, folders_of(folder)),
        patch.object(sys, "argv", ["clv", *arguments]),
        redirect_stdout(stdout),
        redirect_stderr(stderr),
    ):
        try:
            main()
        except SystemExit as end:
            exit_code = int(end.code or 0)
        else:
            exit_code = 0
    return CommandRun(exit_code, stdout.getvalue(), stderr.getvalue(), folder / "warehouse")


def made(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def folders_of(folder: Path, project: Path | None = None) -> dict[str, str]:
    """The environment variables of a command that works in `folder`."""
    names = {
        "CLV_WAREHOUSE_DIR": str(folder / "warehouse"),
        "COLUMNS": "160",
        "DBT_LOG_LEVEL_FILE": "info",  # at debug it takes a tenth of a night
        "DBT_LOG_PATH": str(folder / "logs"),
        "DBT_PROJECT_DIR": str(project or REPOSITORY),
        "DBT_TARGET_PATH": str(folder / "target"),
    }
    return names if project else names | {"DBT_PARTIAL_PARSE_FILE_PATH": str(parsed_project())}


@pytest.fixture
def run_clv(tmp_path: Path) -> RunClv:
    """Return a function that runs clv with the given arguments in this test's folder."""

    def run(*arguments: str, project: Path | None = None) -> CommandRun:
        return run_command(arguments, tmp_path, project)

    return run


@pytest.fixture
def call_clv(tmp_path: Path) -> RunClv:
    """Return a function that calls clv in this process, where nothing is to be built, with the given arguments in this test's folder."""

    def call(*arguments: str) -> CommandRun:
        return call_command(arguments, tmp_path)

    return call


@pytest.fixture(scope="session")
def build_warehouse(tmp_path_factory: pytest.TempPathFactory) -> BuildWarehouse:
    """Return a function that builds and publishes a warehouse from a folder of raw files.

    variables: YAML for `--vars`. arguments: further ones of `clv run`.
    """

    def build(raw: Path, variables: str = "", *arguments: str) -> CommandRun:
        command = ["run", "--raw", str(raw), *arguments, *(["--vars", variables] if variables else [])]
        return call_command(command, tmp_path_factory.mktemp("build"))

    return build


@pytest.fixture(scope="session")
def builder(tmp_path_factory: pytest.TempPathFactory) -> Builder:
    """Builds faster than `build_warehouse` where neither tests, audit nor publication are asked for, and runs dbt's other commands."""
    return Builder(tmp_path_factory.mktemp("builder"))


@pytest.fixture(scope="session")
def build_marts(builder: Builder, tmp_path_factory: pytest.TempPathFactory) -> BuildMarts:
    """Return a function that builds marts from a folder of raw files and tests their data, in this process.

    arguments: further ones of `dbt build`, as a selection. variables: dbt vars.
    """

    def build(raw: Path, *arguments: str, as_of: date | None = None, **variables: object) -> Built:
        folder = tmp_path_factory.mktemp("marts")
        return Built(replace(builder, variables=variables).build_and_test(raw, folder, as_of, *arguments))

    return build


@pytest.fixture(scope="session")
def shared_folder(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """The folder of this test run, which all of pytest's processes share."""
    folder = tmp_path_factory.getbasetemp()
    return folder if worker_id == "master" else folder.parent


def make_once(folder: Path, make: Callable[[Path], object]) -> Path:
    """Have `make` fill `folder`, unless another of pytest's processes has; return it."""
    made = folder.with_suffix(".made")
    with FileLock(folder.with_suffix(".lock")):
        if not made.exists():
            make(folder)
            made.touch()
    return folder


def publish_once(folder: Path, write_raw: Callable[[Path], object], *arguments: str) -> CommandRun:
    """Publish a warehouse in `folder` from what `write_raw` writes, unless another of pytest's processes has."""

    def publish(folder: Path) -> None:
        write_raw(folder / "raw")
        run = call_command(["run", "--raw", str(folder / "raw"), *arguments], folder)
        assert run.exit_code == 0, run.output
        (folder / "run.json").write_text(json.dumps(asdict(run), default=str), encoding="utf-8")

    found = json.loads((make_once(folder, publish) / "run.json").read_text(encoding="utf-8"))
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
def earlier_shop(shop_folder: Path, builder: Builder, shared_folder: Path) -> Built:
    """Marts of the synthetic shop as of EARLIER, to be read only."""

    def build(folder: Path) -> None:
        builder.build_and_test(shop_folder, folder, EARLIER)

    return Built(make_once(shared_folder / "earlier_shop", build) / "build.duckdb")


@pytest.fixture(scope="session")
def small_warehouse(shared_folder: Path) -> CommandRun:
    """A warehouse published from a small purchase log, to be read only."""
    return publish_once(shared_folder / "small", write_purchase_log)


@pytest.fixture(scope="session")
def steady_warehouse(shared_folder: Path) -> CommandRun:
    """A warehouse published with --json from orders of 300 customers, to be read only."""
    return publish_once(shared_folder / "steady", write_steady_orders, "--json")


def write_steady_orders(folder: Path, customers: int = 300, amount: str = "50.00") -> None:
    """Write orders.csv: three orders of each customer, over a year."""
    rows = [
        (f"o{number}-{order}", f"c{number}", f"2024-{1 + (number + 4 * order) % 12:02d}-15 10:00:00", amount)
        for number in range(customers)
        for order in range(3)
    ]
    write_csv(folder, "orders", ["order_id", "customer_id", "ordered_at", "amount"], rows)


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
