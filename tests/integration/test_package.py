"""Builds the example project, which installs this one as a package, and compares its marts with those of this project."""

import json
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest
import yaml
from compared import differences
from conftest import REPOSITORY, run

DBT = Path(sys.executable).with_name("dbt")
EXAMPLE = REPOSITORY / "examples" / "shop_on_top"
RAW = """
create schema raw_shop;
create table raw_shop.shop_orders as
    select order_id as id, customer_id as customer, ordered_at as created, status, currency, tax_amount, shipping_amount, discount_amount
    from read_parquet('{raw}/orders/*.parquet');
create table raw_shop.order_items as from read_parquet('{raw}/order_items/*.parquet');
create table raw_shop.ad_costs as
    select spend_date as day, channel, amount as cost, campaign from read_parquet('{raw}/marketing_spend/part-0001.parquet');
create table raw_shop.exchange_rates as from read_parquet('{raw}/exchange_rates.parquet');
"""
PUBLIC = "select table_name from duckdb_tables() where database_name = 'package' and schema_name = 'analytics_marts'"


def dbt(project: Path, folder: Path, *command: str, **environment: str) -> str:
    """Run a command of dbt, which must end well, with what it writes below `folder`; return what it printed."""
    options = ["--project-dir", project, "--profiles-dir", project, "--log-path", folder / "logs"]
    options += ["--target-path", folder / "target"] if command[0] != "deps" else []
    done = run([DBT, *command, *options], {"CLV_IDENTITY_KEY": "of both", **environment}, folder)
    assert done.returncode == 0, done.stdout
    return done.stdout


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the example project, which has installed the package."""
    folder = tmp_path_factory.mktemp("package") / "shop_on_top"
    for file in EXAMPLE.rglob("*"):
        if file.is_file() and "dbt_packages" not in file.parts:
            copy = folder / file.relative_to(EXAMPLE)
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_bytes(file.read_bytes())
    (folder / "packages.yml").write_text(f"packages:\n  - local: {REPOSITORY}\n")
    dbt(folder, folder, "deps")
    return folder


@pytest.fixture(scope="module")
def built(
    project: Path, tmp_path_factory: pytest.TempPathFactory, raw_shop: Path
) -> Iterator[duckdb.DuckDBPyConnection]:
    """The databases `package` and `own`, built from the same tables of a shop."""
    folder = tmp_path_factory.mktemp("built")
    databases = {"package": folder / "package.duckdb", "own": folder / "build.duckdb"}
    for database in databases.values():
        with duckdb.connect(str(database)) as connection:
            connection.execute(RAW.format(raw=raw_shop))
    variables = yaml.safe_load((project / "dbt_project.yml").read_text())["vars"]["clv_warehouse"]
    told = dbt(project, folder, "build", SHOP_DATABASE=str(databases["package"]))
    assert "unit_test" not in told
    own = ["run", "--selector", "models_only", "--vars", json.dumps(variables)]
    dbt(REPOSITORY, folder, "seed", CLV_WAREHOUSE_DIR=str(folder))
    dbt(REPOSITORY, folder, *own, CLV_WAREHOUSE_DIR=str(folder))
    with duckdb.connect() as connection:
        for name, database in databases.items():
            connection.execute(f"attach '{database}' as {name} (read_only)")
        yield connection


def test_the_package_makes_the_marts_that_the_project_makes(built: duckdb.DuckDBPyConnection) -> None:
    names = [name for (name,) in built.execute(PUBLIC).fetchall()]
    assert len(names) > 20
    for name in set(names) - {"fct_deliveries"}:  # in another database the tables have other names
        columns = [column for (column, *_) in built.execute(f"describe own.marts.{name}").fetchall()]
        own, package = (
            built.execute(f"from {table}").fetchall()
            for table in (f"own.marts.{name}", f"package.analytics_marts.{name}")
        )
        assert not [f"{name}: {told}" for told in differences(columns, own, package)]


def test_models_of_one_s_own_stand_on_top(built: duckdb.DuckDBPyConnection) -> None:
    called = built.execute("select count(*) from package.analytics.customers_to_call").fetchall()
    expected = "select count(*) from own.marts.dim_customers where probability_alive < 0.5"
    assert called == built.execute(expected).fetchall() != [(0,)]


def test_nothing_stands_beside_the_schemas_of_the_user(built: duckdb.DuckDBPyConnection) -> None:
    schemas = built.execute(
        "select distinct schema_name from duckdb_tables() where database_name = 'package'"
    ).fetchall()
    assert {name for (name,) in schemas if not name.startswith("analytics")} == {"raw_shop"}


def test_a_build_of_one_s_own_models_lands_nothing(
    built: duckdb.DuckDBPyConnection, project: Path, tmp_path: Path
) -> None:
    """Without the raw tables a landing would fail."""
    [(path,)] = built.execute("select path from duckdb_databases() where database_name = 'package'").fetchall()
    database = shutil.copy(path, tmp_path / "copy.duckdb")
    with duckdb.connect(str(database)) as connection:
        connection.execute("drop schema raw_shop cascade; drop table analytics.customers_to_call")
    dbt(project, tmp_path, "build", "--select", "customers_to_call", SHOP_DATABASE=str(database))
    with duckdb.connect(str(database)) as connection:
        assert connection.execute("select count(*) from analytics.customers_to_call").fetchall() != [(0,)]
        assert connection.execute("select is_complete from analytics_landing.last_build").fetchall() == [(True,)]


def test_a_folder_of_marts_can_be_left_out(project: Path, tmp_path: Path) -> None:
    settings = (project / "dbt_project.yml").read_text()
    left_out = "    {layer}:\n      campaigns: {{+enabled: false}}\n"
    text = settings + "  clv_warehouse:\n" + left_out.format(layer="marts") + left_out.format(layer="intermediate")
    (project / "dbt_project.yml").write_text(text)
    try:
        told = dbt(project, tmp_path, "ls", "--resource-type", "model", SHOP_DATABASE=str(tmp_path / "empty.duckdb"))
    finally:
        (project / "dbt_project.yml").write_text(settings)
    assert "dim_customers" in told
    assert "fct_campaign_uplifts" not in told
