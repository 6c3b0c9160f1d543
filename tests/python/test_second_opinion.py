"""Every mart is what a second implementation in pandas makes of the raw files (tests/python/second_opinion), to the cent or six digits."""

import itertools
import os
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pytest
from conftest import BuildMarts, CommandRun
from second_opinion.attribution import Attribution, attribution_of
from second_opinion.backtests import backtest_of
from second_opinion.campaigns import uplifts_of
from second_opinion.channels import attribution_models_of, budgets_of, campaigns_of, channel_months_of, spend_of
from second_opinion.cohorts import cohort_months_of
from second_opinion.comparing import assert_same
from second_opinion.customers import customers_of, occasions_of, tiers_of
from second_opinion.forecasts import months_to_come, newcomers_of
from second_opinion.history import customers_at, history_of, migrations_of, month_ends
from second_opinion.kpis import kpi_months_of
from second_opinion.nasty import AS_OF, TIMEZONE, write_nasty_shop
from second_opinion.orders import Books, books_at
from second_opinion.people import GUEST
from second_opinion.predictions import (
    Clock,
    brought_by_age,
    discounted,
    events_of,
    first_level,
    forecast_of,
    gamma_gamma_log_likelihood,
    highest,
    histories_of,
    log_likelihood,
    order_values,
    probability_alive,
    purchases,
    rest_of_clock,
    spending_of,
    stages_of,
    value_to_age,
)
from second_opinion.reading import Raw, read_all
from second_opinion.segments import clv_by_method_of, drivers_of, loyalty_of, revenue_observed, value_tiers_of
from second_opinion.subscriptions import projected, subscription_cohorts_of, subscription_months_of
from soak import REPOSITORY

SHOPS = ["synthetic", "nasty"]
RATIOS = {"gross_margin_rate": 1e-5, "clv_to_cac": 1e-5, "roas": 1e-5, "roi": 1e-5, "weakest_kpi_to_benchmark": 1e-5}


@dataclass
class Opinion:
    """A shop twice: what the second implementation makes of its raw files, and the project's marts."""

    raw: Raw
    books: Books
    attribution: Attribution
    customers: pd.DataFrame
    connection: duckdb.DuckDBPyConnection

    def mart(self, name: str, *keys: str, where: str = "true") -> pd.DataFrame:
        """Return a mart by its keys."""
        table = self.connection.execute(f"select * from marts.{name} where {where}").df()
        return table.set_index(list(keys)).sort_index() if keys else table

    @cached_property
    def kpis(self) -> pd.DataFrame:
        return kpi_months_of(self.books, self.customers, self.tier_months())

    @cached_property
    def channel_months(self) -> pd.DataFrame:
        return channel_months_of(self.raw, self.books, self.customers, self.attribution)

    def tier_months(self) -> pd.DataFrame:
        """Return the tiers at month ends, each under the person of today."""
        months = self.mart("fct_customer_months")
        value = months["total_clv"].astype(float).fillna(months["historical_clv"].astype(float))
        person = months["customer_id"].map(self.books.people).fillna(months["customer_id"])
        return months[["month", "value_tier"]].assign(value=value, source_id=months["customer_id"], customer_id=person)


def second(
    folder: Path, connection: duckdb.DuckDBPyConnection, timezone: str = "UTC", end: pd.Timestamp | None = None
) -> Opinion:
    """Make a second opinion. Totals of CLV are taken as published, as long as predictions are not looked at."""
    raw = read_all(folder, timezone, end=end, key=os.environ["CLV_IDENTITY_KEY"])
    books = books_at(raw, raw.end)
    attribution = attribution_of(raw, books)
    customers = customers_of(books, attribution)
    published = connection.execute("select * from marts.dim_customers").df().set_index("customer_id")
    for name in ("predicted_clv", "total_clv", "clv_36m"):
        customers[name] = published[name].astype(float).reindex(customers.index)
    customers["value_tier"] = tiers_of(customers["total_clv"].fillna(customers["historical_clv"]))
    return Opinion(raw, books, attribution, customers, connection)


