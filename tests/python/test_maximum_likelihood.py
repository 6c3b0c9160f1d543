"""The fits of BG/NBD, MBG/NBD, Pareto/NBD and Gamma-Gamma: published figures, `lifetimes`, and a search from many starting points.

The models' own SQL, compiled by dbt, is run on made-up customer histories, many logs at once: each is a cutoff of its own.
"""

from __future__ import annotations

import datetime as dt
import math
import os
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor
from dataclasses import dataclass, replace
from functools import cache
from multiprocessing import get_context
from pathlib import Path
from random import Random
from typing import Any

import duckdb
import lifetimes
import numpy as np
import numpy.typing as npt
import pytest
from compiled_sql import compile_models, create_tables, empty_database
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from lifetimes import BetaGeoFitter, GammaGammaFitter, ModifiedBetaGeoFitter
from scipy.optimize import minimize
from scipy.special import betaln, digamma, expit, gammaln
from soak.builder import Builder

Numbers = npt.NDArray[np.float64]
LogLikelihood = Callable[[Numbers], tuple[float, Numbers]]
"""From logarithms of parameters to the log-likelihood and its gradient."""

CDNOW_SAMPLE = Path(lifetimes.__file__).parent / "datasets" / "CDNOW_sample.txt"
"""Customer of the master file, customer, date as YYYYMMDD, CDs, dollars."""
CDNOW_CUTOFF = dt.date(1997, 9, 30)

FITTING_MODELS = [
    "int_histories_summed",
    "int_purchase_histories",
    "int_spend_histories",
    "int_models_searched",
    "int_models_polished",
    "int_models_fitted",
]
PARAMETERS = {"bg_nbd": 4, "mbg_nbd": 4, "pareto_nbd": 4, "gamma_gamma": 3}
"""How many each model has: r, alpha, a and b (s and beta) of purchases; p, q and gamma of spend."""
TIMES = {"bg_nbd": [1], "mbg_nbd": [1], "pareto_nbd": [1, 3]}
"""Places of the parameters that are times."""
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
        return str(self.columns["model_name"])

    @property
    def status(self) -> str:
        return str(self.columns["status"])

    @property
    def log_likelihood(self) -> float:
        return float(self.columns["log_likelihood"])

    @property
    def parameters(self) -> Numbers:
        numbers = range(1, PARAMETERS[self.model] + 1)
        return np.array([self.columns[f"parameter_{number}"] for number in numbers], dtype=np.float64)

    @property
    def covariances(self) -> Numbers:
        size = len(self.parameters)
        matrix = [[self.columns[f"cov_{min(i, j)}{max(i, j)}"] for j in range(1, size + 1)] for i in range(1, size + 1)]
        return np.array(matrix, dtype=np.float64)

    def describe(self) -> str:
        """Say what was found and where."""
        logarithms = ", ".join(f"{value:.3f}" for value in np.log(self.parameters))
        return f"{self.model} {self.status} at logarithms ({logarithms})"


FitLogs = Callable[..., list[Fit]]


@pytest.fixture(scope="session")
def fit_logs(builder: Builder) -> FitLogs:
    """Return a function that fits models to each of some logs in which two customers or more have repeated.

    purchase_models: but for Gamma-Gamma those that are fitted, all by default.
    """

    @cache
    def compiled(purchase_models: tuple[str, ...]) -> dict[str, str]:
        variables = {
            "purchase_model": purchase_models[0],
            "compared_purchase_models": list(purchase_models[1:]),
            "spend_model": "gamma_gamma",
        }
        return compile_models(builder, FITTING_MODELS, min_repeat_customers=2, **variables)

    def fit(logs: Sequence[Log], purchase_models: tuple[str, ...] = tuple(TIMES)) -> list[Fit]:
        with empty_database() as connection:
            load(connection, logs)
            create_tables(connection, builder, compiled(purchase_models))
            # a model of your own is one file more, with a test of its own
            return [fit for fit in rows(connection, "int_models_fitted") if fit.model in PARAMETERS]

    return fit


