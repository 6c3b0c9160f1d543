"""Builds marts on a PostgreSQL server of its own, and compares them with those of DuckDB, and with published figures."""

import csv
import json
import os
import pickle
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import lifetimes
import pytest
from compared import differences
from conftest import REPOSITORY, binary, run

ANYWHERE = tempfile.gettempdir()
"""A folder that every user may enter, where those of pytest are closed."""
DBT = Path(sys.executable).with_name("dbt")
SCRIPTS = Path(__file__).with_name("postgres")
CDNOW_SAMPLE = Path(lifetimes.__file__).parent / "datasets" / "CDNOW_sample.txt"
LATER = ("orders/part-0002.parquet", "order_items/part-0002.parquet", "touchpoints/part-0002.parquet")
VARIABLES = {"purchase_model": "mbg_nbd", "backtest_quarters": 2, "history_months": 12}
# of what is an exact decimal on both sides a cent, of its ratios as much; of fits and all other doubles a millionth
CENT = Decimal("0.01")
CLOSE = 1e-6
RATIOS_OF_MONEY = ("clv_to_cac",)
CLOSE_RATIO = 1e-3
# of steps: a step more or less is taken where a gain lies at the bound
NOT_COMPARED = {"fct_model_fits": ("iterations",), "fct_rejected_records": ("raw_record",)}


@dataclass(frozen=True)
class Server:
    """A PostgreSQL server that trusts everyone on this machine."""

    port: int
    folder: Path

    def make(self, database: str) -> None:
        psql = ["psql", "--host", "127.0.0.1", "--port", str(self.port), "--username", "postgres", "--command"]
        assert run([*psql, f"create database {database}"], {}).returncode == 0

    def script(self, name: str, *arguments: str, database: str, queries: list[str]) -> list[list[tuple[Any, ...]]]:
        """Run a script of the environment that has the driver; return what it read."""
        file = self.folder / "read.pickle"
        command = [binary("postgres", "python"), SCRIPTS / f"{name}.py", *arguments, str(self.port), database]
        done = run([*command, *([file, *queries] if queries else [])], {"PYTHONPATH": str(REPOSITORY / "src")})
        assert done.returncode == 0, done.stdout
        return pickle.loads(file.read_bytes()) if queries else []  # noqa: S301  (our own script wrote it)

    def load(self, raw: Path, database: str) -> None:
        self.script("load", str(raw), database=database, queries=[])

    def read(self, database: str, *queries: str) -> list[list[tuple[Any, ...]]]:
        return self.script("read", database=database, queries=list(queries))

    def build(self, database: str, variables: Mapping[str, object], *selection: str) -> None:
        environment = {
            "CLV_POSTGRES_HOST": "127.0.0.1",
            "CLV_POSTGRES_PORT": str(self.port),
            "CLV_POSTGRES_USER": "postgres",
        }
        environment |= {"CLV_POSTGRES_DATABASE": database, "CLV_POSTGRES_THREADS": "2"}
        dbt(binary("postgres", "dbt"), self.folder, variables, *selection, "--target", "postgres", **environment)


def dbt(command: Path, folder: Path, variables: Mapping[str, object], *arguments: str, **environment: str) -> None:
    """Build all models, or those of a selection, without tests; what dbt writes goes below `folder`."""
    options = [
        "--project-dir",
        REPOSITORY,
        "--profiles-dir",
        REPOSITORY,
        "--log-path",
        folder / "logs",
        "--target-path",
        folder / "target",
    ]
    kinds = ["--exclude-resource-type", "unit_test", "test"]
    done = run(
        [command, "build", *kinds, *options, "--vars", json.dumps(variables), *arguments],
        {"CLV_IDENTITY_KEY": "of both", **environment},
    )
    assert done.returncode == 0, done.stdout


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """A server below /tmp, run by a user other than root, which PostgreSQL refuses."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/pg_ctl"))
    if not found:
        told = "There is no PostgreSQL server below /usr/lib/postgresql: install Debian's package postgresql."
        (pytest.fail if os.environ.get("NO_SKIPS") else pytest.skip)(told)
    programs = found[-1].parent
    folder = Path(tempfile.mkdtemp(prefix="clv-postgres-", dir=ANYWHERE))
    as_user = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    if as_user:
        shutil.chown(folder, "postgres", "postgres")
        folder.chmod(0o755)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    data = str(folder / "data")
    options = f"-p {port} -k {folder} -c listen_addresses=127.0.0.1 -c fsync=off -c timezone=America/New_York"
    try:
        for command in (
            [programs / "initdb", "-D", data, "--auth", "trust", "--username", "postgres", "--locale", "C.UTF-8"],
            [programs / "pg_ctl", "-D", data, "-o", options, "-l", str(folder / "log"), "-w", "start"],
        ):
            subprocess.run([*as_user, *map(str, command)], cwd=ANYWHERE, check=True, stdout=subprocess.DEVNULL)
        scratch = folder / "scratch"
        scratch.mkdir()
        yield Server(port, scratch)
    finally:
        subprocess.run(
            [*as_user, str(programs / "pg_ctl"), "-D", data, "-m", "immediate", "stop"], cwd=ANYWHERE, check=False
        )
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="module")
def both(server: Server, raw_shop: Path, tmp_path_factory: pytest.TempPathFactory) -> duckdb.DuckDBPyConnection:
    """DuckDB's marts of a shop, built at once; those of PostgreSQL were built in two nights, of which the second brought more orders."""
    folder = tmp_path_factory.mktemp("both")
    first = folder / "first"
    shutil.copytree(raw_shop, first, copy_function=os.link)
    for name in LATER:
        (first / name).unlink()
    server.make("shop")
    for raw in (first, raw_shop):
        server.load(raw, "shop")
        server.build("shop", VARIABLES)
    dbt(DBT, folder, VARIABLES, CLV_RAW_DIR=str(raw_shop), CLV_WAREHOUSE_DIR=str(folder))
    return duckdb.connect(str(folder / "build.duckdb"), read_only=True)