@pytest.fixture(scope="module")
def synthetic(shop: CommandRun, shop_folder: Path) -> Opinion:
    return second(shop_folder, shop.connect())


@pytest.fixture(scope="module")
def nasty(build_marts: BuildMarts, tmp_path_factory: pytest.TempPathFactory) -> Opinion:
    folder = tmp_path_factory.mktemp("nasty")
    write_nasty_shop(folder)
    settings = {"reporting_timezone": TIMEZONE, "max_rejected_share": 0.5, "max_conflicting_keys": 1.0}
    built = build_marts(folder, as_of=AS_OF, **settings)
    return second(folder, built.connect(), TIMEZONE, pd.Timestamp(AS_OF))


@pytest.fixture(params=SHOPS)
def opinion(request: pytest.FixtureRequest) -> Opinion:
    return request.getfixturevalue(request.param)


def test_nasty_shop_has_what_it_is_for(nasty: Opinion) -> None:
    orders, returns = nasty.books.orders, nasty.books.returns
    notes = orders[(orders["revenue"] < 0) & orders["has_counted_status"]]
    refunds = nasty.raw.accepted("refunds")
    assert set(orders["currency"]) == {"USD", "EUR", "GBP"}
    assert set(orders["margin_basis"]) == {"line_cost", "product_cost", "inventory_ratio", "company_rate"}
    assert (notes["net"] < -0.005).any(), "a note that found no order"
    assert returns.loc[returns["note_id"].notna(), "is_by_lines"].nunique() == 2, "notes by lines, and by money"
    assert (refunds["amount"] * refunds["rate"] > refunds["order_id"].map(orders["revenue"]) + 100).any(), (
        "refunds above the order"
    )
    assert (orders["tax_inside"] > 0).any() and (orders["revenue"] == 0).any() and orders["is_taken_back"].any()
    assert {"not_yet_known", "superseded", "rejected"} <= set(nasty.raw.frames["orders"]["outcome"])


def test_rows_have_the_same_fate(opinion: Opinion) -> None:
    rows = pd.concat([frame.assign(source_name=name) for name, frame in opinion.raw.frames.items()])
    outcomes = rows.groupby(["source_name", "delivered_in"])["outcome"].value_counts().unstack(fill_value=0)
    outcomes = outcomes.reindex(
        columns=["accepted", "rejected", "superseded", "merged", "not_yet_known"], fill_value=0
    ).add_suffix("_rows")
    assert_same(outcomes, opinion.mart("fct_deliveries", "source_name", "delivered_in"), numbers=list(outcomes.columns))
    reasons = (
        rows[rows["outcome"] == "rejected"].groupby(["source_name", "delivered_in", "reason"]).size().to_frame("rows")
    )
    rejected = (
        opinion.mart("fct_rejected_records").groupby(["source_name", "delivered_in", "reason"]).size().to_frame("rows")
    )
    assert_same(reasons, rejected, numbers=["rows"])


def test_orders(opinion: Opinion) -> None:
    orders = opinion.books.orders.rename(
        columns={
            "source_gross": "source_gross_item_revenue", "gross": "gross_item_revenue", "discount": "discount_amount_", "shipping": "shipping",
            "net": "net_revenue", "margin": "gross_margin", "number": "customer_order_number", "day": "order_date", "currency": "source_currency",
        }
    )  # fmt: skip
    orders = orders.drop(columns=["discount_amount", "shipping_amount", "tax_amount"]).rename(
        columns={
            "discount_amount_": "discount_amount",
            "shipping": "shipping_amount",
            "tax": "tax_amount",
            "refund": "refund_amount",
        }
    )
    orders["is_first_order"] = orders["customer_order_number"] == 1
    orders["ordered_at"] = orders["ordered_at"].dt.tz_localize(None)
    for name in ("sales_channel", "device"):
        orders[name] = orders[name].astype("string").str.lower()
    money = "source_gross_item_revenue gross_item_revenue discount_amount shipping_amount tax_amount refund_amount net_revenue cogs gross_margin"
    words = "customer_id status is_counted sales_channel device country source_currency margin_basis is_first_order ordered_at order_date"
    theirs = opinion.mart("fct_orders", "order_id")
    assert_same(orders, theirs, money.split(), ["customer_order_number"], words.split())


