"""Subscriptions: the published fits of Fader & Hardie, what a synthetic shop has planted, and plain arithmetic.

One warehouse holds them all, as of 2025-12-31, each as a plan of its own: the survivors of Fader & Hardie (2007) by month
instead of by year, the subscriptions of a synthetic shop, plans on which nobody or everybody leaves, and a few customers
whose figures are worked out by hand.
"""

from __future__ import annotations

import datetime as dt
import json
import math
import shutil
from calendar import monthrange
from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest
from compiled_sql import compile_query, empty_database
from conftest import BuildMarts, BuildWarehouse, Built, write_csv, write_purchase_log
from scipy.special import betaln
from soak import REPOSITORY
from soak.builder import Builder

from clv.shop import ShopSettings, generate_shop

AS_OF = dt.date(2025, 12, 31)
SUBSCRIPTION_MARTS = [
    "+fct_subscription_cohorts",
    "+fct_subscription_months",
    "+int_subscription_plans",
    "+fct_model_fits",
    "+fct_model_parameters",
]
MARGIN_RATE = 0.4
HORIZON_MONTHS = 36
MONTHLY_DISCOUNT = 1.1 ** (-1 / 12)
# half the width of a 99% interval, in standard errors
NORMAL_99 = 2.5758

# survivors of 1,000 after years 1 to 7: Fader & Hardie (2007), "How to Project Customer Retention", table 1
SURVIVORS = {
    "regular": [631, 468, 382, 326, 289, 262, 241],
    "high end": [869, 743, 653, 593, 551, 517, 491],
}
PUBLISHED_FITS = {
    "regular": (0.7041, 1.1820, -1680.265),
    "high end": (0.6681, 3.8061, -1611.158),
}
PUBLISHED_WEIBULL_FITS = {
    "regular": (0.4556, 0.7793, 1.2835, -1679.603),
    "high end": (0.2143, 1.4266, 1.7236, -1605.314),
}
"""Beta-discrete-Weibull: Fader et al. (2018), alpha, beta and c. It is worth its third parameter on high end alone."""
FOUR_YEARS = "high end, four years"
"""The first four of the seven renewals: survival at the twelfth is .307 and .389; .394 was observed."""

BY_HAND = [
    # subscription_id, customer_id, started_at, ended_at, plan, monthly_amount
    ("h1", "stays", "2025-09-10", "", "studio", "10"),
    ("h2", "leaves at the first", "2025-09-25", "2025-10-25", "studio", "10"),
    # the third month has begun: lost at the renewal on 1 December
    ("h3", "leaves within a month", "2025-09-01", "2025-11-15", "studio", "16"),
    ("h4", "moves", "2025-09-05", "2025-10-20", "studio", "10"),
    ("h5", "moves", "2025-10-20", "", "studio pro", "30"),
    # not known at the as-of date
    ("h6", "will leave", "2025-09-12", "2026-01-05", "studio", "10"),
    ("h7", "comes back", "2025-07-01", "2025-08-01", "studio", "10"),
    ("h8", "comes back", "2025-09-01", "", "studio", "10"),
    ("h9", "starts later", "2026-01-01", "", "studio", "10"),
]


def subscriptions_of_plans() -> list[tuple[str, ...]]:
    """Everybody starts on 1 May 2025, and so has had seven renewals."""
    losses = {
        **{
            plan: [before - after for before, after in zip([1000, *survivors], survivors, strict=False)]
            for plan, survivors in SURVIVORS.items()
        },
        "nobody leaves": [0],
        "all leave at once": [150],
    }
    sizes = {"regular": 1000, "high end": 1000, "nobody leaves": 150, "all leave at once": 150, "one customer": 1}
    rows = []
    for plan, size in sizes.items():
        ends = [f"2025-{5 + age:02d}-01" for age, lost in enumerate(losses.get(plan, []), start=1) for _ in range(lost)]
        for number, end in enumerate(ends + [""] * (size - len(ends))):
            rows.append((f"{plan} {number}", f"{plan} {number}", "2025-05-01", end, plan, "10"))
    survivors = [1000, *SURVIVORS["high end"][:4]]
    ends = [f"2025-{8 + age:02d}-01" for age in range(1, 5) for _ in range(survivors[age - 1] - survivors[age])]
    for number, end in enumerate(ends + [""] * survivors[-1]):
        rows.append((f"four {number}", f"four {number}", "2025-08-01", end, FOUR_YEARS, "10"))
    return rows


