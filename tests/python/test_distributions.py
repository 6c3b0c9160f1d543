"""How many orders a customer will place: published figures of real logs, an oracle that sums and integrates, and the sums of it all.

The macros of the purchase models, compiled by dbt, on histories and parameters that are made up, or those of CDNOW's 1/10 sample.
"""

from __future__ import annotations

import csv
import datetime as dt
import math
import os
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import lifetimes
import numpy as np
import numpy.typing as npt
import pytest
from compiled_sql import compile_query, empty_database
from lifetimes import ParetoNBDFitter
from scipy.integrate import quad
from scipy.special import betainc, betaln
from soak.builder import Builder
from test_maximum_likelihood import Fit, FitLogs, Log, fit_logs

__all__ = ["fit_logs"]

Numbers = npt.NDArray[np.float64]

CDNOW_SAMPLE = Path(lifetimes.__file__).parent / "datasets" / "CDNOW_sample.txt"
"""Customer of the master file, customer, date as YYYYMMDD, CDs, dollars."""
OTHER_LOGS = os.environ.get("CLV_OTHER_LOGS")
"""Folder of further real logs, which can't be passed on: grocery/orders.csv (groceryElog of the R package BTYDplus) and
apparel/orders.csv (apparelTrans of CLVTools), of a customer and a date each."""

FITS = {
    "bg_nbd": (0.242594513, 4.413601944, 0.792921542, 2.425905119),
    "mbg_nbd": (0.524843162, 6.183085530, 0.891359370, 1.614002308),
    "pareto_nbd": (0.553277055, 10.577683203, 0.606240019, 11.668734775),
}
"""Of CDNOW at the end of September 1997, to nine digits: test_maximum_likelihood.py holds them against what is published."""
MODELS = tuple(FITS)

MOST_ORDERS = 600
TAILS = (
    "with tails as ({{ order_chances(model, 'histories', ['history'], most) }})"
    " select history, orders, chance from tails order by history, orders"
)
CUSTOMERS = """
    with evaluated as (
        select
            histories.*
            {%- for column, term in purchase_model('pareto_nbd', 'future')(parameters_of('pareto_nbd', 'histories'), 'histories').items() %},
            {{ term }} as {{ column }}
            {%- endfor %}
            {%- for model in models %},
            {{ purchase_model(model, 'probability_alive')(parameters_of(model, 'histories'), 'histories') }} as {{ model }}_alive,
            {{ purchase_model(model, 'probability_silent')(parameters_of(model, 'histories'), 'histories', 'weeks') }} as {{ model }}_silent
            {%- endfor %}
        from histories
    )
    select
        *,
        {{ purchase_model('pareto_nbd', 'expected_occasions')('weeks') }} as pareto_expected,
        {{ purchase_model('pareto_nbd', 'expected_pairs')('weeks') }} as pareto_pairs
    from evaluated
    order by history
"""


@dataclass(frozen=True)
class Case:
    """A customer's history, the weeks ahead, and the parameters of a model."""

    x: float
    t_x: float
    age: float
    weeks: float
    parameters: tuple[float, ...]


@dataclass(frozen=True)
class Chances:
    """Runs the compiled macros."""

    tails_of: dict[str, str]
    customers: str

    def tails(self, model: str, cases: Sequence[Case], most: int = MOST_ORDERS) -> Numbers:
        """The chance that a customer who is there places at least n = 1, 2, … orders (columns), whenever the last one was."""
        places: dict[Case, int] = {}
        of_case = [places.setdefault(replace(case, t_x=0), len(places)) for case in cases]
        found = self._run(self.tails_of[model], list(places), most)
        return np.asarray(found["chance"].reshape(len(places), most + 1)[of_case])

    def of(self, cases: Sequence[Case]) -> dict[str, Numbers]:
        return self._run(self.customers, cases)

    def _run(self, sql: str, cases: Sequence[Case], most: int = MOST_ORDERS) -> dict[str, Numbers]:
        columns = {name: [float(getattr(case, name)) for case in cases] for name in ("x", "t_x", "age", "weeks")}
        columns |= {f"parameter_{place}": [case.parameters[place - 1] for case in cases] for place in range(1, 5)}
        with empty_database() as connection:
            connection.execute(
                f"create table histories as select row_number() over () as history, {most}.0::double as most_orders, *"
                f" from (select {', '.join(f'unnest(?) as {name}' for name in columns)})",
                list(columns.values()),
            )
            return dict(connection.execute(sql).fetchnumpy())