def test_order_statuses(opinion: Opinion) -> None:
    orders = opinion.books.orders
    ours = orders.groupby("status").agg(
        orders=("gross", "size"), gross_item_revenue=("gross", "sum"), is_counted=("has_counted_status", "first"),
        first_ordered_on=("day", "min"), last_ordered_on=("day", "max"),
    )  # fmt: skip
    words = ["is_counted", "first_ordered_on", "last_ordered_on"]
    assert_same(ours, opinion.mart("fct_order_statuses", "status"), ["gross_item_revenue"], ["orders"], words)


def test_identities(opinion: Opinion) -> None:
    people = opinion.books.people.rename_axis("source_customer_id")
    ours = people.to_frame("customer_id")
    ours["identity_size"] = ours["customer_id"].map(people.value_counts())
    ours["is_guest"] = ours.index.str.startswith(GUEST)
    theirs = opinion.mart("dim_customer_identities", "source_customer_id")
    assert_same(ours, theirs, numbers=["identity_size"], words=["customer_id", "is_guest"])


def test_customers(opinion: Opinion) -> None:
    theirs = opinion.mart("dim_customers", "customer_id")
    money = ["net_revenue", "gross_margin", "historical_clv", "average_order_value"]
    numbers = ["order_count", "purchase_occasions", "gross_margin_rate", "orders_per_year", "days_since_last_order"]
    numbers += ["rfm_recency", "rfm_frequency", "rfm_monetary"]
    words = [
        "country",
        "acquisition_channel",
        "acquisition_campaign",
        "cohort_month",
        "first_order_at",
        "last_order_at",
        "margin_basis",
        "value_tier",
    ]
    assert_same(opinion.customers, theirs, money, numbers, words, RATIOS)


def test_cohorts(opinion: Opinion) -> None:
    ours = cohort_months_of(opinion.books, opinion.customers)
    theirs = opinion.mart("fct_cohort_months", "cohort_month", "acquisition_channel", "age_months")
    money = ["cumulative_revenue_per_customer", "cumulative_margin_per_customer"]
    numbers = ["cohort_size", "active_customers", "retention_rate", "churn_rate", "orders_per_customer"]
    assert_same(ours, theirs, money, numbers, ["month", "is_month_over", "is_reliable"])


def test_kpis(opinion: Opinion) -> None:
    ours = opinion.kpis
    theirs = opinion.mart("fct_kpi_months", "month", "segment_kind", "segment")
    money = "net_revenue gross_margin month_net_revenue month_gross_margin average_order_value formula_clv clv_at_benchmark".split()
    words = ["is_lifetime_capped", "weakest_kpi", "is_reliable"]
    numbers = [name for name in ours.columns if name not in {*money, *words}]
    assert_same(ours, theirs, money, numbers, words, RATIOS)


def test_channels_and_campaigns(opinion: Opinion) -> None:
    given = (opinion.raw, opinion.books, opinion.customers, opinion.attribution)
    money = ["spend", "cac", "cpa", "net_revenue", "gross_margin", "mean_total_clv", "mean_clv_36m"]
    numbers = ["new_customers", "attributed_orders", "roas", "roi", "clv_to_cac", "payback_months"]
    words = ["is_paid_back", "verdict"]
    theirs = opinion.mart("fct_channel_months", "month", "acquisition_channel")
    assert_same(opinion.channel_months, theirs, money, numbers, words, RATIOS)
    theirs = opinion.mart("fct_campaigns", "campaign")
    assert_same(campaigns_of(*given), theirs, money, numbers, [*words, "acquisition_channel"], RATIOS)


