"""Predictions: published figures, an oracle that sums probabilities, planted laws, simulation and plain arithmetic.

Five warehouses: CDNOW's 1/10 sample, a synthetic shop that follows its law exactly, and three logs that say little. Beside them
the SQL of the predictions alone, compiled by dbt and run on parameters and histories that are made up.
"""

from __future__ import annotations

import datetime as dt
import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any

import duckdb
import lifetimes
import numpy as np
import numpy.typing as npt
import pytest
from compiled_sql import compile_models, empty_database
from conftest import BuildMarts, CommandRun, write_csv
from hypothesis import given, settings
from hypothesis import strategies as st
from lifetimes import BetaGeoFitter, ModifiedBetaGeoFitter
from scipy.special import betaln, expit, gammainccinv, gammaln, hyp2f1
from soak.builder import Builder

from clv.shop import ShopSettings, generate_shop

Numbers = npt.NDArray[np.float64]

CDNOW_SAMPLE = Path(lifetimes.__file__).parent / "datasets" / "CDNOW_sample.txt"
"""Customer of the master file, customer, date as YYYYMMDD, CDs, dollars."""
CUTOFF = dt.date(1997, 9, 30)
AS_OF = dt.date(1998, 6, 30)
HOLDOUT_DAYS = 273

HORIZON_MONTHS = 36
MONTH_WEEKS = 365.25 / 12 / 7
DISCOUNT_RATE = 0.1
# half the width of intervals of 95% and 99%, in standard errors
NORMAL_95 = 1.96
NORMAL_99 = 2.5758
EXACT = 1e-6
"""Relative error that is left to sums and their order."""

PARAMETERS = dict.fromkeys(("bg_nbd", "mbg_nbd"), ("r", "alpha", "a", "b")) | {"gamma_gamma": ("p", "q", "gamma")}
PARAMETER_COLUMNS = [f"parameter_{number}" for number in range(1, 5)]
COVARIANCE_PLACES = [(i, j) for i in range(4) for j in range(i, 4)]
COVARIANCE_COLUMNS = [f"cov_{i + 1}{j + 1}" for i, j in COVARIANCE_PLACES]


@dataclass(frozen=True)
class Fit:
    """A row of int_models_fitted. covariances: of the logarithms of the parameters."""

    status: str
    customers: int
    log_likelihood: float
    parameters: Numbers
    covariances: Numbers


@dataclass(frozen=True)
class Law:
    """Parameters of BG/NBD (is_mbg: MBG/NBD) and of Gamma-Gamma; time in weeks."""

    r: float
    alpha: float
    a: float
    b: float
    is_mbg: bool = False
    p: float = 6.25
    q: float = 3.74
    gamma: float = 15.44

    @property
    def model_name(self) -> str:
        return "mbg_nbd" if self.is_mbg else "bg_nbd"


@dataclass(frozen=True)
class History:
    """x repeat occasions, the last of them at age t_x (weeks) of a customer who is `age` weeks old."""

    x: int
    t_x: float
    age: float
    mean_value: float | None = None


PUBLISHED = Law(r=0.2426, alpha=4.4136, a=0.7929, b=2.4259)
"""BG/NBD of the sample, as Fader, Hardie & Lee (2005) print it."""


# -- the oracle


def chance_alive(law: Law, history: History) -> float:
    """The likelihood of the history of one who is still there, as a share of that of all: both integrated over rate and p."""
    shape, stays = law.r + history.x, law.b + history.x + law.is_mbg
    if history.x + law.is_mbg == 0:
        return 1.0
    alive = betaln(law.a, stays) - shape * math.log(law.alpha + history.age)
    left = betaln(law.a + 1, stays - 1) - shape * math.log(law.alpha + history.t_x)
    return float(expit(alive - left))


def chances_of_occasions(law: Law, history: History, weeks: Sequence[float]) -> Numbers:
    """The chance of at least n = 1, 2, … (columns) occasions in so many weeks (rows) for one who is there.

    The n-th happens where the gamma-Poisson process reaches n and none of the n - 1 before it was the last.
    """
    shape, rate = law.r + history.x, law.alpha + history.age
    most = float(gammainccinv(shape, 1e-15)) * max(weeks) / rate
    n = np.arange(int(most + 12 * math.sqrt(most)) + 60, dtype=float)
    time = np.asarray(weeks, dtype=float)[:, None]
    ln_exactly = gammaln(shape + n) - gammaln(shape) - gammaln(n + 1)
    ln_exactly = ln_exactly - n * np.log1p(rate / time) - shape * np.log1p(time / rate)
    at_least = np.cumsum(np.exp(ln_exactly)[:, ::-1], axis=1)[:, ::-1][:, 1:]
    stays = law.b + history.x + law.is_mbg
    return np.asarray(at_least * np.exp(betaln(law.a, stays + n[1:] - 1) - betaln(law.a, stays)))


def expected_occasions(law: Law, history: History, weeks: Sequence[float]) -> Numbers:
    return np.asarray(chances_of_occasions(law, history, weeks).sum(axis=1))


def expected_pairs(law: Law, history: History, weeks: float) -> float:
    """The expectation of n (n - 1): the n-th occasion adds 2 (n - 1)."""
    chances = chances_of_occasions(law, history, [weeks])[0]
    return float((2 * np.arange(len(chances)) * chances).sum())


def discounted_occasions(law: Law, history: History, months: int = HORIZON_MONTHS) -> float:
    """The occasions of each month, discounted from its end."""
    until = expected_occasions(law, history, [MONTH_WEEKS * month for month in range(1, months + 1)])
    return float(np.diff(until, prepend=0) @ (1 + DISCOUNT_RATE) ** (-np.arange(1, months + 1) / 12))


def paper_occasions(law: Law, x: Numbers, age: Numbers, time: float) -> Numbers:
    """Equation 10 of Fader, Hardie & Lee (2005) for one who is there; MBG/NBD counts one more stay. Any unit of time."""
    shape, rate, stays = law.r + x, law.alpha + age, law.b + x + law.is_mbg
    ratio = hyp2f1(shape, stays, law.a + stays - 1, time / (rate + time)) * (rate / (rate + time)) ** shape
    return np.asarray((law.a + stays - 1) / (law.a - 1) * (1 - ratio))


# -- the project's SQL on what is made up


