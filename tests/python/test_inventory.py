"""Margins by inventory, from raw files to marts, in a shop that knows no unit cost and sells in several currencies."""

from __future__ import annotations

import pytest
from conftest import BuildMarts, Built, write_csv

# what a unit of the currency was worth in USD on the day
RATES = [
    ("2024-01-10", "EUR", "1.20"),
    ("2024-02-20", "EUR", "1.25"),
    ("2024-05-05", "EUR", "1.10"),
    ("2024-06-30", "EUR", "1.10"),
    ("2024-03-15", "GBP", "1.30"),
]
# 300,000 + 250,000 x 1.20 + 100,000 x 1.25 + 57,692.31 x 1.30 = 800,000 in the first quarter
ORDERS = [
    ("Q1-USD", "A", "2024-01-10", "USD", 3000, "100.00"),
    ("Q1-EUR", "A", "2024-01-10", "EUR", 2500, "100.00"),
    ("Q1-later", "B", "2024-02-20", "EUR", 1000, "100.00"),
    ("Q1-GBP", "B", "2024-03-15", "GBP", 1, "57692.3077"),
    ("Q2-EUR", "B", "2024-05-05", "EUR", 1000, "100.00"),
    ("between", "C", "2024-07-01", "USD", 1, "9100.00"),
]
PERIODS = [
    ("2024-01-01", "2024-03-31", "180000", "450000", "160000", ""),
    ("2024-04-01", "2024-06-30", "90000", "100000", "110000", "EUR"),
]


@pytest.fixture(scope="module")
def shop(build_marts: BuildMarts, tmp_path_factory: pytest.TempPathFactory) -> Built:
    raw = tmp_path_factory.mktemp("inventory")
    orders = [(order, customer, day, currency) for order, customer, day, currency, *_ in ORDERS]
    lines = [(order, "P", quantity, price) for order, _, _, _, quantity, price in ORDERS]
    write_csv(raw, "orders", ["order_id", "customer_id", "ordered_at", "currency"], orders)
    write_csv(raw, "order_items", ["order_id", "product_id", "quantity", "unit_price"], lines)
    write_csv(raw, "exchange_rates", ["rate_date", "currency", "rate"], RATES)
    columns = ["period_start", "period_end", "opening_inventory", "purchases", "closing_inventory", "currency"]
    write_csv(raw, "inventory_periods", columns, PERIODS)
    return build_marts(raw, "--select", "+fct_orders", "+dim_customers", "+fct_kpi_months")


def test_the_worked_case_holds_over_currencies(shop: Built) -> None:
    """180,000 + 450,000 - 160,000 = 470,000 over 800,000 leave a gross margin of 0.4125, for every order of the quarter."""
    with shop.connect() as connection:
        rows = connection.execute(
            "select order_id, net_revenue, cogs, gross_margin, margin_basis from marts.fct_orders where order_id like 'Q1%'"
        ).fetchall()
    assert sum(revenue for _, revenue, *_ in rows) == pytest.approx(800_000, abs=0.01)
    assert float(sum(cogs for _, _, cogs, *_ in rows)) == pytest.approx(470_000, abs=0.01)
    assert len(rows) == 4
    for order, revenue, _, margin, basis in rows:
        assert float(margin / revenue) == pytest.approx(0.4125, abs=1e-6), order
        assert basis == "inventory_ratio", order


def test_a_period_in_another_currency_is_converted_at_its_end(shop: Built) -> None:
    """(90,000 + 100,000 - 110,000) EUR x 1.10 = 88,000 over 100,000 EUR x 1.10 = 110,000 leave 0.2."""
    with shop.connect() as connection:
        rows = connection.execute(
            "select net_revenue, cogs, gross_margin, margin_basis from marts.fct_orders where order_id = 'Q2-EUR'"
        ).fetchall()
    assert rows == [(110_000, 88_000, 22_000, "inventory_ratio")]


def test_a_day_outside_all_periods_takes_the_companys_rate(shop: Built) -> None:
    """(470,000 + 88,000) / (800,000 + 110,000) of 9,100 is a cost of 5,580."""
    with shop.connect() as connection:
        rows = connection.execute(
            "select cogs, margin_basis from marts.fct_orders where order_id = 'between'"
        ).fetchall()
    assert [(float(cogs), basis) for cogs, basis in rows] == [(pytest.approx(5580, abs=0.01), "company_rate")]


def test_the_margin_reaches_customers_and_the_company(shop: Built) -> None:
    margin = 330_000 + 22_000 + 3_520
    with shop.connect() as connection:
        rates = dict(connection.execute("select customer_id, gross_margin_rate from marts.dim_customers").fetchall())
        company = connection.execute(
            "select gross_margin, gross_margin_rate from marts.fct_kpi_months where segment_kind = 'company'"
            " order by month desc limit 1"
        ).fetchall()[0]
    assert rates["A"] == pytest.approx(0.4125, abs=1e-6)
    assert float(company[0]) == pytest.approx(margin, abs=0.02)
    assert company[1] == pytest.approx(margin / 919_100, abs=1e-6)