def test_attribution_and_budgets(opinion: Opinion) -> None:
    ours = attribution_models_of(opinion.raw, opinion.books, opinion.customers, opinion.attribution)
    theirs = opinion.mart("fct_attribution_models", "attribution_model", "acquisition_channel")
    money = ["spend", "cac", "cpa", "mean_total_clv", "mean_clv_36m"]
    assert_same(ours, theirs, money, ["new_customers", "attributed_orders", "roas", "roi", "clv_to_cac"], digits=RATIOS)
    budgets = budgets_of(ours.loc["first_touch"])
    money = ["mean_clv_36m", "affordable_cac", "current_cac", "spend", "yearly_budget", "headroom"]
    theirs = opinion.mart("fct_channel_budgets", "acquisition_channel")
    assert_same(
        budgets,
        theirs,
        money,
        ["new_customers", "planned_new_customers"],
        digits=dict.fromkeys(["headroom", "yearly_budget"], 1e-5),
    )


def test_customer_months(nasty: Opinion) -> None:
    """Each month end as known then: corrections, cancellations, refunds, merged accounts and costs that came later change nothing."""
    ends = month_ends(nasty.customers["first_day"].min(), nasty.raw.end)
    looked_at = [ends[:5], ends[-4:]]
    keys = ["customer_id", "month"]
    money = ["net_revenue", "cumulative_net_revenue", "cumulative_gross_margin", "historical_clv"]
    for dates in looked_at:
        history = history_of(nasty.raw, dates)
        theirs = nasty.mart("fct_customer_months", *keys, where=between(dates[0], dates[-1]))
        ours = history[history["has_bought"]].set_index(keys)
        assert_same(ours, theirs, money, ["orders"], ["valued_on", "value_tier", "lifecycle_stage"])
        # of the first date it is not known what was before it
        ours = migrations_of(history).drop(index=history["month"].min(), errors="ignore")
        theirs = nasty.mart("fct_tier_migrations", "month", "from_tier", "to_tier", where=between(dates[1], dates[-1]))
        assert_same(ours, theirs, ["total_clv_change"], ["customers"])


def between(first: pd.Timestamp, last: pd.Timestamp) -> str:
    """Return the condition of rows that were valued on one of these days."""
    return f"valued_on between date '{first:%Y-%m-%d}' and date '{last:%Y-%m-%d}'"


def test_customer_months_of_a_larger_shop(synthetic: Opinion) -> None:
    end = pd.Timestamp("2025-09-30")
    ours = customers_at(synthetic.raw, end)
    money = ["net_revenue", "cumulative_net_revenue", "cumulative_gross_margin", "historical_clv"]
    theirs = synthetic.mart("fct_customer_months", "customer_id", where=between(end, end))
    assert_same(ours[ours["has_bought"]], theirs, money, ["orders"])


def test_value_tiers(opinion: Opinion) -> None:
    money = [
        "net_revenue",
        "gross_margin",
        "customer_equity",
        "mean_historical_clv",
        "mean_total_clv",
        "average_order_value",
    ]
    numbers = ["tier_rank", "customers", "customer_share", "revenue_share", "margin_share", "equity_share"]
    assert_same(value_tiers_of(opinion.customers), opinion.mart("fct_value_tiers", "value_tier"), money, numbers)


def test_loyalty(opinion: Opinion) -> None:
    ours = loyalty_of(opinion.raw, opinion.books, opinion.customers)
    theirs = opinion.mart("fct_segment_loyalty", "segment_kind", "segment")
    assert_same(ours, theirs, numbers=list(ours.columns))


