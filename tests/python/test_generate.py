"""The synthetic shop: what its files hold, read back independently, equals the truth written beside them."""

import json
import math
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pytest

from clv.shop import ShopSettings, Truth, generate_shop
from clv.shop.law import seasonal_clock

lifetimes = pytest.importorskip("lifetimes")

TIMESTAMPS = frozenset(
    "ordered_at updated_at refunded_at created_at loyalty_joined_at touched_at assigned_at started_at ended_at"
    " responded_at".split()
)
DATES = frozenset("birth_date spend_date valid_from rate_date period_start period_end".split())
NUMBERS = frozenset(
    "amount discount_amount shipping_amount tax_amount unit_price unit_cost cost monthly_amount score quantity"
    " line_number rate opening_inventory purchases closing_inventory".split()
)

# Per source: the key of a record, and what must not be blank.
CONTRACT: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "orders": (("order_id",), ("order_id", "ordered_at")),
    "order_items": (("order_id", "line_number"), ("order_id", "product_id", "quantity", "unit_price")),
    "products": (("product_id", "valid_from"), ("product_id",)),
    "refunds": (("refund_id",), ("refund_id", "order_id", "refunded_at", "amount")),
    "customers": (("customer_id",), ("customer_id",)),
    "marketing_spend": ((), ("spend_date", "amount")),
    "touchpoints": (("customer_id", "touched_at", "channel", "campaign"), ("customer_id", "touched_at")),
    "campaign_members": (("campaign", "customer_id"), ("campaign", "customer_id", "assigned_at", "variant")),
    "subscriptions": (("subscription_id",), ("subscription_id", "customer_id", "started_at", "monthly_amount")),
    "survey_responses": (("customer_id", "responded_at"), ("customer_id", "responded_at", "score")),
    "inventory_periods": (("period_start", "period_end"), ("period_start", "period_end")),
    "exchange_rates": (("rate_date", "currency"), ("rate_date", "currency", "rate")),
}