def load(connection: duckdb.DuckDBPyConnection, logs: Sequence[Log]) -> None:
    """Create the table of histories that all fits start from."""
    connection.execute("create schema intermediate")
    columns = {name: np.concatenate([getattr(log, name) for log in logs]) for name in ("x", "t_x", "age", "mean_value")}
    columns["number"] = np.repeat(np.arange(len(logs)), [len(log.x) for log in logs])
    connection.register("histories", columns)
    connection.execute(
        "create table intermediate.int_customers_measured as"
        f" select date '{FIRST_CUTOFF}' + number::integer as valued_at,"
        " row_number() over () :: varchar as customer_id, x, t_x, age, round(age * 7) as age_days,"
        " case when not isnan(mean_value) then mean_value end as mean_repeat_value, mean_repeat_value as mean_value from histories"
    )
    connection.execute(
        "create view intermediate.int_spend_measured as"
        " select valued_at, customer_id, x, mean_repeat_value from intermediate.int_customers_measured"
    )


def rows(connection: duckdb.DuckDBPyConnection, model: str) -> list[Fit]:
    cursor = connection.execute(f"select * from intermediate.{model} order by valued_at")
    names = [column[0] for column in cursor.description]
    found = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    return [Fit((columns["valued_at"] - FIRST_CUTOFF).days, columns) for columns in found]


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
        gradient = np.array([r, alpha, a, b]) * [(customers * slope).sum() for slope in (by_r, by_alpha, by_a, by_b)]
        return float((customers * (buying + np.logaddexp(staying, leaving))).sum()), gradient

    return evaluate


STEPS = np.arange(-64, 65) / 16
GROWTH = np.exp(np.clip(math.pi * np.sinh(STEPS), -700, 700))
WAY = GROWTH / (1 + GROWTH)
LN_STRIDES = (
    np.log(math.pi / 16 * np.cosh(STEPS)) - np.abs(np.log(GROWTH)) - 2 * np.log1p(np.exp(-np.abs(np.log(GROWTH))))
)
"""Double exponential quadrature of (0, 1): nodes that lie close at both ends, and their weights (Takahasi & Mori 1974)."""


def pareto_log_likelihood(log: Log) -> LogLikelihood:
    """Return Pareto/NBD's log-likelihood (Schmittlein, Morrison & Colombo 1987), integrated over the time of leaving."""
    histories, customers = np.unique(np.column_stack([log.x, log.t_x, log.age]), axis=0, return_counts=True)
    x, t_x, age = histories.T
    left_at = t_x[:, None] + (age - t_x)[:, None] * WAY
    with np.errstate(divide="ignore"):
        ln_weights = np.log(age - t_x)[:, None] + LN_STRIDES

    def evaluate(logarithms: Numbers) -> tuple[float, Numbers]:
        r, alpha, s, beta = np.exp(logarithms)
        buying = gammaln(r + x) - gammaln(r) + r * logarithms[1] + s * logarithms[3]
        staying = -(r + x) * np.log(alpha + age) - s * np.log(beta + age)
        ln_buying, ln_leaving = np.log(alpha + left_at), np.log(beta + left_at)
        leaving = ln_weights - (r + x)[:, None] * ln_buying - (s + 1) * ln_leaving + logarithms[2]
        highest = np.maximum(staying, leaving.max(axis=1))
        stayed, left = np.exp(staying - highest), np.exp(leaving - highest[:, None])
        total = stayed + left.sum(axis=1)

        def mean(of_the_stayed: Numbers, of_the_left: Numbers) -> Numbers:
            return np.asarray((stayed * of_the_stayed + (left * of_the_left).sum(axis=1)) / total)

        slopes = [
            r * (digamma(r + x) - digamma(r) + logarithms[1] - mean(np.log(alpha + age), ln_buying)),
            r - alpha * (r + x) * mean(1 / (alpha + age), 1 / (alpha + left_at)),
            s * (logarithms[3] - mean(np.log(beta + age), ln_leaving)) + left.sum(axis=1) / total,
            s - beta * mean(s / (beta + age), (s + 1) / (beta + left_at)),
        ]
        height = customers @ (buying + highest + np.log(total))
        return float(height), np.array([customers @ slope for slope in slopes])

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
        return float(terms.sum()), np.array([p * (x * by_shape).sum(), q * by_q.sum(), gamma * by_gamma.sum()])

    return evaluate


def own_log_likelihood(log: Log, model: str) -> LogLikelihood:
    if model == "gamma_gamma":
        return spend_log_likelihood(log)
    return pareto_log_likelihood(log) if model == "pareto_nbd" else purchase_log_likelihood(log, model == "mbg_nbd")