def test_clv_by_method(opinion: Opinion) -> None:
    ours = clv_by_method_of(
        opinion.books, opinion.customers, opinion.kpis.loc[opinion.raw.end.to_period("M").to_timestamp()]
    )
    theirs = opinion.mart(
        "fct_clv_by_method",
        "segment_kind",
        "segment",
        "clv_method",
        where="clv_method <> 'subscription' and segment_kind <> 'plan'",
    )
    assert_same(ours.reindex(theirs.index), theirs, ["clv_per_customer"], digits={"clv_per_customer": 1e-5})


def test_drivers(opinion: Opinion) -> None:
    theirs = opinion.mart(
        "fct_clv_drivers",
        "attribute",
        "attribute_value",
        where="attribute not in ('loyalty', 'survey_score', 'nps_band')",
    )
    assert_same(
        drivers_of(opinion.raw, opinion.books, opinion.customers),
        theirs,
        ["mean_clv_36m", "mean_clv_36m_of_others"],
        ["customers", "lift"],
    )


def test_revenue_observed(opinion: Opinion) -> None:
    theirs = opinion.mart("fct_revenue_forecasts", "month", "cohort_year", where="is_observed")
    assert_same(revenue_observed(opinion.books, opinion.customers), theirs, ["net_revenue", "gross_margin"], ["orders"])


def test_uplifts(opinion: Opinion) -> None:
    ours = uplifts_of(opinion.raw, opinion.books)
    money = ["margin_per_customer", "control_margin_per_customer", "uplift", "cost"]
    numbers = [name for name in ours.columns if name not in money]
    assert_same(
        ours,
        opinion.mart("fct_campaign_uplifts", "campaign", "variant", "value_tier"),
        money,
        numbers,
        digits={"roi": 1e-4},
    )


def test_subscription_months(opinion: Opinion) -> None:
    ours = subscription_months_of(opinion.raw, opinion.books)
    money = [
        name
        for name in ours.columns
        if "revenue" in name and name not in {"revenue_churn_rate", "net_revenue_retention"}
    ]
    numbers = [name for name in ours.columns if name not in money]
    assert_same(
        ours,
        opinion.mart("fct_subscription_months", "month", "plan"),
        money,
        numbers,
        digits=dict.fromkeys(numbers, 1e-5),
    )


def test_customers_by_formula(opinion: Opinion) -> None:
    """Formula CLV takes the lifetime of the company's average customer; CAC is that of the customer's channel and month."""
    ours = opinion.customers.copy()
    company = opinion.kpis.loc[(opinion.raw.end.to_period("M").to_timestamp(), "company", "all")]
    ours["formula_clv"] = (
        ours["average_order_value"] * ours["orders_per_year"] * ours["gross_margin_rate"] * company["lifetime_years"]
    )
    channels = opinion.channel_months["cac"]
    keys = pd.MultiIndex.from_frame(ours[["cohort_month", "acquisition_channel"]])
    ours["cac"] = channels.reindex(keys).to_numpy()
    ours["clv_to_cac"] = ours["clv_36m"] / ours["cac"]
    segments = pd.read_csv(REPOSITORY / "seeds" / "rfm_segments.csv").set_index(["rfm_recency", "rfm_frequency"])[
        "rfm_segment"
    ]
    scores = ours[["rfm_recency", "rfm_frequency"]].astype(float)
    ours["rfm_segment"] = segments.reindex(pd.MultiIndex.from_frame(scores)).to_numpy()
    theirs = opinion.mart("dim_customers", "customer_id")
    assert_same(
        ours, theirs, ["formula_clv", "cac"], ["clv_to_cac"], ["rfm_segment"], {"clv_to_cac": 1e-5, "formula_clv": 1e-5}
    )