class Shop:
    """A generated shop and an independent reading of its files by the raw contract."""

    def __init__(self, directory: Path, settings: ShopSettings, truth: Truth) -> None:
        self.directory, self.settings, self.truth = directory, settings, truth
        self.connection = duckdb.connect()
        for source in CONTRACT:
            self._read(source)
        self.connection.execute(
            """
            delete from orders where currency <> 'USD' and currency not in (select currency from exchange_rates);
            delete from order_items where order_id not in (select order_id from orders);
            delete from refunds where order_id not in (select order_id from orders);
            """
        )

    def _read(self, source: str) -> None:
        run = self.connection.execute
        files = sorted(name for name in self.truth.files if name.partition("/")[0].partition(".")[0] == source)
        for part, name in enumerate(files):
            path = str(self.directory / name)
            read = f"read_csv('{path}', all_varchar = true, header = true, delim = ',', quote = '\"')"
            read = read if path.endswith("csv") else f"read_parquet('{path}')"
            verb = "insert into raw_{0}" if part else "create table raw_{0} as"
            run(f"{verb.format(source)} select *, {part} as part, row_number() over () as line from {read}")
        columns = [row[0] for row in run(f"describe raw_{source}").fetchall() if row[0] not in ("part", "line")]
        parsed, readable = [], []
        for column in columns:
            text = f"nullif(trim({column}::varchar), '')"
            if column in TIMESTAMPS or column in DATES:
                value = f"try_cast({text} as {'date' if column in DATES else 'timestamp'})"
            elif column in NUMBERS:
                value = f"try_cast(replace({text}, ',', '') as decimal(24, 6))"
            else:
                value = f"nullif({column}::varchar, '')"
            parsed.append(f"{value} as {column}")
            readable.append(f"({text} is null or {value} is not null)")
        key, required = CONTRACT[source]
        run(
            f"create table parsed_{source} as select {', '.join(parsed)}, part, line, {' and '.join(readable)} as ok"
            f" from raw_{source}"
        )
        kept = " and ".join(["ok", *(f"{column} is not null" for column in required)])
        if source == "marketing_spend":
            run(
                f"create table {source} as select * from parsed_{source} where {kept} qualify part = max(part) over"
                " (partition by spend_date, channel, campaign)"
            )
            return
        version = "updated_at desc, part desc, line desc" if source == "orders" else "part desc, line desc"
        run(
            f"create table {source} as select * from parsed_{source} where {kept}"
            f" qualify row_number() over (partition by {', '.join(key)} order by {version}) = 1"
        )

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        return self.connection.execute(query).fetchall()

    def one(self, query: str) -> Any:
        return self.rows(query)[0][0]

    def value_orders(self) -> None:
        """Create `valued`: one row per accepted order with its money in USD."""
        self.connection.execute(
            """
            create table lines as
            select
                items.order_id,
                round(items.quantity * items.unit_price * coalesce(rates.rate, 1), 4) as gross,
                round(items.discount_amount * coalesce(rates.rate, 1), 4) as discount,
                items.quantity * items.unit_price - items.discount_amount as net_local,
                case
                    when items.unit_cost is not null then round(
                        items.unit_cost * coalesce(rates.rate, 1) * (items.quantity - coalesce(back.quantity, 0)), 4)
                    else costs.unit_cost * (items.quantity - coalesce(back.quantity, 0))
                end as cogs
            from order_items as items
            inner join orders using (order_id)
            left join exchange_rates as rates
                on rates.rate_date = orders.ordered_at::date and rates.currency = orders.currency
            left join (
                select order_id, line_number, sum(quantity) as quantity from refunds
                where line_number is not null group by all
            ) as back using (order_id, line_number)
            asof left join products as costs
                on items.product_id = costs.product_id and orders.ordered_at >= costs.valid_from;

            create table valued as
            with items as (
                select order_id, sum(gross) as gross, sum(discount) as discount, sum(net_local) as lines_net,
                    sum(cogs) as cogs, count(*) - count(cogs) as lines_without_cost
                from lines group by order_id
            ),
            back as (
                select goods.order_id, sum(goods.amount) as amount_local,
                    sum(round(goods.amount * coalesce(rates.rate, 1), 4)) as amount
                from (
                    select * replace (amount - coalesce(tax_amount, 0) - coalesce(shipping_amount, 0) as amount) from refunds
                ) as goods
                left join exchange_rates as rates
                    on rates.rate_date = goods.refunded_at::date and rates.currency = goods.currency
                group by goods.order_id
            )
            select
                orders.*, items.gross, items.cogs, items.lines_without_cost,
                items.discount + round(orders.discount_amount * coalesce(rates.rate, 1), 4) as discounts,
                coalesce(back.amount, 0) as refunded,
                gross - discounts - refunded as net,
                items.lines_net - orders.discount_amount - coalesce(back.amount_local, 0) as net_local,
                orders.status = 'completed' and net_local > 0 as counted,
                coalesce(orders.customer_id, lower(trim(orders.email))) as buyer
            from orders
            left join items using (order_id)
            left join back using (order_id)
            left join exchange_rates as rates
                on rates.rate_date = orders.ordered_at::date and rates.currency = orders.currency;
            """
        )

    def persons(self) -> dict[str, str]:
        """Customer id or guest email → its person, by joining equal emails and phones."""
        parent: dict[str, str] = {}

        def find(node: str) -> str:
            parent.setdefault(node, node)
            while parent[node] != node:
                node = parent[node]
            return node

        for customer, email, phone in self.rows("select customer_id, email, phone from customers"):
            find(customer)
            if email:
                parent[find(customer)] = find(email.strip().lower())
            if phone:
                parent[find(customer)] = find("tel:" + re.sub(r"\D", "", phone))
        for (email,) in self.rows("select distinct email from orders where customer_id is null and email is not null"):
            find(email.strip().lower())
        return {node: find(node) for node in parent}


SHOPS = {
    "parquet in chunks": ShopSettings(customers=3000, chunk_customers=800, seed=5),
    "csv in one": ShopSettings(customers=2500, file_format="csv", seed=6, start=date(2024, 2, 10)),
    "typed parquet": ShopSettings(customers=1500, defect_share=0, seed=7),
}


