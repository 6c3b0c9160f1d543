"""The mapping language: vars raw_columns, raw_where, raw_queries, raw_names and raw_files, over what shops deliver."""

from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml
from conftest import RunClv, write_csv
from soak import REPOSITORY
from soak.builder import Builder

from clv.build.dbt import Project, folders
from clv.commands.check import inspect_raw, problems
from clv.errors import UsageError

STAGED = (
    "stg_shop__orders",
    "stg_shop__order_items",
    "stg_shop__refunds",
    "stg_shop__marketing_spend",
    "stg_shop__exchange_rates",
    "stg_shop__unreadable_lines",
    "stg_builds__deliveries",
)
VARIABLES: dict[str, object] = {
    "raw_names": {
        "orders": ["sales_*", "old sales", "not there?"],
        "order_items": ["sales_*"],
        "marketing_spend": "google_report",
        "marketing_spend.meta": "meta.tsv",
        "exchange_rates": "rates",
    },
    "raw_files": {"marketing_spend": {"skip_lines": 2}},
    "raw_columns": {
        "orders": {
            "order_id": "No.",
            "customer_id": {"sql": "coalesce({Buyer}, lower({Mail?}))"},
            "ordered_at": {"sql": "{Paid:unix_seconds}"},
            "amount": {"sql": "case when {Ccy} = 'JPY' then {Total} else {Total} / 100 end"},
            "discount_amount": {"sql": "-{Discount}"},
            "currency": {"sql": "upper({Ccy})"},
            "sales_channel": {"sql": "'web'"},
            "status": None,
        },
        "order_items": {
            "order_id": "No.",
            "product_id": {"sql": "'all'"},
            "quantity": "Pieces",
            "unit_price": {"sql": "{Total} / {Pieces}"},
            "discount_amount": None,
            "currency": None,
        },
        "refunds": {"refunded_at": "on_day"},
        "marketing_spend": {
            "spend_date": "Day",
            "channel": {"sql": "'google'"},
            "amount": "Cost",
            "campaign": "Campaign",
        },
        "marketing_spend.meta": {
            "spend_date": "Starts",
            "channel": {"sql": "'meta'"},
            "amount": "Spent (*)",
            "currency": {"sql": "replace(replace({Spent (*):name}, 'Spent (', ''), ')', '')"},
        },
        "exchange_rates": {"rate_date": "day", "currency": "code", "rate": {"sql": "1 / {per_dollar}"}},
    },
    "raw_where": {
        "orders": "{Test} <> 'yes'",
        "order_items": "{Test} <> 'yes' and {Pieces} > 0",
        "marketing_spend": "{Day} not like 'Total:%'",
    },
    "raw_queries": {
        "refunds": """
            select lines.id as refund_id, heads.order_no as order_id, heads.happened_at as on_day, lines.amount - coalesce(fees.fee, 0) as amount
            from {refund_lines: id, refund, Cents:number as amount} as lines
            inner join {refund_heads: id, Order No as order_no, at:unix_milliseconds as happened_at} as heads on lines.refund = heads.id
            left join {refund_fees?: refund, fee:number} as fees on heads.id = fees.refund
        """
    },
}
HEADER = ["No.", "Buyer", "Mail", "Paid", "Total", "Discount", "Ccy", "Pieces", "Test", "status"]
NEW_YEAR = 1704067200


def write_shop(raw: Path) -> None:
    """A shop whose files follow nobody's contract."""
    write_csv(
        raw,
        "sales_1",
        HEADER,
        [
            (1, "ann", "", NEW_YEAR, "1250", "-1", "usd", 5, "no", "open"),
            (2, "", "Bob@mail.invalid", NEW_YEAR + 60, '"2,000"'.strip('"'), "", "usd", 2, "no", "open"),
            (3, "ann", "", NEW_YEAR, "500", "", "JPY", 1, "no", "open"),
            (4, "ann", "", "soon", "100", "", "usd", 1, "no", "open"),
            (5, "ann", "", NEW_YEAR, "much", "", "usd", 1, "no", "open"),
            (6, "ann", "", NEW_YEAR, "700", "", "usd", 1, "yes", "open"),
        ],
    )
    write_csv(
        raw,
        "old sales",
        [name for name in HEADER if name != "Mail"],
        [(7, "905.0", NEW_YEAR, 99, "", "usd", 0, "no", "")],
    )
    write_csv(
        raw, "refund_heads", ["id", "Order No", "at"], [("r1", 1, NEW_YEAR * 1000 + 5), ("r2", 2, NEW_YEAR * 1000)]
    )
    write_csv(raw, "refund_lines", ["id", "refund", "Cents"], [("a", "r1", "3.50"), ("b", "r1", "1"), ("c", "r2", "2")])
    write_csv(
        raw, "rates", ["day", "code", "per_dollar"], [("2024-01-01", "JPY", "160"), ("2024-01-01", "EUR", "none")]
    )
    report = (
        'Campaign report\n"January 1 - January 2"\nDay,Campaign,Cost\n2024-01-01,Brand,12.50\nTotal: all, --,12.50\n'
    )
    (raw / "google_report.csv").write_text(report, encoding="utf-8")
    (raw / "meta.tsv").write_text("Starts\tSpent (CHF)\n2024-01-01\t7.25\n", encoding="utf-8")


