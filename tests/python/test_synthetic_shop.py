"""The marts of a synthetic shop against what the generator knows of it (truth.json) and against plain arithmetic."""

from __future__ import annotations

import datetime as dt
import json
import math
from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pytest
from conftest import EARLIER, Built, CommandRun
from scipy import stats

# amounts are exact in the marts and sums of floats in the truth
CENT = 0.01


@pytest.fixture(scope="session")
def truth(shop_folder: Path) -> dict[str, Any]:
    return dict(json.loads((shop_folder / "truth.json").read_text()))


@pytest.fixture
def marts(shop: CommandRun) -> Iterator[duckdb.DuckDBPyConnection]:
    with shop.connect() as connection:
        connection.execute("use clv.marts")
        yield connection


def one(marts: duckdb.DuckDBPyConnection, query: str) -> Any:
    rows = marts.execute(query).fetchall()
    assert len(rows) == 1
    return rows[0][0]


SOURCES = [
    "orders",
    "order_items",
    "products",
    "refunds",
    "customers",
    "marketing_spend",
    "touchpoints",
    "campaign_members",
    "subscriptions",
    "survey_responses",
    "inventory_periods",
    "exchange_rates",
]


@pytest.mark.parametrize("source", SOURCES)
def test_every_delivered_row_is_accounted_for(
    marts: duckdb.DuckDBPyConnection, truth: dict[str, Any], source: str
) -> None:
    delivered, accepted, rejected, superseded, merged, later = marts.execute(
        "select sum(delivered_rows), sum(accepted_rows), sum(rejected_rows), sum(superseded_rows), sum(merged_rows),"
        " sum(not_yet_known_rows) from fct_deliveries where source_name = ?",
        [source],
    ).fetchall()[0]
    planted = truth["sources"][source]
    assert delivered == planted["rows"]
    assert accepted == planted["accepted"]
    # an order that stands in a file again, as it is or without a date, is one there
    again = planted["superseded"]["exact_duplicate"] if source == "orders" else 0
    undated = planted["rejected"]["blank_date"] if source == "orders" else 0
    assert merged == again + undated
    assert rejected == sum(planted["rejected"].values()) - undated
    assert superseded == sum(planted["superseded"].values()) - again
    assert later == 0


def test_nothing_of_a_sound_shop_looks_wrong(marts: duckdb.DuckDBPyConnection) -> None:
    assert marts.execute("select sentence from fct_record_warnings").fetchall() == []


# how each planted defect is told in the quarantine
REASONS = {
    "blank_key": "%_id is blank",
    "null_key": "%_id is blank",
    "unreadable_number": "% is not a number%",
    "blank_number": "% is blank",
    "impossible_date": "% is not a date",
    "unreadable_date": "% is not a date",
    "blank_date": "%_at is blank",
    "currency_without_rate": "no exchange rate for XTS on ____-__-__",
    "without_order": "no order with this order_id was accepted",
}


@pytest.mark.parametrize("source", SOURCES)
def test_defects_are_in_quarantine_with_their_reason(
    marts: duckdb.DuckDBPyConnection, truth: dict[str, Any], source: str
) -> None:
    expected: defaultdict[str, int] = defaultdict(int)
    for kind, rows in truth["sources"][source]["rejected"].items():
        if (source, kind) != ("orders", "blank_date"):  # the same order stands in the file with its date
            expected[REASONS[kind]] += rows
    for pattern, rows in expected.items():
        patterns = [other for other in expected if other != pattern and pattern == "% is blank"]
        found = marts.execute(
            "select reason, raw_record from fct_rejected_records where source_name = ? and reason like ?"
            + " and reason not like ?" * len(patterns),
            [source, pattern, *patterns],
        ).fetchall()
        assert len(found) == rows, (pattern, found)
        assert all(json.loads(record) for _, record in found)


def test_orders_and_money_are_the_shops(marts: duckdb.DuckDBPyConnection, truth: dict[str, Any]) -> None:
    planted = truth["orders"]
    counted, gross, discounts, refunds, net, cogs, margin, unattributed = marts.execute(
        "select count(*), sum(gross_item_revenue), sum(discount_amount), sum(refund_amount), sum(net_revenue), sum(cogs),"
        " sum(gross_margin), sum(net_revenue) filter (customer_id is null) from fct_orders where is_counted"
    ).fetchall()[0]
    assert counted == planted["counted"]
    for found, known in [
        (gross, "gross_item_revenue"),
        (discounts, "discounts"),
        (refunds, "refunds"),
        (net, "net_revenue"),
        (cogs, "cogs"),
        (margin, "gross_margin"),
        (unattributed, "net_revenue_unattributed"),
    ]:
        assert float(found) == pytest.approx(planted[known], abs=CENT), known


