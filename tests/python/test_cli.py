"""The command as a user meets it: exit codes, sentences, and the file that readers open."""

import gzip
import json
import re
from pathlib import Path

import duckdb
import pytest
from conftest import CommandRun, RunClv, write_csv
from soak.pocket import copy_base

from clv.shop import ShopSettings, generate_shop


def test_help_teaches_by_example(call_clv: RunClv) -> None:
    assert "clv run --raw raw --warehouse warehouse" in call_clv("--help").stdout
    for command in ("generate", "check", "run", "report", "export", "status", "rollback"):
        assert f"clv {command} " in call_clv(command, "--help").stdout.split("Examples:")[1]


def test_version(run_clv: RunClv) -> None:
    assert run_clv("--version").stdout.startswith("clv 0.")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["run", "--raw", "nosuch"], "There is no folder"),
        (["run", "--raw", "raw/orders.csv"], "orders.csv is a file:"),
        (["check", "--raw", "nosuch"], "There is no folder"),
        (["run", "--raw", "raw", "--as-of", "2025-02-30"], "--as-of is '2025-02-30', which is not a date"),
        (["run", "--raw", "raw", "--as-of", "20250228"], "write it as YYYY-MM-DD"),
        (["run", "--raw", "raw", "--vars", "{as_of_date: soon}"], "as_of_date is 'soon', which is not a date"),
        (["run", "--raw", "raw", "--vars", "{as_of_date: 2025"], "--vars is not valid YAML, line 1"),
        (["run", "--raw", "raw", "--vars", "raw_where: {}\nraw_where: {}"], "line 2: 'raw_where' stands twice."),
        (["run", "--raw", "raw", "--vars", "{as_of_date: 2025-02-30}"], "--vars holds a date that is none"),
        (["run", "--raw", "raw", "--vars", "nosuch.yml"], "--vars nosuch.yml can't be read: No such file"),
        (["run", "--raw", "raw", "--vars", "[1, 2]"], "--vars must map variables to values"),
        (["run", "--raw", "raw", "--vars", "{reporting_curency: EUR}"], "Did you mean 'reporting_currency'?"),
        (["run", "--raw", "raw", "--warehouse", "raw/orders.csv/x"], "can't be made: Not a directory"),
        (["run", "--raw", "raw", "--target", "nosuch"], "nosuch"),
        (["run", "--raw", "raw", "--target", "memory"], "keeps nothing"),
        (["run", "--nosuch"], "No such option"),
        (["generate", "shop", "--customers", "0"], "Invalid value for '--customers'"),
        (["generate", "shop", "--start", "2024-01-01", "--end", "2023-01-01"], "too short"),
        (["generate", "shop", "--format", "xml"], "'xml' is not one of 'parquet', 'csv'"),
    ],
    ids=lambda value: "_".join(value) if isinstance(value, list) else "",
)
@pytest.mark.usefixtures("purchase_log")
def test_wrong_use_ends_with_2_and_a_sentence(call_clv: RunClv, arguments: list[str], sentence: str) -> None:
    run = call_clv(*arguments)
    assert run.exit_code == 2, run.output
    assert sentence in run.stderr
    assert not run.published_file.exists()


@pytest.mark.usefixtures("purchase_log")
def test_every_unknown_mapping_is_named(call_clv: RunClv) -> None:
    names = "raw_names: {sales: x.csv, refunds: returns.csv}"
    columns = "raw_columns: {orders: {client: id, customer_id: CustomerID}}"
    run = call_clv("check", "--raw", "raw", "--vars", f"{{{names}, {columns}}}")
    assert run.exit_code == 2, run.output
    for sentence in (
        "var raw_names names the source 'sales', which is none of: orders,",
        "var raw_names maps refunds to 'returns.csv', but there is no such file",
        "var raw_columns maps 'client' of orders, whose columns are:",
        "orders.csv has no column 'CustomerID'",
    ):
        assert sentence in run.stderr


