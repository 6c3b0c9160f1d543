"""CDNOW's full transaction log, from the `lifetimes` package, as the plainest shop there is: orders.csv and nothing else."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import duckdb
import lifetimes
import pytest
import yaml
from conftest import BuildMarts, BuildWarehouse, CommandRun, call_command, write_csv

CDNOW = Path(lifetimes.__file__).parent / "datasets" / "CDNOW_master.txt"
"""Customer, date as YYYYMMDD, CDs, dollars: Fader & Hardie's CDNOW data set, all 23,570 customers."""


@pytest.fixture(scope="session")
def cdnow_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("cdnow")
    lines = [line.split() for line in CDNOW.read_text().splitlines()]
    rows = [
        (number, line[0], line[1], line[3])
        for number, line in enumerate((line for line in lines if line and line[0].isdigit()), start=1)
    ]
    write_csv(folder, "orders", ["order_id", "customer_id", "ordered_at", "amount"], rows)
    return folder


@pytest.fixture(scope="session")
def cdnow(build_warehouse: BuildWarehouse, cdnow_folder: Path) -> CommandRun:
    run = build_warehouse(cdnow_folder)
    assert run.exit_code == 0, run.output
    return run


@pytest.fixture
def marts(cdnow: CommandRun) -> Iterator[duckdb.DuckDBPyConnection]:
    with cdnow.connect() as connection:
        connection.execute("use clv.marts")
        yield connection


def test_cdnows_totals_are_the_published_ones(marts: duckdb.DuckDBPyConnection) -> None:
    """Fader & Hardie: 23,570 customers, 69,659 transactions; 80 of them for $0, which are orders all the same."""
    orders = marts.execute(
        "select count(*), count(*) filter (is_counted), sum(net_revenue), count(*) filter (net_revenue = 0) from fct_orders"
    ).fetchone()
    assert orders == (69_659, 69_659, Decimal("2500315.63"), 80)
    customers = marts.execute(
        "select count(*), sum(purchase_occasions), sum(net_revenue), min(as_of_date), max(as_of_date) from dim_customers"
    ).fetchone()
    assert customers == (23_570, 67_591, Decimal("2500315.63"), dt.date(1998, 6, 30), dt.date(1998, 6, 30))


def test_cdnows_margin_is_unknown_and_clv_says_it_is_revenue(marts: duckdb.DuckDBPyConnection) -> None:
    customers = marts.execute(
        "select distinct margin_basis, clv_basis, gross_margin, gross_margin_rate from dim_customers"
    ).fetchall()
    assert customers == [("unknown", "revenue", None, None)]
    assert marts.execute("select count(*) from dim_customers where historical_clv <> net_revenue").fetchone() == (0,)
    assert marts.execute("select distinct clv_basis from fct_clv_by_method").fetchall() == [("revenue",)]
    margins = marts.execute("select count(gross_margin), count(cogs) from fct_orders").fetchone()
    assert margins == (0, 0)


def test_cdnows_cohorts_start_in_the_first_quarter(marts: duckdb.DuckDBPyConnection) -> None:
    cohorts = marts.execute(
        "select cohort_month, cohort_size from fct_cohort_months where acquisition_channel = 'all' and age_months = 0 order by 1"
    ).fetchall()
    assert [month for month, _ in cohorts] == [dt.date(1997, 1, 1), dt.date(1997, 2, 1), dt.date(1997, 3, 1)]
    assert sum(size for _, size in cohorts) == 23_570


def test_what_an_absent_source_costs_is_really_missing(marts: duckdb.DuckDBPyConnection) -> None:
    """The contract says which columns each absent source leaves NULL; here they all are."""
    unknown = {
        "dim_customers": ["acquisition_campaign", "cac"],
        "fct_channel_months": ["spend", "cac", "cpa", "roas", "roi", "payback_months"],
        "fct_kpi_months": ["cac"],
    }
    for mart, columns in unknown.items():
        counts = ", ".join(f"count({column})" for column in columns)
        assert marts.execute(f"select {counts} from {mart}").fetchone() == (0,) * len(columns), mart
    assert marts.execute("select count(*) from fct_campaigns").fetchone() == (0,)
    assert marts.execute("select distinct acquisition_channel from dim_customers").fetchall() == [("unknown",)]


def test_the_check_names_what_is_missing(cdnow_folder: Path, tmp_path: Path) -> None:
    run = call_command(["check", "--raw", str(cdnow_folder)], tmp_path)
    assert run.exit_code == 0
    for source in [
        "order_items",
        "products",
        "refunds",
        "customers",
        "marketing_spend",
        "exchange_rates",
        "inventory_periods",
    ]:
        assert source in run.output