@pytest.fixture(scope="module", params=list(SHOPS))
def shop(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    directory = tmp_path_factory.mktemp("shop") / "raw"
    settings = SHOPS[request.param]
    shop = Shop(directory, settings, generate_shop(directory, settings))
    shop.value_orders()
    yield shop
    shop.connection.close()


def test_every_source_holds_what_its_truth_says(shop: Shop) -> None:
    for source, truth in shop.truth.sources.items():
        assert truth.rows == shop.one(f"select count(*) from raw_{source}"), source
        assert truth.accepted == shop.one(f"select count(*) from {source}"), source
        assert truth.rows == truth.accepted + sum(truth.rejected.values()) + sum(truth.superseded.values())
        assert truth.files == shop.one(f"select count(distinct part) from raw_{source}"), source


def test_rejected_rows_are_counted_and_stay_below_three_percent_of_a_file(shop: Shop) -> None:
    for source, truth in shop.truth.sources.items():
        required = " and ".join(f"{column} is not null" for column in CONTRACT[source][1])
        orphans = {
            "orders": "and currency = 'USD' or currency in (select currency from exchange_rates)",
            "order_items": "and order_id in (select order_id from parsed_orders)",
            "refunds": "and order_id in (select order_id from parsed_orders)",
        }
        bad = f"not coalesce(ok and {required} and (true {orphans.get(source, '')}), false)"
        assert sum(truth.rejected.values()) == shop.one(f"select count(*) from parsed_{source} where {bad}"), source
        worst = shop.one(
            f"select max(share) from (select avg(({bad})::int) as share from parsed_{source} group by part)"
        )
        assert worst < 0.03, source


def test_planted_defects_are_there(shop: Shop) -> None:
    sources = shop.truth.sources
    if shop.settings.defect_share == 0:
        assert all(not source.rejected and not source.superseded and not source.unusual for source in sources.values())
        return
    assert {"blank_key", "unreadable_number", "impossible_date", "currency_without_rate"} <= set(
        sources["orders"].rejected
    )
    assert set(sources["orders"].superseded) == {
        "exact_duplicate",
        "exact_duplicate_in_later_delivery",
        "older_version",
    }
    assert sources["orders"].unusual["late"] > 0
    assert "without_order" in sources["order_items"].rejected
    assert "without_order" in sources["refunds"].rejected
    assert "older_version" in sources["customers"].superseded
    assert "replaced_by_later_delivery" in sources["marketing_spend"].superseded
    written = shop.one("select count(*) from raw_inventory_periods where purchases like '%,%'")
    assert sources["inventory_periods"].unusual["thousands_separator"] == written > 0
    accepted = shop.one("select count(*) from orders where status is not null and country <> 'ZZ'")
    assert accepted == sources["orders"].accepted
    assert shop.one("select count(*) from customers where country = 'ZZ'") == 0


def test_money_and_orders_match(shop: Shop) -> None:
    truth = shop.truth.orders
    found = shop.rows(
        """
        select count(*), sum(gross), sum(discounts), sum(refunded), sum(net), sum(cogs), sum(lines_without_cost),
            sum(net) filter (buyer is null), min(net)
        from valued where counted
        """
    )[0]
    assert truth["counted"] == found[0]
    assert truth["gross_item_revenue"] == pytest.approx(float(found[1]), abs=0.01)
    assert truth["discounts"] == pytest.approx(float(found[2]), abs=0.01)
    assert truth["refunds"] == pytest.approx(float(found[3]), abs=0.01)
    assert truth["net_revenue"] == pytest.approx(float(found[4]), abs=0.01)
    assert truth["cogs"] == pytest.approx(float(found[5]), abs=0.01)
    assert truth["gross_margin"] == pytest.approx(float(found[4] - found[5]), abs=0.01)
    assert found[6] == 0
    assert truth["net_revenue_unattributed"] == pytest.approx(float(found[7]), abs=0.01)
    assert found[8] >= 0
    for status in ("cancelled", "pending"):
        assert truth[status] == shop.one(f"select count(*) from valued where status = '{status}'")
    gone = "status = 'completed' and not counted"
    assert truth["fully_refunded"] == shop.one(f"select count(*) from valued where {gone}")
    left = float(shop.one(f"select sum(net) from valued where {gone}"))
    assert truth["fully_refunded_net_revenue"] == pytest.approx(left, abs=0.01)
    assert shop.truth.last_order_date == str(shop.one("select max(ordered_at)::date from valued where counted"))


def test_persons_occasions_and_top_customers_match(shop: Shop) -> None:
    person_of = shop.persons()
    registered = [row[0] for row in shop.rows("select customer_id from customers")]
    guests = [
        row[0]
        for row in shop.rows(
            "select distinct lower(trim(email)) from orders where customer_id is null and email is not null"
        )
    ]
    accounts: defaultdict[str, int] = defaultdict(int)
    for customer in registered:
        accounts[person_of[customer]] += 1
    truth = shop.truth.persons
    assert truth["resolved"] == len({person_of[node] for node in [*registered, *guests]}) == shop.settings.customers
    assert truth["customer_ids"] == len(registered)
    assert truth["merged"] == sum(count == 2 for count in accounts.values())
    assert truth["merged"] == truth["merged_by_phone"] + truth["merged_by_email"] > 0
    assert truth["guest_only"] == len({person_of[guest] for guest in guests} - set(accounts))
    assert truth["with_guest_orders"] == len({person_of[guest] for guest in guests} & set(accounts))

    days: defaultdict[str, set[date]] = defaultdict(set)
    net: defaultdict[str, float] = defaultdict(float)
    for buyer, day, value in shop.rows(
        "select buyer, ordered_at::date, net from valued where counted and buyer is not null"
    ):
        days[person_of[buyer]].add(day)
        net[person_of[buyer]] += float(value)
    orders = shop.truth.orders
    assert orders["purchase_occasions"] == sum(map(len, days.values()))
    assert orders["purchasing_customers"] == len(days)
    assert orders["repeat_customers"] == sum(len(occasions) > 1 for occasions in days.values())
    values = sorted(net.values(), reverse=True)
    top = math.ceil(len(values) / 20)
    assert orders["top_customers"] == top
    assert orders["top_customers_net_revenue_share"] == pytest.approx(sum(values[:top]) / sum(values), abs=1e-5)


def test_channels_match(shop: Shop) -> None:
    spend = dict(
        shop.rows(
            """
        select coalesce(channel, '(none)'), sum(round(amount * coalesce(rate, 1), 4))::double
        from marketing_spend as spend
        left join exchange_rates as rates on spend.spend_date = rates.rate_date and spend.currency = rates.currency
        group by 1
        """
        )
    )
    person_of = shop.persons()
    channel_of = {
        person_of[customer]: channel
        for customer, channel in shop.rows("select customer_id, acquisition_channel from customers")
    }
    customers: defaultdict[str, set[str]] = defaultdict(set)
    net: defaultdict[str, float] = defaultdict(float)
    for buyer, value in shop.rows("select buyer, net from valued where counted and buyer is not null"):
        channel = channel_of.get(person_of[buyer], "(none)")
        customers[channel].add(person_of[buyer])
        net[channel] += float(value)
    for channel, truth in shop.truth.channels.items():
        assert truth["spend"] == pytest.approx(spend.get(channel, 0), abs=0.01), channel
        assert truth["new_customers"] == len(customers[channel]), channel
        assert truth["net_revenue"] == pytest.approx(net[channel], abs=0.01), channel
    assert shop.truth.channels["podcast"]["new_customers"] == 0 < shop.truth.channels["podcast"]["spend"]
    assert shop.truth.channels["organic"]["spend"] == 0 < shop.truth.channels["organic"]["new_customers"]


def test_first_touch_is_the_acquisition_channel(shop: Shop) -> None:
    differing = shop.one(
        """
        select count(*) from (
            select customer_id, arg_min(channel, touched_at) as channel from touchpoints group by customer_id
        ) as touches
        inner join customers using (customer_id)
        where touches.channel <> customers.acquisition_channel
        """
    )
    assert differing == 0
    late = "select count(*) from touchpoints inner join (select customer_id, min(ordered_at) as first from valued"
    assert shop.one(f"{late} where counted group by 1) using (customer_id) where touched_at > first") == 0


def test_campaign_matches(shop: Shop) -> None:
    person_of = shop.persons()
    variant_of = {
        person_of[customer]: variant
        for customer, variant in shop.rows("select customer_id, variant from campaign_members")
    }
    margin: defaultdict[str, float] = defaultdict(float)
    for buyer, value in shop.rows(
        """
        select buyer, net - cogs from valued, (select min(assigned_at) as assigned_at from campaign_members)
        where counted and buyer is not null
            and ordered_at >= assigned_at and ordered_at < assigned_at + interval 90 day
        """
    ):
        margin[variant_of.get(person_of[buyer], "")] += float(value)
    truth = shop.truth.campaign
    for variant in ("control", "treated"):
        size = sum(value == variant for value in variant_of.values())
        assert truth[f"{variant}_customers"] == size > 0
        assert truth[f"margin_per_{variant}_customer"] == pytest.approx(margin[variant] / size, abs=1e-3)
    extra = truth["margin_per_treated_customer"] * (1 - 1 / truth["factor"])
    assert truth["extra_margin_per_treated_customer"] == pytest.approx(extra, abs=1e-3)


def test_subscriptions_match(shop: Shop) -> None:
    end = f"timestamp '{shop.settings.end} 23:59:59'"
    found = shop.rows(
        f"""
        select plan, count(*), count(ended_at), sum(datesub('month', started_at, coalesce(ended_at, {end})))
        from subscriptions group by plan
        """
    )
    assert {plan for plan, *_ in found} == set(shop.truth.subscriptions)
    for plan, started, ended, months in found:
        truth = shop.truth.subscriptions[plan]
        assert (truth["started"], truth["ended"], truth["active"]) == (started, ended, started - ended)
        assert truth["months_at_risk"] == pytest.approx(int(months), abs=0.02 * int(months))


def test_inventory_reconciles_to_cost_of_goods_sold(shop: Shop) -> None:
    used = shop.rows(
        """
        select period_start, opening_inventory + purchases - closing_inventory, closing_inventory,
            lag(closing_inventory) over (order by period_start) - opening_inventory, purchases
        from inventory_periods order by period_start
        """
    )
    cogs = dict(
        shop.rows("select date_trunc('month', ordered_at)::date, sum(cogs) from valued where counted group by 1")
    )
    for start, sold, closing, gap, purchases in used:
        assert float(sold) == pytest.approx(float(cogs.get(start.replace(day=1), 0)), abs=0.02)
        assert not gap
        assert closing >= 0
        assert purchases >= 0


def test_nothing_lies_outside_the_period(shop: Shop) -> None:
    end = f"timestamp '{shop.settings.end} 23:59:59'"
    for source, column in (
        ("orders", "updated_at"),
        ("refunds", "refunded_at"),
        ("subscriptions", "ended_at"),
        ("survey_responses", "responded_at"),
        ("customers", "loyalty_joined_at"),
    ):
        assert shop.one(f"select count(*) from {source} where {column} > {end}") == 0
    assert shop.one("select count(*) from orders where updated_at < ordered_at") == 0
    assert shop.one(f"select count(*) from orders where ordered_at < timestamp '{shop.settings.start}'") == 0
    days = (shop.settings.end - shop.settings.start).days + 1
    assert shop.one("select count(*) from exchange_rates") == 2 * days


def test_truth_file_is_what_was_returned(shop: Shop) -> None:
    written = json.loads((shop.directory / "truth.json").read_text(encoding="utf-8"))
    assert written == json.loads(json.dumps(asdict(shop.truth), default=str))
    found = {path.relative_to(shop.directory).as_posix() for path in shop.directory.rglob("*") if path.is_file()}
    assert found == {*shop.truth.files, "truth.json"}


def _content(directory: Path, truth: Truth) -> dict[str, list[tuple[str, ...]]]:
    """Every file's rows as text, sorted; blanks and nulls alike."""
    result = {}
    for name in truth.files:
        path = directory / name
        read = f"read_parquet('{path}')"
        if path.suffix == ".csv":
            read = f"read_csv('{path}', all_varchar = true, header = true, delim = ',', quote = '\"')"
        columns = "coalesce(columns(*)::varchar, '')"
        result[name.rpartition(".")[0]] = sorted(duckdb.execute(f"select {columns} from {read}").fetchall())
    return result


def test_same_seed_gives_the_same_rows_and_another_seed_does_not(tmp_path: Path) -> None:
    settings = ShopSettings(customers=400, chunk_customers=150)
    first = _content(tmp_path / "a", generate_shop(tmp_path / "a", settings))
    again = _content(tmp_path / "b", generate_shop(tmp_path / "b", settings))
    other = _content(tmp_path / "c", generate_shop(tmp_path / "c", ShopSettings(customers=400, seed=2)))
    assert first == again
    assert first["orders/part-0001"] != other["orders/part-0001"]


def test_csv_and_parquet_hold_the_same_rows(tmp_path: Path) -> None:
    for defect_share in (0.0, 0.02):
        contents = []
        for file_format in ("csv", "parquet"):
            folder = tmp_path / f"{file_format}{defect_share}"
            settings = ShopSettings(customers=1100, file_format=file_format, defect_share=defect_share)
            contents.append(_content(folder, generate_shop(folder, settings)))
        assert contents[0] == contents[1]


def test_planted_law_is_recovered(tmp_path: Path) -> None:
    """Verifies that maximum likelihood finds the planted parameters within four standard errors."""
    settings = ShopSettings(customers=12_000, seasonality=0, defect_share=0, campaign_factor=1, seed=11)
    shop = Shop(tmp_path / "raw", settings, generate_shop(tmp_path / "raw", settings))
    shop.value_orders()
    person_of = shop.persons()
    occasions: defaultdict[str, defaultdict[date, float]] = defaultdict(lambda: defaultdict(float))
    for buyer, day, net in shop.rows(
        "select buyer, ordered_at::date, net from valued where counted and buyer is not null"
    ):
        occasions[person_of[buyer]][day] += float(net)
    rows = []
    for values in occasions.values():
        first, last = min(values), max(values)
        repeat = [value for day, value in values.items() if day > first]
        rows.append((len(repeat), (last - first).days / 7, (settings.end - first).days / 7, np.mean(repeat or [0])))
    frequency, recency, age, value = np.asarray(rows).T

    purchases = lifetimes.BetaGeoFitter().fit(frequency, recency, age)
    for name in ("r", "alpha", "a", "b"):
        estimate, error = purchases.summary.loc[name, ["coef", "se(coef)"]]
        assert abs(estimate - getattr(settings, name)) < 4 * error, name
    repeaters = frequency > 0
    spend = lifetimes.GammaGammaFitter().fit(frequency[repeaters], value[repeaters])
    mean = spend.params_["p"] * spend.params_["v"] / (spend.params_["q"] - 1)
    assert mean == pytest.approx(settings.p * settings.gamma / (settings.q - 1), rel=0.03)
    assert spend.params_["p"] == pytest.approx(settings.p, rel=0.15)
    assert spend.params_["q"] == pytest.approx(settings.q, rel=0.15)


def test_channels_differ_in_value(tmp_path: Path) -> None:
    channels = generate_shop(tmp_path / "raw", ShopSettings(customers=10_000)).channels
    value = {
        name: facts["net_revenue"] / facts["new_customers"]
        for name, facts in channels.items()
        if facts["new_customers"]
    }
    assert value["referral"] > 1.4 * value["paid_social"]


def test_churn_of_the_first_month_is_shifted_beta_geometric(tmp_path: Path) -> None:
    settings = ShopSettings(customers=20_000, defect_share=0)
    shop = Shop(tmp_path / "raw", settings, generate_shop(tmp_path / "raw", settings))
    for plan in settings.plans:
        ended, total = shop.rows(
            f"""
            select count(*) filter (ended_at = started_at + interval 1 month), count(*) from subscriptions
            where plan = '{plan.name}' and started_at + interval 1 month <= date '{settings.end}'
            """
        )[0]
        expected = plan.alpha / (plan.alpha + plan.beta)
        assert ended / total == pytest.approx(expected, abs=4 * math.sqrt(expected * (1 - expected) / total))


def test_season_has_mean_one_over_a_year() -> None:
    clock = seasonal_clock(ShopSettings(start=date(2020, 1, 1), end=date(2024, 1, 1), seasonality=0.5))
    assert clock.operational[1461] == pytest.approx(1461, abs=1e-6)
    speed = np.diff(clock.operational)
    assert speed.max() == pytest.approx(1.5, abs=1e-3)
    assert speed.min() == pytest.approx(0.5, abs=1e-3)
    day = np.linspace(0, 1461, 77)
    assert clock.real(clock.at(day)) == pytest.approx(day)


def test_a_foreign_folder_is_refused_and_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("keep")
    with pytest.raises(ValueError, match="name an empty or a new folder"):
        generate_shop(tmp_path, ShopSettings(customers=10))
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]
    (tmp_path / "truth.json").write_text('{"files": ["../mine.txt"]}')
    with pytest.raises(ValueError, match="name an empty or a new folder"):
        generate_shop(tmp_path, ShopSettings(customers=10))
    with pytest.raises(ValueError, match="is a file"):
        generate_shop(tmp_path / "mine.txt", ShopSettings(customers=10))
    assert (tmp_path / "mine.txt").read_text() == "keep"