def highest_log_likelihood(log: Log, fit: Fit) -> tuple[float, Numbers]:
    """Climb from many starting points, and from the fit itself; return the highest point and its logarithms."""
    evaluate = own_log_likelihood(log, fit.model)
    starts, unit = {"gamma_gamma": spend_starts, "pareto_nbd": pareto_starts}.get(fit.model, purchase_starts)(log)
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


def pareto_starts(log: Log) -> tuple[list[Numbers], Numbers]:
    """Return such points of Pareto/NBD, at which customers leave late or soon, and much or little alike."""
    age = log.age.mean()
    starts = [
        np.log([r, r * age / log.x.mean() * share, s, beta * age])
        for r in (0.3, 3.0)
        for s, beta, share in ((0.1, 0.5, 0.8), (0.6, 0.4, 0.6), (0.5, 0.01, 0.3), (20, 10, 0.5))
    ]
    return starts, np.array([1, age, 1, age])


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


HARD_SHOPS = [
    # most leave at once, so that Pareto/NBD has a maximum next to 0 for the times of leaving
    Shop(2015251222, 563, 8, 0.0, 17.029, 216.98, 0.322, 0.0498, True, 220.266, 2.624, 44.263),
    # nearly all leave after their first repeat, long before they are as old as the others
    Shop(4245472809, 553, 240, 0.0, 132.304, 2.814, 13.082, 0.222, False, 0.324, 482.3, 15.097),
    Shop(786303021, 360, 89, 1.0, 42.981, 12.788, 351.835, 8.21, False, 219.635, 39.738, 2366.633),
    Shop(1204020711, 319, 54, 0.0, 118.685, 4.21, 4.057, 1.584, False, 176.499, 107.041, 36.464),
    # most may seem to leave at once, or to buy very rarely: MBG/NBD has a maximum for each
    Shop(3217862877, 234, 74, 1.0, 1.139, 0.269, 0.0, 30.116, False, 59.094, 47.644, 2988.862),
    Shop(826513519, 316, 82, 0.0, 0.775, 0.345, 0.407, 1339.679, False, 4.551, 317.954, 156.131),
    Shop(3642824575, 479, 141, 0.0, 1.018, 0.118, 2.174, 1.278, True, 1.914, 0.733, 2382.357),
    # customers' mean values lie within a few percent of each other
    Shop(754580033, 598, 250, 0.5, 198.425, 294.816, 0.0, 0.546, False, 71.403, 134.2, 14.387),
    Shop(3750108373, 558, 22, 0.5, 27.623, 3.297, 0.0, 15.311, True, 61.908, 456.826, 1908.343),
    Shop(994892925, 460, 83, 0.0, 75.489, 2.976, 54.813, 1.179, False, 163.762, 61.209, 1510.898),
]

FEWEST_REPEAT_CUSTOMERS = 30
DRAWN_SHOPS = int(os.environ.get("DRAWN_SHOPS", "60"))
"""`make soak` asks for more."""
PARETO_LOGS = DRAWN_SHOPS // 2
"""To how many logs Pareto/NBD is fitted, which takes ten times as long as another model; the hard shops come first."""


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
    """Logs of made-up shops and the fits of all models to them."""

    shops: list[Shop]
    logs: list[Log]
    fits: list[Fit]

    def of(self, model: str) -> list[Fit]:
        return [fit for fit in self.fits if fit.model == model]


@pytest.fixture(scope="module")
def random_logs(fit_logs: FitLogs) -> RandomLogs:
    drawn = [(shop, simulate(shop)) for shop in [*HARD_SHOPS, *draw_shops(DRAWN_SHOPS)]]
    kept = [(shop, log) for shop, log in drawn if log.repeat_customers >= FEWEST_REPEAT_CUSTOMERS]
    shops, logs = [shop for shop, _ in kept], [log for _, log in kept]
    fits = fit_logs(logs, ("bg_nbd", "mbg_nbd"))
    fits += [fit for fit in fit_logs(logs[:PARETO_LOGS], ("pareto_nbd",)) if fit.model == "pareto_nbd"]
    return RandomLogs(shops, logs, fits)


@pytest.fixture(scope="module")
def processes() -> Iterator[Executor]:
    """Return processes whose linear algebra keeps to one core: on matrices this small, threads only wait for each other."""
    with pytest.MonkeyPatch.context() as environment:
        for library in ("OMP", "OPENBLAS", "MKL"):
            environment.setenv(f"{library}_NUM_THREADS", "1")
        with ProcessPoolExecutor(min(4, os.cpu_count() or 1), mp_context=get_context("spawn")) as executor:
            yield executor


