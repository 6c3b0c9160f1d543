"""Customers are valued at past month ends with what was known then: as a build of that day would have valued them."""

import random
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import duckdb
from conftest import EARLIER, Built, CommandRun, write_csv
from soak.builder import Builder

START = datetime(2023, 1, 1, 12, tzinfo=UTC)
DAYS = 730
COMPARED = "net_revenue, gross_margin, historical_clv, predicted_clv, total_clv, value_tier, lifecycle_stage"
COMPARED_MARTS = [
    "--select",
    "+fct_customer_months",
    "+dim_customers",
    "+dim_customer_identities",
    "+fct_orders",
    "+fct_tier_migrations",
]
MONTHS = (
    "customer_id, month, orders, net_revenue, cumulative_net_revenue, cumulative_gross_margin, historical_clv,"
    " predicted_clv, total_clv, value_tier, lifecycle_stage"
)


def assert_same_history(now: Path, then: Path, day: date) -> int:
    """Compare the months up to `day` of two builds, and those of `day` with dim_customers of then. Return the rows."""
    with duckdb.connect() as connection:
        for name, file in (("now", now), ("earlier", then)):
            connection.execute(f"attach '{file}' as {name} (read_only)")
        connection.execute(
            f"create view months_now as select {MONTHS} from now.marts.fct_customer_months where month <= '{day}'"
        )
        connection.execute(f"create view months_then as select {MONTHS} from earlier.marts.fct_customer_months")
        connection.execute(
            f"create view customers_then as select customer_id, {COMPARED} from earlier.marts.dim_customers"
            " where cohort_month is not null"
        )
        connection.execute(
            "create view customers_now as select customer_id, cumulative_net_revenue as net_revenue,"
            " cumulative_gross_margin as gross_margin, historical_clv, predicted_clv, total_clv, value_tier,"
            f" lifecycle_stage from now.marts.fct_customer_months where valued_on = '{day}'"
        )
        for left, right in (("months_now", "months_then"), ("customers_now", "customers_then")):
            for one, other in ((left, right), (right, left)):
                different = connection.sql(f"from {one} except from {other} order by all limit 3")
                assert different.fetchall() == [], f"{one} but not {other} at {day}: {different}"
        assert connection.sql("select count(total_clv) > 0 from customers_then").fetchall() == [(True,)]
        return int(connection.sql("select count(*) from months_then").fetchall()[0][0])


def test_the_synthetic_shop_is_valued_as_it_was_then(shop: CommandRun, earlier_shop: Built) -> None:
    then = earlier_shop.build_file
    assert assert_same_history(shop.published_file, then, EARLIER) > 3000
    with shop.connect() as connection:  # not for want of anything that came to be known later
        connection.execute(f"attach '{then}' as earlier (read_only)")
        changed = connection.sql(
            "select count(*) from marts.fct_orders inner join earlier.marts.fct_orders as earlier using (order_id)"
            " where fct_orders.net_revenue <> earlier.net_revenue or fct_orders.status <> earlier.status"
        ).fetchall()[0][0]
    assert changed > 0


def test_a_shop_of_corrections_is_valued_as_it_was_then(builder: Builder, tmp_path: Path) -> None:
    """Orders moved between months and customers, cancelled and revived; persons merged; costs by inventory or not."""
    raw = tmp_path / "raw"
    write_corrected_shop(raw, random.Random(11))  # noqa: S311 (data, no secret)
    builder = replace(builder, variables={"min_repeat_customers": 20, "max_rejected_share": 1})
    now = builder.build(raw, tmp_path / "now", date(2024, 12, 31), *COMPARED_MARTS)
    for day in (date(2024, 1, 31), date(2024, 8, 31)):
        then = builder.build(raw, tmp_path / str(day), day, *COMPARED_MARTS)
        assert assert_same_history(now, then, day) > 500
    with duckdb.connect(str(now), read_only=True) as connection:
        bases = {row[0] for row in connection.sql("select distinct margin_basis from marts.fct_orders").fetchall()}
        merged = connection.sql("select count(*) from marts.fct_tier_migrations where to_tier = 'merged'").fetchall()
        # who was merged since is no customer any more; the identities lead to the person (docs/how-to/read-the-marts.md)
        direct, led = connection.sql(
            "select count(*) filter (cus.customer_id is null), count(*) filter (person.customer_id is null)"
            " from marts.fct_customer_months as mon left join marts.dim_customers as cus using (customer_id)"
            " left join marts.dim_customer_identities as ide on mon.customer_id = ide.source_customer_id"
            " left join marts.dim_customers as person on ide.customer_id = person.customer_id"
        ).fetchall()[0]
    assert bases == {"line_cost", "inventory_ratio", "company_rate"}
    assert merged[0][0] > 0
    assert (direct > 0, led) == (True, 0)