# the second could not be computed with while dbt reads the models, the third is known to the warehouse alone; dbt reads
# the whole project for each, so that both commands are tried with what stops them earliest (test_bad_inputs.py: the values)
@pytest.mark.parametrize(
    ("command", "variables", "sentences"),
    [
        (
            "run",
            "{kpi_window_months: 0, max_rejected_share: 5%}",
            [
                "var kpi_window_months is 0: give a whole number from 1 to 1200.",
                "var max_rejected_share is '5%': give a fraction from 0 to 1.",
            ],
        ),
        *(
            (
                command,
                "{kpi_window_months: twelve, counted_order_statuses: }",
                [
                    "var kpi_window_months is 'twelve': give a whole number",
                    "var counted_order_statuses is null: give a list of texts",
                ],
            )
            for command in ("check", "run")
        ),
        (
            "run",
            "{reporting_timezone: Mars}",
            ["var reporting_timezone is 'Mars': give a time zone that the warehouse knows, as in Europe/Berlin."],
        ),
    ],
    ids=["wrong", "not_computable_check", "not_computable_run", "unknown_zone"],
)
@pytest.mark.usefixtures("purchase_log")
def test_wrong_values_of_vars_end_with_2(call_clv: RunClv, command: str, variables: str, sentences: list[str]) -> None:
    run = call_clv(command, "--raw", "raw", "--vars", variables)
    assert run.exit_code == 2, run.output
    for sentence in sentences:
        assert sentence in run.stderr
    assert "in macro" not in run.stderr
    assert not run.published_file.exists()


def test_a_missing_required_column_is_named_with_its_file(call_clv: RunClv, tmp_path: Path) -> None:
    write_csv(tmp_path / "raw", "orders", ["order_id", "customer_id", "amount"], [("o1", "c1", "1")])
    run = call_clv("run", "--raw", "raw")
    assert run.exit_code == 2
    assert "orders.csv has no column 'ordered_at', which is required for orders." in run.stderr
    assert not run.published_file.exists()


def test_an_empty_folder_asks_for_orders(call_clv: RunClv, tmp_path: Path) -> None:
    (tmp_path / "raw").mkdir()
    run = call_clv("run", "--raw", "raw")
    assert run.exit_code == 2
    assert "No orders and no subscriptions were found below" in run.stderr


def test_a_file_that_is_no_parquet_is_named(call_clv: RunClv, tmp_path: Path) -> None:
    (tmp_path / "raw").mkdir()
    (tmp_path / "raw" / "orders.parquet").write_text("order_id,customer_id,ordered_at,amount\n" * 9)
    run = call_clv("check", "--raw", "raw")
    assert run.exit_code == 2
    assert "orders.parquet is not a Parquet file" in run.stderr


def test_check_names_what_is_absent_and_what_it_costs(call_clv: RunClv, purchase_log: Path) -> None:
    run = call_clv("check", "--raw", str(purchase_log))
    assert run.exit_code == 0, run.output
    assert "1 file (csv)" in run.stdout
    for source in ("order_items", "refunds", "customers", "marketing_spend", "exchange_rates"):
        assert source in run.stdout
    assert "fct_channel_months: spend, cac" in run.stdout
    assert not run.build_file.exists(), "looking builds nothing"


def test_vars_may_be_a_file(call_clv: RunClv, tmp_path: Path) -> None:
    write_csv(tmp_path / "raw", "sales", ["id", "client", "at", "amount"], [("o1", "c1", "2024-01-01", "1")])
    (tmp_path / "shop.yml").write_text(
        "raw_names: {orders: sales.csv}\n"
        "raw_columns:\n  orders: {order_id: id, customer_id: client, ordered_at: at}\n"
        "as_of_date: 2024-06-30\n"
    )
    run = call_clv("check", "--raw", "raw", "--vars", "shop.yml")
    assert run.exit_code == 0, run.output


def test_the_summary_reads_well(small_warehouse: CommandRun) -> None:
    assert "As of 2025-" in small_warehouse.stdout or "As of 2024-" in small_warehouse.stdout
    assert "4,000.00 USD" in small_warehouse.stdout
    assert "gross margin" in small_warehouse.stdout
    assert "unknown" in small_warehouse.stdout
    assert "Absent sources" in small_warehouse.stdout
    assert f"Published: {small_warehouse.published_file}" in small_warehouse.stdout


def test_the_published_file_can_be_read_by_older_drivers(small_warehouse: CommandRun) -> None:
    with small_warehouse.connect() as connection:
        tags = connection.execute("select tags from duckdb_databases() where database_name = 'clv'").fetchone()
    assert tags is not None
    assert tags[0]["storage_version"].startswith("v1.4.0")


def test_nothing_is_left_beside_the_published_file(small_warehouse: CommandRun) -> None:
    names = {path.name for path in small_warehouse.warehouse.iterdir()}
    assert names == {
        "build.duckdb",
        "clv.duckdb",
        "clv.lock",
        "data_docs",
        "logs",
        "publications",
        "report.html",
        "runs",
    }


