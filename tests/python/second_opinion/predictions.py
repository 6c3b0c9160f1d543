"""What customers are expected to bring, from the published parameters: MBG/NBD on the operational clock, spend, margin, CLV at an age.

The parameters themselves are looked at by their own conditions: what is published must be where the likelihood is highest.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.optimize import minimize
from scipy.special import betaln, gammaln, roots_jacobi

from second_opinion.customers import DAYS_OF_YEAR, occasions_of
from second_opinion.money import complete, complete_by
from second_opinion.orders import Books

HORIZON_MONTHS = 36
DISCOUNT_RATE = 0.10
MONTH = DAYS_OF_YEAR / 12
NODES = 80


@dataclass
class Clock:
    """Weeks on the operational clock at the end of each day: exp(season of the month + level of the quarter) a day, over 7."""

    first: pd.Timestamp
    weeks: np.ndarray

    @classmethod
    def of(cls, parameters: Mapping[str, float], first: pd.Timestamp, end: pd.Timestamp) -> "Clock":
        """Read the factors; the last level is carried forward."""
        days = pd.date_range(first, end + pd.Timedelta(days=1500))
        season = np.array([parameters.get(f"season_{month:02d}", 1.0) for month in range(1, 13)])[days.month - 1]
        levels = {
            name: value for name, value in parameters.items() if name.startswith("level_") and name != "level_drift"
        }
        last = levels[max(levels)] if levels else 1.0
        level = np.array([levels.get(f"level_{day.year}_q{day.quarter}", last) for day in days])
        return cls(first, np.cumsum(season * level) / 7)

    def at(self, days: pd.Series | pd.Timestamp, later: float = 0.0) -> np.ndarray:
        """Return the clock so many days later, in fractions of a day."""
        place = np.asarray((days - self.first) / pd.Timedelta(days=1), dtype=float) + later
        return np.interp(place, np.arange(len(self.weeks)), self.weeks)


def histories_of(customers: pd.DataFrame, clock: Clock, end: pd.Timestamp) -> pd.DataFrame:
    """Return x, t_x and T of those who have bought: repeat occasions, and ages at the last one and at the end, in weeks of the clock."""
    bought = customers[customers["purchase_occasions"] > 0]
    began = clock.at(bought["first_day"])
    return pd.DataFrame(
        {
            "x": bought["purchase_occasions"] - 1.0,
            "t_x": clock.at(bought["last_day"]) - began,
            "age": clock.at(end) - began,
        },
        index=bought.index,
    )


def branches(parameters: np.ndarray, known: pd.DataFrame, model: str) -> tuple[np.ndarray, np.ndarray]:
    """Return the logarithms of the two ways a history can have come about: left at the last purchase, and still there.

    MBG/NBD lets customers leave at the first purchase, too; BG/NBD at repeats alone.
    """
    r, alpha, a, b = parameters
    x, t_x, age = (known[name].to_numpy() for name in ("x", "t_x", "age"))
    shared = gammaln(r + x) - gammaln(r) + r * np.log(alpha) - betaln(a, b)
    stays = x + 1 if model == "mbg_nbd" else x
    here = shared + betaln(a, b + stays) - (r + x) * np.log(alpha + age)
    gone = shared + betaln(a + 1, b + stays - 1) - (r + x) * np.log(alpha + t_x)
    return np.where(stays > 0, gone, -np.inf), here


def log_likelihood(parameters: np.ndarray, known: pd.DataFrame, model: str) -> float:
    return float(np.logaddexp(*branches(parameters, known, model)).sum())


def highest(known: pd.DataFrame, model: str, start: np.ndarray) -> float:
    """Return the highest log-likelihood to be found, from the given parameters and from generic ones."""
    scale = float(known["age"].max())
    found = [
        minimize(
            lambda point: -log_likelihood(np.exp(point), known, model),
            np.log(begin),
            method="Nelder-Mead",
            options={"maxiter": 900, "fatol": 1e-9},
        )
        for begin in (start, np.array([0.5, scale / 10, 0.5, 2.0]))
    ]
    return -min(result.fun for result in found)


def probability_alive(parameters: np.ndarray, known: pd.DataFrame, model: str) -> np.ndarray:
    gone, here = branches(parameters, known, model)
    return np.exp(here - np.logaddexp(gone, here))


def purchases(parameters: np.ndarray, known: pd.DataFrame, weeks: float) -> np.ndarray:
    """Return the occasions expected within so many weeks of one who is still there.

    Given the probability p of leaving at a purchase it is (1 - (1 + p t / (alpha + T))^-(r + x)) / p; p is Beta(a, b + x + 1).
    """
    r, alpha, a, b = parameters
    expected = np.empty(len(known))
    for x, rows in known.groupby("x").indices.items():
        nodes, weights = roots_jacobi(NODES, b + x, a - 1)
        leaving = (nodes + 1) / 2
        weights = weights / weights.sum()
        reach = weeks / (alpha + known["age"].to_numpy()[rows])
        each = -np.expm1(-(r + x) * np.log1p(np.outer(reach, leaving))) / leaving
        expected[rows] = each @ weights
    return expected


@dataclass
class Forecast:
    """What is expected of each customer. occasions: by months to come, discounted nowhere."""

    customers: pd.DataFrame
    months: np.ndarray


def forecast_of(known: pd.DataFrame, parameters: np.ndarray, clock: Clock, end: pd.Timestamp, level: float) -> Forecast:
    """Return chances and expectations; the level makes expectations larger, and the horizons of chances longer."""
    r, alpha, _, _ = parameters
    x, age, t_x = known["x"], known["age"], known["t_x"]
    alive = probability_alive(parameters, known, "mbg_nbd")
    frame = pd.DataFrame({"probability_alive": alive}, index=known.index)
    ahead = {days: float(clock.at(end, days) - clock.at(end)) for days in (30, 90, 365)}
    for days, weeks in ahead.items():
        silent = ((alpha + age) / (alpha + age + weeks * level)) ** (r + x)
        frame[f"probability_of_order_{days}d"] = alive * (1 - silent)
        frame[f"expected_orders_{days}d"] = alive * level * purchases(parameters, known, weeks)
    # a day of the clock in days: its pace over the year to come
    pace = 365 / 7 / ahead[365] / level
    for name, tenth in (("median_days_to_next_order", 0.5), ("long_gap", 0.2)):
        frame[name] = (alpha + t_x) * (tenth ** (-1 / (r + x)) - 1) * 7 * pace
    months = [
        purchases(parameters, known, float(clock.at(end, month * MONTH) - clock.at(end)))
        for month in range(HORIZON_MONTHS + 1)
    ]
    return Forecast(frame, np.diff(np.array(months), axis=0).T * (alive * level)[:, None])


def discounted(forecast: Forecast) -> np.ndarray:
    """Return the occasions to come, each month discounted from its end."""
    return forecast.months @ (1 + DISCOUNT_RATE) ** (-np.arange(1, HORIZON_MONTHS + 1) / 12)


def value_to_age(forecast: Forecast, ages: pd.Series, limit: int) -> np.ndarray:
    """Return the occasions up to an age in months, each month discounted from its middle to the first order, as far as it lies before the age."""
    months = np.arange(1, HORIZON_MONTHS + 1)
    overlap = np.clip(limit - ages.to_numpy()[:, None] - (months - 1), 0, 1)
    discounts = (1 + DISCOUNT_RATE) ** (-(ages.to_numpy()[:, None] + months - 0.5) / 12)
    return (forecast.months * overlap * discounts).sum(axis=1)


def brought_by_age(books: Books, customers: pd.DataFrame, limit: int) -> pd.Series:
    """Return the margin up to an age in months, each day discounted to the first order."""
    orders = books.orders[books.orders["customer_id"].notna()]
    days = (orders["day"] - orders["customer_id"].map(customers["first_day"])).dt.days.clip(lower=0)
    value = orders["margin"] * (1 + DISCOUNT_RATE) ** (-days / DAYS_OF_YEAR)
    value = value.where(orders["margin"].isna() | (days * 12 / DAYS_OF_YEAR <= limit), 0.0)
    return complete_by(value, orders["customer_id"]).reindex(customers.index)


def spending_of(books: Books) -> pd.DataFrame:
    """Return the values of occasions by customer: how many, their mean, the first and the mean of the repeats; and the margin of repeats."""
    days = occasions_of(books).sort_values(["customer_id", "day"])
    days["is_first"] = ~days.duplicated("customer_id")
    by_customer = days.groupby("customer_id")
    repeats = days[~days["is_first"]].groupby("customer_id")
    return pd.DataFrame(
        {
            "occasions": by_customer.size(),
            "mean": by_customer["net"].mean(),
            "first": by_customer["net"].first(),
            "repeat_mean": repeats["net"].mean(),
            "repeat_value": repeats["net"].sum(),
            "repeat_margin": repeats["margin"].agg(complete),
        }
    )


def first_level(spending: pd.DataFrame) -> float:
    """Return the mean repeat over the mean first order of customers with both."""
    both = spending[spending["repeat_mean"].notna()]
    return float(both["repeat_mean"].mean() / both["first"].mean())


def order_values(spending: pd.DataFrame, model: str, parameters: Mapping[str, float]) -> pd.Series:
    """Return what an occasion of each customer is expected to bring, by the elected model."""
    level = first_level(spending) if "first_level" not in parameters else parameters["first_level"]
    levelled = spending["mean"] + (level - 1) * spending["first"] / spending["occasions"]
    count, mean = spending["occasions"], levelled
    if model == "gamma_gamma":
        count, mean = spending["occasions"] - 1, spending["repeat_mean"].fillna(0.0)
    if model.startswith("gamma_gamma"):
        p, q, gamma = (parameters[name] for name in ("p", "q", "gamma"))
        return p * (gamma + count * mean) / (p * count + q - 1)
    believed = count / (count + parameters["variance_within"] / parameters["variance_between"])
    if model == "mean":
        return parameters["company_mean"] + believed * (mean - parameters["company_mean"])
    raise NotImplementedError(model)


def gamma_gamma_log_likelihood(parameters: Mapping[str, float], count: pd.Series, mean: pd.Series) -> float:
    """Return the log-likelihood of mean values given how many occasions they are of (Fader & Hardie 2013)."""
    p, q, gamma = (parameters[name] for name in ("p", "q", "gamma"))
    each = gammaln(p * count + q) - gammaln(p * count) - gammaln(q) + q * np.log(gamma)
    return float(
        (
            each
            + (p * count - 1) * np.log(mean)
            + p * count * np.log(count)
            - (p * count + q) * np.log(gamma + count * mean)
        ).sum()
    )


def observed_gap(books: Books, share: float) -> float:
    """Return the gap between occasions that so large a share of all gaps doesn't exceed."""
    return float(occasions_of(books)["gap"].dropna().quantile(share))