@dataclass
class Published:
    """The published fits of a shop, read as numbers."""

    opinion: Opinion

    def parameters(self, model: str) -> dict[str, float]:
        rows = self.opinion.mart("fct_model_parameters", where=f"model_name = '{model}' and model_group = 'all'")
        return rows.set_index("parameter")["value"].to_dict()

    def point(self, model: str) -> np.ndarray:
        parameters = self.parameters(model)
        return np.array([parameters[name] for name in ("r", "alpha", "a", "b")])

    @cached_property
    def fits(self) -> pd.DataFrame:
        return self.opinion.mart("fct_model_fits", "model_name", where="model_group = 'all'")

    def clock(self, model: str) -> Clock:
        first = self.opinion.customers["first_day"].min()
        return Clock.of(self.parameters(model) if model == "mbg_nbd_clock" else {}, first, self.opinion.raw.end)

    def known(self, model: str) -> pd.DataFrame:
        return histories_of(self.opinion.customers, self.clock(model), self.opinion.raw.end)

    @property
    def spend_model(self) -> str:
        return str(self.opinion.mart("dim_customers")["spend_model"].dropna().iloc[0])


@pytest.fixture(scope="module")
def published(synthetic: Opinion) -> Published:
    return Published(synthetic)


@pytest.mark.parametrize("model", ["bg_nbd", "mbg_nbd", "mbg_nbd_clock"])
def test_models_are_at_their_highest_likelihood(published: Published, model: str) -> None:
    """No search finds a higher one than that of the published parameters, and it is the published one."""
    form, known, point = model.removesuffix("_clock"), published.known(model), published.point(model)
    likelihood = log_likelihood(point, known, form)
    assert highest(known, form, point) <= likelihood + 1e-5
    occasions = occasions_of(published.opinion.books)
    days = occasions.loc[occasions["gap"].notna(), "day"]
    clock = published.clock(model)
    of_clock = np.log((clock.at(days) - clock.at(days, -1)) * 7).sum()
    assert likelihood + of_clock == pytest.approx(published.fits.loc[model, "log_likelihood"], abs=1e-4)


def test_clock_is_at_rest(published: Published) -> None:
    parameters = published.parameters("mbg_nbd_clock")
    events = events_of(
        published.opinion.books, published.opinion.customers, parameters, published.clock("mbg_nbd_clock")
    )
    rest = rest_of_clock(events, parameters)
    assert rest.step < 1e-6
    assert rest.season_spread == pytest.approx(parameters["season_spread"], abs=1e-6)
    assert rest.level_drift == pytest.approx(parameters["level_drift"], abs=1e-6)


def test_level_is_that_of_the_last_quarters(published: Published) -> None:
    rows = published.opinion.mart("fct_model_backtests", where="model_name = 'mbg_nbd_clock' and decile = 'all'")
    quarters = rows.sort_values(["cutoff_date", "horizon_days"]).drop_duplicates("cutoff_date").tail(4)
    known = quarters[quarters["cutoff_date"] - published.opinion.customers["first_day"].min() >= pd.Timedelta(days=359)]
    errors = np.log((known["predicted_orders"] + 0.5) / (known["actual_orders"] + 0.5)).clip(-np.log(2), np.log(2))
    assert np.exp(-errors.sum() / (len(errors) + 4)) == pytest.approx(
        published.fits.loc["mbg_nbd_clock", "level_factor"], abs=1e-6
    )


def test_spend_models(published: Published) -> None:
    """The level of first orders is one ratio; Gamma-Gamma's likelihood is that of its parameters, and no neighbour has a higher one."""
    spending = spending_of(published.opinion.books)
    assert first_level(spending) == pytest.approx(published.parameters("mean")["first_level"], abs=1e-6)
    repeats = spending[spending["repeat_mean"].notna()]
    levelled = spending["mean"] + (first_level(spending) - 1) * spending["first"] / spending["occasions"]
    for model, count, mean in (
        ("gamma_gamma", repeats["occasions"] - 1, repeats["repeat_mean"]),
        ("gamma_gamma_all", spending["occasions"], levelled),
    ):
        parameters = published.parameters(model)
        likelihood = gamma_gamma_log_likelihood(parameters, count, mean)
        assert likelihood == pytest.approx(published.fits.loc[model, "log_likelihood"], abs=1e-3)
        for name, factor in itertools.product(parameters, (0.999, 1.001)):
            assert gamma_gamma_log_likelihood(parameters | {name: parameters[name] * factor}, count, mean) < likelihood