@pytest.fixture(scope="module")
def chances(builder: Builder) -> Chances:
    declared = f"{{%- set most = {MOST_ORDERS} -%}}{{%- set models = {list(MODELS)} -%}}"
    tails = {model: compile_query(builder, f"{declared}{{%- set model = '{model}' -%}}{TAILS}") for model in MODELS}
    return Chances(tails, compile_query(builder, declared + CUSTOMERS))


@dataclass(frozen=True)
class Observed:
    """A log at a cutoff, and the occasions of each customer in the weeks that follow."""

    log: Log
    actual: Numbers
    weeks: float

    def cases(self, parameters: tuple[float, ...]) -> list[Case]:
        rows = zip(self.log.x, self.log.t_x, self.log.age, strict=True)
        return [Case(x, t_x, age, self.weeks, parameters) for x, t_x, age in rows]


def observe(days: dict[str, set[dt.date]], cutoff: dt.date, until: dt.date) -> Observed:
    rows, actual = [], []
    for found in days.values():
        known = sorted(day for day in found if day <= cutoff)
        if known:
            first, last = known[0], known[-1]
            rows.append((len(known) - 1, (last - first).days / 7, (cutoff - first).days / 7, math.nan))
            actual.append(sum(cutoff < day <= until for day in found))
    return Observed(Log(*np.array(rows, dtype=float).T), np.array(actual, dtype=float), (until - cutoff).days / 7)


def read_cdnow() -> Observed:
    days: defaultdict[str, set[dt.date]] = defaultdict(set)
    for line in CDNOW_SAMPLE.read_text(encoding="utf-8").splitlines():
        if line.strip():
            _, customer, day, *_ = line.split()
            days[customer].add(dt.date.fromisoformat(day))
    return observe(days, dt.date(1997, 9, 30), dt.date(1998, 6, 30))


def read_other(name: str, until: dt.date) -> Observed:
    days: defaultdict[str, set[dt.date]] = defaultdict(set)
    with (Path(OTHER_LOGS or "") / name / "orders.csv").open(encoding="utf-8") as file:
        for customer, day, *_ in list(csv.reader(file))[1:]:
            days[customer].add(dt.date.fromisoformat(day))
    return observe(days, dt.date(2006, 12, 31), until)


CDNOW = read_cdnow()


def distance_from_uniform(chances: Chances, model: str, observed: Observed, parameters: tuple[float, ...]) -> float:
    """Kolmogorov and Smirnov's, of the chance of fewer orders than there were, and a random part of that of as many.

    Smith (1985), Journal of Forecasting 4(3); Czado, Gneiting & Held (2009), Biometrics 65(4).
    """
    cases = observed.cases(parameters)
    tails = chances.tails(model, cases, 150) * chances.of(cases)[f"{model}_alive"][:, None]
    at_least = np.column_stack([np.ones(len(cases)), tails])
    customers, actual = np.arange(len(cases)), observed.actual.astype(int)
    fewer, more = 1 - at_least[customers, actual], 1 - at_least[customers, actual + 1]
    place = np.sort(fewer + np.random.default_rng(0).uniform(size=len(cases)) * (more - fewer))
    steps = np.arange(len(cases) + 1) / len(cases)
    return float(max(np.max(steps[1:] - place), np.max(place - steps[:-1])))


# -- real logs


@pytest.mark.parametrize(("model", "total"), [("bg_nbd", 1653.41), ("mbg_nbd", 1577), ("pareto_nbd", 1665.5)])
def test_cdnows_chances_add_up_to_the_published_forecast(chances: Chances, model: str, total: float) -> None:
    cases = CDNOW.cases(FITS[model])
    predicted = (chances.tails(model, cases, 250).sum(axis=1) * chances.of(cases)[f"{model}_alive"]).sum()
    assert predicted == pytest.approx(total, abs=0.5 if model == "mbg_nbd" else 0.05)


@pytest.mark.parametrize("model", MODELS)
def test_cdnows_orders_are_spread_as_they_should(chances: Chances, model: str) -> None:
    """What came is anywhere in its distribution alike: .026 for BG/NBD, .035 for MBG/NBD."""
    assert distance_from_uniform(chances, model, CDNOW, FITS[model]) <= 0.05


