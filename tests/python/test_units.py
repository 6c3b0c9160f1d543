"""The pure functions behind the command line."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from clv.build.dbt import Failure, explain
from clv.build.project import Warehouse, check_vars, find_project, parse_date, read_vars
from clv.commands.check import absent_sources, describe_found, problems, read_report
from clv.commands.run import describe_configuration, describe_failure
from clv.console.words import count, percent
from clv.errors import DataError, UsageError
from clv.report.summary import money
from clv.warehouse.publish import Mart, Publication, publish, write_candidate

REPOSITORY = Path(__file__).parents[2]


def test_vars_are_read_inline_and_from_a_file(tmp_path: Path) -> None:
    file = tmp_path / "vars.yml"
    file.write_text("as_of_date: 2025-06-30\nvalue_tiers: [{name: Größte, up_to: 0.1}]\n", encoding="utf-8")
    assert read_vars(str(file)) == {"as_of_date": "2025-06-30", "value_tiers": [{"name": "Größte", "up_to": 0.1}]}
    assert read_vars("{as_of_date: 2025-06-30}") == {"as_of_date": "2025-06-30"}
    assert read_vars("reporting_currency: EUR") == {"reporting_currency": "EUR"}
    assert read_vars(" ") == {}


def test_a_variable_that_is_not_declared_is_refused() -> None:
    check_vars(REPOSITORY, {"reporting_currency": "EUR", "as_of_date": None})
    with pytest.raises(UsageError, match="Did you mean 'as_of_date'"):
        check_vars(REPOSITORY, {"as_of_dat": "2025-01-01"})
    with pytest.raises(UsageError, match=r"The variables are: .*raw_columns"):
        check_vars(REPOSITORY, {"zzz": 1})


def test_dates_are_read_strictly() -> None:
    assert parse_date("2024-02-29", "--as-of") == date(2024, 2, 29)
    for text in ("2023-02-29", "20240229", "2024-2-9", "2024-W09-4", "", "2024-02-29 00:00"):
        with pytest.raises(UsageError, match="YYYY-MM-DD"):
            parse_date(text, "--as-of")


def test_the_project_is_found_from_anywhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DBT_PROJECT_DIR", raising=False)
    assert find_project(REPOSITORY / "models" / "marts") == REPOSITORY
    assert find_project(tmp_path) == REPOSITORY
    (tmp_path / "dbt_project.yml").write_text("name: another_project\n")
    assert find_project(tmp_path) == REPOSITORY
    monkeypatch.setenv("DBT_PROJECT_DIR", str(tmp_path / "nosuch"))
    with pytest.raises(UsageError, match="DBT_PROJECT_DIR"):
        find_project(tmp_path)


def test_damage_of_the_build_database_is_told_from_that_of_a_raw_file() -> None:
    for message, is_damage in {
        "Corrupt database file: computed checksum 1 does not match stored checksum 2 in block at location 3": True,
        'IO Error: Could not read enough bytes from file "/w/build.duckdb": attempted to read 9 bytes': True,
        'IO Error: Could not read enough bytes from file "/raw/orders.parquet": attempted to read 9 bytes': False,
        "Invalid Input Error: the file /raw/orders.parquet is corrupt": False,
    }.items():
        assert Failure("model", "fct_orders", "", message).is_damage == is_damage, message


def test_known_errors_are_explained() -> None:
    mixed = (
        "Invalid Input Error: The CSV Parser state machine reached an invalid state.\n\n  file = /raw/a b.csv\n  x = 1"
    )
    assert explain(mixed).startswith("/raw/a b.csv mixes line ends (LF and CRLF)")
    locked = (
        'IO Error: Could not set lock on file "/w/build.duckdb": Conflicting lock is held in python3.11 (PID 42). See'
    )
    assert explain(locked).startswith("The build database /w/build.duckdb is in use by another process (42)")
    no_parquet = "Invalid Input Error: No magic bytes found at end of file '/raw/orders.parquet'"
    assert explain(no_parquet).startswith("/raw/orders.parquet is not a Parquet file")


def test_the_macro_stack_is_left_out_of_messages() -> None:
    message = (
        "Compilation Error in operation clv_warehouse-on-run-start-0 (./dbt_project.yml)\n"
        "  var value_tiers must end at 1.\n"
        "  Change it.\n"
        "  \n"
        "  > in macro check_vars (macros/check_vars.sql)\n"
        "  > called by macro land_raw_sources (macros/landing/land_raw_sources.sql)"
    )
    assert explain(message) == "var value_tiers must end at 1.\nChange it."


def test_a_message_that_several_nodes_gave_is_told_once() -> None:
    failures = [Failure("model", name, "", "Compilation Error in model x\n  var a is bad") for name in ("one", "two")]
    assert describe_configuration(failures) == ["var a is bad (in one, two)"]


def test_a_failed_data_test_is_told_with_its_meaning_and_rows(tmp_path: Path) -> None:
    build = tmp_path / "build.duckdb"
    with duckdb.connect(str(build)) as connection:
        connection.execute("create table orders as select i as order_id, i * 1.5 as amount from range(5) as t(i)")
    failure = Failure(
        kind="test",
        name="assert_small",
        description="Orders are\nsmall. They always were.",
        message="Got 5 results, configured to fail if != 0",
        failing_rows=5,
        compiled_sql="select * from orders order by order_id",
    )
    assert describe_failure(failure, build).splitlines() == [
        "assert_small found 5 rows: Orders are small.",
        "    order_id=0, amount=0.0",
        "    order_id=1, amount=1.5",
        "    order_id=2, amount=3.0",
    ]
    assert describe_failure(failure, tmp_path / "nosuch.duckdb") == "assert_small found 5 rows: Orders are small."


def test_the_report_on_raw_data_is_read() -> None:
    sources = read_report(
        '[{"source": "orders", "relation": null, "files": [], "mapping": {}, "missing": [], "without": {},'
        ' "problems": []},'
        ' {"source": "order_items", "relation": null, "files": [{"delivered_in": "a.csv", "format": "csv"},'
        ' {"delivered_in": "b.parquet", "format": "parquet"}], "mapping": {}, "missing": ["unit_cost"],'
        ' "without": {"fct_orders": ["cogs"]}, "problems": ["Bad.", "Bad."]},'
        ' {"source": "refunds", "relation": "\\"build\\".\\"raw\\".\\"refunds\\"", "files": [], "mapping": {},'
        ' "missing": [], "without": {"fct_orders": ["refund_amount"]}, "problems": []},'
        ' {"source": "products", "relation": null, "files": [], "mapping": {}, "missing": [],'
        ' "without": {"fct_orders": ["cogs"]}, "problems": ["Bad."]}]'
    )
    assert [describe_found(source) for source in sources] == [
        "derived from order_items",
        "2 files (csv, parquet)",
        "table build.raw.refunds",
        "absent",
    ]
    assert [source.name for source in absent_sources(sources)] == ["products"]
    assert problems(sources) == ["Bad."]


def publish_marts(folder: Path, marts: Sequence[Mart]) -> None:
    """Publish `marts` and the customers of 2025-06-30 from the build database in `folder`."""
    with duckdb.connect(str(folder / "build.duckdb")) as connection:
        connection.execute("create or replace table marts.dim_customers as select date '2025-06-30' as as_of_date")
    warehouse = Warehouse(folder)
    mark = Publication("20250701-020000-000", None, datetime(2025, 7, 1, 2), "", "", "", "")  # noqa: DTZ001 (a timestamp of the database)
    marked = write_candidate(warehouse, [*marts, Mart("dim_customers")], mark)
    assert marked.as_of_date == date(2025, 6, 30)
    publish(warehouse, 7)


def test_publishing_keeps_order_and_comments_and_replaces_all(tmp_path: Path) -> None:
    build, published = tmp_path / "build.duckdb", tmp_path / "clv.duckdb"
    with duckdb.connect(str(build)) as connection:
        connection.execute("create schema marts")
        connection.execute("create table marts.fct_a as select 1 as zeta, 'x' as alpha, null::date as middle")
        connection.execute("create table marts.fct_left_over as select 1 as a")
        connection.execute("create view marts.fct_view as select zeta from build.marts.fct_a")
    marts = [Mart("fct_a", 'A\'s "description"', {"zeta": "It's zeta", "nosuch": "x"}), Mart("fct_view")]
    publish_marts(tmp_path, marts)
    with duckdb.connect(str(published), read_only=True) as connection:
        columns = connection.execute(
            "select table_name, column_name, comment from duckdb_columns() where schema_name = 'marts' and table_name <> 'dim_customers'"
            " order by table_name, column_index"
        ).fetchall()
        comment = connection.execute("select comment from duckdb_tables() where table_name = 'fct_a'").fetchone()
    assert columns == [
        ("fct_a", "zeta", "It's zeta"),
        ("fct_a", "alpha", None),
        ("fct_a", "middle", None),
        ("fct_view", "zeta", None),
    ]
    assert comment == ('A\'s "description"',)
    assert {path.name for path in tmp_path.iterdir()} == {"build.duckdb", "clv.duckdb", "publications"}


def test_a_reader_keeps_its_warehouse_while_the_next_is_published(tmp_path: Path) -> None:
    build, published = tmp_path / "build.duckdb", tmp_path / "clv.duckdb"
    rows = "select count(*) from marts.fct_a"
    with duckdb.connect(str(build)) as connection:
        connection.execute("create schema marts")
        connection.execute("create table marts.fct_a as from range(500_000)")
    publish_marts(tmp_path, [Mart("fct_a")])
    with duckdb.connect(str(published), read_only=True) as reader:
        with duckdb.connect(str(build)) as connection:
            connection.execute("delete from marts.fct_a where range > 6")
        publish_marts(tmp_path, [Mart("fct_a")])
        assert reader.execute(rows).fetchone() == (500_000,)
    with duckdb.connect(str(published), read_only=True) as reader:
        assert reader.execute(rows).fetchone() == (7,)


def test_a_mart_that_is_not_there_publishes_nothing(tmp_path: Path) -> None:
    build, published = tmp_path / "build.duckdb", tmp_path / "clv.duckdb"
    published.write_bytes(b"what readers have")
    with duckdb.connect(str(build)) as connection:
        connection.execute("create schema marts")
    with pytest.raises(DataError, match="fct_a"):
        publish_marts(tmp_path, [Mart("fct_a")])
    assert published.read_bytes() == b"what readers have"


def test_figures_are_written_for_people() -> None:
    assert money(Decimal("1234567.891"), "EUR") == "1,234,567.89 EUR"
    assert money(None, "EUR") == "unknown"
    assert percent(Decimal("0.41250")) == "41.2%"
    assert percent(None) == "–"
    assert count(12345) == "12,345"
    assert count(None) == "–"