def test_orders_that_do_not_count_are_kept(marts: duckdb.DuckDBPyConnection, truth: dict[str, Any]) -> None:
    statuses = dict(marts.execute("select status, count(*) from fct_orders group by status").fetchall())
    planted = truth["orders"]
    assert statuses["cancelled"] == planted["cancelled"]
    assert statuses["pending"] == planted["pending"]
    assert (
        one(marts, "select count(*) from fct_orders where status = 'completed' and not is_counted")
        == planted["fully_refunded"]
    )


def test_the_as_of_date_is_the_latest_orders(marts: duckdb.DuckDBPyConnection, truth: dict[str, Any]) -> None:
    assert one(marts, "select distinct as_of_date from dim_customers") == dt.date.fromisoformat(
        truth["last_order_date"]
    )


def test_people_with_several_accounts_are_one_customer(marts: duckdb.DuckDBPyConnection, truth: dict[str, Any]) -> None:
    planted = truth["persons"]
    assert one(marts, "select count(*) from dim_customers") == planted["resolved"]
    assert one(marts, "select count(*) from dim_customer_identities where not is_guest") == planted["customer_ids"]
    accounts = (
        "select customer_id, count(*) as accounts from dim_customer_identities where not is_guest group by customer_id"
    )
    assert one(marts, f"select count(*) from ({accounts}) where accounts > 1") == planted["merged"]
    ordered_as_guest = (
        "select count(distinct customer_id) from dim_customer_identities where is_guest and identity_size > 1"
    )
    assert one(marts, ordered_as_guest) == planted["with_guest_orders"]


def test_customers_bought_what_the_shop_sold(marts: duckdb.DuckDBPyConnection, truth: dict[str, Any]) -> None:
    planted = truth["orders"]
    assert one(marts, "select sum(purchase_occasions) from dim_customers") == planted["purchase_occasions"]
    assert one(marts, "select count(*) from dim_customers where order_count > 0") == planted["purchasing_customers"]
    assert one(marts, "select count(*) from dim_customers where purchase_occasions > 1") == planted["repeat_customers"]


def test_channels_cost_and_bring_what_was_planted(marts: duckdb.DuckDBPyConnection, truth: dict[str, Any]) -> None:
    found = {
        channel: (customers, float(spend), float(revenue))
        for channel, customers, spend, revenue in marts.execute(
            "select acquisition_channel, sum(new_customers), sum(spend), sum(net_revenue) from fct_channel_months group by 1"
        ).fetchall()
    }
    refunded = truth["orders"]["fully_refunded_net_revenue"]
    for channel, planted in truth["channels"].items():
        if channel == "(none)":
            customers, revenue = found["unknown"][0], found["unknown"][2]
            spend = found["unallocated"][1]
        else:
            customers, spend, revenue = found[channel]
        assert customers == planted["new_customers"], channel
        assert spend == pytest.approx(planted["spend"], abs=CENT), channel
        # what exchange rates leave of full refunds is in the marts, not in the truth of counted orders
        assert revenue == pytest.approx(
            planted["net_revenue"], abs=CENT + 4 * abs(refunded) + 0.001 * planted["net_revenue"]
        )
    assert found["all"][0] == sum(planted["new_customers"] for planted in truth["channels"].values())
    assert found["podcast"][0] == 0 and found["organic"][1] == 0
    assert (
        one(marts, "select count(*) from fct_channel_months where acquisition_channel = 'podcast' and cac is not null")
        == 0
    )
    assert (
        one(marts, "select count(*) from fct_channel_months where acquisition_channel = 'organic' and cac is not null")
        == 0
    )


def test_the_channel_with_the_best_clv_to_cac_comes_back(
    marts: duckdb.DuckDBPyConnection, truth: dict[str, Any]
) -> None:
    margin_to_spend = {
        channel: planted["gross_margin"] / planted["spend"]
        for channel, planted in truth["channels"].items()
        if channel != "(none)" and planted["spend"] > 0
    }
    best = max(margin_to_spend, key=lambda channel: margin_to_spend[channel])
    assert best == "email"
    for ratio in (
        "clv_to_cac from fct_attribution_models where is_configured and acquisition_channel <> 'all'",
        "affordable_cac / current_cac from fct_channel_budgets",
    ):
        rows = marts.execute(f"select acquisition_channel, {ratio} order by 2 desc nulls last").fetchall()
        assert rows[0][0] == best
        assert {channel for channel, value in rows if value is None} == {
            "organic",
            "podcast",
            "referral",
            "unallocated",
            "unknown",
        }


