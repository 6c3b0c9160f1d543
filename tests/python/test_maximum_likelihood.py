"""The fits of BG/NBD, MBG/NBD and Gamma-Gamma: published figures, `lifetimes`, and a search from many starting points.

The models' own SQL, compiled by dbt, is run on made-up customer histories, many logs at once: each is a cutoff of its own.
"""

from __future__ import annotations

import datetime as dt
import math
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random
from typing import Any

import duckdb
import lifetimes
import numpy as np
import numpy.typing as npt
import pytest
from compiled_sql import DATABASE, compile_for_build
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from lifetimes import BetaGeoFitter, GammaGammaFitter, ModifiedBetaGeoFitter
from scipy.optimize import minimize
from scipy.special import betaln, digamma, expit, gammaln

Numbers = npt.NDArray[np.float64]
LogLikelihood = Callable[[Numbers], tuple[float, Numbers]]
"""From logarithms of parameters to the log-likelihood and its gradient."""

CDNOW_SAMPLE = Path(lifetimes.__file__).parent / "datasets" / "CDNOW_sample.txt"
"""Customer of the master file, customer, date as YYYYMMDD, CDs, dollars."""
CDNOW_CUTOFF = dt.date(1997, 9, 30)

FITTING_MODELS = [
    "int_histories_summed",
    "int_purchase_histories_grouped",
    "int_purchase_histories_binned",
    "int_purchase_models_searched",
    "int_purchase_models_fitted",
    "int_spend_histories_grouped",
    "int_spend_histories_binned",
    "int_spend_models_searched",
    "int_spend_models_fitted",
]
PURCHASE_PARAMETERS = ("r", "alpha", "a", "b")
SPEND_PARAMETERS = ("p", "q", "gamma")
FIRST_CUTOFF = dt.date(2000, 1, 1)

TOLERATED_SHORTFALL = 0.05
LOWER_BOUND, UPPER_BOUND = -20.0, 12.0
"""Logarithms between which parameters are sought, where the mean age and the mean value are 1."""


@dataclass(frozen=True)
class Log:
    """Customers' histories. mean_value: of the repeat occasions, NaN without one."""

    x: Numbers
    t_x: Numbers
    age: Numbers
    mean_value: Numbers

    @property
    def repeat_customers(self) -> int:
        return int((self.x > 0).sum())

    @property
    def spenders(self) -> npt.NDArray[np.bool_]:
        return self.mean_value > 0


@dataclass(frozen=True)
class Fit:
    """A row of a model of fits. number: place of the log among those that were fitted."""

    number: int
    columns: dict[str, Any]

    @property
    def model(self) -> str:
        return str(self.columns.get("model_name", "gamma_gamma"))

    @property
    def status(self) -> str:
        return str(self.columns["status"])

    @property
    def log_likelihood(self) -> float:
        return float(self.columns["log_likelihood"])

    @property
    def parameters(self) -> Numbers:
        names = SPEND_PARAMETERS if self.model == "gamma_gamma" else PURCHASE_PARAMETERS
        return np.array([self.columns[name] for name in names], dtype=np.float64)

    @property
    def covariances(self) -> Numbers:
        size = len(self.parameters)
        matrix = [
            [self.columns[f"cov_{min(i, j)}{max(i, j)}"] for j in range(1, size + 1)] for i in range(1, size + 1)
        ]
        return np.array(matrix, dtype=np.float64)

    def __str__(self) -> str:
        logarithms = ", ".join(f"{value:.3f}" for value in np.log(self.parameters))
        return f"{self.model} {self.status} at logarithms ({logarithms})"


FitLogs = Callable[[Sequence[Log]], list[Fit]]


@pytest.fixture(scope="session")
def fit_logs(tmp_path_factory: pytest.TempPathFactory) -> FitLogs:
    """Return a function that fits all models to each of some logs."""
    compiled = compile_for_build(tmp_path_factory, FITTING_MODELS)

    def fit(logs: Sequence[Log]) -> list[Fit]:
        with duckdb.connect() as connection:
            load(connection, logs)
            for model in FITTING_MODELS:
                connection.execute(f"create table {DATABASE}.intermediate.{model} as {compiled[model]}")
            return [*rows(connection, "int_purchase_models_fitted"), *rows(connection, "int_spend_models_fitted")]

    return fit