def stages_of(customers: pd.DataFrame, long_gap: pd.Series, books: Books) -> pd.Series:
    """Return the stage of each customer: new, active, at risk, lapsed or reactivated."""
    own = long_gap.reindex(customers.index).where(customers["purchase_occasions"] > 1)
    late = own.fillna(observed_gap(books, 0.8))
    lapse = late.clip(lower=DAYS_OF_YEAR)
    silent, gap = customers["days_since_last_order"], customers["latest_gap"]
    stage = pd.Series("active", index=customers.index, dtype=object)
    stage[gap > lapse] = "reactivated"
    stage[customers["purchase_occasions"] == 1] = "new"
    stage[silent > late] = "at_risk"
    stage[silent > lapse] = "lapsed"
    return stage.where(customers["purchase_occasions"] > 0, None)


def events_of(books: Books, customers: pd.DataFrame, parameters: Mapping[str, float], clock: Clock) -> pd.DataFrame:
    """Return actual and expected repeats by day, and what both steps of a fit compare.

    Expected on a day is what those there are expected to buy, given what they did: of those who left up to their last purchase.
    """
    point = np.array([parameters[name] for name in ("r", "alpha", "a", "b")])
    known = histories_of(customers, clock, books.end)
    alive = probability_alive(point, known, "mbg_nbd")
    gone = (1 - alive) * (point[0] + known["x"]) / (point[1] + known["t_x"])
    here = alive * (point[0] + known["x"]) / (point[1] + known["age"])
    one = pd.Timedelta(days=1)
    began, last = customers.loc[known.index, "first_day"], customers.loc[known.index, "last_day"]
    change = (gone + here).groupby(began + one).sum().sub(gone.groupby(last + one).sum(), fill_value=0.0)
    days = pd.date_range(clock.first, books.end)
    pace = pd.Series(np.diff(clock.weeks, prepend=0.0)[: len(days)], index=days)
    occasions = occasions_of(books)
    repeats = occasions.loc[occasions["gap"].notna(), "day"].value_counts()
    expected = change.reindex(days, fill_value=0.0).cumsum() * pace
    return pd.DataFrame({"actual": repeats.reindex(days, fill_value=0), "expected": expected})