def test_the_published_marts_are_those_that_were_built(small_warehouse: CommandRun) -> None:
    columns = (
        "select table_name, column_name, ordinal_position, data_type from information_schema.columns"
        " where table_schema = 'marts' order by 1, 3"
    )
    build_file = str(small_warehouse.build_file)
    with duckdb.connect(build_file, read_only=True) as build, small_warehouse.connect() as readers:
        built = build.execute(columns).fetchall()
        assert readers.execute(columns).fetchall() == built
        schemas = readers.execute("select distinct schema_name from duckdb_tables() order by 1").fetchall()
        for mart in sorted({row[0] for row in built}):
            rows = f"from marts.{mart} order by all"
            assert readers.execute(rows).fetchall() == build.execute(rows).fetchall(), mart
    assert schemas == [("main",), ("marts",)]
    assert {"dim_customers", "fct_orders", "fct_reconciliations"} <= {row[0] for row in built}


def test_published_tables_and_columns_are_described(small_warehouse: CommandRun) -> None:
    with small_warehouse.connect() as connection:
        tables = connection.execute("select table_name from duckdb_tables() where comment is null").fetchall()
        columns = connection.execute(
            "select table_name, column_name from duckdb_columns() where schema_name = 'marts' and comment is null"
        ).fetchall()
    assert (tables, columns) == ([], [])


def test_a_locked_build_database_is_told_in_a_sentence(run_clv: RunClv, purchase_log: Path, tmp_path: Path) -> None:
    (tmp_path / "warehouse").mkdir()
    with duckdb.connect(str(tmp_path / "warehouse" / "build.duckdb")):
        run = run_clv("run", "--raw", str(purchase_log))
    assert run.exit_code == 2
    assert "build.duckdb is in use by another process" in run.stderr


def test_data_that_fails_a_check_publishes_nothing(run_clv: RunClv, purchase_log: Path, tmp_path: Path) -> None:
    test = "select order_id, amount from {{ ref('fct_orders') }} where cast(amount as integer) > 99\n"
    run = run_clv("run", "--raw", str(purchase_log), project=small_project(tmp_path / "project", test))
    assert run.exit_code == 1, run.output
    assert "assert_orders_cost_less found 40 rows: No order costs 100 or more.\n" in run.stderr
    assert run.stderr.count("amount=100.00") == 3
    assert "Nothing was published." in run.stderr
    assert not run.published_file.exists()


RAISES = "{% if execute %}{{ exceptions.raise_compiler_error('var x is 7: give an even number.') }}{% endif %}"


def test_wrong_configuration_found_by_a_model_ends_with_2(run_clv: RunClv, purchase_log: Path, tmp_path: Path) -> None:
    project = small_project(tmp_path / "project", "select 1 as found where 1 = 0\n")
    (project / "models" / "marts" / "fct_orders.sql").write_text(f"{RAISES}\nselect 1 as order_id, 2 as amount\n")
    run = run_clv("run", "--raw", str(purchase_log), project=project)
    assert run.exit_code == 2, run.output
    assert "var x is 7: give an even number. (in fct_orders)" in run.stderr
    assert "> in macro" not in run.stderr


def test_sentences_of_a_test_are_about_the_data_and_end_with_1(
    run_clv: RunClv, purchase_log: Path, tmp_path: Path
) -> None:
    run = run_clv("run", "--raw", str(purchase_log), project=small_project(tmp_path / "project", RAISES))
    assert run.exit_code == 1, run.output
    assert "var x is 7: give an even number." in run.stderr
    assert "> in macro" not in run.stderr
    assert not run.published_file.exists()


@pytest.mark.parametrize(("arguments", "is_full"), [([], False), (["--full-refresh"], True)])
def test_a_full_refresh_is_asked_of_dbt(
    run_clv: RunClv, purchase_log: Path, tmp_path: Path, arguments: list[str], is_full: bool
) -> None:
    project = small_project(tmp_path / "project", "select 1 as found where 1 = 0\n")
    model = "select {{ flags.FULL_REFRESH }} as is_full, order_id, amount from {{ source('raw', 'orders') }}\n"
    (project / "models" / "marts" / "fct_orders.sql").write_text(model)
    run = run_clv("run", "--raw", str(purchase_log), *arguments, project=project)
    with duckdb.connect(str(run.build_file), read_only=True) as build:
        assert build.execute("select distinct is_full from marts.fct_orders").fetchall() == [(is_full,)]