MODELS = tuple(PARAMETERS)
EXACT = {"pareto_nbd": 5e-3}
"""To what a log-likelihood is that of the parameters: 16 nodes are few where a parameter is next to 0, and time seems endless."""


@pytest.mark.parametrize("model", MODELS)
def test_no_search_finds_a_likelier_point(random_logs: RandomLogs, processes: Executor, model: str) -> None:
    """From nine starting points or more, none comes out above the fit by more than what doesn't matter."""
    fits = random_logs.of(model)
    assert len(fits) == (PARETO_LOGS if model == "pareto_nbd" else len(random_logs.logs))
    assert len(random_logs.logs) >= 60
    shortfalls = []
    summits = processes.map(highest_log_likelihood, [random_logs.logs[fit.number] for fit in fits], fits)
    for fit, (highest, summit) in zip(fits, summits, strict=True):
        if not fit.log_likelihood > highest - TOLERATED_SHORTFALL:
            shop = random_logs.shops[fit.number]
            shortfalls.append(
                f"{highest - fit.log_likelihood:.3f} below {np.round(summit, 3)}: {fit.describe()} of {shop}"
            )
    assert not shortfalls, "\n".join([f"{len(shortfalls)} of {len(fits)}", *shortfalls])


@pytest.mark.parametrize("model", MODELS)
def test_the_log_likelihood_is_that_of_the_parameters(random_logs: RandomLogs, model: str) -> None:
    for fit in random_logs.of(model):
        own, _ = own_log_likelihood(random_logs.logs[fit.number], model)(np.log(fit.parameters))
        assert fit.log_likelihood == pytest.approx(own, rel=1e-9, abs=EXACT.get(model, 1e-4)), (
            f"{fit.describe()} of {random_logs.shops[fit.number]}"
        )


@pytest.mark.parametrize("model", MODELS)
def test_fits_say_whether_they_are_maxima(random_logs: RandomLogs, model: str) -> None:
    """Random logs have maxima inside and on the boundary; hardly any search ends on the way, for then nothing is predicted."""
    fits = random_logs.of(model)
    statuses = Counter(fit.status for fit in fits)
    least = 1 if model == "pareto_nbd" else 10  # whether a flat ridge ends inside hangs on the last digits
    assert statuses["converged"] >= least
    assert statuses["boundary"] >= least
    assert statuses["converged"] + statuses["boundary"] >= 0.97 * len(fits), statuses
    for fit in fits:
        if fit.status == "converged":
            assert fit.columns["gradient_norm"] < 1e-3, fit.describe()
            assert np.linalg.eigvalsh(fit.covariances).min() > 0, fit.describe()


# -- logs that are known


@dataclass(frozen=True)
class KnownFits:
    """Logs that have a name, and their fits."""

    logs: dict[str, Log]
    fits: list[Fit]

    def of(self, name: str) -> dict[str, Fit]:
        """Return the fits of a log by model."""
        number = list(self.logs).index(name)
        return {fit.model: fit for fit in self.fits if fit.number == number}


def units_of(model: str, time: float, money: float = 1) -> Numbers:
    """Return what each parameter is to be multiplied by where a unit of time, or of money, is so many of another."""
    if model == "gamma_gamma":
        return np.array([1, 1, money])
    return np.array([time if place in TIMES[model] else 1 for place in range(PARAMETERS[model])])


def rescaled(log: Log, time: float = 1, money: float = 1) -> Log:
    return replace(log, t_x=log.t_x * time, age=log.age * time, mean_value=log.mean_value * money)


ORDINARY_SHOP = Shop(1, 3000, 75, 0.25, 3.5, 0.6, 0.8, 2.5, False, 5, 4, 30)
ORDINARY_LOGS = {
    model: [
        replace(ORDINARY_SHOP, seed=seed, is_mbg=is_mbg),
        replace(ORDINARY_SHOP, seed=seed + 1, is_mbg=is_mbg, r=2.5, b=4.0),
        replace(ORDINARY_SHOP, seed=seed + 2, is_mbg=is_mbg, occasions=12.0),
    ]
    for model, is_mbg, seed in (("bg_nbd", False, 1), ("mbg_nbd", True, 4))
}