def shares_by_hand(touches: list[tuple[float, str]]) -> dict[str, dict[str, float]]:
    """What each channel has of a customer by each attribution model, worked out touch by touch."""
    count = len(touches)
    decays = [0.5 ** ((touches[-1][0] - seconds) / 86_400 / 7) for seconds, _ in touches]
    by_position = {1: [1.0], 2: [0.5, 0.5]}.get(count, [0.4, *[0.2 / max(1, count - 2)] * (count - 2), 0.4])
    weights = {
        "first_touch": [1.0, *[0.0] * (count - 1)],
        "last_touch": [*[0.0] * (count - 1), 1.0],
        "linear": [1 / count] * count,
        "time_decay": [decay / sum(decays) for decay in decays],
        "position_based": by_position,
    }
    shares: dict[str, dict[str, float]] = {}
    for model, values in weights.items():
        assert sum(values) == pytest.approx(1)
        shares[model] = defaultdict(float)
        for (_, channel), weight in zip(touches, values, strict=True):
            shares[model][channel] += weight
    return shares


def test_attribution_equals_a_count_by_hand(shop: CommandRun) -> None:
    with duckdb.connect(str(shop.build_file), read_only=True) as build:
        touches: defaultdict[str, list[tuple[float, str]]] = defaultdict(list)
        for customer, seconds, channel in build.execute(
            "select distinct customers.customer_id, epoch(touched_at), channel from staging.stg_shop__touchpoints as touchpoints"
            " inner join marts.dim_customer_identities as identities on touchpoints.customer_id = source_customer_id"
            " inner join marts.dim_customers as customers on identities.customer_id = customers.customer_id"
            " where rejection_reason is null and touched_at <= first_order_at order by 2, 3"
        ).fetchall():
            touches[customer].append((seconds, channel))
        declared = build.execute(
            "select customers.customer_id, coalesce(profiles.acquisition_channel, 'unknown') from marts.dim_customers as customers"
            " left join intermediate.int_customer_profiles as profiles using (customer_id)"
            " where cohort_month > (select max(as_of_date) from marts.dim_customers) - interval 12 month"
        ).fetchall()
        found = {
            (model, channel): customers
            for model, channel, customers in build.execute(
                "select attribution_model, acquisition_channel, new_customers from marts.fct_attribution_models"
            ).fetchall()
        }
    assert sum(len(touches[customer]) > 2 for customer, _ in declared) > 100
    expected: defaultdict[tuple[str, str], float] = defaultdict(float)
    for customer, channel in declared:
        for model, shares in shares_by_hand(touches[customer] or [(0, channel)]).items():
            expected[model, "all"] += 1
            for touched, share in shares.items():
                expected[model, touched] += share
    for key, customers in expected.items():
        assert found[key] == pytest.approx(customers, abs=1e-5), key
    by_hand = {model for model, _ in expected}
    assert {(model, channel) for (model, channel), customers in found.items() if customers and model in by_hand} == set(
        expected
    )


def test_the_best_customers_earn_their_planted_share(marts: duckdb.DuckDBPyConnection, truth: dict[str, Any]) -> None:
    planted = truth["orders"]
    top = planted["top_customers"]
    share = one(
        marts,
        "select (select sum(net_revenue) from"
        f" (select net_revenue from dim_customers order by net_revenue desc limit {top})) / sum(net_revenue) from dim_customers",
    )
    assert float(share) == pytest.approx(planted["top_customers_net_revenue_share"], abs=1e-3)
    assert one(marts, "select customers from fct_value_tiers where value_tier = 'VIP'") == math.ceil(
        0.05 * truth["persons"]["resolved"]
    )


