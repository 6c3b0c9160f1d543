"""The planted law: BG/NBD purchases in a seasonal clock, Gamma-Gamma spend, attributes given the latents.

Sources: Fader, Hardie & Lee (2005), "Counting Your Customers the Easy Way"; Fader & Hardie (2013), "The
Gamma-Gamma Model of Monetary Value"; Fader & Hardie (2007), "How to Project Customer Retention".
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from clv.shop.settings import CHANNELS, ShopSettings

Array = npt.NDArray[Any]
Columns = dict[str, Array]

YEAR_DAYS = 365.25
PEAK_DAY_OF_YEAR = 349
TINY = 1e-12

# Base utility and slopes on (purchase rate, dropout, spend), each scaled to (-0.5, 0.5).
CHANNEL_UTILITY = (
    (1.30, 0.4, 0.0, 0.2),
    (1.10, -1.6, 1.2, -0.8),
    (0.50, -0.8, 0.8, -1.2),
    (0.40, 1.2, -0.6, 0.0),
    (1.20, 0.8, -0.6, 0.6),
    (0.30, 1.6, -1.2, 1.4),
)
COUNTRY_UTILITY = (
    (1.60, 0.2, 0.0, 0.4),
    (0.60, 0.0, 0.0, 0.0),
    (0.40, 0.4, -0.4, -0.2),
    (0.20, -0.6, 0.4, -0.6),
)


@dataclass(frozen=True)
class Clock:
    """Cumulated purchase intensity M(t) on a daily grid, in days; its mean slope over a year is one."""

    operational: Array

    def at(self, day: Array) -> Array:
        """M at real time `day` (fractional days since the start)."""
        grid = np.arange(len(self.operational), dtype=np.float64)
        return np.asarray(np.interp(day, grid, self.operational))

    def real(self, operational: Array) -> Array:
        """The real time (fractional days since the start) at which M reaches `operational`."""
        grid = np.arange(len(self.operational), dtype=np.float64)
        return np.asarray(np.interp(operational, self.operational, grid))


@dataclass(frozen=True)
class Latents:
    """One value per person: purchase rate per week, dropout probability, mean spend in USD."""

    rate: Array
    dropout: Array
    mean_spend: Array


def seasonal_clock(settings: ShopSettings) -> Clock:
    """Integrate 1 + A cos(2 pi (day of year - peak) / 365.25), A = settings.seasonality."""
    year_start = np.datetime64(settings.start, "Y").astype("datetime64[D]")
    offset = float((np.datetime64(settings.start, "D") - year_start).astype(np.int64)) - PEAK_DAY_OF_YEAR
    angular = 2 * np.pi / YEAR_DAYS
    day = np.arange(settings.days + 1, dtype=np.float64)
    wave = np.sin(angular * (day + offset)) - np.sin(angular * offset)
    return Clock(day + settings.seasonality / angular * wave)


def acquisition_weights(settings: ShopSettings, clock: Clock) -> Array:
    """Share of all customers who are acquired on each day: exponential growth times the season; sums to one."""
    day = np.arange(settings.days, dtype=np.float64)
    growth = settings.growth * day / YEAR_DAYS
    weight = np.exp(growth - growth.max()) * np.diff(clock.operational)
    return np.asarray(weight / weight.sum())


def draw_latents(rng: np.random.Generator, settings: ShopSettings, size: int) -> Latents:
    """Draw `size` independent persons from the heterogeneity of BG/NBD and Gamma-Gamma."""
    rate = rng.gamma(settings.r, 1 / settings.alpha, size)
    dropout = np.clip(rng.beta(settings.a, settings.b, size), TINY, 1)
    nu = np.maximum(rng.gamma(settings.q, 1 / settings.gamma, size), TINY)
    return Latents(rate, dropout, settings.p / nu)


def scores(settings: ShopSettings, latents: Latents) -> Array:
    """Rate, dropout and spend scaled to (-0.5, 0.5) by v / (v + mean) - 0.5; shape (persons, 3)."""
    means = (
        settings.r / settings.alpha,
        settings.a / (settings.a + settings.b),
        settings.p * settings.gamma / (settings.q - 1),
    )
    values = (latents.rate, latents.dropout, latents.mean_spend)
    return np.stack([value / (value + mean) - 0.5 for value, mean in zip(values, means, strict=True)], axis=1)


def draw_choice(rng: np.random.Generator, utility: tuple[tuple[float, ...], ...], score: Array) -> Array:
    """Draw one option per person by multinomial logit (Gumbel maximum); returns option indices."""
    table = np.asarray(utility)
    values = table[:, 0] + score @ table[:, 1:].T
    return np.asarray(np.argmax(values + rng.gumbel(size=values.shape), axis=1))


def channel_shares(settings: ShopSettings) -> Array:
    """Marginal share of each acquisition channel, from a pilot draw with its own seed."""
    rng = np.random.default_rng(20_000)
    latents = draw_latents(rng, settings, 20_000)
    drawn = draw_choice(rng, CHANNEL_UTILITY, scores(settings, latents))
    return np.asarray(np.bincount(drawn, minlength=len(CHANNELS)) / len(drawn))


def draw_purchases(
    rng: np.random.Generator, settings: ShopSettings, clock: Clock, latents: Latents, first_second: Array
) -> tuple[Array, Array]:
    """Simulate BG/NBD purchases up to the end of the period.

    Given N ~ Poisson(rate x operational weeks) candidate times, uniform in operational time, a person
    keeps the first min(N, K), K geometric: the repeat purchase after which the person drops out.

    first_second: each person's first purchase, in seconds since 1970. Returns (person, second), one entry
    per purchase including the first, sorted by person and time.
    """
    size = len(first_second)
    begin = clock.at((first_second - settings.start_second) / 86_400)
    length = clock.at(np.asarray(float(settings.days))) - begin
    candidates = rng.poisson(latents.rate * length / 7)
    keep = np.minimum(candidates, rng.geometric(latents.dropout))
    person = np.repeat(np.arange(size), candidates)
    # The whole part is the person, the fraction the place in time: one sort orders both.
    key = np.sort(person + rng.random(len(person)))
    rank = np.arange(len(person)) - np.repeat(np.cumsum(candidates) - candidates, candidates)
    kept = rank < keep[person]
    person, place = person[kept], np.clip(key[kept] - person[kept], 0, 1)
    day = clock.real(begin[person] + place * length[person])
    second = settings.start_second + np.floor(day * 86_400).astype(np.int64)
    second = np.clip(second, first_second[person], settings.end_second)
    person = np.concatenate([np.arange(size), person])
    second = np.concatenate([first_second, second])
    order = np.lexsort((second, person))
    return person[order], second[order]


def occasion_of(person: Array, second: Array) -> Array:
    """Number the customer-days of sorted purchases from zero: purchases of one person on one day share one."""
    day = second // 86_400
    fresh = np.ones(len(person), dtype=bool)
    fresh[1:] = (person[1:] != person[:-1]) | (day[1:] != day[:-1])
    return np.asarray(np.cumsum(fresh) - 1)


def draw_spend(
    rng: np.random.Generator, settings: ShopSettings, latents: Latents, person: Array, occasion: Array
) -> Array:
    """Gamma-Gamma spend in USD per purchase: one draw per occasion, shared by the purchases of that day."""
    first = np.flatnonzero(np.diff(occasion, prepend=-1))
    spend = rng.standard_gamma(settings.p, len(first)) * latents.mean_spend[person[first]] / settings.p
    weight = rng.uniform(0.5, 1.5, len(person))
    return np.asarray(spend[occasion] * weight / np.bincount(occasion, weights=weight)[occasion])
