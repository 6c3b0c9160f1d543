"""Customers at month ends, each valued with what was known then, and how they went from tier to tier."""

from collections.abc import Iterable

import pandas as pd

from second_opinion.customers import customers_of, month_of, tiers_of
from second_opinion.orders import books_at
from second_opinion.predictions import stages_of
from second_opinion.reading import Raw


def month_ends(first: pd.Timestamp, last: pd.Timestamp) -> list[pd.Timestamp]:
    """Return the ends of the months that were over, and the as-of date for the running one."""
    ends = [end for end in pd.date_range(first, last, freq="ME") if end.to_period("M") != last.to_period("M")]
    return [*ends, last]


def customers_at(raw: Raw, end: pd.Timestamp) -> pd.DataFrame:
    """Return all customers known at the end of a day, valued by what they had brought; without a prediction tiers go by that."""
    books = books_at(raw, end)
    customers = customers_of(books)
    orders = books.orders[
        books.orders["customer_id"].notna() & (month_of(books.orders["day"]) == end.to_period("M").to_timestamp())
    ]
    by_person = orders.groupby("customer_id")
    return pd.DataFrame(
        {
            "month": end.to_period("M").to_timestamp(),
            "valued_on": end,
            "has_bought": customers["purchase_occasions"] > 0,
            "orders": by_person["number"].count().reindex(customers.index).fillna(0),
            "net_revenue": by_person["net"].sum().reindex(customers.index).fillna(0.0),
            "cumulative_net_revenue": customers["net_revenue"],
            "cumulative_gross_margin": customers["gross_margin"],
            "historical_clv": customers["historical_clv"],
            "value_tier": tiers_of(customers["historical_clv"]),
            "lifecycle_stage": stages_of(customers, pd.Series(dtype=float), books) if len(books.orders) else None,
        }
    )


def history_of(raw: Raw, ends: Iterable[pd.Timestamp]) -> pd.DataFrame:
    """Return the customers at all these days."""
    return pd.concat([customers_at(raw, end).reset_index() for end in ends], ignore_index=True)


def migrations_of(history: pd.DataFrame) -> pd.DataFrame:
    """Return how many customers went from tier to tier in each month, and by how much their value changed."""
    then = history[["customer_id", "month", "value_tier", "historical_clv"]]
    before = then.assign(month=then["month"] + pd.DateOffset(months=1))
    both = then.merge(
        before[before["month"] <= then["month"].max()],
        on=["customer_id", "month"],
        how="outer",
        suffixes=("", "_before"),
    )
    both["from_tier"], both["to_tier"] = both["value_tier_before"].fillna("new"), both["value_tier"].fillna("merged")
    both["change"] = both["historical_clv"].fillna(0.0) - both["historical_clv_before"].fillna(0.0)
    return both.groupby(["month", "from_tier", "to_tier"]).agg(
        customers=("change", "size"), total_clv_change=("change", "sum")
    )