@pytest.fixture(scope="module")
def staged(builder: Builder, tmp_path_factory: pytest.TempPathFactory) -> duckdb.DuckDBPyConnection:
    """The shop, read by its mapping."""
    folder = tmp_path_factory.mktemp("mapping")
    write_shop(folder / "raw")
    mapped = Builder(builder.scratch, VARIABLES, builder.manifest)
    return duckdb.connect(
        str(mapped.build(folder / "raw", folder / "warehouse", None, "--select", *STAGED)), read_only=True
    )


def rows(connection: duckdb.DuckDBPyConnection, query: str) -> list[tuple[Any, ...]]:
    return connection.execute(query).fetchall()


def test_expressions_give_what_the_raw_columns_say(staged: duckdb.DuckDBPyConnection) -> None:
    read = rows(
        staged,
        "select order_id, customer_id, epoch(ordered_at)::bigint, amount::double, discount_amount::double, currency, sales_channel, status"
        " from staging.stg_shop__orders where rejection_reason is null order by order_id",
    )
    assert read == [
        ("1", "ann", NEW_YEAR, 12.5, 1.0, "USD", "web", None),
        ("2", "bob@mail.invalid", NEW_YEAR + 60, 20.0, None, "USD", "web", None),
        ("3", "ann", NEW_YEAR, 500.0, None, "JPY", "web", None),
        ("7", "905", NEW_YEAR, 0.99, None, "USD", "web", None),
    ]


def test_what_an_expression_cannot_read_goes_to_quarantine(staged: duckdb.DuckDBPyConnection) -> None:
    rejected = rows(
        staged,
        "select order_id, rejection_reason from staging.stg_shop__orders where rejection_reason is not null"
        " union all select currency, rejection_reason from staging.stg_shop__exchange_rates where rejection_reason is not null order by 1",
    )
    assert [(key, reason.split(" is ")[0]) for key, reason in rejected] == [
        ("4", "ordered_at"),
        ("5", "amount"),
        ("EUR", "rate"),
    ]


def test_two_sources_are_read_from_one_file(staged: duckdb.DuckDBPyConnection) -> None:
    lines = rows(
        staged,
        "select order_id, unit_price, discount_amount, currency from staging.stg_shop__order_items where rejection_reason is null order by 1",
    )
    assert lines == [
        ("1", 250.0, None, None),
        ("2", 1000.0, None, None),
        ("3", 500.0, None, None),
        ("4", 100.0, None, None),
    ]


def test_filtered_rows_are_counted(staged: duckdb.DuckDBPyConnection) -> None:
    counted = rows(
        staged,
        "select source_name, delivered_in, filtered_rows from staging.stg_builds__deliveries where filtered_rows > 0 order by 1, 2",
    )
    assert counted == [
        ("marketing_spend", "google_report.csv", 1),
        ("order_items", "sales_1.csv", 1),
        ("orders", "sales_1.csv", 1),
    ]


def test_a_query_joins_files_and_goes_without_one_that_is_absent(staged: duckdb.DuckDBPyConnection) -> None:
    refunds = rows(
        staged,
        "select refund_id, order_id, amount::double, epoch_ms(refunded_at), delivered_in from staging.stg_shop__refunds order by 1",
    )
    assert refunds == [
        ("a", "1", 3.5, NEW_YEAR * 1000, "query of refunds"),
        ("b", "1", 1.0, NEW_YEAR * 1000, "query of refunds"),
        ("c", "2", 2.0, NEW_YEAR * 1000, "query of refunds"),
    ]