@dataclass(frozen=True)
class Predictor:
    """Runs the compiled models (name -> SQL) in a DuckDB of their own."""

    models: dict[str, str] = field(repr=False)

    def customers(self, law: Law, histories: Sequence[History]) -> dict[str, Numbers]:
        """Columns of int_customers_predicted, in the order of the histories."""
        with empty_database() as connection:
            self._write_models(connection, [law], "date '9999-12-31'")
            self._write_histories(connection, [0] * len(histories), histories)
            connection.execute(
                f"create table intermediate.int_run_context as select {DISCOUNT_RATE!r}::double as annual_discount_rate"
            )
            connection.execute(
                "create table intermediate.int_forecast_levels as select valued_at, 1e0 as level_factor from intermediate.int_models_fitted"
            )
            self._run(
                connection,
                "int_order_values_expected",
                "int_horizons_timed",
                "int_occasions_expected",
                "int_customers_predicted",
            )
            return self._read(connection, "from intermediate.int_customers_predicted order by customer_id")

    def forecasts(self, cases: Sequence[tuple[Law, History, float]]) -> dict[str, Numbers]:
        """Columns of int_backtest_forecasts_made: of each law, history and horizon in days, in their order."""
        with empty_database() as connection:
            self._write_models(connection, [law for law, _, _ in cases], "date '2000-01-01' + law")
            self._write_histories(connection, range(len(cases)), [history for _, history, _ in cases])
            connection.execute(
                "create table horizons (number integer, horizon_days double);"
                "create view intermediate.int_backtest_customers_observed as select *, null::double as clock_weeks,"
                " 1 as horizon_quarters, null::date as observed_on, true as is_backtested, null::double as orders_a_year_before,"
                " mean_repeat_value as mean_value, 0.0::double as actual_orders, 0.0::double as actual_margin"
                " from intermediate.int_customers_measured inner join horizons on customer_id = number;"
            )
            self._insert(connection, "horizons", range(len(cases)), [days for _, _, days in cases])
            self._run(connection, "int_backtest_forecasts_made")
            return self._read(
                connection,
                "from intermediate.int_backtest_forecasts_made where is_elected order by customer_id",
            )

    def _write_models(self, connection: duckdb.DuckDBPyConnection, laws: Sequence[Law], valued_at: str) -> None:
        """One date per law, as SQL makes it of the law's number."""
        names = ("r", "alpha", "a", "b", "p", "q", "gamma")
        connection.execute(
            "create schema intermediate;"
            "create table intermediate.int_clocks_paced (valued_at date, month_number integer, begins_after_days double,"
            " pace double, weeks_before double, weeks_at_date double);"
            "create table laws (law integer, model_name varchar, parameter_1 double, parameter_2 double, parameter_3 double,"
            " parameter_4 double, p double, q double, gamma double);"
            f"create macro date_of(law) as {valued_at};"
            "create view intermediate.int_models_fitted as select *, date_of(law) as valued_at, 'plain' as clock, true as is_usable,"
            " true as is_elected, 'converged' as status from laws;"
            "create view intermediate.int_spend_elected as select date_of(law) as valued_at, 'gamma_gamma' as spend_model,"
            " 'converged' as status, true as is_usable, p as spend_1, q as spend_2, gamma as spend_3, 1e0 as spend_4 from laws;"
            "create view intermediate.int_margin_elected as select date_of(law) as valued_at, 'company' as margin_model,"
            " 'revenue' as clv_basis, null::double as company_rate, null::double as mean_rate,"
            " null::double as variance_within, null::double as variance_between from laws"
        )
        columns = [[getattr(law, name) for law in laws] for name in ("model_name", *names)]
        self._insert(connection, "laws", range(len(laws)), *columns)

    def _write_histories(
        self, connection: duckdb.DuckDBPyConnection, laws: Sequence[int], histories: Sequence[History]
    ) -> None:
        connection.execute(
            "create table made_up (customer_id integer, law integer, x double, t_x double, age double, mean_repeat_value double);"
            "create view intermediate.int_customers_measured as select *, date_of(law) as valued_at,"
            " date '1999-12-31' as last_occasion_date, age * 7 as age_days, 0 as rate_occasions, null::double as rates from made_up;"
            "create view intermediate.int_spend_measured as"
            " select valued_at, customer_id, x, mean_repeat_value from intermediate.int_customers_measured;"
            "create view intermediate.int_histories_timed as"
            " select valued_at, 'plain' as clock, customer_id, x, t_x, age, age_days from intermediate.int_customers_measured"
        )
        columns = [[getattr(history, name) for history in histories] for name in ("x", "t_x", "age", "mean_value")]
        self._insert(connection, "made_up", range(len(histories)), laws, *columns)
        self._run(connection, "int_nodes_weighed")

    def _run(self, connection: duckdb.DuckDBPyConnection, *names: str) -> None:
        for name in names:
            connection.execute(f"create table intermediate.{name} as {self.models[name]}")

    @staticmethod
    def _insert(connection: duckdb.DuckDBPyConnection, table: str, *columns: Sequence[Any]) -> None:
        rows = ", ".join("unnest(?)" for _ in columns)
        connection.execute(f"insert into {table} select {rows}", [list(column) for column in columns])

    @staticmethod
    def _read(connection: duckdb.DuckDBPyConnection, query: str) -> dict[str, Numbers]:
        return {
            name: np.ma.filled(column, np.nan) if column.dtype == float else column
            for name, column in connection.execute(query).fetchnumpy().items()
        }


@pytest.fixture(scope="module")
def predictor(builder: Builder) -> Predictor:
    names = [
        "int_nodes_weighed",
        "int_horizons_timed",
        "int_occasions_expected",
        "int_order_values_expected",
        "int_customers_predicted",
        "int_backtest_forecasts_made",
    ]
    return Predictor(compile_models(builder, names, spend_model="gamma_gamma"))


def logarithmic(low: float, high: float) -> st.SearchStrategy[float]:
    return st.floats(math.log(low), math.log(high)).map(math.exp)


@st.composite
def made_up_histories(draw: st.DrawFn) -> History:
    """At most one occasion a day, as in a log of occasions."""
    days = draw(st.integers(0, 4000))
    x = min(days, int(draw(logarithmic(0.3, 400))))
    last = x + round(draw(st.floats(0, 1)) * (days - x)) if x else 0
    return History(x, last / 7, days / 7, draw(st.floats(0.01, 10_000)) if x else None)


LAWS = st.builds(
    Law,
    r=logarithmic(0.02, 20),
    alpha=logarithmic(1, 300),
    a=logarithmic(0.01, 20),
    b=logarithmic(0.1, 100),
    is_mbg=st.booleans(),
    p=logarithmic(0.05, 500),
    q=logarithmic(0.5, 500),
    gamma=logarithmic(0.01, 1e4),
)
HISTORIES = st.lists(made_up_histories(), min_size=6, max_size=6)

