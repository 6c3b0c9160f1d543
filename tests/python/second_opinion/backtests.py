"""What came after a cutoff, and what each customer's own past rate would have said: known at the cutoff, and come as known at the horizon."""

import pandas as pd

from second_opinion.customers import customers_of, occasions_of
from second_opinion.orders import books_at
from second_opinion.reading import Raw


def backtest_of(raw: Raw, cutoff: pd.Timestamp, days: int) -> dict[str, float]:
    """Return the customers known at the cutoff, their occasions in the days after, and the naive forecast."""
    known = customers_of(books_at(raw, cutoff))
    known = known[known["purchase_occasions"] > 0]
    later = occasions_of(books_at(raw, cutoff + pd.Timedelta(days=days)))
    came = later[(later["day"] > cutoff) & later["customer_id"].isin(known.index)].groupby("customer_id").size()
    age = (cutoff - known["first_day"]).dt.days
    naive = ((known["purchase_occasions"] - 1) * days / age.where(age > 0)).fillna(0.0)
    actual = came.reindex(known.index).fillna(0.0)
    return {
        "customers": len(known),
        "actual_orders": actual.sum(),
        "predicted_orders": naive.sum(),
        "bias": naive.sum() / actual.sum() - 1,
        "mean_absolute_error": (naive - actual).abs().mean(),
        "rank_correlation": naive.rank().corr(actual.rank()),
    }
