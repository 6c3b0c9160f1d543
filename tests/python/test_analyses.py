"""The analyses, run on the published warehouse of a synthetic shop as a reader would, each with a number worked out again."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import duckdb
import pytest
from compiled_sql import DATABASE, compile_analyses
from conftest import REPOSITORY, CommandRun
from soak.builder import Builder

NAMES = sorted(path.stem for path in (REPOSITORY / "analyses").glob("*.sql"))

# One number of each analysis, and how it comes from the marts.
CHECKS = {
    "did_the_campaign_pay": (
        "select max(reactivation_rate - control_reactivation_rate) from analysis where value_tier = 'all'",
        "select max(reactivation_uplift) from fct_campaign_uplifts where value_tier = 'all'",
    ),
    "how_does_recurring_revenue_move_and_what_does_it_cost_to_lose_it": (
        "select sum(new_revenue + reactivated_revenue) from analysis where plan <> 'all'",
        (
            "select sum(recurring_revenue_at_end - recurring_revenue_at_start - expansion_revenue + contraction_revenue + churned_revenue)"
            " from fct_subscription_months where plan <> 'all'"
        ),
    ),
    "what_do_promoters_earn_compared_with_detractors": (
        "select times_a_detractor from analysis where nps_band = 'promoter'",
        (
            "select max(mean_clv_36m) filter (attribute_value = 'promoter') / max(mean_clv_36m) filter (attribute_value = 'detractor')"
            " from fct_clv_drivers where attribute = 'nps_band'"
        ),
    ),
    "what_goes_with_a_high_clv": (
        "select max(mean_clv_36m / mean_clv_36m_of_others - 1) from analysis",
        "select max(lift) from fct_clv_drivers where is_significant and is_reliable",
    ),
    "where_are_customers_loyal_and_what_do_they_say": (
        "select nps from analysis where segment_kind = 'company'",
        "select (promoters - detractors) / respondents from fct_segment_loyalty where segment_kind = 'company'",
    ),
    "how_far_apart_are_the_attribution_models": (
        "select most_customers - fewest_customers from analysis where acquisition_channel = 'paid_search'",
        "select max(new_customers) - min(new_customers) from fct_attribution_models where acquisition_channel = 'paid_search'",
    ),
    "how_far_apart_are_the_clv_methods": (
        "select margin_clv / simple_clv from analysis where segment_kind = 'company'",
        "select gross_margin_rate from fct_kpi_months where segment_kind = 'company' order by month desc limit 1",
    ),
    "how_much_do_the_best_customers_earn": (
        "select revenue_up_to_here from analysis where value_tier = 'VIP'",
        "select sum(net_revenue) filter (value_tier = 'VIP') / sum(net_revenue) from dim_customers",
    ),
    "how_well_did_the_predictions_do": (
        "select actual_orders from analysis where model_name = 'naive' order by horizon_days limit 1",
        (
            "select sum(actual_orders) from fct_model_backtests where model_name = 'naive' and decile <> 'all'"
            " and horizon_days = (select min(horizon_days) from fct_model_backtests)"
        ),
    ),
    "what_are_our_customers_worth": (
        "select sum(customer_equity) from analysis where segment_kind = 'channel'",
        "select sum(customer_equity) from fct_value_tiers",
    ),
    "what_may_we_pay_for_a_customer_of_each_channel": (
        "select affordable_cac from analysis where acquisition_channel = 'email'",
        (
            "select avg(clv_36m) / 2 from dim_customers where acquisition_channel = 'email'"
            " and cohort_month > (select max(as_of_date) - interval 12 month from dim_customers)"
        ),
    ),
    "what_was_rejected_and_why": (
        "select sum(rejected_rows) from analysis",
        "select sum(rejected_rows) from fct_deliveries",
    ),
    "which_campaigns_earned_their_cost": (
        "select profit from analysis where campaign = 'lookalike'",
        (
            "select sum(gross_margin) - (select spend from fct_campaigns where campaign = 'lookalike')"
            " from dim_customers where acquisition_campaign = 'lookalike' and cohort_month is not null"
        ),
    ),
    "which_channel_brings_the_most_value_for_its_cost": (
        "select clv_to_cac from analysis where acquisition_channel = 'affiliate'",
        (
            "select (select avg(clv_36m) from dim_customers where acquisition_channel = 'affiliate' and cohort_month >= '2025-01-01')"
            " / (sum(spend) / sum(new_customers)) from fct_channel_months"
            " where acquisition_channel = 'affiliate' and month >= '2025-01-01'"
        ),
    ),
    "which_channel_pays_back_and_when": (
        "select share_paid_back from analysis where acquisition_channel = 'paid_social'",
        "select avg(is_paid_back::int) from fct_channel_months where acquisition_channel = 'paid_social' and cac is not null",
    ),
    "which_cohorts_come_back": (
        "select retention_after_3 from analysis where cohort_month = '2024-02-01'",
        (
            "select count(distinct customer_id) / (select count(*) from dim_customers where cohort_month = '2024-02-01')"
            " from fct_orders inner join dim_customers using (customer_id)"
            " where is_counted and cohort_month = '2024-02-01' and date_trunc('month', order_date) = '2024-05-01'"
        ),
    ),
    "which_kpi_is_the_weakest_and_what_would_fixing_it_bring": (
        "select gain_per_customer from analysis where segment_kind = 'company' and weakest_kpi = 'retention_rate'",
        # the lifetime of the benchmark's retention, 0.63, instead of the company's own
        (
            "select average_order_value * purchase_frequency * gross_margin_rate * (1 / 0.37 - 1 / churn_rate)"
            " from fct_kpi_months where segment_kind = 'company' order by month desc limit 1"
        ),
    ),
    "which_valuable_customers_are_slipping_away": (
        "select sum(predicted_clv) from analysis",
        (
            "select sum(predicted_clv) from dim_customers"
            " where value_tier in ('VIP', 'high') and lifecycle_stage in ('at_risk', 'lapsed')"
        ),
    ),
}


@pytest.fixture(scope="session")
def analyses(builder: Builder) -> dict[str, str]:
    return compile_analyses(builder)


@pytest.fixture
def reader(shop: CommandRun) -> Iterator[duckdb.DuckDBPyConnection]:
    """The published file under the name that dbt compiles for."""
    with duckdb.connect() as connection:
        connection.execute(f"attach '{shop.published_file}' as {DATABASE} (read_only)")
        yield connection


def test_every_analysis_is_checked() -> None:
    assert sorted(CHECKS) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_an_analysis_opens_with_its_question(name: str) -> None:
    text = (REPOSITORY / "analyses" / f"{name}.sql").read_text(encoding="utf-8")
    assert text.startswith("-- ")
    assert "?" in text.split("\nwith ")[0].split("\nselect")[0]


@pytest.mark.parametrize("name", NAMES)
def test_an_analysis_answers_from_the_marts(
    name: str, analyses: dict[str, str], reader: duckdb.DuckDBPyConnection
) -> None:
    reader.execute(f"create table analysis as {analyses[name]}")
    assert one(reader, "select count(*) from analysis") > 0
    of_analysis, of_marts = CHECKS[name]
    answer = one(reader, of_analysis)
    reader.execute(f"use {DATABASE}.marts")
    assert answer is not None
    assert float(answer) == pytest.approx(float(one(reader, of_marts)), rel=1e-5)


def one(connection: duckdb.DuckDBPyConnection, query: str) -> Any:
    rows = connection.execute(query).fetchall()
    assert len(rows) == 1
    return rows[0][0]