FLAT_LOG = [
    # an invoice of two identical lines, its cancellation of one, a guest, a free sample, a bad debt
    ("536365", "85123A", "6", "12/1/2010 8:26", "2.55", "17850", "United Kingdom"),
    ("536365", "85123A", "6", "12/1/2010 8:26", "2.55", "17850", "United Kingdom"),
    ("C536379", "85123A", "-6", "12/1/2010 9:41", "2.55", "17850", "United Kingdom"),
    ("536370", "22728", "24", "12/1/2010 8:45", "3.75", "12583", "France"),
    ("536414", "22139", "56", "12/1/2010 11:52", "0.0", "", "United Kingdom"),
    ("536544", "21773", "1", "12/1/2010 14:32", "2.51", "", "United Kingdom"),
    ("A563185", "B", "1", "12/2/2010 14:50", "-11062.06", "", "United Kingdom"),
]
FLAT_VARIABLES = """
reporting_currency: GBP
raw_names: {order_items: "online retail.csv"}
raw_timestamp_formats: ["%m/%d/%Y %H:%M"]
raw_columns:
  order_items:
    order_id: InvoiceNo
    product_id: StockCode
    quantity: Quantity
    ordered_at: InvoiceDate
    unit_price: UnitPrice
    customer_id: CustomerID
    country: Country
"""


def test_a_flat_invoice_log_alone_is_enough(build_marts: BuildMarts, tmp_path: Path) -> None:
    """Lines as UCI's Online Retail has them, mapped by vars alone."""
    header = ["InvoiceNo", "StockCode", "Quantity", "InvoiceDate", "UnitPrice", "CustomerID", "Country"]
    write_csv(tmp_path, "online retail", header, FLAT_LOG)
    with build_marts(tmp_path, **yaml.safe_load(FLAT_VARIABLES)).connect() as marts:
        marts.execute("use clv.marts")
        orders = marts.execute(
            "select order_id, customer_id, is_counted, net_revenue from fct_orders order by ordered_at, order_id"
        ).fetchall()
        assert orders == [
            ("536365", "17850", True, Decimal("15.30")),
            ("536370", "12583", True, Decimal("90.00")),
            ("C536379", "17850", False, Decimal("0.00")),
            ("536414", None, True, Decimal("0.00")),
            ("536544", None, True, Decimal("2.51")),
            ("A563185", None, False, Decimal("-11062.06")),
        ]
        customers = marts.execute(
            "select customer_id, order_count, net_revenue, country from dim_customers order by 1"
        ).fetchall()
        assert customers == [
            ("12583", 1, Decimal("90.00"), "France"),
            ("17850", 1, Decimal("15.30"), "United Kingdom"),
        ]
        difference = marts.execute("select sum(abs(difference)) from fct_reconciliations").fetchone()
        assert difference == (0,)


GERMAN_VARIABLES = """
reporting_currency: EUR
raw_names: {orders: Verkäufe}
raw_timestamp_formats: ["%d.%m.%Y"]
raw_decimal_mark: ","
counted_order_statuses: [bezahlt]
raw_columns:
  orders: {order_id: Auftragsnr, customer_id: Kundennr, ordered_at: Datum, amount: Betrag, status: Status}
"""


def test_a_german_export_is_read(build_marts: BuildMarts, tmp_path: Path) -> None:
    """Decimal commas, points between thousands, days first, the shop's words for a sale; a point alone parts no digits."""
    rows = [
        ("1", "13,40", Decimal("13.40"), "bezahlt"),
        ("2", "1.234", Decimal(1234), "bezahlt"),
        ("3", "-1.234.567,5", Decimal("-1234567.50"), "bezahlt"),
        ("4", "20", Decimal(20), "bezahlt"),
        ("5", "99,00", Decimal(99), "storniert"),
        ("6", "1,25E+3", Decimal(1250), "bezahlt"),
        *((str(number), "7,5", Decimal("7.50"), "bezahlt") for number in range(7, 40)),
    ]
    unreadable = ("40", "12.5", None, "bezahlt")
    lines = [f"{order};k1;31.12.2024;{amount};{status}" for order, amount, _, status in [*rows, unreadable]]
    text = "\n".join(["Auftragsnr;Kundennr;Datum;Betrag;Status", *lines])
    folder = tmp_path / "Verkäufe"
    folder.mkdir()
    (folder / "1.csv").write_text(text, encoding="utf-8")
    # numbers that are no text have no mark to be taken for another
    typed = {"50": ("3.125", "decimal(10, 3)", Decimal("3.125")), "51": ("12.0", "double", Decimal(12))}
    for order, (amount, kind, _) in typed.items():
        duckdb.sql(
            f"copy (select '{order}' as \"Auftragsnr\", 'k1' as \"Kundennr\", '31.12.2024' as \"Datum\","
            f" {amount}::{kind} as \"Betrag\", 'bezahlt' as \"Status\") to '{folder}/{order}.parquet'"
        )
    rows += [(order, amount, value, "bezahlt") for order, (amount, _, value) in typed.items()]
    selected = ["--select", "+fct_orders", "+fct_rejected_records"]
    with build_marts(tmp_path, *selected, **yaml.safe_load(GERMAN_VARIABLES)).connect() as marts:
        marts.execute("use clv.marts")
        orders = marts.execute("select order_id, gross_item_revenue, status from fct_orders").fetchall()
        assert sorted(orders) == sorted((order, amount, status) for order, _, amount, status in rows)
        rejected = marts.execute("select record_key, reason from fct_rejected_records").fetchall()
        assert rejected == [("40", "amount is not a number of at most 1e15")]
        days = marts.execute("select distinct order_date from fct_orders").fetchall()
        assert days == [(dt.date(2024, 12, 31),)]
