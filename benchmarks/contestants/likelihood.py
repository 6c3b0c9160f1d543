"""The referee: one BG/NBD log-likelihood by which the parameters of all Python contestants are judged."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.special import betaln, gammaln

Array = npt.NDArray[Any]

CHUNK_CUSTOMERS = 100_000
"""Keeps the referee from adding to the peak memory of the contestant."""


def bg_nbd_log_likelihood(parameters: Mapping[str, float], repeats: Array, recency: Array, age: Array) -> float:
    """Sum the log-likelihood of equation (6) of Fader, Hardie & Lee (2005) over all customers.

    `repeats` is the number of repeat purchases, `recency` the time of the last one since the first purchase, `age` the
    time from the first purchase to the as-of date, both in the unit of alpha.
    """
    pieces = range(0, len(repeats), CHUNK_CUSTOMERS)
    slices = (slice(start, start + CHUNK_CUSTOMERS) for start in pieces)
    return float(sum(_log_likelihoods(parameters, repeats[s], recency[s], age[s]).sum() for s in slices))


def _log_likelihoods(parameters: Mapping[str, float], x: Array, t_x: Array, age: Array) -> Array:
    r, alpha, a, b = (parameters[name] for name in ("r", "alpha", "a", "b"))
    buying = gammaln(r + x) - gammaln(r) + r * np.log(alpha)
    active = betaln(a, b + x) - (r + x) * np.log(alpha + age)
    left = np.where(x > 0, betaln(a + 1, b + np.maximum(x, 1) - 1) - (r + x) * np.log(alpha + t_x), -np.inf)
    return np.asarray(buying - betaln(a, b) + np.logaddexp(active, left))