@pytest.fixture(scope="module")
def known(fit_logs: FitLogs) -> KnownFits:
    """Return the fits of CDNOW, in several units, and of shops that follow an ordinary law."""
    logs = {
        "cdnow": CDNOW,
        "cdnow in days": rescaled(CDNOW, time=7),
        "cdnow in years": rescaled(CDNOW, time=7 / 365.25),
        "cdnow in small money": rescaled(CDNOW, money=1000),
        "cdnow in large money": rescaled(CDNOW, money=1e-4),
    }
    for model, shops in ORDINARY_LOGS.items():
        logs |= {f"{model} {number}": simulate(shop) for number, shop in enumerate(shops)}
    return KnownFits(logs, fit_logs(list(logs.values())))


@pytest.mark.parametrize(
    ("model", "parameters", "tolerance", "log_likelihood"),
    [
        ("bg_nbd", (0.2426, 4.4136, 0.7929, 2.4259), 0.0005, -9582.429),
        ("mbg_nbd", (0.525, 6.183, 0.891, 1.614), 0.0005, -9582.13),
        ("pareto_nbd", (0.5533, 10.5777, 0.6062, 11.6687), 0.0001, -9594.976),
        ("gamma_gamma", (6.25, 3.74, 15.44), 0.005, -4055.92),
    ],
)
def test_cdnows_fits_are_the_published_ones(
    known: KnownFits, model: str, parameters: tuple[float, ...], tolerance: float, log_likelihood: float
) -> None:
    """Fader, Hardie & Lee (2005), table 2; Batislam et al. (2007); Fader & Hardie (2005), Pareto/NBD; and (2013), spend."""
    assert (len(CDNOW.x), CDNOW.repeat_customers, CDNOW.x.sum()) == (2357, 946, 2457)
    fit = known.of("cdnow")[model]
    assert fit.status == "converged"
    assert fit.parameters == pytest.approx(parameters, abs=tolerance)
    assert fit.log_likelihood == pytest.approx(log_likelihood, abs=0.01)
    assert fit.columns["customers"] == (946 if model == "gamma_gamma" else 2357)


@pytest.mark.parametrize(("model", "fitter"), [("bg_nbd", BetaGeoFitter), ("mbg_nbd", ModifiedBetaGeoFitter)])
def test_fits_are_those_of_lifetimes(known: KnownFits, model: str, fitter: type[Any]) -> None:
    for number in range(len(ORDINARY_LOGS[model])):
        name = f"{model} {number}"
        log, fits = known.logs[name], known.of(name)
        purchases = fitter().fit(log.x, log.t_x, log.age, tol=1e-7).params_
        spend = GammaGammaFitter().fit(log.x[log.spenders], log.mean_value[log.spenders], tol=1e-6).params_
        assert fits[model].status == fits["gamma_gamma"].status == "converged"
        assert fits[model].parameters == pytest.approx([purchases[key] for key in ("r", "alpha", "a", "b")], rel=1e-4)
        assert fits["gamma_gamma"].parameters == pytest.approx([spend[key] for key in ("p", "q", "v")], rel=1e-4)


@pytest.mark.parametrize("model", MODELS)
def test_covariances_are_the_inverse_of_the_curvature(known: KnownFits, model: str) -> None:
    """Against second differences of the log-likelihood's gradient at CDNOW's maximum."""
    fit = known.of("cdnow")[model]
    summit, evaluate, distance = np.log(fit.parameters), own_log_likelihood(CDNOW, model), 1e-4
    curvature = np.array(
        [
            (evaluate(summit - distance * unit)[1] - evaluate(summit + distance * unit)[1]) / (2 * distance)
            for unit in np.eye(len(summit))
        ]
    )
    assert fit.covariances == pytest.approx(np.linalg.inv(curvature), rel=0.01)


@pytest.mark.parametrize("model", MODELS)
def test_the_gradient_is_that_of_the_log_likelihood(model: str) -> None:
    """Holds these tests' own formulas together: what climbs here is the function whose height is compared."""
    evaluate, distance = own_log_likelihood(CDNOW, model), 1e-5
    for point in np.random.default_rng(0).normal(0.5, 1, (5, 3 if model == "gamma_gamma" else 4)):
        slopes = [
            (evaluate(point + distance * unit)[0] - evaluate(point - distance * unit)[0]) / (2 * distance)
            for unit in np.eye(len(point))
        ]
        assert evaluate(point)[1] == pytest.approx(slopes, rel=1e-5, abs=1e-3)