LIMITS = [
    ("a is 1, where the paper divides by zero", Law(0.5, 6, 1, 2.5)),
    ("a is next to 1", Law(0.5, 6, 1 + 1e-9, 2.5)),
    ("nobody leaves", Law(0.8, 14, 1e-8, 3.5)),
    ("nearly all leave at once", Law(0.8, 14, 3.5, 1e-8)),
    ("all leave alike", Law(0.8, 14, 1e5, 3e5)),
    ("hardly anybody leaves, all alike", Law(0.8, 14, 1, 1e6)),
    ("all stay or leave", Law(0.8, 14, 1e-4, 1e-4)),
    ("all buy at the same rate", Law(1e5, 2e6, 0.8, 3.5)),
    ("hardly anybody buys", Law(1e-3, 5, 0.8, 3.5)),
    ("some buy every day", Law(0.3, 0.05, 0.05, 3.5)),
]
LIMIT_HISTORIES = [
    History(0, 0, 0),
    History(0, 0, 300),
    History(1, 1 / 7, 1 / 7),
    History(1, 1 / 7, 200),
    History(12, 90, 91),
    History(400, 140, 150),
    History(2000, 300, 301),
]


@settings(max_examples=25, deadline=None)
@given(law=LAWS, histories=HISTORIES)
def test_predictions_are_sums_of_probabilities(predictor: Predictor, law: Law, histories: list[History]) -> None:
    check_predictions(predictor, law, histories)


@pytest.mark.parametrize("is_mbg", [False, True], ids=["bg_nbd", "mbg_nbd"])
@pytest.mark.parametrize("law", [law for _, law in LIMITS], ids=[name for name, _ in LIMITS])
def test_predictions_hold_at_the_limits(predictor: Predictor, law: Law, is_mbg: bool) -> None:
    check_predictions(predictor, replace(law, is_mbg=is_mbg), LIMIT_HISTORIES)


def check_predictions(predictor: Predictor, law: Law, histories: list[History]) -> None:
    found = predictor.customers(law, histories)
    weeks = [30 / 7, 90 / 7, 365 / 7, MONTH_WEEKS * HORIZON_MONTHS]
    for place, history in enumerate(histories):
        alive = chance_alive(law, history)
        month, quarter, year, horizon = expected_occasions(law, history, weeks)
        expected = {
            "probability_alive": 1,
            "expected_orders_30d": month,
            "expected_orders_90d": quarter,
            "expected_orders_365d": year,
            "expected_orders": horizon,
            "discounted_orders": discounted_occasions(law, history),
        }
        for column, value in expected.items():
            assert found[column][place] == pytest.approx(alive * value, rel=EXACT, abs=1e-250), (column, history)
        # their use is the variance, of which little is lost where hardly anybody stays for a second order
        pairs = expected_pairs(law, history, weeks[-1])
        tolerance = 1e-4 * alive * (pairs + horizon) + 1e-250
        assert found["expected_pairs_of_orders"][place] == pytest.approx(alive * pairs, abs=tolerance), history


@pytest.mark.parametrize("is_mbg", [False, True], ids=["bg_nbd", "mbg_nbd"])
def test_the_papers_customers_vary_as_they_should(predictor: Predictor, is_mbg: bool) -> None:
    law = replace(PUBLISHED, is_mbg=is_mbg)
    found = predictor.customers(law, LIMIT_HISTORIES)["expected_pairs_of_orders"]
    expected = [
        chance_alive(law, history) * expected_pairs(law, history, MONTH_WEEKS * HORIZON_MONTHS)
        for history in LIMIT_HISTORIES
    ]
    assert found == pytest.approx(expected, rel=EXACT)


@settings(max_examples=20, deadline=None)
@given(law=LAWS, histories=HISTORIES)
def test_spend_and_gaps_are_plain_arithmetic(predictor: Predictor, law: Law, histories: list[History]) -> None:
    """Gamma-Gamma weighs the customer's mean with the population's; without a finite mean there is none."""
    found = predictor.customers(law, histories)
    for place, history in enumerate(histories):
        value = found["expected_order_value"][place]
        weight = law.p * history.x + law.q - 1
        if weight > 0 and (history.x > 0 or law.q > 1):
            own = law.p * history.x * (history.mean_value or 0)
            assert value == pytest.approx((law.p * law.gamma + own) / weight, rel=1e-9)
        else:
            assert math.isnan(value)
        # from the last purchase on
        check_gap(found["median_gap_days"][place], 0.5, law.alpha + history.t_x, law.r + history.x)
        if history.x > 0:
            check_gap(found["long_gap_days"][place], 0.2, law.alpha + history.t_x, law.r + history.x)
        else:
            assert math.isnan(found["long_gap_days"][place])


def check_gap(days: float, share: float, rate: float, shape: float) -> None:
    """The chance of no occasion in that time, (rate / (rate + weeks)) ** shape, is the share; beyond e^100 it is only finite."""
    assert math.isfinite(days)
    if -math.log(share) / shape < 100:
        assert -shape * math.log1p(days / 7 / rate) == pytest.approx(math.log(share), rel=1e-9)


@pytest.mark.parametrize("fitter", [BetaGeoFitter, ModifiedBetaGeoFitter])
def test_forecasts_are_those_of_lifetimes(predictor: Predictor, fitter: type[Any]) -> None:
    """Where its hypergeometric function is stable, another implementation says the same."""
    rng = np.random.default_rng(1)
    is_mbg = fitter is ModifiedBetaGeoFitter
    cases = []
    for _ in range(60):
        days = int(rng.integers(50, 1500))
        x = int(rng.integers(0, 20))
        last = int(rng.integers(x, days)) if x else 0
        r, alpha, a, b = np.exp(rng.uniform(np.log([0.1, 2, 0.2, 0.5]), np.log([3, 40, 0.8, 8])))
        law = Law(float(r), float(alpha), float(a), float(b), is_mbg)
        cases.append((law, History(x, last / 7, days / 7), float(rng.integers(1, 1000))))
    found = predictor.forecasts(cases)["predicted_orders"]
    assert len(found) == len(cases)
    for (law, history, days), orders in zip(cases, found, strict=True):
        other = fitter()
        other.params_ = {name: getattr(law, name) for name in ("r", "alpha", "a", "b")}
        expected = other.conditional_expected_number_of_purchases_up_to_time(
            days / 7, np.asarray([history.x]), np.asarray([history.t_x]), np.asarray([history.age])
        )
        assert orders == pytest.approx(float(expected[0]), rel=EXACT)


@settings(max_examples=20, deadline=None)
@given(law=LAWS, histories=HISTORIES, days=st.floats(1, 2000))
def test_time_may_be_in_days_or_weeks(predictor: Predictor, law: Law, histories: list[History], days: float) -> None:
    """With alpha, ages and horizon seven times as large, all is expected as before."""
    slower = replace(law, alpha=7 * law.alpha)
    stretched = [replace(history, t_x=7 * history.t_x, age=7 * history.age) for history in histories]
    weekly = predictor.forecasts([(law, history, days) for history in histories])
    daily = predictor.forecasts([(slower, history, 7 * days) for history in stretched])
    assert len(weekly["predicted_orders"]) == len(histories)
    assert daily["predicted_orders"] == pytest.approx(weekly["predicted_orders"], rel=1e-11, abs=1e-250)