@dataclass
class Rest:
    """How far a clock is from rest: the largest step that an equation would still take; and the two spreads as MacKay's rule has them."""

    step: float
    season_spread: float
    level_drift: float


def rest_of_clock(events: pd.DataFrame, parameters: Mapping[str, float]) -> Rest:
    """Put the published factors into their own equations.

    A season's step is (N - E - s / sigma2) / (E + 1 / sigma2), a level's (N - E - (n eta - neighbours) / tau2) / (E + n / tau2).
    """
    days = pd.DatetimeIndex(events.index)
    seasons, quarters = events.groupby(days.month).sum(), events.groupby([days.year, days.quarter]).sum()
    sigma, tau = parameters["season_spread"] ** 2, parameters["level_drift"] ** 2
    season = np.log([parameters[f"season_{month:02d}"] for month in seasons.index])
    level = np.log([parameters[f"level_{year}_q{quarter}"] for year, quarter in quarters.index])
    expected = seasons["expected"].to_numpy()
    steps = (seasons["actual"].to_numpy() - expected - season / sigma) / (expected + 1 / sigma)
    rises = np.diff(level)
    pull = np.append(0.0, rises) - np.append(rises, 0.0)
    neighbours = 2.0 - np.eye(len(level))[0] - np.eye(len(level))[-1]
    of_quarter = quarters["expected"].to_numpy()
    level_steps = (quarters["actual"].to_numpy() - of_quarter - pull / tau) / (of_quarter + neighbours / tau)
    information = of_quarter[:-1] * of_quarter[1:] / (of_quarter[:-1] + of_quarter[1:])
    return Rest(
        float(max(np.abs(steps).max(), np.abs(level_steps).max())),
        float(np.sqrt(((season**2).sum() + 4 * 0.1**2) / ((expected / (expected + 1 / sigma)).sum() + 4))),
        min(
            float(np.sqrt(((rises**2).sum() + 4 * 0.05**2) / ((information / (information + 1 / tau)).sum() + 4))), 0.15
        ),
    )