@pytest.mark.parametrize(("name", "time"), [("cdnow in days", 7), ("cdnow in years", 7 / 365.25)])
@pytest.mark.parametrize("model", TIMES)
def test_the_unit_of_time_changes_times_alone(known: KnownFits, model: str, name: str, time: float) -> None:
    weeks, fit = known.of("cdnow")[model], known.of(name)[model]
    assert fit.parameters == pytest.approx(weeks.parameters * units_of(model, time), rel=1e-5)
    assert fit.log_likelihood == pytest.approx(weeks.log_likelihood - CDNOW.x.sum() * math.log(time), rel=1e-5)
    assert fit.covariances == pytest.approx(weeks.covariances, rel=1e-3)


@pytest.mark.parametrize(("name", "money"), [("cdnow in small money", 1000), ("cdnow in large money", 1e-4)])
def test_the_unit_of_money_changes_gamma_alone(known: KnownFits, name: str, money: float) -> None:
    dollars, fit = known.of("cdnow")["gamma_gamma"], known.of(name)["gamma_gamma"]
    assert fit.parameters == pytest.approx(dollars.parameters * [1, 1, money], rel=1e-5)
    shift = CDNOW.spenders.sum() * math.log(money)
    assert fit.log_likelihood == pytest.approx(dollars.log_likelihood - shift, rel=1e-5)
    assert fit.covariances == pytest.approx(dollars.covariances, rel=1e-3)


# -- a single step

NEAR_BY = {
    "bg_nbd": [0.25, 4.2, 0.8, 2.5],
    "mbg_nbd": [0.5, 6.0, 0.9, 1.6],
    "pareto_nbd": [0.55, 10.5, 0.61, 11.5],
    "gamma_gamma": [6.0, 3.8, 16.0],
}
"""Points from which the plain Newton step is the likeliest of all; time in weeks, money in dollars."""


@pytest.mark.parametrize("model", MODELS)
def test_a_step_is_newtons(builder: Builder, model: str) -> None:
    """Near the maximum it is that of second differences of the log-likelihood's gradient, at its height."""
    names = [name for name in FITTING_MODELS if name.endswith(("summed", "histories"))]
    compiled = compile_models(
        builder,
        [*names, "int_models_polished"],
        min_repeat_customers=2,
        spend_model="gamma_gamma",
        compared_purchase_models=["pareto_nbd"],
    )
    start = np.log(NEAR_BY[model])
    with empty_database() as connection:
        load(connection, [CDNOW])
        create_tables(connection, builder, {name: compiled[name] for name in names})
        mean_age, mean_value = connection.execute(
            "select mean_age, mean_value from intermediate.int_histories_summed"
        ).fetchone() or (1.0, 1.0)
        # the fit's own units: alpha in mean ages, gamma in mean values
        shift = np.log(units_of(model, mean_age, mean_value))
        logarithms = [*(start - shift), *[None] * (4 - len(start))]
        connection.execute(
            "create table intermediate.int_models_searched as select ? as model_name, cast(? as date) as data_id,"
            " 1 as start_number, cast(? as double) as ln_1, cast(? as double) as ln_2, cast(? as double) as ln_3,"
            " cast(? as double) as ln_4, 7 as iterations, -1.0::double as log_likelihood, true as is_at_rest",
            [model, FIRST_CUTOFF, *logarithms],
        )
        found = connection.execute(compiled["int_models_polished"]).fetchone()
    assert found is not None
    _, _, _, *moved, iterations, log_likelihood, is_at_rest = found
    evaluate, distance = own_log_likelihood(CDNOW, model), 1e-5
    curvature = [
        (evaluate(start - distance * unit)[1] - evaluate(start + distance * unit)[1]) / (2 * distance)
        for unit in np.eye(len(start))
    ]
    step = np.linalg.solve(np.array(curvature), evaluate(start)[1])
    assert np.array(moved[: len(start)]) + shift == pytest.approx(start + step, abs=1e-5)
    assert moved[len(start) :] == [None] * (4 - len(start))
    events = (CDNOW.spenders.sum(), mean_value) if model == "gamma_gamma" else (CDNOW.x.sum(), mean_age)
    height = evaluate(start + step)[0]
    assert log_likelihood - events[0] * math.log(events[1]) == pytest.approx(height, abs=1e-4)
    assert (iterations, is_at_rest) == (8, False)