def test_every_mart_is_that_of_duckdb(both: duckdb.DuckDBPyConnection, server: Server) -> None:
    tables = [
        name
        for (name,) in both.execute("select table_name from duckdb_tables() where schema_name = 'marts'").fetchall()
    ]
    assert len(tables) > 20
    told = []
    for table in tables:
        described = [column for (column, *_) in both.execute(f"describe marts.{table}").fetchall()]
        columns = [column for column in described if column not in NOT_COMPARED.get(table, ())]
        listed = ", ".join(columns)
        expected = both.execute(f"select {listed} from marts.{table}").fetchall()
        [found] = server.read("shop", f"select {listed} from clv_marts.{table}")
        close = dict.fromkeys(RATIOS_OF_MONEY, CLOSE_RATIO)
        told += [f"{table}: {one}" for one in differences(columns, expected, found, CLOSE, CENT, close)]
    assert not told, "\n".join(told[:20])


def test_the_second_night_went_on_from_the_first(both: duckdb.DuckDBPyConnection, server: Server) -> None:
    [known, new] = server.read(
        "shop",
        "select distinct delivered_in from clv_landing.deliveries where source_name = 'orders' and not is_new",
        "select distinct delivered_in from clv_landing.deliveries where source_name = 'orders' and is_new",
    )
    assert (known, new) == ([("orders/part-0001.parquet",)], [("orders/part-0002.parquet",)])


def test_types_are_those_of_the_contract(both: duckdb.DuckDBPyConnection, server: Server) -> None:
    [found] = server.read(
        "shop",
        "select data_type, numeric_precision, numeric_scale from information_schema.columns"
        " where table_schema = 'clv_marts' and table_name = 'dim_customers' and column_name = 'predicted_clv'",
    )
    assert found == [("numeric", 28, 4)]


def test_cdnow_is_fitted_as_published(server: Server, tmp_path: Path) -> None:
    """BG/NBD on the 1/10 sample as of 1997-09-30 (Fader, Hardie and Lee 2005), in weeks, MBG/NBD and Gamma-Gamma."""
    rows = [line.split() for line in CDNOW_SAMPLE.read_text().splitlines() if line.strip()]
    with (tmp_path / "orders.csv").open("w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["order_id", "customer_id", "ordered_at", "amount"])
        writer.writerows((number, row[1], row[2], row[4]) for number, row in enumerate(rows, start=1))
    server.make("cdnow")
    server.load(tmp_path, "cdnow")
    variables = {"as_of_date": "1997-09-30", "backtest_quarters": 0, "history_months": 1, "purchase_model": "mbg_nbd"}
    server.build(
        "cdnow",
        {**variables, "compared_purchase_models": ["bg_nbd"]},
        "--select",
        "+fct_model_parameters",
        "+fct_model_fits",
    )
    [parameters, fits] = server.read(
        "cdnow",
        "select model_name || ' ' || parameter, value from clv_marts.fct_model_parameters where as_of_date = '1997-09-30'",
        "select model_name, log_likelihood from clv_marts.fct_model_fits where as_of_date = '1997-09-30'",
    )
    values = dict(parameters)
    published = {"r": 0.2426, "alpha": 4.4136, "a": 0.7929, "b": 2.4259}
    assert {name: values[f"bg_nbd {name}"] for name in published} == pytest.approx(published, abs=2e-3)
    published = {"r": 0.525, "alpha": 6.183, "a": 0.891, "b": 1.614}
    assert {name: values[f"mbg_nbd {name}"] for name in published} == pytest.approx(published, abs=2e-3)
    published = {"p": 6.25, "q": 3.74, "gamma": 15.44}
    assert {name: values[f"gamma_gamma {name}"] for name in published} == pytest.approx(published, abs=1e-2)
    assert dict(fits)["bg_nbd"] == pytest.approx(-9582.429, abs=1e-2)
    assert dict(fits)["mbg_nbd"] == pytest.approx(-9582.13, abs=1e-2)
    assert dict(fits)["gamma_gamma"] == pytest.approx(-4055.92, abs=1e-2)