def test_kpis_equal_a_count_by_hand(marts: duckdb.DuckDBPyConnection) -> None:
    """Every company month again, from fct_orders alone, with sets of customers instead of running sums."""
    bought: defaultdict[int, set[str]] = defaultdict(set)
    first: dict[str, int] = {}
    orders: defaultdict[int, int] = defaultdict(int)
    for customer, day in marts.execute(
        "select customer_id, order_date from fct_orders where is_counted order by order_date"
    ).fetchall():
        month = day.year * 12 + day.month - 1
        orders[month] += 1
        if customer is not None:
            bought[month].add(customer)
            first.setdefault(customer, month)

    def active(until: int) -> set[str]:
        return set().union(*(bought[month] for month in range(until - 11, until + 1)))

    rows = marts.execute(
        "select month, customers_at_start, customers_at_end, churned_customers, new_customers, orders, churn_rate,"
        " net_customer_change, lifetime_years from fct_kpi_months where segment_kind = 'company' order by month"
    ).fetchall()
    assert len(rows) == 36
    for end, at_start, at_end, churned, new, in_window, churn_rate, change, lifetime in rows:
        month = end.year * 12 + end.month - 1
        before, now = active(month - 12), active(month)
        assert (at_start, at_end) == (len(before), len(now))
        assert churned == len(before - now)
        assert new == sum(1 for month_of_first in first.values() if month - 11 <= month_of_first <= month)
        assert in_window == sum(orders[other] for other in range(month - 11, month + 1))
        if not before:
            assert churn_rate is None and change is None and lifetime is None
            continue
        assert churn_rate == pytest.approx(len(before - now) / len(before))
        assert change == pytest.approx((len(now) - len(before)) / len(before))
        assert lifetime == pytest.approx(min(10, len(before) / len(before - now)) if before - now else 10)


def test_cohorts_equal_a_count_by_hand(marts: duckdb.DuckDBPyConnection) -> None:
    """Retention and cumulative margin of every cohort again, customer by customer."""
    members: defaultdict[int, set[str]] = defaultdict(set)
    cohort_of: dict[str, int] = {}
    active: defaultdict[tuple[int, int], set[str]] = defaultdict(set)
    margin: defaultdict[tuple[int, int], Decimal] = defaultdict(Decimal)
    orders = marts.execute(
        "select customer_id, order_date, is_counted, gross_margin from fct_orders where customer_id is not null"
        " order by is_counted desc, order_date"
    ).fetchall()
    for customer, day, is_counted, gross_margin in orders:
        month = day.year * 12 + day.month - 1
        if is_counted:
            cohort_of.setdefault(customer, month)
            members[cohort_of[customer]].add(customer)
            active[cohort_of[customer], month - cohort_of[customer]].add(customer)
        if customer in cohort_of:
            margin[cohort_of[customer], max(0, month - cohort_of[customer])] += gross_margin
    rows = marts.execute(
        "select cohort_month, age_months, cohort_size, active_customers, retention_rate, cumulative_margin_per_customer"
        " from fct_cohort_months where acquisition_channel = 'all'"
    ).fetchall()
    last_month = 2025 * 12 + 11
    assert len(rows) == sum(last_month - cohort + 1 for cohort in members)
    for cohort_month, age, size, active_customers, retention, cumulative in rows:
        cohort = cohort_month.year * 12 + cohort_month.month - 1
        assert size == len(members[cohort])
        assert active_customers == len(active[cohort, age])
        assert retention == pytest.approx(len(active[cohort, age]) / size)
        earned = sum((margin[cohort, earlier] for earlier in range(age + 1)), Decimal())
        assert float(cumulative) == pytest.approx(float(earned) / size, abs=1e-3)


def test_payback_is_where_the_curve_meets_the_cac(marts: duckdb.DuckDBPyConnection) -> None:
    curves: defaultdict[tuple[dt.date, str], list[float]] = defaultdict(list)
    for month, channel, margin in marts.execute(
        "select cohort_month, acquisition_channel, cumulative_margin_per_customer from fct_cohort_months order by age_months"
    ).fetchall():
        curves[month, channel].append(float(margin))
    rows = marts.execute(
        "select month, acquisition_channel, cac, payback_months, is_paid_back from fct_channel_months where cac is not null"
    ).fetchall()
    assert any(is_paid_back for *_, is_paid_back in rows)
    for month, channel, cac, payback, is_paid_back in rows:
        reached = [age for age, margin in enumerate(curves[month, channel]) if margin >= float(cac)]
        assert payback == (reached[0] if reached else None)
        assert is_paid_back == bool(reached)