# -- logs that say little


def alike(
    x: npt.ArrayLike, t_x: npt.ArrayLike, age: npt.ArrayLike, value: npt.ArrayLike = 10.0, customers: int = 300
) -> Log:
    """Return a log of customers who share what isn't given for each."""
    x, t_x, age, value = (
        np.array(np.broadcast_to(column, customers), dtype=np.float64) for column in (x, t_x, age, value)
    )
    return Log(x, np.where(x > 0, t_x, 0), age, np.where(x > 0, value, math.nan))


RANDOM = np.random.default_rng(0)
SOME = RANDOM.poisson(2, 300)
NUMBERS = np.arange(300)
WITHOUT_FIT = {
    "nobody repeats": alike(0, 0, 50),
    "one customer": alike(3, 20, 50, customers=1),
    "all are new": alike(0, 0, 0),
    "one of many repeats": alike(NUMBERS == 0, 20, 50),
}
SAYING_LITTLE = {
    "two of many repeat": alike(NUMBERS < 2, 10, 50),
    "two customers": alike(3, 20, 50, customers=2),
    "all alike": alike(3, 20, 50),
    "all alike and still there": alike(3, 50, 50),
    "all repeat the next day and never again": alike(1, 1 / 7, 500),
    "all repeat at the very end": alike(1, 500, 500),
    "all repeat every week": alike(50, 50, 50),
    "most are new": alike(NUMBERS < 50, 1 / 7, (NUMBERS < 100) / 7),
    "all repeat on the first day": alike(1, 0, 0),
    "hundreds of thousands of occasions": alike(1e5, 49, 50),
    "hundreds of thousands of occasions, more or less": alike(RANDOM.poisson(RANDOM.gamma(1, 1e5, 300)) + 1, 49, 50),
    "a few robots": alike(np.where(NUMBERS < 3, 1e5, 0), 49, 50),
    "a century": alike(SOME, 2000, 5000),
    "no time between": alike(SOME, 0, 50),
    "one price": alike(SOME, 20, 50, 29.9),
    "a price of a cent": alike(SOME, 20, 50, 0.01),
    "all is free": alike(SOME, 20, 50, 0),
    "nearly all is free": alike(SOME, 20, 50, np.where(NUMBERS < 100, 5, 0)),
    "prices of billions": alike(SOME, 20, 50, 1e10 * RANDOM.lognormal(size=300)),
    "prices of all sizes": alike(SOME, 20, 50, RANDOM.lognormal(sigma=6, size=300)),
    "two prices": alike(SOME, 20, 50, np.where(NUMBERS < 150, 1, 1e6)),
    "one whale": alike(SOME, 20, 50, np.where(NUMBERS < 1, 1e9, 1)),
}


@pytest.fixture(scope="module")
def hopeless(fit_logs: FitLogs) -> KnownFits:
    logs = WITHOUT_FIT | SAYING_LITTLE
    return KnownFits(logs, fit_logs(list(logs.values())))


@pytest.mark.parametrize("name", WITHOUT_FIT)
def test_without_repeats_there_is_no_fit(hopeless: KnownFits, name: str) -> None:
    assert hopeless.of(name) == {}


@pytest.mark.parametrize("name", SAYING_LITTLE)
def test_data_that_says_little_ends_in_a_status(hopeless: KnownFits, name: str) -> None:
    """Every number is finite or unknown; what claims to be a maximum is at least a point with its log-likelihood."""
    log, fits = SAYING_LITTLE[name], hopeless.of(name)
    expected = set(TIMES) | ({"gamma_gamma"} if log.spenders.sum() >= 2 else set())
    assert fits.keys() == expected
    for model, fit in fits.items():
        numbers = [value for value in fit.columns.values() if isinstance(value, float)]
        assert all(map(math.isfinite, numbers)), fit.columns
        assert fit.status in {"converged", "boundary", "not_converged"}
        if fit.status != "not_converged":
            assert fit.parameters.min() > 0
            own, _ = own_log_likelihood(log, model)(np.log(fit.parameters))
            assert fit.log_likelihood == pytest.approx(own, rel=2e-3 if model == "pareto_nbd" else 1e-6, abs=1e-3)