def load(connection: duckdb.DuckDBPyConnection, logs: Sequence[Log]) -> None:
    """Create the table of histories that all fits start from."""
    connection.execute(f"attach ':memory:' as {DATABASE}")
    connection.execute(f"create schema {DATABASE}.intermediate")
    columns = {name: np.concatenate([getattr(log, name) for log in logs]) for name in ("x", "t_x", "age", "mean_value")}
    columns["number"] = np.repeat(np.arange(len(logs)), [len(log.x) for log in logs])
    connection.register("histories", columns)
    connection.execute(
        f"create table {DATABASE}.intermediate.int_customer_histories_counted as"
        f" select date '{FIRST_CUTOFF}' + number::integer as cutoff_date,"
        " row_number() over () :: varchar as customer_id, x, t_x, age,"
        " case when not isnan(mean_value) then mean_value end as mean_repeat_value from histories"
    )


def rows(connection: duckdb.DuckDBPyConnection, model: str) -> list[Fit]:
    cursor = connection.execute(f"select * from {DATABASE}.intermediate.{model} order by cutoff_date")
    names = [column[0] for column in cursor.description]
    found = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    return [Fit((columns["cutoff_date"] - FIRST_CUTOFF).days, columns) for columns in found]


def fits_of(fits: Iterable[Fit], number: int) -> dict[str, Fit]:
    """Return the fits of one log by model."""
    return {fit.model: fit for fit in fits if fit.number == number}


def read_cdnow() -> Log:
    """Read CDNOW's 1/10 sample: occasions by day, time in weeks."""
    spent: dict[str, dict[dt.date, float]] = defaultdict(lambda: defaultdict(float))
    for line in CDNOW_SAMPLE.read_text(encoding="utf-8").splitlines():
        if line.strip():
            _, customer, day, _, dollars = line.split()
            date = dt.date.fromisoformat(day)
            if date <= CDNOW_CUTOFF:
                spent[customer][date] += float(dollars)
    histories = []
    for days in spent.values():
        first, *repeats = sorted(days)
        last = repeats[-1] if repeats else first
        value = sum(days[day] for day in repeats) / len(repeats) if repeats else math.nan
        histories.append((len(repeats), (last - first).days / 7, (CDNOW_CUTOFF - first).days / 7, value))
    return Log(*np.array(histories, dtype=np.float64).T)


CDNOW = read_cdnow()


# -- the likelihoods, written down independently


def purchase_log_likelihood(log: Log, is_mbg: bool) -> LogLikelihood:
    """Return BG/NBD's log-likelihood (Fader, Hardie & Lee 2005, equation 3) or MBG/NBD's (Batislam et al. 2007)."""
    histories, customers = np.unique(np.column_stack([log.x, log.t_x, log.age]), axis=0, return_counts=True)
    x, t_x, age = histories.T
    counts, of_count = np.unique(x, return_inverse=True)
    chances = counts + is_mbg
    can_leave = chances > 0
    left_chances = np.maximum(chances, 1)

    def evaluate(logarithms: Numbers) -> tuple[float, Numbers]:
        r, alpha, a, b = np.exp(logarithms)
        buying = (gammaln(r + counts) - gammaln(r) + r * logarithms[1])[of_count]
        staying = (betaln(a, b + chances) - betaln(a, b))[of_count] - (r + x) * np.log(alpha + age)
        leaving = np.where(can_leave, betaln(a + 1, b + left_chances - 1) - betaln(a, b), -np.inf)[of_count]
        leaving = leaving - (r + x) * np.log(alpha + t_x)
        left = expit(leaving - staying)
        stayed = 1 - left
        by_r = (digamma(r + counts) - digamma(r) + logarithms[1])[of_count]
        by_r = by_r - stayed * np.log(alpha + age) - left * np.log(alpha + t_x)
        by_alpha = r / alpha - (r + x) * (stayed / (alpha + age) + left / (alpha + t_x))
        by_a = (digamma(a + b) - digamma(a + b + chances))[of_count] + left / a
        stayed_b, left_b = (digamma(b + chances) - digamma(b))[of_count], digamma(b + left_chances - 1)[of_count]
        by_b = (digamma(a + b) - digamma(a + b + chances))[of_count] + stayed * stayed_b + left * (left_b - digamma(b))
        gradient = np.array([r, alpha, a, b]) * [customers @ slope for slope in (by_r, by_alpha, by_a, by_b)]
        return float(customers @ (buying + np.logaddexp(staying, leaving))), gradient

    return evaluate