def test_an_earlier_shop_is_replaced_file_by_file(tmp_path: Path) -> None:
    generate_shop(tmp_path, ShopSettings(customers=300, chunk_customers=100))
    (tmp_path / "notes.txt").write_text("keep")
    truth = generate_shop(tmp_path, ShopSettings(customers=50, file_format="csv"))
    found = {path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*") if path.is_file()}
    assert found == {*truth.files, "truth.json", "notes.txt"}
    (tmp_path / "orders" / "mine.csv").write_text("keep")
    with pytest.raises(ValueError, match=r"mine\.csv is not from an earlier run"):
        generate_shop(tmp_path, ShopSettings(customers=50))
    assert (tmp_path / "orders" / "part-0001.csv").exists()


def test_an_interrupted_run_can_be_repeated(tmp_path: Path) -> None:
    def interrupt(done: int, total: int) -> None:
        raise KeyboardInterrupt

    settings = ShopSettings(customers=60, chunk_customers=20)
    with pytest.raises(KeyboardInterrupt):
        generate_shop(tmp_path, settings, interrupt)
    assert json.loads((tmp_path / "truth.json").read_text())["complete"] is False
    assert generate_shop(tmp_path, settings).complete


def test_progress_counts_customers(tmp_path: Path) -> None:
    seen: list[tuple[int, int]] = []
    generate_shop(
        tmp_path, ShopSettings(customers=25, chunk_customers=10), lambda done, total: seen.append((done, total))
    )
    assert seen == [(10, 25), (20, 25), (25, 25)]


def test_the_smallest_shop_has_all_twelve_sources(tmp_path: Path) -> None:
    truth = generate_shop(tmp_path, ShopSettings(customers=1))
    assert all(source.files >= 1 for source in truth.sources.values())
    assert len(truth.sources) == 12
    assert Shop(tmp_path, ShopSettings(customers=1), truth).one("select count(*) from orders") >= 2


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"customers": 0}, "at least one"),
        ({"chunk_customers": 0}, "at least one"),
        ({"seed": -1}, "zero or a positive"),
        ({"file_format": "json"}, "choose 'parquet' or 'csv'"),
        ({"end": date(2023, 3, 1)}, "at least 180 days"),
        ({"start": date(1960, 1, 1)}, "between 1971 and 2200"),
        ({"defect_share": 0.1}, "between 0 and 0.03"),
        ({"seasonality": 1.0}, "less than 1"),
        ({"growth": math.nan}, "between -5 and 5"),
        ({"alpha": 0.0}, "positive number"),
        ({"p": math.inf}, "positive number"),
        ({"q": 0.9}, "more than 1"),
        ({"r": 100.0, "alpha": 1.0}, "at most 7"),
        ({"plans": ()}, "at least one plan"),
    ],
)
def test_bad_settings_say_what_to_do(change: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        ShopSettings(**change)