def test_cdnows_holdout_by_pareto_nbd_is_the_published_one(chances: Chances) -> None:
    found = chances.of(CDNOW.cases(FITS["pareto_nbd"]))
    predicted = found["pareto_nbd_alive"] * found["pareto_expected"]
    assert CDNOW.actual.sum() == 1882
    assert predicted.sum() == pytest.approx(1665.5, abs=0.05)
    assert np.abs(predicted - CDNOW.actual).mean() == pytest.approx(0.7545, abs=5e-5)


def test_pareto_nbds_customers_are_those_of_lifetimes(chances: Chances) -> None:
    found = chances.of(CDNOW.cases(FITS["pareto_nbd"]))
    fitter, log = ParetoNBDFitter(), CDNOW.log
    fitter.params_ = dict(zip(("r", "alpha", "s", "beta"), FITS["pareto_nbd"], strict=True))
    alive = fitter.conditional_probability_alive(log.x, log.t_x, log.age)
    expected = fitter.conditional_expected_number_of_purchases_up_to_time(CDNOW.weeks, log.x, log.t_x, log.age)
    assert found["pareto_nbd_alive"] == pytest.approx(np.asarray(alive), rel=1e-6)
    assert found["pareto_nbd_alive"] * found["pareto_expected"] == pytest.approx(np.asarray(expected), rel=1e-6)


@pytest.fixture(scope="module")
def other_logs(fit_logs: FitLogs) -> Iterator[tuple[dict[str, Observed], dict[tuple[str, str], Fit]]]:
    if not OTHER_LOGS:
        pytest.skip("CLV_OTHER_LOGS names no folder")
    logs = {
        "grocery": read_other("grocery", dt.date(2007, 12, 30)),
        "apparel": read_other("apparel", dt.date(2010, 12, 20)),
    }
    fits = fit_logs([observed.log for observed in logs.values()])
    yield logs, {(list(logs)[fit.number], fit.model): fit for fit in fits}


OTHER_FITS = [
    # log, model, parameters (None: not published), log-likelihood, sum of the forecast, mean absolute error, greatest distance
    ("grocery", "bg_nbd", (0.3486, 2.5817, 0.5038, 3.6444), -15836.57, 3996, 1.577, None),
    ("grocery", "mbg_nbd", (1.2569, 6.0391, 0.3683, 0.7158), -15781.94, 4025, 1.513, 0.05),
    ("grocery", "pareto_nbd", (0.7864, 5.679, 0.3862, 5.7178), -15782.39, 3991, 1.508, None),
    ("apparel", "mbg_nbd", None, -5848.05, 1317 * 1.088, 2.031, 0.05),
    ("apparel", "pareto_nbd", (1.4489, 48.635, 0.5613, 46.88), -5848.10, 1317 * 1.105, 2.040, None),
]


@pytest.mark.parametrize(("name", "model", "parameters", "log_likelihood", "total", "error", "distance"), OTHER_FITS)
def test_other_logs_are_fitted_and_forecast_as_published(
    chances: Chances,
    other_logs: tuple[dict[str, Observed], dict[tuple[str, str], Fit]],
    name: str,
    model: str,
    parameters: tuple[float, ...] | None,
    log_likelihood: float,
    total: float,
    error: float,
    distance: float | None,
) -> None:
    observed, fit = other_logs[0][name], other_logs[1][name, model]
    if parameters:
        assert fit.parameters == pytest.approx(parameters, rel=2e-4)
    assert fit.log_likelihood == pytest.approx(log_likelihood, abs=0.006)
    cases = observed.cases(tuple(fit.parameters))
    predicted = chances.tails(model, cases, 250).sum(axis=1) * chances.of(cases)[f"{model}_alive"]
    assert predicted.sum() == pytest.approx(total, abs=0.6)
    assert np.abs(predicted - observed.actual).mean() == pytest.approx(error, abs=6e-4)
    if distance:
        assert distance_from_uniform(chances, model, observed, tuple(fit.parameters)) <= distance


# -- what is made up