def spend_log_likelihood(log: Log) -> LogLikelihood:
    """Return Gamma-Gamma's log-likelihood (Fader & Hardie 2013, equation 1a)."""
    x, value = log.x[log.spenders], log.mean_value[log.spenders]

    def evaluate(logarithms: Numbers) -> tuple[float, Numbers]:
        p, q, gamma = np.exp(logarithms)
        shape, total = p * x, gamma + x * value
        terms = q * np.log(gamma / total) + shape * np.log(x * value / total) - np.log(value) - betaln(shape, q)
        by_shape = digamma(shape + q) - digamma(shape) + np.log(x * value / total)
        by_q = digamma(shape + q) - digamma(q) + np.log(gamma / total)
        by_gamma = q / gamma - (shape + q) / total
        return float(terms.sum()), np.array([p * (x @ by_shape), q * by_q.sum(), gamma * by_gamma.sum()])

    return evaluate


def own_log_likelihood(log: Log, model: str) -> LogLikelihood:
    return spend_log_likelihood(log) if model == "gamma_gamma" else purchase_log_likelihood(log, model == "mbg_nbd")


def highest_log_likelihood(log: Log, fit: Fit) -> tuple[float, Numbers]:
    """Climb from many starting points, and from the fit itself; return the highest point and its logarithms."""
    evaluate = own_log_likelihood(log, fit.model)
    starts, unit = spend_starts(log) if fit.model == "gamma_gamma" else purchase_starts(log)
    bounds = [(LOWER_BOUND + shift, UPPER_BOUND + shift) for shift in np.log(unit)]
    highest, summit = -math.inf, starts[0]
    for start in [*starts, np.log(fit.parameters)]:
        value, point = climb(evaluate, start, bounds)
        if value > highest:
            highest, summit = value, point
    return highest, summit


def climb(evaluate: LogLikelihood, start: Numbers, bounds: list[tuple[float, float]]) -> tuple[float, Numbers]:
    def downhill(logarithms: Numbers) -> tuple[float, Numbers]:
        value, gradient = evaluate(logarithms)
        return -value, -gradient

    options = {"maxiter": 500, "ftol": 1e-12, "gtol": 1e-6, "maxcor": 20}
    found = minimize(downhill, start, jac=True, method="L-BFGS-B", bounds=bounds, options=options)
    return -float(found.fun), found.x


def purchase_starts(log: Log) -> tuple[list[Numbers], Numbers]:
    """Return starting points (as logarithms), and what alpha and the others are measured in."""
    age = log.age.mean()
    starts = [
        np.log([r, r * age / log.x.mean() * share, a, b])
        for r in (0.3, 3.0)
        for a, b, share in ((0.1, 1, 0.8), (1, 3, 0.6), (0.05, 0.02, 0.3), (30, 100, 0.6))
    ]
    return starts, np.array([1, age, 1, 1])


def spend_starts(log: Log) -> tuple[list[Numbers], Numbers]:
    mean = (log.x @ np.nan_to_num(log.mean_value)) / log.x[log.spenders].sum()
    starts = [np.log([p, q, mean * (q - 1) / p]) for p in (0.5, 5.0, 100.0) for q in (1.5, 4.0, 50.0)]
    return starts, np.array([1, 1, mean])


# -- logs that are made up


@dataclass(frozen=True)
class Shop:
    """The law that a log follows, and its customers.

    youngest: age of the youngest, as a share of `weeks`, that of the oldest. occasions: that a customer of the mean rate
    would have in that time without leaving. a: 0 if nobody ever leaves. is_mbg: one may leave after the first occasion.
    """

    seed: int
    customers: int
    weeks: int
    youngest: float
    occasions: float
    r: float
    a: float
    b: float
    is_mbg: bool
    p: float
    q: float
    mean_value: float


def simulate(shop: Shop) -> Log:
    """Draw customers' histories, to the day."""
    rng = np.random.default_rng(shop.seed)
    days = rng.integers(math.ceil(7 * shop.weeks * shop.youngest), 7 * shop.weeks + 1, shop.customers)
    rates = rng.gamma(shop.r, shop.occasions / shop.r / shop.weeks / 7, shop.customers)
    occasions = rng.poisson(rates * days)
    x = occasions
    if shop.a > 0:
        chance_to_leave = np.clip(rng.beta(shop.a, shop.b, shop.customers), 1e-12, 1)
        x = np.minimum(occasions, rng.geometric(chance_to_leave) - shop.is_mbg)
    # of so many times spread evenly over the days, the x-th follows a beta distribution
    last = np.ceil(days * rng.beta(np.maximum(x, 1), np.maximum(occasions - x, 0) + 1.0))
    scale = rng.gamma(shop.q, 1 / shop.q, shop.customers)
    value = shop.mean_value * rng.gamma(shop.p * np.maximum(x, 1)) / (shop.p * np.maximum(x, 1)) / scale
    return Log(x.astype(float), np.where(x > 0, last, 0) / 7, days / 7, np.where(x > 0, value, math.nan))


