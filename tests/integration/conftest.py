"""Runs heavy tools in environments of their own, which `make integration` installs."""

import os
import stat
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb
import pytest

REPOSITORY = Path(__file__).parents[2]
CLV = Path(sys.executable).with_name("clv")
AS_OF = date(2025, 6, 30)
FIRST_NIGHT = "2025-04-30"
TIMEOUT_SECONDS = 600
OWN_PREFIXES = ("CLV_", "DBT_", "DAGSTER_", "AIRFLOW_")
LOCKED_ONCE = """#!/bin/sh
echo "$@" >> "{calls}"
test "$(wc -l < "{calls}")" -gt 1 || exit 3
"""


def binary(tool: str, name: str) -> Path:
    """Return the path of a command in the environment of `tool`."""
    path = REPOSITORY / ".integration" / tool / "bin" / name
    assert path.exists(), f"There is no {path}: run `make integration`."
    return path


def run(
    command: Sequence[str | Path], environment: Mapping[str, str], folder: Path | None = None
) -> subprocess.CompletedProcess[str]:
    """Run a command with what the shell has set, but for settings of dbt, clv and the orchestrators.

    folder: to run it in, if not here.
    """
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(OWN_PREFIXES)}
    return subprocess.run(
        [str(part) for part in command],
        cwd=folder,
        env=inherited | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=TIMEOUT_SECONDS,
        check=False,
    )


@dataclass(frozen=True)
class Nightly:
    """A nightly's settings, and what came of it. folder: holds everything that is written."""

    folder: Path
    raw: Path
    command: str = f"{CLV} run"

    @property
    def environment(self) -> dict[str, str]:
        return {
            "CLV_RAW_DIR": str(self.raw),
            "CLV_WAREHOUSE_DIR": str(self.folder / "warehouse"),
            "CLV_COMMAND": self.command,
            "CLV_ALERT_COMMAND": f"tee -a {self.alert_file}",
            "CLV_RETRY_SECONDS": "1",
            "DBT_LOG_PATH": str(self.folder / "logs"),
            "COLUMNS": "160",
        }

    @property
    def alert_file(self) -> Path:
        return self.folder / "alert.txt"

    @property
    def alert(self) -> str:
        return self.alert_file.read_text() if self.alert_file.exists() else ""

    @property
    def published_file(self) -> Path:
        return self.folder / "warehouse" / "clv.duckdb"

    def published_as_of(self) -> list[date]:
        """Return the as-of dates of the published customers."""
        with duckdb.connect(str(self.published_file), read_only=True) as connection:
            rows = connection.execute("select distinct as_of_date from marts.dim_customers").fetchall()
        return [row[0] for row in rows]


MakeNightly = Callable[..., Nightly]


@pytest.fixture(scope="session")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small shop's raw files."""
    folder = tmp_path_factory.mktemp("shop")
    result = run([CLV, "generate", folder, "--customers", "600"], {})
    assert result.returncode == 0, result.stdout
    return folder


@pytest.fixture(scope="session")
def first_night(tmp_path_factory: pytest.TempPathFactory, shop: Path) -> Nightly:
    """The small shop with one night published; whoever goes on copies its folder."""
    nightly = Nightly(tmp_path_factory.mktemp("first_night"), shop)
    result = run([CLV, "run", "--as-of", FIRST_NIGHT], nightly.environment)
    assert result.returncode == 0, result.stdout
    return nightly


@pytest.fixture
def sound(tmp_path: Path, shop: Path) -> Nightly:
    """A nightly that publishes."""
    return Nightly(tmp_path, shop)


@pytest.fixture
def broken(tmp_path: Path) -> Nightly:
    """A nightly whose data fails a check: too many orders can't be read."""
    raw = tmp_path / "raw"
    raw.mkdir()
    orders = [f"o{number},c{number},{'2025-06-01' if number > 3 else 'soon'},20.00" for number in range(20)]
    (raw / "orders.csv").write_text("\n".join(["order_id,customer_id,ordered_at,amount", *orders, ""]))
    return Nightly(tmp_path, raw)


@pytest.fixture
def locked_once(tmp_path: Path) -> Nightly:
    """A nightly that finds the lock held, and publishes at the second try. Its calls are kept in calls.txt."""
    stub = tmp_path / "clv"
    stub.write_text(LOCKED_ONCE.format(calls=tmp_path / "calls.txt"))
    stub.chmod(stub.stat().st_mode | stat.S_IXUSR)
    return Nightly(tmp_path, tmp_path, command=f"{stub} run")


@pytest.fixture(scope="session")
def raw_shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The raw files of a synthetic shop, to be read only."""
    folder = tmp_path_factory.mktemp("shop") / "raw"
    made = run([CLV, "generate", folder, "--customers", "300"], {})
    assert made.returncode == 0, made.stdout
    return folder
