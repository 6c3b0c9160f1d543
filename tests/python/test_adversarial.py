"""Hard cases in one small shop, with the figures worked out by hand: what each case must come to stands beside its rows.

The shop reports in New York, and its as-of date is 2024-04-10. Three more cases need shops of their own.
"""

from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest
from conftest import BuildMarts, Built, write_csv
from soak.builder import Builder

AS_OF = date(2024, 4, 10)

ORDERS = [
    # order_id, customer_id, ordered_at, status, amount
    ("early", "c1", "2024-02-05 12:00:00", "", "25"),
    ("capped", "c1", "2024-02-10 12:00:00", "", ""),
    ("returned", "c2", "2024-02-11 12:00:00", "", ""),
    ("merged", "m-old", "2024-02-12 12:00:00", "", "30"),
    ("phone 1", "p-1", "2024-02-13 12:00:00", "", "10"),
    ("phone 2", "p-2", "2024-02-14 12:00:00", "", "10"),
    ("numbered", "c3", "2024-03-01 12:00:00", "", ""),
    ("A|1", "c4", "2024-03-02 12:00:00", "", ""),
    ("A", "c4", "2024-03-03 12:00:00", "", ""),
    ("swapped", "c5", "2024-03-04 12:00:00", "", ""),
    ("unreadable lines", "c5", "2024-03-05 12:00:00", "", "77"),
    ("huge", "c6", "2024-03-06 12:00:00", "", ""),
    ("day", "c6", "2024-04-01", "", "5"),
    # 22:00 of the day before in New York
    ("night", "c6", "2024-04-01T02:00:00Z", "", "6"),
]
LINE = ("order_id", "product_id", "line_number", "quantity", "unit_price", "discount_amount", "unit_cost")
FIRST_LINES = [("numbered", "x", "", "1", "50", "", "20")]
SECOND_LINES = [
    # the same line, with its number this time: 50, not 100
    ("numbered", "x", "1", "1", "50", "", "20"),
    # cost 59; two refunds bring line 1 back, which can only come back once: 59 - 9 = 50
    ("capped", "x", "1", "1", "20", "", "9"),
    ("capped", "y", "2", "1", "100", "", "50"),
    # cost 35; of line 1, two units, 1 and then 2 come back: 35 - 20 = 15
    ("returned", "x", "1", "2", "30", "", "10"),
    ("returned", "y", "2", "1", "40", "", "15"),
    # put together with a bar between, the ids of these two would be one
    ("A|1", "x", "2", "1", "11", "", "4"),
    ("A", "x", "1|2", "1", "13", "", "5"),
    # sold and taken back with the discount: 30 - 3 - 30 + 3 = 0
    ("swapped", "x", "1", "1", "30", "3", "10"),
    ("swapped", "x", "2", "-1", "30", "-3", "10"),
    # no line can be read, so that the order's amount counts
    ("unreadable lines", "x", "1", "many", "10", "", ""),
    ("unreadable lines", "y", "2", "", "10", "", ""),
    # 1e24 fits no amount of money
    ("huge", "x", "1", "1e12", "1e12", "", ""),
    ("huge", "y", "2", "1", "12", "", "5"),
]
REFUNDS = [
    # refund_id, order_id, refunded_at, amount, line_number, quantity
    ("r1", "capped", "2024-02-20 12:00:00", "10", "1", "1"),
    ("r2", "capped", "2024-02-21 12:00:00", "10", "1", "1"),
    ("r3", "returned", "2024-02-22 12:00:00", "5", "1", "1"),
    ("r4", "returned", "2024-02-23 12:00:00", "5", "1", "2"),
    # paid in a month in which nothing was sold
    ("r5", "early", "2024-01-20 12:00:00", "5", "", ""),
]
CUSTOMERS = [
    # customer_id, created_at, email, phone, acquisition_channel, acquisition_campaign
    ("m-new", "2023-06-01", "m@example.com", "", "search", "brand"),
    ("m-old", "2023-01-01", "M@example.com", "", "email", ""),
    ("p-1", "2023-01-01", "", "0000000", "direct", ""),
    ("p-2", "2023-01-01", "", "00 000-00", "direct", ""),
]
SPEND = [
    # spend_date, channel, campaign, amount: email got more back than it cost
    ("2024-02-10", "email", "", "50"),
    ("2024-02-11", "email", "spring", "-150"),
    ("2024-04-10", "search", "", "40"),
    # the day after the as-of date
    ("2024-04-11", "search", "", "1000"),
]