HISTORIES = [(0, 0.0, 0.0), (0, 0.0, 300.0), (1, 1 / 7, 20.0), (3, 30.0, 39.0), (12, 90.0, 91.0), (80, 140.0, 150.0)]
LAWS = {
    "bg_nbd": [(0.24, 4.4, 0.8, 2.4), (5.0, 90.0, 0.05, 3.0), (0.8, 14.0, 1.0, 1e4), (0.8, 14.0, 3.5, 1e-3)],
    "pareto_nbd": [
        (0.55, 10.6, 0.6, 11.7),
        (5.0, 90.0, 1.0, 300.0),
        (0.8, 14.0, 1.0 + 1e-9, 4.0),
        (2.0, 9.0, 30.0, 0.5),
        (1.4, 48.0, 2.0, 1e4),
    ],
}
LAWS["mbg_nbd"] = LAWS["bg_nbd"]


def made_up(model: str) -> list[Case]:
    return [
        Case(x, t_x, age, weeks, law)
        for law in LAWS[model]
        for x, t_x, age in HISTORIES
        for weeks in (30 / 7, 39.0, 156.0)
    ]


def at_least(model: str, case: Case, orders: int) -> float:
    """The chance that a gamma-Poisson process reaches so many, while the customer is there."""
    r, alpha, third, fourth = case.parameters
    shape, rate = r + case.x, alpha + case.age
    if model != "pareto_nbd":
        stays = fourth + case.x + (model == "mbg_nbd")
        reached = betainc(orders, shape, case.weeks / (rate + case.weeks))
        return float(reached * np.exp(betaln(third, stays + orders - 1) - betaln(third, stays)))
    patience = fourth + case.age

    def due_at(logit: float) -> float:
        """Of the n-th at time rate * exp(logit), at which the customer is there."""
        time = rate * math.exp(logit)
        ln_due = orders * logit - (shape + orders) * math.log1p(math.exp(logit)) - betaln(orders, shape)
        return math.exp(ln_due - third * math.log1p(time / patience))

    end = math.log(case.weeks / rate)
    summit = min(end, math.log(orders / shape))
    return sum(quad(due_at, *part, epsabs=1e-12, limit=200)[0] for part in ((summit - 60, summit), (summit, end)))


def chance_to_be_there(weeks: float, age: float, s: float, beta: float) -> float:
    """By Pareto/NBD, so many weeks ahead, of one who is there at that age."""
    return float((1 + weeks / (beta + age)) ** -s)


@pytest.mark.parametrize("model", MODELS)
def test_the_chance_of_so_many_orders_is_that_of_the_process(chances: Chances, model: str) -> None:
    cases = made_up(model)
    found = chances.tails(model, cases)
    for orders in (1, 2, 5, 20, 100):
        expected = [at_least(model, case, orders) for case in cases]
        tolerance = 2e-3 if model == "pareto_nbd" else 1e-9
        assert found[:, orders - 1] == pytest.approx(np.array(expected), abs=tolerance), orders
    silent = chances.of(cases)[f"{model}_silent"]
    assert 1 - silent == pytest.approx(np.array([at_least(model, case, 1) for case in cases]), abs=1e-8)


@pytest.mark.parametrize("model", MODELS)
def test_chances_add_up_to_expectations(chances: Chances, model: str) -> None:
    """And n times that of n, or more, to what n (n + 1) / 2 is expected to be."""
    cases = [case for case in made_up(model) if case.weeks < 50]
    tails = chances.tails(model, cases)
    assert tails[:, -1].max() < 1e-9
    if model == "pareto_nbd":
        found = chances.of(cases)
        assert tails.sum(axis=1) == pytest.approx(found["pareto_expected"], rel=1e-6, abs=2e-8)
        pairs = 2 * (tails * np.arange(tails.shape[1])).sum(axis=1)
        assert pairs == pytest.approx(found["pareto_pairs"], rel=1e-5, abs=1e-5)
        for case, expected in zip(cases, found["pareto_expected"], strict=True):
            r, alpha, *leaving = case.parameters
            there = quad(chance_to_be_there, 0, case.weeks, (case.age, *leaving), epsabs=1e-12, limit=500)[0]
            assert expected == pytest.approx((r + case.x) / (alpha + case.age) * there, rel=1e-8)
        return
    for case, total in zip(cases, tails.sum(axis=1), strict=True):
        assert total == pytest.approx(sum(at_least(model, case, orders) for orders in range(1, MOST_ORDERS)), rel=1e-6)
