"""Revenue to come by month: what the customers of each year are expected to bring, and those not yet acquired.

As many are acquired as in the same month of last year, and they do as those of the last two years did at the same age.
"""

import pandas as pd

from second_opinion.cohorts import months_between
from second_opinion.customers import month_of
from second_opinion.orders import Books

MONTHS_AHEAD = 12


def months_to_come(end: pd.Timestamp) -> pd.DatetimeIndex:
    """Return the twelve months after the as-of date's."""
    return pd.date_range(end.to_period("M").to_timestamp() + pd.DateOffset(months=1), periods=MONTHS_AHEAD, freq="MS")


def newcomers_of(books: Books, customers: pd.DataFrame) -> pd.DataFrame:
    """Return orders, net revenue and margin of those to come.

    Silent: the last two years are the 24 months before the as-of date's, also where that date ends its month.
    """
    last = books.end.to_period("M").to_timestamp()
    cohorts = customers["cohort_month"].dropna().value_counts()
    orders = books.orders[books.orders["customer_id"].notna()]
    cohort = orders["customer_id"].map(customers["cohort_month"])
    age = months_between(cohort, month_of(orders["day"]))
    recent = cohorts.index[(cohorts.index >= last - pd.DateOffset(months=24)) & (cohorts.index < last)]
    brought = pd.DataFrame({"orders": orders["number"].notna(), "net": orders["net"], "margin": orders["margin"]})
    per_customer = []
    for months in range(MONTHS_AHEAD):
        old = recent[recent + pd.DateOffset(months=months) < last]
        per_customer.append(brought[cohort.isin(old) & (age == months)].sum() / cohorts[old].sum())
    rows = {}
    ahead = months_to_come(books.end)
    for place, month in enumerate(ahead):
        new = [cohorts.get(ahead[of] - pd.DateOffset(months=12), 0) for of in range(place + 1)]
        rows[month] = sum((count * per_customer[place - of] for of, count in enumerate(new)), start=0 * per_customer[0])
    return pd.DataFrame(rows).T.rename(columns={"net": "net_revenue", "margin": "gross_margin"})