def write_corrected_shop(raw: Path, chance: random.Random) -> None:
    """Write orders, their lines, refunds, accounts and inventories of 160 customers over two years."""

    def moment(day: float) -> str:
        return (START + timedelta(days=day)).strftime("%Y-%m-%d %H:%M:%S")

    accounts = []
    orders, lines, refunds = [], [], []
    returns = random.Random(3)  # noqa: S311
    for customer in range(160):
        joined = chance.uniform(0, 600)
        # every eighth shares a phone with the one before, known from the day of the account
        phone = f"0301234{customer - (customer % 8 == 7):04d}"
        accounts.append((f"c{customer}", moment(joined), phone))
        day = joined
        while day < DAYS:
            order = f"o{len(orders)}"
            email = f"c{customer - customer % 5}@shop.test" if chance.random() < 0.05 else ""
            versions = [(moment(day), "paid", f"c{customer}", "")]
            if chance.random() < 0.25:
                written = day + chance.choice([0.5, 20, 90])
                versions.append(
                    chance.choice(
                        [
                            (moment(day), "cancelled", f"c{customer}", moment(written)),
                            (moment(day + 35), "paid", f"c{customer}", moment(written)),
                            (moment(max(day - 35, 0)), "paid", f"c{customer}", moment(written)),
                            (moment(day), "paid", f"c{(customer + 1) % 160}", moment(written)),
                        ]
                    )
                )
            orders += [(order, who, at, state, email, when) for at, state, who, when in versions]
            for number in range(chance.randint(1, 3)):
                cost = f"{chance.uniform(2, 6):.2f}" if chance.random() < 0.6 else ""
                lines.append(
                    (order, f"p{number}", number + 1, chance.randint(1, 3), f"{chance.uniform(5, 40):.2f}", cost)
                )
            for part in range(chance.choice([0, 0, 0, 0, 1, 2])):
                amount = f"{chance.choice([5, 12.5, 60]):.2f}"
                refunds.append((f"r{order}-{part}", order, moment(day + chance.uniform(0, 120)), amount))
            if returns.random() < 0.15:
                # a credit note, of one line as it was sold or of any amount
                note, back = f"n{order}", day + returns.choice([0, 10, 80])
                orders.append((note, f"c{customer}", moment(back), "paid", "", ""))
                _, product, _, _, price, cost = lines[-1]
                lines.append((note, product, 1, -1, returns.choice([price, "55.00"]), cost))
            day += chance.expovariate(1 / chance.choice([20, 60, 200])) + 0.1
    write_csv(raw, "orders", ["order_id", "customer_id", "ordered_at", "status", "email", "updated_at"], orders)
    write_csv(
        raw, "order_items", ["order_id", "product_id", "line_number", "quantity", "unit_price", "unit_cost"], lines
    )
    write_csv(raw, "refunds", ["refund_id", "order_id", "refunded_at", "amount"], refunds)
    write_csv(raw, "customers", ["customer_id", "created_at", "phone"], accounts)
    periods = [
        ("2023-01-01", "2023-06-30", "5000", "20000", "4000"),
        ("2024-01-01", "2024-06-30", "4000", "30000", "9000"),
    ]
    write_csv(
        raw,
        "inventory_periods",
        ["period_start", "period_end", "opening_inventory", "purchases", "closing_inventory"],
        periods,
    )