def test_predictions(published: Published) -> None:
    opinion = published.opinion
    end, buyers = opinion.raw.end, opinion.customers[opinion.customers["purchase_occasions"] > 0]
    level = float(published.fits.loc["mbg_nbd_clock", "level_factor"])
    clock, known = published.clock("mbg_nbd_clock"), published.known("mbg_nbd_clock")
    forecast = forecast_of(known, published.point("mbg_nbd_clock"), clock, end, level)
    ours = forecast.customers.join(buyers.drop(columns=["clv_36m", "predicted_clv", "total_clv"]))
    spending = spending_of(opinion.books).reindex(ours.index)
    value = order_values(spending, published.spend_model, published.parameters(published.spend_model))
    rate = spending["repeat_margin"].sum() / spending["repeat_value"].sum()
    ours["expected_order_value"] = value
    ours["predicted_clv"] = discounted(forecast) * value * rate
    ours["total_clv"] = ours["predicted_clv"] + ours["historical_clv"]
    ages = (end - ours["first_day"]).dt.days * 12 / 365.25
    for age in (12, 24, 36):
        to_come = np.where(ages >= age, 0.0, value_to_age(forecast, ages, age)) * value * rate
        ours[f"clv_{age}m"] = brought_by_age(opinion.books, opinion.customers, age).reindex(ours.index) + to_come
    for days in (30, 90, 365):
        ours[f"expected_revenue_{days}d"] = ours[f"expected_orders_{days}d"] * value
        ours[f"expected_margin_{days}d"] = ours[f"expected_revenue_{days}d"] * rate
    gap = ours["median_days_to_next_order"]
    ours["next_order_expected_on"] = ours["last_day"] + pd.to_timedelta(np.floor(gap + 0.5), unit="D")
    ours["days_overdue"] = (end - ours["next_order_expected_on"]).dt.days.clip(lower=0)
    ours["lifecycle_stage"] = stages_of(ours, ours["long_gap"], opinion.books)
    theirs = opinion.mart("dim_customers", "customer_id", where="purchase_occasions > 0")
    money = [
        name
        for name in theirs.columns
        if name.startswith(("clv_", "expected_revenue", "expected_margin")) and name in ours
    ]
    money = [name for name in money if name != "clv_to_cac"] + ["expected_order_value", "predicted_clv", "total_clv"]
    numbers = [name for name in theirs.columns if name.startswith(("probability_", "expected_orders_"))] + [
        "median_days_to_next_order",
        "days_overdue",
    ]
    assert_same(ours, theirs, money, numbers, ["next_order_expected_on", "lifecycle_stage"])


def test_subscription_cohorts(opinion: Opinion) -> None:
    """Survivors as observed; retention as projected by the published parameters of the elected model."""
    keys = ["cohort_month", "plan", "billing_period", "age_months"]
    theirs = opinion.mart("fct_subscription_cohorts", *keys, where="is_observed")
    numbers = ["customers_at_start", "survivors", "retention_rate"]
    assert_same(subscription_cohorts_of(opinion.raw, opinion.books), theirs, numbers=numbers)


def test_subscriptions_projected(published: Published) -> None:
    elected = [name for name in published.fits.index[published.fits["is_elected"]] if name.endswith(": all")]
    rows = published.opinion.mart(
        "fct_subscription_cohorts", where="plan = 'all' and projected_survival_rate is not null and age_months > 0"
    )
    ages = rows["age_months"].to_numpy(float)
    survival = projected(published.parameters(elected[0]), ages)
    retention = survival / projected(published.parameters(elected[0]), ages - 1)
    ours = pd.DataFrame({"projected_survival_rate": survival, "projected_retention_rate": retention})
    assert_same(ours, rows, numbers=list(ours.columns))