@settings(max_examples=20, deadline=None)
@given(law=LAWS, x=st.integers(1, 300), days=st.integers(0, 2000))
def test_a_later_last_purchase_never_means_less_alive(predictor: Predictor, law: Law, x: int, days: int) -> None:
    age = (x + days) / 7
    found = predictor.customers(law, [History(x, age * share, age, 1) for share in np.linspace(0, 1, 9)])
    alive = found["probability_alive"]
    assert ((alive >= 0) & (alive <= 1)).all()
    assert (np.diff(alive) >= -1e-15).all()
    # seen just now: all that can have happened is leaving after that last occasion
    stays = law.b + x - 1 + law.is_mbg
    assert alive[-1] == pytest.approx(stays / (law.a + stays), rel=1e-12)


@settings(max_examples=20, deadline=None)
@given(law=LAWS, x=st.integers(0, 300))
def test_expectations_grow_with_time_and_fall_with_age(predictor: Predictor, law: Law, x: int) -> None:
    """The longer a customer of x occasions has been silent, the less she is expected to buy; and never less in longer time."""
    last = x / 7
    found = predictor.customers(law, [History(x, last, last + silence, 1) for silence in (0, 1, 5, 25, 125, 625)])
    by_horizon = [found[f"expected_orders{suffix}"] for suffix in ("_30d", "_90d", "_365d", "")]
    for shorter, longer in pairwise(by_horizon):
        assert (shorter <= longer * (1 + 1e-12)).all()
    for orders in [*by_horizon, found["discounted_orders"], found["probability_alive"]]:
        assert (orders >= 0).all()
        assert (np.diff(orders) <= orders[:-1] * 1e-12).all()
    assert (found["discounted_orders"] <= found["expected_orders"]).all()
    assert (found["discounted_orders"] >= found["expected_orders"] / (1 + DISCOUNT_RATE) ** 3).all()


# -- warehouses