def test_the_parts_of_a_source_have_mappings_of_their_own(staged: duckdb.DuckDBPyConnection) -> None:
    spend = rows(
        staged,
        "select channel, campaign, amount::double, currency from staging.stg_shop__marketing_spend where rejection_reason is null order by 1",
    )
    assert spend == [("google", "brand", 12.5, None), ("meta", None, 7.25, "CHF")]
    assert rows(staged, "select rate from staging.stg_shop__exchange_rates where currency = 'JPY'") == [(1 / 160,)]


def test_each_row_is_an_order_where_none_has_a_number(builder: Builder, tmp_path: Path) -> None:
    log = [("ann", "2024-01-01", 5), ("ann", "2024-01-01", 5)]
    write_csv(tmp_path / "raw", "orders", ["customer_id", "ordered_at", "amount"], log)
    built = builder.build(tmp_path / "raw", tmp_path / "warehouse", None, "--select", "stg_shop__orders")
    with duckdb.connect(str(built), read_only=True) as connection:
        read = rows(connection, "select order_id, amount::double from staging.stg_shop__orders order by 1")
    assert read == [("orders.csv:1", 5.0), ("orders.csv:2", 5.0)]


WRONG = {
    "a function that there is none of": (
        "{raw_columns: {orders: {amount: {sql: 'halved({amount})'}}}}",
        "var raw_columns: orders.amount is SQL that the warehouse refuses: halved({amount}) (",
    ),
    "a condition that is no SQL": (
        "{raw_where: {orders: '{amount} >'}}",
        "var raw_where: orders is SQL that the warehouse refuses: {amount} > (",
    ),
    "a raw column that is not there": (
        "{raw_columns: {orders: {amount: {sql: '{Totle} / 100'}}}}",
        "orders.csv has no column 'Totle', which is named by the expression of orders.amount.",
    ),
    "a query of a file that is not there": (
        "{raw_queries: {refunds: 'select * from {payback: refund_id}'}}",
        "the query of refunds reads 'payback', but there is no such file below ",
    ),
    "a query that is no SQL": (
        "{raw_queries: {refunds: 'selected * from {orders}'}}",
        "var raw_queries: refunds is SQL that the warehouse refuses: selected * from {orders} (",
    ),
    "a required column left out": (
        "{raw_columns: {orders: {ordered_at: null}}}",
        "var raw_columns: orders leaves out ordered_at, which is required",
    ),
    "an option of files that there is none of": (
        "{raw_files: {orders: {skip: 3}}}",
        "var raw_files: orders holds skip: 3, but knows skip_lines alone",
    ),
    "a file that would count twice": (
        "{raw_names: {orders.till: 'ord*'}}",
        "orders.csv is read by orders and by orders.till, and would count twice",
    ),
    "a mapping that is neither": (
        "{raw_columns: {orders: {amount: {expression: '1'}}}}",
        "var raw_columns: orders maps amount to ",
    ),
}


def problems_of(builder: Builder, raw: Path, variables: dict[str, object]) -> str:
    """What `clv check` says of a folder under these vars, without parsing the project for them."""
    with folders(raw, raw.parent / "warehouse"):
        try:
            return "\n".join(problems(inspect_raw(Project(REPOSITORY, "memory", variables, builder.manifest), raw)))
        except UsageError as error:
            return str(error)


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_mapping_is_one_sentence(name: str, builder: Builder, purchase_log: Path) -> None:
    variables, sentence = WRONG[name]
    told = problems_of(builder, purchase_log, yaml.safe_load(variables))
    assert told.startswith(sentence)
    assert "\n" not in told


def test_orders_need_numbers_where_lines_ask_for_them(builder: Builder, purchase_log: Path) -> None:
    write_csv(purchase_log, "refunds", ["refund_id", "order_id", "refunded_at", "amount"], [])
    told = problems_of(builder, purchase_log, {"raw_columns": {"orders": {"order_id": None}}})
    assert told.startswith(
        "orders.csv has no column 'order_id', which is required for orders where there are order_items or refunds."
    )


@pytest.mark.parametrize("place", [".", ".."])
def test_the_vars_of_a_shop_are_found_beside_its_files(place: str, purchase_log: Path, call_clv: RunClv) -> None:
    (purchase_log / place / "shop.yml").write_text("{reporting_money: EUR}", encoding="utf-8")
    assert "There is no variable 'reporting_money'." in call_clv("check", "--raw", str(purchase_log)).stderr
    assert (
        "There is no variable 'other'." in call_clv("check", "--raw", str(purchase_log), "--vars", "{other: 1}").stderr
    )