def test_recurring_revenue_is_that_of_the_planted_subscriptions(
    marts: duckdb.DuckDBPyConnection, truth: dict[str, Any]
) -> None:
    plans = truth["subscriptions"]
    rows = marts.execute(
        "select plan, sum(new_subscribers), sum(churned_subscribers), max_by(subscribers_at_end, month),"
        " max_by(recurring_revenue_at_end, month) from fct_subscription_months group by plan"
    ).fetchall()
    assert {plan for plan, *_ in rows} == {*plans, "all"}
    for plan, new, churned, at_end, revenue in rows:
        planted = [plans[plan]] if plan != "all" else list(plans.values())
        assert new == sum(law["started"] for law in planted)
        assert churned == sum(law["ended"] for law in planted)
        assert at_end == sum(law["active"] for law in planted)
        # the truth has the exchange rates of the last day, the mart those of the first
        assert float(revenue) == pytest.approx(sum(law["active_monthly_amount"] for law in planted), rel=0.05)


def test_the_campaigns_uplift_lies_in_its_interval(marts: duckdb.DuckDBPyConnection, truth: dict[str, Any]) -> None:
    planted = truth["campaign"]
    customers, controls, margin, control_margin, low, high, cost, roi = marts.execute(
        "select customers, control_customers, margin_per_customer, control_margin_per_customer, uplift_low, uplift_high,"
        " cost, roi from fct_campaign_uplifts where campaign = ? and value_tier = 'all'",
        [planted["campaign"]],
    ).fetchall()[0]
    assert customers == planted["treated_customers"]
    assert controls == planted["control_customers"]
    # what exchange rates leave of full refunds is in the marts, not in the truth of counted orders
    assert float(margin) == pytest.approx(planted["margin_per_treated_customer"], rel=0.005)
    assert float(control_margin) == pytest.approx(planted["margin_per_control_customer"], rel=0.005)
    assert low <= planted["extra_margin_per_treated_customer"] <= high
    assert float(cost) == pytest.approx(planted["cost_per_treated_customer"] * customers)
    assert roi == pytest.approx((float(margin - control_margin) * customers - float(cost)) / float(cost), abs=1e-3)


def test_uplifts_equal_a_count_by_hand(marts: duckdb.DuckDBPyConnection, shop_folder: Path) -> None:
    """The campaign again, customer by customer, from the raw members and fct_orders, with Hall's interval."""
    members = marts.execute(
        "select distinct identities.customer_id, members.variant, try_cast(members.assigned_at as timestamp)"
        " from read_parquet(?) as members"
        " inner join dim_customer_identities as identities on members.customer_id = identities.source_customer_id"
        " where try_cast(members.assigned_at as timestamp) is not null",
        [str(shop_folder / "campaign_members" / "*.parquet")],
    ).fetchall()
    orders: defaultdict[str, list[tuple[dt.datetime, bool, float]]] = defaultdict(list)
    for customer, moment, is_counted, margin in marts.execute(
        "select customer_id, ordered_at, is_counted, gross_margin from fct_orders where customer_id is not null"
    ).fetchall():
        orders[customer].append((moment, is_counted, float(margin)))
    window = dt.timedelta(days=90)
    margins: defaultdict[str, list[float]] = defaultdict(list)
    returned: defaultdict[str, list[bool]] = defaultdict(list)
    for customer, variant, assigned in members:
        in_window = [order for order in orders[customer] if assigned <= order[0] < assigned + window]
        margins[variant].append(sum(margin for _, _, margin in in_window))
        before = [moment for moment, is_counted, _ in orders[customer] if is_counted and moment < assigned]
        if before and max(before) < assigned.replace(year=assigned.year - 1):
            returned[variant].append(any(is_counted for _, is_counted, _ in in_window))
    row = marts.execute(
        "select uplift, uplift_low, uplift_high, lapsed_customers, reactivated_customers, reactivation_uplift"
        " from fct_campaign_uplifts where value_tier = 'all'"
    ).fetchall()[0]
    uplift, low, high, lapsed, reactivated, reactivation_uplift = map(float, row)
    test = stats.ttest_ind(margins["treated"], margins["control"], equal_var=False)
    assert uplift == pytest.approx(np.mean(margins["treated"]) - np.mean(margins["control"]), abs=1e-3)
    # Hall (1992): the cubic transformation of t makes it symmetric; 0.7 of the skewness that both groups have together
    skewness = sum(len(values) * float(stats.skew(values)) for values in margins.values()) / len(members)
    treated, controls = (1 / len(margins[variant]) for variant in ("treated", "control"))
    skewness *= 0.7 * (treated**2 - controls**2) / (treated + controls) ** 1.5
    for end, quantile in ((low, test.df), (high, -test.df)):
        deviations = math.copysign(stats.t.isf(0.025, test.df), quantile)
        skewed = 3 / skewness * (np.cbrt(1 + skewness * (deviations - skewness / 6)) - 1)
        assert uplift - skewed * uplift / test.statistic == pytest.approx(end, abs=1e-2)
    assert (lapsed, reactivated) == (len(returned["treated"]), sum(returned["treated"]))
    assert reactivation_uplift == pytest.approx(np.mean(returned["treated"]) - np.mean(returned["control"]))