def write_shop(raw: Path) -> None:
    write_csv(raw, "orders", ["order_id", "customer_id", "ordered_at", "status", "amount"], ORDERS)
    write_csv(raw / "order_items", "1", LINE, FIRST_LINES)
    write_csv(raw / "order_items", "2", LINE, SECOND_LINES)
    write_csv(raw, "refunds", ["refund_id", "order_id", "refunded_at", "amount", "line_number", "quantity"], REFUNDS)
    write_csv(
        raw,
        "customers",
        ["customer_id", "created_at", "email", "phone", "acquisition_channel", "acquisition_campaign"],
        CUSTOMERS,
    )
    write_csv(raw, "marketing_spend", ["spend_date", "channel", "campaign", "amount"], SPEND)


@pytest.fixture(scope="session")
def shop(build_marts: BuildMarts, tmp_path_factory: pytest.TempPathFactory) -> Built:
    """The marts of the shop."""
    raw = tmp_path_factory.mktemp("adversarial")
    write_shop(raw)
    return build_marts(raw, as_of=AS_OF, max_rejected_share=1, reporting_timezone="America/New_York")


def query(run: Built, sql: str) -> list[tuple[Any, ...]]:
    with run.connect() as connection:
        return connection.execute(sql).fetchall()


def order(run: Built, order_id: str, columns: str) -> tuple[Any, ...]:
    (row,) = query(run, f"select {columns} from marts.fct_orders where order_id = '{order_id}'")
    return row


@pytest.mark.parametrize(
    ("order_id", "gross", "net", "cogs"),
    [
        # 20 + 100, less the refunds 10 + 10
        ("capped", 120, 100, 50),
        # 2 x 30 + 40, less 5 + 5
        ("returned", 100, 90, 15),
    ],
)
def test_no_more_cost_comes_back_than_the_line_had(shop: Built, order_id: str, gross: int, net: int, cogs: int) -> None:
    assert order(shop, order_id, "gross_item_revenue, net_revenue, cogs") == (gross, net, cogs)


def test_a_later_delivery_with_line_numbers_replaces_one_without(shop: Built) -> None:
    assert order(shop, "numbered", "gross_item_revenue, net_revenue, cogs") == (50, 50, 20)
    (counts,) = query(
        shop,
        "select delivered_rows, accepted_rows, superseded_rows from marts.fct_deliveries where delivered_in = 'order_items/1.csv'",
    )
    assert counts == (1, 0, 1)


def test_ids_with_the_separator_in_them_stay_apart(shop: Built) -> None:
    assert order(shop, "A|1", "gross_item_revenue, cogs") == (11, 4)
    assert order(shop, "A", "gross_item_revenue, cogs") == (13, 5)


def test_channel_and_campaign_come_from_the_same_account(shop: Built) -> None:
    """The oldest account knows the channel email and no campaign; the newer one's campaign belongs to its own channel."""
    people = query(
        shop,
        "select customer_id, acquisition_channel, acquisition_campaign from marts.dim_customers where customer_id like 'm-%'",
    )
    assert people == [("m-new", "email", None)]


def test_a_placeholder_for_a_phone_makes_nobody_the_same(shop: Built) -> None:
    people = query(
        shop, "select customer_id, order_count from marts.dim_customers where customer_id like 'p-%' order by 1"
    )
    assert people == [("p-1", 1), ("p-2", 1)]


def test_a_refund_in_the_month_before_the_first_order_has_its_month(shop: Built) -> None:
    assert order(shop, "early", "refund_amount, net_revenue") == (5, 20)
    months = query(
        shop,
        "select month, month_net_revenue from marts.fct_kpi_months where segment_kind = 'company' order by month limit 1",
    )
    assert [(day.month, amount) for day, amount in months] == [(1, -5)]


def test_a_line_taken_back_gives_its_discount_back(shop: Built) -> None:
    assert order(shop, "swapped", "gross_item_revenue, discount_amount, net_revenue, cogs") == (0, 0, 0, 0)


def test_an_order_without_a_readable_line_is_worth_its_amount(shop: Built) -> None:
    assert order(shop, "unreadable lines", "gross_item_revenue, net_revenue") == (77, 77)