@pytest.fixture(scope="module")
def truth(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The plans of a synthetic shop whose raw files stand in `folder`."""
    folder = tmp_path_factory.mktemp("shop")
    generate_shop(folder, ShopSettings(customers=20_000, seed=11, end=AS_OF))
    return {"folder": folder, "plans": json.loads((folder / "truth.json").read_text())["subscriptions"]}


@pytest.fixture(scope="module")
def built(build_marts: BuildMarts, tmp_path_factory: pytest.TempPathFactory, truth: dict[str, Any]) -> Built:
    raw = tmp_path_factory.mktemp("subscriptions")
    write_purchase_log(raw)
    shutil.copytree(truth["folder"] / "subscriptions", raw / "subscriptions")
    shutil.copy(truth["folder"] / "exchange_rates.parquet", raw)
    write_csv(
        raw / "subscriptions",
        "by_hand",
        ["subscription_id", "customer_id", "started_at", "ended_at", "plan", "monthly_amount"],
        [*subscriptions_of_plans(), *BY_HAND],
    )
    return build_marts(raw, "--select", *SUBSCRIPTION_MARTS, as_of=AS_OF, assumed_gross_margin=MARGIN_RATE)


@pytest.fixture(scope="module")
def warehouse(built: Built) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(str(built.build_file), read_only=True) as connection:
        yield connection


def rows_of(warehouse: duckdb.DuckDBPyConnection, query: str) -> list[tuple[Any, ...]]:
    return warehouse.execute(query).fetchall()


def survival_of(warehouse: duckdb.DuckDBPyConnection, plan: str, renewals: int) -> list[float]:
    """Of beta-discrete-Weibull, which projects where it is elected, with the parameters that are published of it."""
    (parameters,) = rows_of(
        warehouse,
        "select max(case when parameter = 'alpha' then value end), max(case when parameter = 'beta' then value end),"
        " max(case when parameter = 'c' then value end) from marts.fct_model_parameters"
        f" where model_name in ('beta_discrete_weibull: {plan}', 'beta_discrete_weibull: {plan} (year)')",
    )
    assert parameters == pytest.approx(PUBLISHED_WEIBULL_FITS[plan][:3], abs=1e-4)
    alpha, beta, c = parameters
    return [math.exp(betaln(alpha, beta + age**c) - betaln(alpha, beta)) for age in range(renewals + 1)]


@pytest.mark.parametrize("plan", PUBLISHED_FITS)
@pytest.mark.parametrize("model", ["shifted_beta_geometric", "beta_discrete_weibull"])
def test_fits_are_the_published_ones(warehouse: duckdb.DuckDBPyConnection, plan: str, model: str) -> None:
    fits = PUBLISHED_WEIBULL_FITS if model == "beta_discrete_weibull" else PUBLISHED_FITS
    *parameters, log_likelihood = fits[plan]
    *found, height, gradient_norm, customers, status, is_elected = rows_of(
        warehouse,
        "select parameter_1, parameter_2, parameter_3, log_likelihood, gradient_norm, customers, status, is_elected"
        f" from intermediate.int_subscription_models_fitted where plan = '{plan}' and model_name = '{model}'",
    )[0]
    assert found == [pytest.approx(value, abs=1e-4) for value in parameters] + [None] * (3 - len(parameters))
    assert height == pytest.approx(log_likelihood, abs=5e-4)
    assert gradient_norm < 1e-5
    assert (customers, status) == (1000, "converged")
    # 2 x 5.844 is more than ln(1000) = 6.908, 2 x 0.662 is not
    assert is_elected == ((plan == "high end") == (model == "beta_discrete_weibull"))


def projected(warehouse: duckdb.DuckDBPyConnection, builder: Builder, plan: str, model: str) -> list[float]:
    """What a model says of the survivors after so many renewals, elected or not."""
    query = """
        with renewals as (
            select generated_number - 1 as renewal from ({{ dbt.generate_series(13) }}) as generated
        )
        select exp(sum(ln({{ retention_by_model('fits', 'renewals.renewal') }})) over (order by renewals.renewal))
        from intermediate.int_subscription_models_fitted as fits
        cross join renewals
    """
    query += f" where fits.plan = '{plan}' and fits.model_name = '{model}' order by renewals.renewal"
    return [survival for (survival,) in rows_of(warehouse, compile_query(builder, query))]


def test_survival_is_projected_as_published(warehouse: duckdb.DuckDBPyConnection, builder: Builder) -> None:
    curve = projected(warehouse, builder, "high end", "shifted_beta_geometric")
    assert [round(rate, 3) for rate in curve[8:]] == [0.460, 0.436, 0.414, 0.395, 0.378]


@pytest.mark.parametrize(("model", "survival"), [("shifted_beta_geometric", 0.307), ("beta_discrete_weibull", 0.389)])
def test_four_years_project_the_twelfth_as_published(
    warehouse: duckdb.DuckDBPyConnection, builder: Builder, model: str, survival: float
) -> None:
    assert projected(warehouse, builder, FOUR_YEARS, model)[12] == pytest.approx(survival, abs=5e-4)


def test_the_elected_model_projects(warehouse: duckdb.DuckDBPyConnection) -> None:
    rows = rows_of(
        warehouse,
        "select projected_survival_rate, is_observed, survivors, retention_rate from marts.fct_subscription_cohorts"
        " where plan = 'high end' and age_months between 8 and 12 order by age_months",
    )
    survival = survival_of(warehouse, "high end", 12)
    assert [rate for rate, *_ in rows] == pytest.approx(survival[8:], rel=1e-6)
    assert {row[1:] for row in rows} == {(False, None, None)}
    elected = rows_of(
        warehouse, "select model_name from marts.fct_model_fits where model_name like '%: high end' and is_elected"
    )
    assert elected == [("beta_discrete_weibull: high end",)]


def test_residual_lifetime_is_the_published_one(builder: Builder) -> None:
    """After 7 renewals a High End customer is worth 7.530 renewals at 10% each: Fader & Hardie (2010)."""
    query = """
        with ages as (
            select generated_number - 1 as age from ({{ dbt.generate_series(2000) }}) as generated
        ),
        survived as (
            select
                age,
                sum(ln({{ shifted_beta_geometric__retention({'alpha': '0.668088e0', 'beta': '3.806095e0'}, 'age') }})) over (order by age) as ln_survival
            from ages
        )
        select sum({{ discounted_survival('now.ln_survival', 'now.age', 'later.ln_survival', 'later.age', '0.1') }})
        from survived as now
        inner join survived as later on later.age > now.age
        where now.age = 7
    """
    with empty_database() as connection:
        assert rows_of(connection, compile_query(builder, query))[0][0] == pytest.approx(7.530, abs=5e-4)


@pytest.mark.parametrize("plan", ["basic", "plus"])
def test_the_shops_law_is_found(warehouse: duckdb.DuckDBPyConnection, truth: dict[str, Any], plan: str) -> None:
    planted = truth["plans"][plan]
    alpha, beta, alpha_variance, beta_variance, subscribers, lost, renewals, status = rows_of(
        warehouse,
        "select parameter_1, parameter_2, cov_11, cov_22, subscribers, lost_customers, renewals, status"
        f" from intermediate.int_subscription_models_fitted where plan = '{plan}' and model_name = 'shifted_beta_geometric'",
    )[0]
    assert (subscribers, lost, renewals) == (planted["started"], planted["ended"], planted["months_at_risk"])
    assert status == "converged"
    assert abs(math.log(alpha / planted["alpha"])) < NORMAL_99 * math.sqrt(alpha_variance)
    assert abs(math.log(beta / planted["beta"])) < NORMAL_99 * math.sqrt(beta_variance)
    # narrow enough to say something
    assert alpha_variance < 0.04 and beta_variance < 0.06


def test_values_equal_a_sum_by_hand(warehouse: duckdb.DuckDBPyConnection) -> None:
    """The discounted margin of the next 36 renewals, of a survivor at each age and of a new customer."""
    survival = survival_of(warehouse, "high end", 200)
    rows = rows_of(
        warehouse,
        "select age_months, projected_retention_rate, projected_survival_rate, discounted_residual_clv, monthly_revenue_per_customer,"
        " clv_basis, margin_basis, horizon_months from marts.fct_subscription_cohorts where plan = 'high end' order by age_months",
    )
    assert [row[0] for row in rows] == list(range(7 + HORIZON_MONTHS + 1))
    for age, retention, survived, residual, revenue, *how in rows:
        assert how == ["margin", "assumed_margin", HORIZON_MONTHS]
        assert revenue == 10
        assert survived == pytest.approx(survival[age], rel=1e-4)
        assert retention == (pytest.approx(survival[age] / survival[age - 1], rel=1e-4) if age else 1)
        expected = sum(
            survival[age + ahead] / survival[age] * MONTHLY_DISCOUNT ** (ahead - 1)
            for ahead in range(1, HORIZON_MONTHS + 1)
        )
        assert float(residual) == pytest.approx(10 * MARGIN_RATE * expected, rel=1e-4)
    value, formula, churn = rows_of(
        warehouse,
        "select predicted_clv, formula_clv, monthly_churn_rate from intermediate.int_subscription_plans where plan = 'high end'",
    )[0]
    paid = sum(survival[age] * MONTHLY_DISCOUNT**age for age in range(HORIZON_MONTHS))
    assert float(value) == pytest.approx(10 * MARGIN_RATE * paid, rel=1e-4)
    renewals = 1000 + sum(SURVIVORS["high end"][:-1])
    assert churn == pytest.approx((1000 - 491) / renewals)
    assert float(formula) == pytest.approx(10 * MARGIN_RATE * renewals / (1000 - 491), abs=1e-4)


def test_what_fits_no_model_ends_in_a_status(warehouse: duckdb.DuckDBPyConnection) -> None:
    statuses = dict(rows_of(warehouse, "select distinct plan, model_status from marts.fct_subscription_cohorts"))
    assert statuses == {
        "all": "converged",
        "all leave at once": "boundary",
        "basic": "converged",
        "high end": "converged",
        FOUR_YEARS: "converged",
        "nobody leaves": "boundary",
        "one customer": "too_few_repeat_customers",
        "plus": "converged",
        "regular": "converged",
        "studio": "too_few_repeat_customers",
        "studio pro": "too_few_repeat_customers",
    }
    projected = "projected_retention_rate is not null or projected_survival_rate is not null or discounted_residual_clv is not null"
    assert {
        plan for (plan,) in rows_of(warehouse, f"select plan from marts.fct_subscription_cohorts where {projected}")
    } == {plan for plan, status in statuses.items() if status in ("converged", "boundary")}
    limits = dict(
        rows_of(
            warehouse,
            "select plan, projected_retention_rate from marts.fct_subscription_cohorts where age_months = 1 and model_status = 'boundary'",
        )
    )
    assert limits == {"nobody leaves": pytest.approx(1, abs=1e-4), "all leave at once": pytest.approx(0, abs=1e-4)}


def test_no_number_is_infinite_or_not_a_number(warehouse: duckdb.DuckDBPyConnection) -> None:
    columns = rows_of(
        warehouse,
        "select schema_name || '.' || table_name, column_name from duckdb_columns()"
        " where table_name like '%subscri%' and data_type = 'DOUBLE'",
    )
    assert len(columns) > 15
    for table, column in columns:
        found = rows_of(warehouse, f"select count(*) from {table} where not isfinite({column})")
        assert found == [(0,)], (table, column)


def test_cohorts_of_a_few_customers(warehouse: duckdb.DuckDBPyConnection) -> None:
    """September's five customers of `studio` pay 10, 10, 16, 10 and 10; who comes back belongs to July alone."""

    def cells(plan: str, month: str) -> list[tuple[Any, ...]]:
        return rows_of(
            warehouse,
            "select age_months, customers_at_start, survivors, round(retention_rate, 4), monthly_revenue_per_customer"
            f" from marts.fct_subscription_cohorts where plan = '{plan}' and cohort_month = date '{month}'"
            " and is_observed order by age_months",
        )

    assert cells("studio", "2025-09-01") == [
        (0, 5, 5, 1, Decimal("11.2")),
        # h2 left at the first renewal, h4 to another plan at the second, h3 at the third
        (1, 5, 4, 0.8, Decimal("11.5")),
        (2, 5, 3, 0.75, Decimal("12")),
        (3, 5, 2, 0.6667, Decimal("10")),
    ]
    assert cells("studio", "2025-07-01") == [
        (0, 1, 1, 1, Decimal("10")),
        (1, 1, 0, 0, None),
        *((age, 1, 0, None, None) for age in range(2, 6)),
    ]
    assert cells("studio pro", "2025-10-01") == [(age, 1, 1, 1, Decimal("30")) for age in range(3)]


def add_months(day: dt.date, months: int) -> dt.date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return dt.date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


Chain = list[tuple[dt.date, dt.date, Decimal]]
"""A customer's first uninterrupted subscriptions: start, end, price of a month."""


def first_chains(warehouse: duckdb.DuckDBPyConnection) -> list[Chain]:
    chains: defaultdict[str, Chain] = defaultdict(list)
    for customer, start, end, price in rows_of(
        warehouse,
        "select customer_id, start_date, coalesce(end_date, date '2999-12-31'), monthly_revenue"
        " from intermediate.int_subscriptions_valued order by start_date",
    ):
        chain = chains[customer]
        if not chain or start <= max(other[1] for other in chain) + dt.timedelta(days=1):
            chain.append((start, end, price))
    return list(chains.values())


def paid_at(chain: Chain, age: int) -> Decimal | None:
    """What the customer pays after `age` renewals, none where she has left."""
    day = add_months(chain[0][0], age)
    if age > 0 and max(end for _, end, _ in chain) <= day:
        return None
    return sum((price for start, end, price in chain if start <= day < end), Decimal())


def test_cohorts_equal_a_count_by_hand(warehouse: duckdb.DuckDBPyConnection) -> None:
    """Survivors and revenue of all plans together again, customer by customer and renewal by renewal."""
    cohorts: defaultdict[dt.date, list[Chain]] = defaultdict(list)
    for chain in first_chains(warehouse):
        cohorts[chain[0][0].replace(day=1)].append(chain)
    found = {
        (month, age): cell
        for month, age, *cell in rows_of(
            warehouse,
            "select cohort_month, age_months, customers_at_start, survivors, monthly_revenue_per_customer"
            " from marts.fct_subscription_cohorts where plan = 'all' and is_observed",
        )
    }
    assert {month for month, _ in found} == set(cohorts)
    for month, members in cohorts.items():
        reached = min(
            next(age for age in range(1, 100) if add_months(chain[0][0], age) > AS_OF) - 1 for chain in members
        )
        assert sorted(age for other, age in found if other == month) == list(range(reached + 1))
        for age in range(reached + 1):
            paid = [amount for amount in (paid_at(chain, age) for chain in members) if amount is not None]
            size, survivors, mean = found[month, age]
            assert (size, survivors) == (len(members), len(paid)), (month, age)
            assert mean == (pytest.approx(sum(paid) / len(paid), abs=Decimal("0.0001")) if paid else None), (month, age)


YEARLY_HORIZON_MONTHS = 60


def write_subscriptions_alone(folder: Path) -> None:
    """Write the survivors of Fader & Hardie (2007) by year, with whom a monthly plan shares its name, and a word that is no period."""
    rows = [("fortnightly", "fortnightly", "2025-01-01", "", "regular", "10", "fortnight")]
    for plan, survivors in SURVIVORS.items():
        ends = [
            f"{2018 + year}-05-01"
            for year, (before, after) in enumerate(zip([1000, *survivors], survivors, strict=False), start=1)
            for _ in range(before - after)
        ]
        for number, end in enumerate(ends + [""] * (1000 - len(ends))):
            rows.append((f"{plan} {number}", f"{plan} {number}", "2018-05-01", end, plan, "10", "annual"))
    for number in range(200):
        end = "2025-02-01" if number < 100 else ""
        rows.append((f"monthly {number}", f"monthly {number}", "2025-01-01", end, "regular", "10", ""))
    header = ["subscription_id", "customer_id", "started_at", "ended_at", "plan", "monthly_amount", "billing_period"]
    write_csv(folder, "subscriptions", header, rows)


@pytest.fixture(scope="module")
def contract_shop(
    build_warehouse: BuildWarehouse, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[duckdb.DuckDBPyConnection]:
    """What is published of a shop that has subscriptions and nothing else."""
    raw = tmp_path_factory.mktemp("contract_shop")
    write_subscriptions_alone(raw)
    run = build_warehouse(raw, f"{{horizon_months: {YEARLY_HORIZON_MONTHS}}}")
    assert run.exit_code == 0, run.output
    with run.connect() as connection:
        yield connection


def test_a_shop_may_have_subscriptions_and_no_orders(contract_shop: duckdb.DuckDBPyConnection) -> None:
    """Every mart is there, those of customers without a row, as of the latest end."""
    marts = {
        mart for (mart,) in rows_of(contract_shop, "select table_name from duckdb_tables() where schema_name = 'marts'")
    }
    assert marts == {path.stem for path in (REPOSITORY / "models" / "marts").glob("*/*.sql")}
    for mart in ("fct_orders", "dim_customers", "fct_cohort_months", "fct_kpi_months"):
        assert rows_of(contract_shop, f"select count(*) from marts.{mart}") == [(0,)], mart
    assert rows_of(contract_shop, "select as_of_date from main.publication") == [(dt.date(2025, 5, 1),)]
    assert rows_of(contract_shop, "select record_key, reason from marts.fct_rejected_records") == [
        (
            "fortnightly",
            "billing_period is none of month, two months, quarter, four months, half year, year, two years, week",
        )
    ]
    # 241 and 491 are left of those who pay yearly, 100 of those who pay monthly
    assert rows_of(
        contract_shop,
        "select subscribers_at_end, recurring_revenue_at_end from marts.fct_subscription_months"
        " where plan = 'all' order by month desc limit 1",
    ) == [(241 + 491 + 100, 10 * (241 + 491 + 100))]


@pytest.mark.parametrize("plan", PUBLISHED_FITS)
def test_yearly_renewals_are_fitted_as_published(contract_shop: duckdb.DuckDBPyConnection, plan: str) -> None:
    """The same figures by year as by month, though half of another plan of that name left after a month."""
    alpha, beta, log_likelihood = PUBLISHED_FITS[plan]
    model = f"shifted_beta_geometric: {plan} (year)"
    found = dict(
        rows_of(contract_shop, f"select parameter, value from marts.fct_model_parameters where model_name = '{model}'")
    )
    assert found == {"alpha": pytest.approx(alpha, abs=5e-5), "beta": pytest.approx(beta, abs=5e-5)}
    assert rows_of(
        contract_shop, f"select log_likelihood, customers from marts.fct_model_fits where model_name = '{model}'"
    ) == [(pytest.approx(log_likelihood, abs=5e-4), 1000)]


def test_yearly_ages_and_values_equal_a_count_by_hand(contract_shop: duckdb.DuckDBPyConnection) -> None:
    """A year is paid for at once: its 12 months at each renewal, the next not discounted."""
    survival = survival_of(contract_shop, "high end", 50)
    rows = rows_of(
        contract_shop,
        "select age_months, survivors, projected_survival_rate, discounted_residual_clv, monthly_revenue_per_customer"
        " from marts.fct_subscription_cohorts where plan = 'high end' order by age_months",
    )
    ahead = YEARLY_HORIZON_MONTHS // 12
    assert [row[:2] for row in rows] == [
        *((12 * year, survivors) for year, survivors in enumerate([1000, *SURVIVORS["high end"]])),
        *((12 * year, None) for year in range(8, 8 + ahead)),
    ]
    for year, (_, _, survived, residual, revenue) in enumerate(rows):
        assert survived == pytest.approx(survival[year], rel=1e-4)
        assert revenue == 10
        expected = sum(survival[year + later] / survival[year] * 1.1 ** (1 - later) for later in range(1, ahead + 1))
        assert float(residual) == pytest.approx(120 * expected, rel=1e-4)


def test_formulas_take_churn_by_the_month(contract_shop: duckdb.DuckDBPyConnection) -> None:
    """Monthly revenue over the customers lost per month that renewals close: of plans, and of the company, all periods together."""
    lost = {"regular (year)": 1000 - 241, "high end (year)": 1000 - 491, "regular": 100}
    months = {f"{plan} (year)": 12 * (1000 + sum(survivors[:-1])) for plan, survivors in SURVIVORS.items()}
    months["regular"] = 100 * 1 + 100 * 4
    found = dict(
        rows_of(
            contract_shop,
            "select segment, clv_per_customer::double from marts.fct_clv_by_method"
            " where clv_method = 'subscription' and segment_kind in ('plan', 'company')",
        )
    )
    assert found == {
        **{plan: pytest.approx(10 * months[plan] / lost[plan], rel=1e-6) for plan in lost},
        "all": pytest.approx(10 * sum(months.values()) / sum(lost.values()), rel=1e-6),
    }