def test_lifts_equal_a_test_by_hand(marts: duckdb.DuckDBPyConnection) -> None:
    """Channels and countries again, from dim_customers: Student's test of the difference with no variance below that of all."""
    customers = marts.execute(
        "select acquisition_channel as channel, country, clv_36m from dim_customers where cohort_month is not null"
    ).fetchnumpy()
    clv = customers["clv_36m"].astype(float)
    drivers = marts.execute(
        "select attribute, attribute_value, lift, lift_low, lift_high, p_value, adjusted_p_value from fct_clv_drivers"
    ).fetchall()
    p_values = sorted(p for *_, p, _ in drivers if p is not None)
    limit = stats.t.isf(0.025 / len(p_values), len(clv) - 2)
    for attribute, value, lift, low, high, p_value, adjusted in drivers:
        if p_value is not None:
            steps = [(len(p_values) - place) * p for place, p in enumerate(p_values) if p <= p_value]
            assert adjusted == pytest.approx(min(1, max(steps)))
        if attribute in ("channel", "country"):
            groups = clv[customers[attribute] == value], clv[customers[attribute] != value]
            mean, other_mean = (group.mean() for group in groups)
            variances = [max(group.var(ddof=1), clv.var(ddof=1)) / len(group) for group in groups]
            assert lift == pytest.approx(mean / other_mean - 1)
            expected = 2 * stats.t.sf(abs(mean - other_mean) / math.sqrt(sum(variances)), len(clv) - 2)
            assert p_value == pytest.approx(expected, rel=0.01, abs=1e-6)
            # where the ratio of the means is an end of the interval, it is just about significant
            for end in (1 + low, 1 + high):
                spread = math.sqrt(variances[0] + end**2 * variances[1])
                assert abs(mean - end * other_mean) / spread == pytest.approx(limit, rel=0.01)


def test_members_are_compared_at_equal_age_and_number_of_orders(marts: duckdb.DuckDBPyConnection) -> None:
    """Who buys often and stays joins the programme (see clv.shop.people): others who bought as often are worth more than all others."""
    members, peers, others = marts.execute(
        """
        select members.mean_clv_36m, members.mean_clv_36m_of_others, others.mean_clv_36m
        from fct_clv_drivers as members, fct_clv_drivers as others
        where (members.attribute, members.attribute_value) = ('loyalty', 'member')
        and (others.attribute, others.attribute_value) = ('loyalty', 'no member')
        """
    ).fetchall()[0]
    assert others < members
    assert others < peers


def test_surveys_are_answered_by_those_who_were_planted(
    marts: duckdb.DuckDBPyConnection, truth: dict[str, Any]
) -> None:
    respondents, rate = marts.execute(
        "select respondents, response_rate from fct_segment_loyalty where segment_kind = 'company'"
    ).fetchall()[0]
    assert respondents == truth["sources"]["survey_responses"]["accepted"]
    assert rate == pytest.approx(respondents / truth["persons"]["resolved"])


def test_reconciliations_close(marts: duckdb.DuckDBPyConnection) -> None:
    checks = marts.execute(
        "select check_name, left_amount, difference, is_reconciled from fct_reconciliations"
    ).fetchall()
    assert all(is_reconciled and difference == 0 for _, _, difference, is_reconciled in checks)
    assert sum(left != 0 for _, left, _, _ in checks) == len(SOURCES) + 8


def test_an_earlier_as_of_date_knows_nothing_of_later_events(earlier_shop: Built) -> None:
    as_of = EARLIER
    with earlier_shop.connect() as marts:
        marts.execute("use clv.marts")
        assert one(marts, "select max(order_date) from fct_orders") <= as_of
        assert one(marts, "select distinct as_of_date from dim_customers") == as_of
        assert one(marts, "select max(valued_on) from fct_kpi_months") == as_of
        waiting, delivered, told = marts.execute(
            "select sum(not_yet_known_rows), sum(delivered_rows),"
            " sum(accepted_rows + rejected_rows + superseded_rows + merged_rows + withdrawn_rows + not_yet_known_rows) from fct_deliveries"
        ).fetchall()[0]
        assert waiting > 0 and delivered == told
        assert one(marts, "select count(*) from fct_reconciliations where not is_reconciled") == 0