def sample_occasions() -> dict[str, dict[dt.date, Decimal]]:
    """Of every customer of CDNOW's sample the days with a purchase and what was spent."""
    customers: defaultdict[str, defaultdict[dt.date, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    for line in CDNOW_SAMPLE.read_text().splitlines():
        if line.strip():
            _, customer, day, _, dollars = line.split()
            customers[customer][dt.date.fromisoformat(day)] += Decimal(dollars)
    return {customer: dict(days) for customer, days in customers.items()}


def history_at(days: dict[dt.date, Decimal], cutoff: dt.date) -> History:
    known = sorted(day for day in days if day <= cutoff)
    repeats = [float(days[day]) for day in known[1:]]
    mean_value = sum(repeats) / len(repeats) if repeats else None
    return History(len(repeats), (known[-1] - known[0]).days / 7, (cutoff - known[0]).days / 7, mean_value)


@pytest.fixture(scope="module")
def cdnow_sample(build_marts: BuildMarts, tmp_path_factory: pytest.TempPathFactory) -> Path:
    raw = tmp_path_factory.mktemp("cdnow_sample")
    lines = [line.split() for line in CDNOW_SAMPLE.read_text().splitlines() if line.strip()]
    rows = [(number, line[1], line[2], line[4]) for number, line in enumerate(lines, start=1)]
    write_csv(raw, "orders", ["order_id", "customer_id", "ordered_at", "amount"], rows)
    return build_marts(
        raw,
        as_of=AS_OF,
        backtest_quarters=3,
        purchase_model="mbg_nbd",
        compared_purchase_models=["bg_nbd"],
        spend_model="gamma_gamma",
    ).build_file


PLANTED = ShopSettings(customers=6000, seed=23, seasonality=0, defect_share=0, campaign_factor=1)


@pytest.fixture(scope="module")
def planted_shop(builder: Builder, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("planted")
    generate_shop(folder / "raw", PLANTED)
    variables = {
        "backtest_quarters": 0,
        "purchase_model": "mbg_nbd",
        "compared_purchase_models": ["bg_nbd"],
        "spend_model": "gamma_gamma",
        "interval": 0.95,
    }
    return replace(builder, variables=variables).build(folder / "raw", folder, None)


@pytest.fixture(scope="module")
def one_price(build_marts: BuildMarts, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Every order costs the same; MBG/NBD is asked for, and no backtest."""
    rng = np.random.default_rng(5)
    rows = []
    for customer in range(300):
        day, gap, leaves = int(rng.integers(0, 300)), 1 / rng.gamma(0.9, 1 / 60), rng.beta(0.8, 3)
        while day < 730:
            rows.append((len(rows), f"c{customer}", dt.date(2024, 1, 1) + dt.timedelta(days=day), "25.00"))
            if rng.random() < leaves:
                break
            day += 1 + int(min(rng.exponential(gap), 730))
    raw = tmp_path_factory.mktemp("one_price")
    write_csv(raw, "orders", ["order_id", "customer_id", "ordered_at", "amount"], rows)
    return build_marts(raw, purchase_model="mbg_nbd", backtest_quarters=0).build_file


@pytest.fixture(scope="module")
def no_repeats(build_marts: BuildMarts, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Of 150 customers nobody has bought twice."""
    first = dt.date(2024, 1, 1)
    rows = [
        (number, f"c{number}", first + dt.timedelta(days=number + number // 3), f"{10 + number}")
        for number in range(150)
    ]
    raw = tmp_path_factory.mktemp("no_repeats")
    write_csv(raw, "orders", ["order_id", "customer_id", "ordered_at", "amount"], rows)
    return build_marts(raw).build_file


@pytest.fixture(scope="module")
def small_build(small_warehouse: CommandRun) -> Path:
    return small_warehouse.build_file


def rows_of(build: Path, query: str) -> list[tuple[Any, ...]]:
    """Read a build database, which holds intermediate models beside the marts."""
    with duckdb.connect(str(build), read_only=True) as connection:
        return connection.execute(query).fetchall()


def columns_of(build: Path, query: str) -> dict[str, Numbers]:
    with duckdb.connect(str(build), read_only=True) as connection:
        return dict(connection.execute(query).fetchnumpy())


NOW = dt.date(9999, 12, 31)


def fitted(build: Path, valued_at: dt.date) -> dict[str, Fit]:
    """Fits by model; a model of your own is one file more, with a test of its own."""
    parameters, covariances = ", ".join(PARAMETER_COLUMNS), ", ".join(COVARIANCE_COLUMNS)
    rows = rows_of(
        build,
        f"select model_name, status, customers, log_likelihood, {parameters}, {covariances}"
        f" from intermediate.int_models_fitted where valued_at = date '{valued_at}' and model_name in {tuple(PARAMETERS)}",
    )
    fits = {}
    for name, status, customers, log_likelihood, *numbers in rows:
        size = len(PARAMETERS[name])
        matrix = np.zeros((size, size))
        for (i, j), covariance in zip(COVARIANCE_PLACES, numbers[len(PARAMETER_COLUMNS) :], strict=True):
            if max(i, j) < size:
                matrix[i, j] = matrix[j, i] = covariance
        fits[name] = Fit(status, customers, log_likelihood, np.asarray(numbers[:size], dtype=float), matrix)
    return fits


def fitted_laws(build: Path, valued_at: dt.date) -> dict[str, Law]:
    fits = fitted(build, valued_at)
    spend = fits.pop("gamma_gamma").parameters
    return {
        name: Law(*fit.parameters, name == "mbg_nbd", *spend) for name, fit in fits.items() if fit.status == "converged"
    }


def test_fits_of_cdnow_are_the_published_ones(cdnow_sample: Path) -> None:
    """Fader, Hardie & Lee (2005); Batislam et al. (2007), as lifetimes fits it; Fader & Hardie (2013)."""
    fits = fitted(cdnow_sample, CUTOFF)
    assert set(fits) == {"bg_nbd", "mbg_nbd", "gamma_gamma"}
    assert fits["bg_nbd"].parameters == pytest.approx([0.2426, 4.4136, 0.7929, 2.4259], abs=5e-4)
    assert fits["bg_nbd"].log_likelihood == pytest.approx(-9582.429, abs=1e-3)
    assert fits["mbg_nbd"].parameters == pytest.approx([0.525, 6.183, 0.891, 1.614], abs=6e-4)
    assert fits["mbg_nbd"].log_likelihood == pytest.approx(-9582.13, abs=0.01)
    assert fits["gamma_gamma"].parameters == pytest.approx([6.25, 3.74, 15.44], abs=5e-3)
    assert fits["gamma_gamma"].log_likelihood == pytest.approx(-4055.92, abs=5e-3)
    assert [fit.customers for _, fit in sorted(fits.items())] == [2357, 946, 2357]
    assert {fit.status for fit in fits.values()} == {"converged"}


def test_cdnows_holdout_is_forecast_as_published(cdnow_sample: Path) -> None:
    """39 weeks after the cutoff: purchases forecast and made, and the mean absolute error."""
    published = {"bg_nbd": (1653, 0.785), "mbg_nbd": (1577, 0.765), "naive": (2930, 1.024)}
    found = {
        name: row
        for name, *row in rows_of(
            cdnow_sample,
            "select model_name, predicted_orders, mean_absolute_error, actual_orders, customers, bias from marts.fct_model_backtests"
            f" where cutoff_date = date '{CUTOFF}' and horizon_days = {HOLDOUT_DAYS} and decile = 'all'",
        )
    }
    assert {*published, "formula"} <= set(found)
    for name, (orders, error) in published.items():
        assert found[name][0] == pytest.approx(orders, abs=1), name
        assert found[name][1] == pytest.approx(error, abs=1e-3), name
    for orders, _, actual, customers, bias in found.values():
        assert (actual, customers) == (1882, 2357)
        assert bias == pytest.approx(orders / 1882 - 1)


def test_deciles_add_up_and_run_from_the_best_down(cdnow_sample: Path) -> None:
    rows = rows_of(
        cdnow_sample,
        "select model_name, cutoff_date, horizon_days, decile, customers, predicted_orders, actual_orders, mean_absolute_error"
        " from marts.fct_model_backtests",
    )
    backtests: defaultdict[tuple[Any, ...], dict[str, tuple[float, ...]]] = defaultdict(dict)
    for name, cutoff, horizon, decile, *measures in rows:
        backtests[name, cutoff, horizon][decile] = tuple(measures)
    # of the days that are forecast, a year before which somebody was a customer, there are those from the end of March 1998
    assert {key[1:] for key in backtests if key[0] == "same_period_last_year"} == {(dt.date(1998, 3, 31), 91)}
    assert len(backtests) == len({name for name, *_ in backtests} - {"same_period_last_year"}) * (3 + 2 + 1) + 1
    for deciles in backtests.values():
        everybody = deciles.pop("all")
        ordered = [deciles[str(number)] for number in range(1, 11)]
        assert len(ordered) == len(deciles)
        assert {customers for customers, *_ in ordered} == {235, 236}
        for place in (0, 1, 2):
            assert sum(decile[place] for decile in ordered) == pytest.approx(everybody[place])
        errors = sum(customers * error for customers, _, _, error in ordered)
        assert errors == pytest.approx(everybody[0] * everybody[3])
        means = [orders / customers for customers, orders, *_ in ordered]
        assert all(lower <= higher * (1 + 1e-12) for higher, lower in pairwise(means))


def test_expected_occasions_are_the_published_ones(predictor: Predictor, cdnow_sample: Path) -> None:
    """A new customer after 1, 3, 32 and 78 weeks, and one with x = 2, t_x = 30.43, T = 38.86 in 39 more.

    The published spreadsheet leaves off its hypergeometric series after 150 terms, which is felt at 78 weeks.
    """
    law = fitted_laws(cdnow_sample, CUTOFF)["bg_nbd"]
    cases = [(law, History(0, 0, 0), 7.0 * weeks) for weeks in (1, 3, 32, 78)]
    found = predictor.forecasts([*cases, (law, History(2, 30.43, 38.86), 7.0 * 39)])["predicted_orders"]
    j, whole, time = np.arange(5000), law.a + law.b - 1, 78 / (law.alpha + 78)
    terms = np.cumprod((law.r + j) * (law.b + j) / (whole + j) / (j + 1) * time)
    left_off = whole / (1 - law.a) * (1 - time) ** law.r * terms[150:].sum()
    assert found[:4] == pytest.approx([0.0532, 0.1506, 1.0437, 1.8576 + left_off], abs=5e-5)
    assert found[4] == pytest.approx(1.226, abs=5e-4)


def test_every_forecast_of_cdnow_is_that_of_lifetimes(cdnow_sample: Path) -> None:
    customers = {name: history_at(days, CUTOFF) for name, days in sample_occasions().items()}
    names = sorted(customers)
    x, t_x, age = (
        np.asarray([getattr(customers[name], field) for name in names], dtype=float) for field in ("x", "t_x", "age")
    )
    for model, law in fitted_laws(cdnow_sample, CUTOFF).items():
        other = {"bg_nbd": BetaGeoFitter, "mbg_nbd": ModifiedBetaGeoFitter}[model]()
        other.params_ = {name: getattr(law, name) for name in ("r", "alpha", "a", "b")}
        expected = other.conditional_expected_number_of_purchases_up_to_time(HOLDOUT_DAYS / 7, x, t_x, age)
        rows = rows_of(
            cdnow_sample,
            f"select customer_id, predicted_orders from intermediate.int_backtest_forecasts_made where model_name = '{model}'"
            f" and valued_at = date '{CUTOFF}' and horizon_days = {HOLDOUT_DAYS} order by customer_id",
        )
        assert [name for name, _ in rows] == names
        assert [orders for _, orders in rows] == pytest.approx(expected, rel=EXACT)


def test_the_first_ten_customers_spend_as_published(cdnow_sample: Path) -> None:
    """Expected spend per occasion: Gamma-Gamma as fitted at the cutoff, on what was known then."""
    rows = rows_of(
        cdnow_sample,
        "select customer_id, expected_order_value from intermediate.int_order_values_expected"
        f" where valued_at = date '{CUTOFF}' and customer_id <= '0010' order by customer_id",
    )
    assert [name for name, _ in rows] == [f"{number:04}" for number in range(1, 11)]
    published = [24.65, 18.91, 35.17, 35.17, 35.17, 71.46, 18.91, 35.17, 27.28, 35.17]
    assert [value for _, value in rows] == pytest.approx(published, abs=6e-3)


def test_clv_counted_in_days_is_the_same(cdnow_sample: Path) -> None:
    """Every customer's predicted CLV again, from the raw log, with the time in days and the paper's formula."""
    rows = rows_of(
        cdnow_sample,
        "select customer_id, purchase_model, probability_alive, expected_order_value, predicted_clv, historical_clv,"
        " expected_orders_30d, expected_orders_90d, expected_orders_365d,"
        " expected_revenue_30d, expected_revenue_90d, expected_revenue_365d from marts.dim_customers order by customer_id",
    )
    (model,) = {row[1] for row in rows}
    weekly = fitted_laws(cdnow_sample, NOW)[model]
    law = replace(weekly, alpha=7 * weekly.alpha)
    occasions = sample_occasions()
    histories = [history_at(occasions[row[0]], AS_OF) for row in rows]
    assert len(rows) == 2357
    alive = np.asarray([chance_alive(law, replace(each, t_x=7 * each.t_x, age=7 * each.age)) for each in histories])
    x = np.asarray([each.x for each in histories], dtype=float)
    age = np.asarray([7 * each.age for each in histories])
    own = np.asarray([each.mean_value or 0 for each in histories])
    value = law.p * (law.gamma + x * own) / (law.p * x + law.q - 1)
    until = [alive * paper_occasions(law, x, age, 365.25 / 12 * month) for month in range(HORIZON_MONTHS + 1)]
    discounted = sum(
        (1 + DISCOUNT_RATE) ** (-month / 12) * (until[month] - until[month - 1])
        for month in range(1, HORIZON_MONTHS + 1)
    )
    assert [row[2] for row in rows] == pytest.approx(alive, rel=EXACT)
    assert [float(row[3]) for row in rows] == pytest.approx(value, rel=EXACT, abs=1e-4)
    assert [float(row[4]) for row in rows] == pytest.approx(discounted * value, rel=EXACT, abs=1e-4)
    assert [row[5] for row in rows] == [sum(occasions[row[0]].values()) for row in rows]
    for place, days in enumerate((30, 90, 365), start=6):
        orders = alive * paper_occasions(law, x, age, days)
        assert [row[place] for row in rows] == pytest.approx(orders, rel=EXACT), days
        assert [float(row[place + 3]) for row in rows] == pytest.approx(orders * value, rel=EXACT, abs=1e-4), days


def test_a_year_of_months_is_forecast_as_the_year_of_each_customer(cdnow_sample: Path) -> None:
    """From the end of June 1998 twelve months are 365 days; nobody was acquired in the year before."""
    by_month = rows_of(
        cdnow_sample,
        "select cohort_year, sum(orders), sum(net_revenue), count(*) from marts.fct_revenue_forecasts"
        " where not is_observed group by cohort_year order by cohort_year",
    )
    ((orders, revenue),) = rows_of(
        cdnow_sample, "select sum(expected_orders_365d), sum(expected_revenue_365d) from marts.dim_customers"
    )
    ((observed,),) = rows_of(
        cdnow_sample,
        "select sum(net_revenue) from marts.fct_revenue_forecasts where is_observed and cohort_year = 'all'",
    )
    found = {year: (number, amount) for year, number, amount, _ in by_month}
    assert found["1997"][0] == pytest.approx(orders, rel=1e-9)
    assert float(found["1997"][1]) == pytest.approx(float(revenue), abs=0.2)
    assert found["customers to come"][0] == 0
    assert found["all"][0] == pytest.approx(orders, rel=1e-9)
    assert {months for *_, months in by_month} == {12}
    assert observed == rows_of(cdnow_sample, "select sum(net_revenue) from marts.dim_customers")[0][0]


def test_the_next_order_is_due_after_the_median_gap(cdnow_sample: Path) -> None:
    rows = rows_of(
        cdnow_sample,
        "select customer_id, purchase_model, median_days_to_next_order, next_order_expected_on, days_overdue"
        " from marts.dim_customers",
    )
    laws, occasions = fitted_laws(cdnow_sample, NOW), sample_occasions()
    overdue = 0
    for customer, model, median_days, due, days_overdue in rows:
        law, history = laws[model], history_at(occasions[customer], AS_OF)
        gap = 7 * (law.alpha + history.t_x) * (2 ** (1 / (law.r + history.x)) - 1)
        assert median_days == pytest.approx(gap, rel=EXACT)
        days = (due - max(occasions[customer])).days
        assert abs(days - gap) <= 0.5 + 1e-6, customer
        assert days_overdue == max(0, (AS_OF - due).days)
        overdue += days_overdue > 0
    assert 0 < overdue < len(rows)


def test_the_planted_law_is_found(planted_shop: Path) -> None:
    """Each parameter lies within its 99% interval, which is narrow enough to say something."""
    fits = fitted(planted_shop, NOW)
    for model in ("bg_nbd", "gamma_gamma"):
        assert fits[model].status == "converged"
        errors = np.sqrt(np.diag(fits[model].covariances))
        for name, value, error in zip(PARAMETERS[model], fits[model].parameters, errors, strict=True):
            assert abs(math.log(value / getattr(PLANTED, name))) <= NORMAL_99 * error, name
            assert error < 0.15, name


def test_margins_to_come_are_those_of_the_companys_repeats(planted_shop: Path) -> None:
    """Over days with orders after a customer's first, one by one."""
    orders = rows_of(
        planted_shop,
        "select customer_id, order_date, net_revenue, gross_margin from marts.fct_orders"
        " where is_counted and customer_id is not null order by customer_id, order_date",
    )
    first: dict[str, dt.date] = {}
    revenue = margin = Decimal(0)
    for customer, day, amount, earned in orders:
        if day > first.setdefault(customer, day):
            revenue, margin = revenue + amount, margin + earned
    rows = rows_of(
        planted_shop, "select expected_revenue_365d, expected_margin_365d, model_status from marts.dim_customers"
    )
    assert len(rows) == PLANTED.customers
    for revenue_to_come, margin_to_come, status in rows:
        assert status == "converged"
        assert float(margin_to_come) == pytest.approx(float(revenue_to_come * margin / revenue), rel=1e-4, abs=1e-3)


@dataclass(frozen=True)
class Customers:
    """What the future of a shop's customers depends on, beside the law; one array entry per customer."""

    x: Numbers
    t_x: Numbers
    age: Numbers
    mean_value: Numbers
    margin_rate: Numbers


def simulated_value(rng: np.random.Generator, law: Law, customers: Customers) -> float:
    """Draw what all customers bring in the horizon, discounted from the end of each month."""
    x, size = customers.x, len(customers.x)
    stays = law.b + x + law.is_mbg
    odds_left = law.a / (stays - 1 + (x + law.is_mbg == 0))
    odds_left = odds_left * ((law.alpha + customers.age) / (law.alpha + customers.t_x)) ** (law.r + x)
    is_alive = (rng.random(size) < 1 / (1 + odds_left)) | (x + law.is_mbg == 0)
    rate = rng.gamma(law.r + x) / (law.alpha + customers.age)
    candidates = rng.poisson(rate * MONTH_WEEKS * HORIZON_MONTHS) * is_alive
    last = rng.geometric(np.clip(rng.beta(law.a, stays), 1e-12, 1))
    person = np.repeat(np.arange(size), candidates)
    # the whole part is the person, the fraction the time: one sort orders both
    key = np.sort(person + rng.random(len(person)))
    rank = np.arange(len(person)) - np.repeat(np.cumsum(candidates) - candidates, candidates)
    is_kept = rank < last[person]
    person, month = person[is_kept], np.ceil((key - person)[is_kept] * HORIZON_MONTHS)
    scale = (law.gamma + x * customers.mean_value) / rng.gamma(law.p * x + law.q)
    value = rng.gamma(law.p, size=len(person)) * (scale * customers.margin_rate)[person]
    return float((value * (1 + DISCOUNT_RATE) ** (-month / 12)).sum())


def shop_to_simulate(build: Path) -> tuple[Law, Customers]:
    columns = columns_of(
        build,
        "select x, t_x, age, coalesce(mean_repeat_value, 0)::double as mean_value, expected_margin_rate::double as margin_rate"
        " from intermediate.int_customers_valued"
        " inner join intermediate.int_customers_measured using (valued_at, customer_id)"
        f" where predicted_clv is not null and valued_at = date '{NOW}' order by customer_id",
    )
    ((model,),) = rows_of(build, "select distinct purchase_model from marts.dim_customers")
    return fitted_laws(build, NOW)[model], Customers(*(np.asarray(column, dtype=float) for column in columns.values()))


def company_interval(build: Path) -> tuple[float, float, float]:
    """Predicted CLV of all customers together: the expectation, half the width of the sampling interval, and the customers."""
    (interval,) = rows_of(
        build,
        "select clv_per_customer, (clv_sampling_high - clv_sampling_low) / 2, customers from marts.fct_clv_by_method"
        " where segment_kind = 'company' and clv_method = 'predictive'",
    )
    value, half_width, customers = (float(number) for number in interval)
    return value * customers, half_width * customers, customers


def test_chance_alone_moves_clv_as_far_as_simulated(planted_shop: Path) -> None:
    """The future of all customers, drawn 500 times from the fitted law: mean and standard deviation."""
    law, customers = shop_to_simulate(planted_shop)
    rng = np.random.default_rng(1)
    totals = np.asarray([simulated_value(rng, law, customers) for _ in range(500)])
    expected, _, size = company_interval(planted_shop)
    assert size == len(customers.x)
    deviation = totals.std(ddof=1)
    assert abs(totals.mean() - expected) < 4 * deviation / math.sqrt(len(totals))
    ((variance,),) = rows_of(
        planted_shop, "select sum(process_variance) from intermediate.int_customer_uncertainties_derived"
    )
    assert math.sqrt(variance) == pytest.approx(deviation, rel=0.1)


def test_the_interval_is_as_wide_as_simulated(planted_shop: Path) -> None:
    """Now each future has parameters of its own, drawn from the uncertainty of the fit."""
    law, customers = shop_to_simulate(planted_shop)
    rng = np.random.default_rng(2)
    draws = 500
    fits = fitted(planted_shop, NOW)
    purchases = drawn_parameters(rng, draws, fits[law.model_name])
    spend = drawn_parameters(rng, draws, fits["gamma_gamma"])
    totals = [
        simulated_value(rng, Law(*bought, law.is_mbg, *spent), customers)
        for bought, spent in zip(purchases, spend, strict=True)
    ]
    _, half_width, _ = company_interval(planted_shop)
    assert half_width / NORMAL_95 == pytest.approx(float(np.std(totals, ddof=1)), rel=0.15)


def drawn_parameters(rng: np.random.Generator, draws: int, fit: Fit) -> Numbers:
    """Parameters whose logarithms are normal around the fit, with its covariances; one row per draw."""
    return np.exp(rng.multivariate_normal(np.log(fit.parameters), fit.covariances, draws))


def test_intervals_of_segments_hold_the_value(planted_shop: Path) -> None:
    rows = rows_of(
        planted_shop,
        "select segment_kind, clv_sampling_low, clv_per_customer, clv_sampling_high, clv_low, clv_high from marts.fct_clv_by_method"
        " where clv_method = 'predictive' and segment_kind <> 'plan'",
    )
    assert {kind for kind, *_ in rows} == {"company", "channel", "country", "tier", "cohort"}
    assert all(low < value < high for _, low, value, high, *_ in rows)
    assert all(low < value < high for _, _, value, _, low, high in rows)
    # parts are less certain than the whole
    widths: defaultdict[str, list[Decimal]] = defaultdict(list)
    for kind, low, value, high, *_ in rows:
        widths[kind].append((high - low) / value)
    assert min(widths["channel"]) > max(widths["company"])


WAREHOUSES = ["cdnow_sample", "planted_shop", "one_price", "no_repeats", "small_build"]


@pytest.fixture
def warehouse(request: pytest.FixtureRequest) -> Path:
    build: Path = request.getfixturevalue(request.param)
    return build


every_warehouse = pytest.mark.parametrize("warehouse", WAREHOUSES, indirect=True)


@every_warehouse
def test_total_clv_is_historical_and_predicted(warehouse: Path) -> None:
    rows = rows_of(warehouse, "select model_status, historical_clv, predicted_clv, total_clv from marts.dim_customers")
    for status, historical, predicted, total in rows:
        assert (predicted is None) == (status not in {"converged", "boundary"})
        assert total == (None if predicted is None else historical + predicted)
        assert historical is not None


@every_warehouse
def test_customer_equity_is_the_sum_of_predictions(warehouse: Path) -> None:
    ((equity,),) = rows_of(warehouse, "select sum(predicted_clv) from marts.dim_customers")
    tiers = rows_of(warehouse, "select value_tier, customer_equity, equity_share from marts.fct_value_tiers")
    by_tier = dict(
        rows_of(warehouse, "select value_tier, sum(predicted_clv) from marts.dim_customers group by value_tier")
    )
    assert {tier: amount for tier, amount, _ in tiers} == by_tier
    if equity is None:
        assert {amount for _, amount, _ in tiers} == {None}
    else:
        assert sum(amount for _, amount, _ in tiers) == equity
        assert sum(share for *_, share in tiers) == pytest.approx(1)
    (company,) = rows_of(
        warehouse,
        "select customer_equity from marts.fct_kpi_months where segment_kind = 'company' order by month desc limit 1",
    )
    assert company == (equity,)


@every_warehouse
def test_no_number_is_infinite_or_not_a_number(warehouse: Path) -> None:
    columns = rows_of(
        warehouse,
        "select table_name, column_name from duckdb_columns() where schema_name = 'marts' and data_type in ('DOUBLE', 'FLOAT')",
    )
    assert len(columns) > 30
    for table in {table for table, _ in columns}:
        counts = [f"count(*) filter (not isfinite({name}))" for other, name in columns if other == table]
        (found,) = rows_of(warehouse, f"select {', '.join(counts)} from marts.{table}")
        assert set(found) == {0}, table


PREDICTIONS = """
    probability_alive expected_orders_30d expected_orders_90d expected_orders_365d
    expected_revenue_30d expected_revenue_90d expected_revenue_365d
    expected_margin_30d expected_margin_90d expected_margin_365d expected_order_value
    predicted_clv total_clv median_days_to_next_order next_order_expected_on days_overdue
""".split()


@pytest.mark.parametrize("warehouse", ["no_repeats", "small_build"], indirect=True)
def test_with_too_few_repeat_customers_nothing_is_predicted(warehouse: Path) -> None:
    counts = ", ".join(f"count({name})" for name in [*PREDICTIONS, "purchase_model"])
    (found,) = rows_of(warehouse, f"select {counts} from marts.dim_customers")
    assert set(found) == {0}
    assert rows_of(warehouse, "select distinct model_status from marts.dim_customers") == [
        ("too_few_repeat_customers",)
    ]
    fits = rows_of(
        warehouse, "select model_name, status, log_likelihood, is_elected from marts.fct_model_fits order by 1"
    )
    assert [fit[1:] for fit in fits] == [("too_few_repeat_customers", None, False)] * 5
    assert rows_of(warehouse, "from marts.fct_model_parameters") == []
    assert [name for name, *_ in fits] == ["bg_nbd", "gamma_gamma", "gamma_gamma_all", "mbg_nbd", "mbg_nbd_clock"]
    backtests = rows_of(warehouse, "select distinct model_name from marts.fct_model_backtests")
    # the year before is known of a log that is longer
    assert {name for (name,) in backtests} - {"same_period_last_year"} == {"naive", "formula"}
    intervals = rows_of(
        warehouse,
        "select distinct clv_per_customer, clv_low, clv_high, is_reliable from marts.fct_clv_by_method where clv_method = 'predictive'",
    )
    assert intervals == [(None, None, None, False)]


def test_the_formula_stands_where_nothing_is_predicted(small_build: Path) -> None:
    """Three or four orders of 100.00 each, by twelve customers."""
    rows = rows_of(small_build, "select order_count, historical_clv, formula_clv from marts.dim_customers")
    assert len(rows) == 12
    for orders, historical, formula in rows:
        assert historical == 100 * orders
        assert formula > 0


def test_a_purchase_model_can_be_asked_for(one_price: Path, cdnow_sample: Path) -> None:
    assert rows_of(one_price, "select distinct purchase_model from marts.dim_customers") == [("mbg_nbd",)]
    models = "select distinct model_name from marts.fct_model_fits order by 1"
    assert rows_of(one_price, models) == [
        ("gamma_gamma",),
        ("gamma_gamma_all",),
        ("log_mean",),
        ("mbg_nbd",),
        ("mean",),
    ]
    # one that it is compared with stands beside it
    assert rows_of(cdnow_sample, models) == [("bg_nbd",), ("gamma_gamma",), ("mbg_nbd",)]
    chosen = rows_of(cdnow_sample, "select distinct purchase_model from marts.dim_customers")
    assert chosen == [("mbg_nbd",)]
    elected = "select model_name from marts.fct_model_fits where is_elected and model_name <> 'gamma_gamma'"
    assert rows_of(cdnow_sample, elected) == chosen
    assert rows_of(cdnow_sample, "select is_elected from marts.fct_model_fits where model_name = 'gamma_gamma'") == [
        (True,)
    ]


def test_parameters_are_published_with_their_standard_errors(cdnow_sample: Path) -> None:
    """A standard error is that of the logarithm times the value (the delta method); time is in weeks, gamma in dollars."""
    rows = rows_of(cdnow_sample, "select model_name, parameter, value, standard_error from marts.fct_model_parameters")
    published = {(model, parameter): (value, error) for model, parameter, value, error in rows if model in PARAMETERS}
    expected = {}
    for model, fit in fitted(cdnow_sample, NOW).items():
        errors = fit.parameters * np.sqrt(np.diag(fit.covariances))
        for parameter, value, error in zip(PARAMETERS[model], fit.parameters, errors, strict=True):
            expected[model, parameter] = (value, pytest.approx(error, rel=1e-12))
    assert published == expected
    assert len(published) == 11


def test_where_all_orders_cost_the_same_purchases_are_predicted(one_price: Path) -> None:
    """No spread of spend can be fitted; the one price is what an order brings."""
    spend = dict(rows_of(one_price, "select model_name, status from marts.fct_model_fits"))
    assert spend["mbg_nbd"] == "converged" and spend["gamma_gamma"] != "converged"
    counts = ", ".join(
        f"count({name})"
        for name in ("probability_alive", "expected_orders_365d", "next_order_expected_on", "formula_clv")
    )
    assert rows_of(one_price, f"select count(*), {counts} from marts.dim_customers") == [(300,) * 5]
    found = rows_of(
        one_price, "select distinct model_status, spend_model, expected_order_value from marts.dim_customers"
    )
    assert found == [("boundary", "mean", 25)]