def test_backtests(synthetic: Opinion) -> None:
    rows = synthetic.mart("fct_model_backtests", where="model_name = 'naive' and decile = 'all'").sort_values(
        ["cutoff_date", "horizon_days"]
    )
    chosen = rows.iloc[[3, -3]].reset_index(drop=True)
    ours = pd.DataFrame([backtest_of(synthetic.raw, row.cutoff_date, row.horizon_days) for row in chosen.itertuples()])
    assert_same(ours, chosen, numbers=list(ours.columns))


def test_revenue_to_come(published: Published) -> None:
    """What the customers of each year will bring, a calendar month on the clock at a time; and the customers to come."""
    opinion, end = published.opinion, published.opinion.raw.end
    assert end == end + pd.offsets.MonthEnd(0), "the running month is over"
    clock, known, point = (
        published.clock("mbg_nbd_clock"),
        published.known("mbg_nbd_clock"),
        published.point("mbg_nbd_clock"),
    )
    spending = spending_of(opinion.books).reindex(known.index)
    value = order_values(spending, published.spend_model, published.parameters(published.spend_model))
    rate = spending["repeat_margin"].sum() / spending["repeat_value"].sum()
    chance = probability_alive(point, known, "mbg_nbd") * float(published.fits.loc["mbg_nbd_clock", "level_factor"])
    year = opinion.customers["cohort_month"].reindex(known.index).dt.strftime("%Y")
    tables, before = [], np.zeros(len(known))
    for month in months_to_come(end):
        weeks = float(clock.at(month + pd.offsets.MonthEnd()) - clock.at(end))
        so_far = purchases(point, known, weeks)
        orders = (so_far - before) * chance
        table = (
            pd.DataFrame({"orders": orders, "net_revenue": orders * value, "gross_margin": orders * value * rate})
            .groupby(year)
            .sum()
        )
        tables.append(table.rename_axis("cohort_year").reset_index().assign(month=month))
        before = so_far
    newcomers = newcomers_of(opinion.books, opinion.customers).rename_axis("month").reset_index()
    ours = pd.concat([*tables, newcomers.assign(cohort_year="customers to come")]).set_index(["month", "cohort_year"])
    theirs = opinion.mart(
        "fct_revenue_forecasts", "month", "cohort_year", where="not is_observed and cohort_year <> 'all'"
    )
    assert_same(ours, theirs[theirs.index.get_level_values(0) > end], ["net_revenue", "gross_margin"], ["orders"])


def test_acquisition_costs_of_windows(opinion: Opinion) -> None:
    """CAC of the company and of channels: the window's spend over the customers acquired in it; equity as predicted at the month's end."""
    months = opinion.kpis.reset_index()
    spend = spend_of(opinion.raw)
    paid = pd.concat([spend, spend.assign(channel="all")])
    kinds = months[months["segment_kind"].isin(["company", "channel"])].copy()
    windows = [
        paid.loc[
            (paid["channel"] == row.segment)
            & (paid["month"] > row.month - pd.DateOffset(months=12))
            & (paid["month"] <= row.month),
            "spend",
        ].sum()
        for row in kinds.itertuples()
    ]
    kinds["cac"] = np.where(
        np.array(windows) > 0, np.array(windows) / kinds["new_customers"].replace(0, np.nan), np.nan
    )
    theirs = opinion.mart(
        "fct_kpi_months", "month", "segment_kind", "segment", where="segment_kind in ('company', 'channel')"
    )
    assert_same(kinds.set_index(["month", "segment_kind", "segment"]), theirs, ["cac"])
    valued = opinion.mart("fct_customer_months")
    equity = valued["predicted_clv"].astype(float).groupby(valued["month"]).sum(min_count=1).to_frame("customer_equity")
    assert_same(equity, opinion.mart("fct_kpi_months", "month", where="segment_kind = 'company'"), ["customer_equity"])