def test_a_line_beyond_all_money_is_rejected_and_stops_nothing(shop: Built) -> None:
    assert order(shop, "huge", "gross_item_revenue, cogs") == (12, 5)


def test_nothing_else_is_rejected(shop: Built) -> None:
    assert query(shop, "select source_name, reason from marts.fct_rejected_records order by reason") == [
        ("order_items", "quantity is blank"),
        ("order_items", "quantity is not a number of at most 1e15"),
        ("order_items", "quantity times unit_price is beyond 1e15"),
    ]


def test_a_month_that_got_more_back_than_it_spent_has_no_cost_per_customer(shop: Built) -> None:
    """The person of m-old and m-new bought first in February; 50 - 150 = -100 was spent."""
    (february,) = query(
        shop,
        "select spend, new_customers, cac, cpa, roi from marts.fct_channel_months"
        " where month = '2024-02-01' and acquisition_channel = 'email'",
    )
    assert february == (-100, 1, None, None, None)
    (company,) = query(
        shop,
        "select cac from marts.fct_kpi_months where segment_kind = 'company' and month = '2024-02-01'",
    )
    assert company == (None,)
    campaigns = query(shop, "select campaign, spend, cac, roi from marts.fct_campaigns")
    assert campaigns == [("spring", -150, None, None)]


def test_a_day_is_a_day_in_the_reporting_time_zone(shop: Built) -> None:
    assert order(shop, "day", "order_date") == (date(2024, 4, 1),)
    assert order(shop, "night", "order_date") == (date(2024, 3, 31),)


def test_spend_of_the_day_after_the_as_of_date_waits(shop: Built) -> None:
    spend = query(
        shop, "select month, spend from marts.fct_channel_months where acquisition_channel = 'search' and spend <> 0"
    )
    assert spend == [(date(2024, 4, 1), 40)]
    waiting = query(shop, "select not_yet_known_rows from marts.fct_deliveries where source_name = 'marketing_spend'")
    assert waiting == [(1,)]


def test_everything_is_reconciled(shop: Built) -> None:
    assert not query(shop, "select * from marts.fct_reconciliations where not is_reconciled")
    # 25 + 120 + 100 + 30 + 10 + 10 + 50 + 11 + 13 + 0 + 77 + 12 + 5 + 6 - 35
    assert query(shop, "select sum(refund_amount), sum(net_revenue) from marts.fct_orders") == [(35, 434)]


def test_the_cost_of_a_cancelled_order_says_nothing_about_margins(builder: Builder, tmp_path: Path) -> None:
    """Only the cancelled order's cost is known: customers are valued by their revenue."""
    header = ["order_id", "customer_id", "ordered_at", "status", "amount"]
    orders = [
        ("bought", "c1", "2024-03-01", "", "20"),
        ("again", "c1", "2024-03-02", "", "30"),
        ("cancelled", "c2", "2024-03-02", "cancelled", ""),
    ]
    write_csv(tmp_path / "raw", "orders", header, orders)
    write_csv(tmp_path / "raw", "order_items", LINE, [("cancelled", "x", "1", "1", "50", "", "20")])
    with duckdb.connect(
        str(builder.build(tmp_path / "raw", tmp_path, None, "--select", "+dim_customers")), read_only=True
    ) as connection:
        customers = connection.execute(
            "select customer_id, clv_basis, historical_clv from marts.dim_customers order by 1"
        ).fetchall()
    assert customers == [("c1", "revenue", 50), ("c2", "revenue", 0)]


def test_a_free_sample_of_known_cost_says_nothing_about_other_costs(builder: Builder, tmp_path: Path) -> None:
    """A cost of 4 on a revenue of 0 is no rate: the other order's cost stays unknown."""
    orders = [("bought", "c1", "2024-03-01", "20"), ("sample", "c2", "2024-03-02", "")]
    write_csv(tmp_path / "raw", "orders", ["order_id", "customer_id", "ordered_at", "amount"], orders)
    write_csv(tmp_path / "raw", "order_items", LINE, [("sample", "x", "1", "1", "0", "", "4")])
    with duckdb.connect(
        str(builder.build(tmp_path / "raw", tmp_path, None, "--select", "+fct_orders")), read_only=True
    ) as connection:
        orders_out = connection.execute(
            "select order_id, net_revenue, cogs, gross_margin from marts.fct_orders order by 1"
        ).fetchall()
    assert orders_out == [("bought", 20, None, None), ("sample", 0, 4, -4)]