def small_project(folder: Path, test: str) -> Path:
    """Copy the dbt project into `folder` with one mart, and `test` instead of its own tests."""
    marts = copy_base(folder)
    (marts / "fct_orders.sql").write_text("select order_id, amount from {{ source('raw', 'orders') }}\n")
    (marts / "_marts.yml").write_text("models: [{name: fct_orders, config: {contract: {enforced: false}}}]\n")
    (folder / "tests").mkdir()
    (folder / "tests" / "assert_orders_cost_less.sql").write_text(test)
    (folder / "tests" / "_tests.yml").write_text(
        "data_tests:\n  - name: assert_orders_cost_less\n    description: No order costs 100 or more. For the test.\n"
    )
    return folder


def test_a_gzip_file_with_a_wrong_checksum_stops_the_run(call_clv: RunClv, tmp_path: Path) -> None:
    """DuckDB ignores the checksum at the end of a gzip file: flipped bytes would be read as if delivered so."""
    log = "order_id,customer_id,ordered_at,amount\n" + "".join(f"o{n},c{n % 9},2024-01-05,5.00\n" for n in range(500))
    content = bytearray(gzip.compress(log.encode()))
    content[-6] ^= 0xFF
    raw = tmp_path / "raw"
    raw.mkdir()
    (raw / "orders.csv.gz").write_bytes(content)
    for command in ("check", "run"):
        run = call_clv(command, "--raw", str(raw))
        assert run.exit_code == 2
        assert "orders.csv.gz is not a whole gzip file" in run.output
        assert not run.published_file.exists()


def test_check_says_what_the_rows_hold_before_a_build(call_clv: RunClv, tmp_path: Path) -> None:
    raw = tmp_path / "raw"
    orders = [
        ("1", "7.0", "2024-03-01 10:22:33 -0500", "completed", "$10.50 ", "USD", "Web"),
        ("2", "8.0", "2024-03-02", "Paid", "20", "", "web"),
        ("3", "8.0", "2024-03-03", "Awaiting Pickup", "30", "EUR", "Web"),
        ("4", "", "2024-02-31", "cancelled", "40", "", ""),
    ]
    header = ["order_id", "customer_id", "ordered_at", "status", "amount", "currency", "sales_channel"]
    write_csv(raw, "orders", header, orders)
    write_csv(raw, "customers", ["customer_id", "created_at"], [("7", "2024-01-01"), ("8", ""), ("", "")])
    write_csv(raw, "refunds", ["refund_id", "order_id", "refunded_at", "amount"], [("r1", "#1", "2024-03-09", "5")])
    write_csv(raw, "ordres", ["order_id"], [("1",)])
    run = call_clv("check", "--raw", "raw")
    assert run.exit_code == 0, run.output
    for sentence in (
        'orders.ordered_at: 1 of 4 values can\'t be read, as "2024-02-31".',
        'orders.customer_id: 3 of 4 ids are written as decimals, as "7.0"; they are read',
        'orders: orders of status "awaiting pickup" do not count (1, worth 30.00): name it in var',
        "orders: there is no exchange rate for EUR (rows: 1).",
        'refunds.order_id: 1 of 1 keys have no partner in orders, as "#1": are they written in the same way?',
        'orders.sales_channel: "Web" and "web" differ in case or blanks alone, and are taken for one.',
        "customers.customer_id is blank in 1 of 3 rows, which are rejected.",
        "Nobody reads ordres.csv: name files after their source, or map them by var raw_names.",
    ):
        assert sentence in run.stdout
    assert re.search(r"completed +1 +10\.50 +yes", run.stdout)
    assert re.search(r"cancelled +1 +40\.00 +no", run.stdout)
    assert re.search(r"orders\.customer_id +customers +2 +100\.0%", run.stdout)

    answer = json.loads(call_clv("check", "--raw", "raw", "--all", "--json").stdout)
    assert len(answer["findings"]) == 9
    assert answer["last_build_seconds"] is None
    sample = next(source["sample"] for source in answer["sources"] if source["source"] == "orders")
    assert sample["rows"] == 4
    assert sample["is_whole"]


def test_check_finds_nothing_in_a_sound_shop(call_clv: RunClv, tmp_path: Path) -> None:
    generate_shop(tmp_path / "raw", ShopSettings(customers=60, seed=3, defect_share=0.0))
    answer = json.loads(call_clv("check", "--raw", "raw", "--json").stdout)
    assert answer["findings"] == []
    assert {source["sample"]["rows"] > 0 for source in answer["sources"]} == {True}