def make_up_shop(random: Random) -> Shop:
    """Wide ranges, whose ends have no maximum inside: nobody leaves, or all leave or buy or spend alike."""

    def between(low: float, high: float) -> float:
        return math.exp(random.uniform(math.log(low), math.log(high)))

    return Shop(
        seed=random.getrandbits(32),
        customers=random.randint(150, 600),
        weeks=random.randint(5, 260),
        youngest=random.choice([0.0, 0.5, 1.0]),
        occasions=between(0.3, 300),
        r=random.choice([between(0.1, 5), between(0.1, 5), between(5, 3000)]),
        a=random.choice([between(0.05, 5), between(0.05, 5), between(5, 1000), 0.0]),
        b=random.choice([between(0.02, 10), between(0.5, 10), between(10, 3000)]),
        is_mbg=random.random() < 0.5,
        p=random.choice([between(0.3, 30), between(30, 500)]),
        q=random.choice([between(0.6, 30), between(30, 500)]),
        mean_value=between(5, 5000),
    )


FEWEST_REPEAT_CUSTOMERS = 30


def draw_shops(count: int) -> list[Shop]:
    """Return what Hypothesis draws, for all logs to be fitted at once."""
    drawn: list[Shop] = []

    @settings(max_examples=count, phases=[Phase.generate], database=None, derandomize=True, deadline=None)
    @given(shop=st.randoms(use_true_random=True).map(make_up_shop))
    def draw(shop: Shop) -> None:
        drawn.append(shop)

    draw()
    return drawn


@dataclass(frozen=True)
class RandomLogs:
    shops: list[Shop]
    logs: list[Log]
    fits: list[Fit]

    def of(self, model: str) -> list[Fit]:
        return [fit for fit in self.fits if fit.model == model]


@pytest.fixture(scope="module")
def random_logs(fit_logs: FitLogs) -> RandomLogs:
    drawn = [(shop, simulate(shop)) for shop in draw_shops(150)]
    kept = [(shop, log) for shop, log in drawn if log.repeat_customers >= FEWEST_REPEAT_CUSTOMERS]
    shops, logs = [shop for shop, _ in kept], [log for _, log in kept]
    return RandomLogs(shops, logs, fit_logs(logs))


MODELS = ("bg_nbd", "mbg_nbd", "gamma_gamma")


@pytest.mark.parametrize("model", MODELS)
def test_no_search_finds_a_likelier_point(random_logs: RandomLogs, model: str) -> None:
    """From nine starting points or more, none comes out above the fit by more than what doesn't matter."""
    fits = random_logs.of(model)
    assert len(fits) == len(random_logs.logs) >= 100
    shortfalls = []
    for fit in fits:
        highest, summit = highest_log_likelihood(random_logs.logs[fit.number], fit)
        if not fit.log_likelihood > highest - TOLERATED_SHORTFALL:
            shop = random_logs.shops[fit.number]
            shortfalls.append(f"{highest - fit.log_likelihood:.3f} below {np.round(summit, 3)}: {fit} of {shop}")
    assert not shortfalls, "\n".join([f"{len(shortfalls)} of {len(fits)}", *shortfalls])


@pytest.mark.parametrize("model", MODELS)
def test_the_log_likelihood_is_that_of_the_parameters(random_logs: RandomLogs, model: str) -> None:
    for fit in random_logs.of(model):
        own, _ = own_log_likelihood(random_logs.logs[fit.number], model)(np.log(fit.parameters))
        assert fit.log_likelihood == pytest.approx(own, rel=1e-9, abs=1e-4), f"{fit} of {random_logs.shops[fit.number]}"


@pytest.mark.parametrize("model", MODELS)
def test_fits_say_whether_they_are_maxima(random_logs: RandomLogs, model: str) -> None:
    """Random logs have maxima inside and on the boundary; hardly any search ends on the way, for then nothing is predicted."""
    fits = random_logs.of(model)
    statuses = Counter(fit.status for fit in fits)
    assert statuses["converged"] >= 10
    assert statuses["boundary"] >= 10
    assert statuses["converged"] + statuses["boundary"] >= 0.97 * len(fits), statuses
    for fit in fits:
        if fit.status == "converged":
            assert fit.columns["gradient_norm"] < 1e-3, fit
            assert np.linalg.eigvalsh(fit.covariances).min() > 0, fit
