"""What a customer is at the end of a day: purchases, value, place among the others."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from second_opinion.attribution import Attribution
from second_opinion.money import complete_by, ratio
from second_opinion.orders import RUNGS, Books

DAYS_OF_YEAR = 365.25
WINDOW_MONTHS = 12
TIERS = {"VIP": 0.05, "high": 0.20, "mid": 0.50, "low": 1.00}


def month_of(days: pd.Series) -> pd.Series:
    return days.dt.to_period("M").dt.to_timestamp()


def occasions_of(books: Books) -> pd.DataFrame:
    """Return the days on which a customer bought, one customer and day a row, any number of counted orders."""
    counted = books.orders[books.orders["number"].notna()]
    unknown = counted["margin"].isna()
    counted = counted.assign(unknown=unknown)
    days = counted.groupby(["customer_id", "day"])[["net", "margin", "unknown"]].sum().reset_index()
    days["margin"] = days["margin"].mask(days["unknown"] > 0)
    days["gap"] = days.groupby("customer_id")["day"].diff().dt.days
    return days


def customers_of(books: Books, attribution: Attribution | None = None) -> pd.DataFrame:
    """Return one row per customer: everybody with an account or an identifiable order. Channels and countries are those of now."""
    orders = books.orders[books.orders["customer_id"].notna()]
    frame = pd.DataFrame(index=pd.Index(sorted(set(books.people)), name="customer_id"))
    counted = orders[orders["number"].notna()]
    by_person, by_counted = orders.groupby("customer_id"), counted.groupby("customer_id")
    frame["order_count"] = by_counted.size().reindex(frame.index).fillna(0).astype(int)
    occasions = occasions_of(books)
    frame["purchase_occasions"] = occasions.groupby("customer_id").size().reindex(frame.index).fillna(0).astype(int)
    frame["net_revenue"] = by_person["net"].sum().reindex(frame.index).fillna(0.0)
    margins = complete_by(orders["margin"], orders["customer_id"])
    frame["gross_margin"] = margins.reindex(frame.index).where(frame.index.isin(margins.index), 0.0)
    frame["gross_margin_rate"] = ratio(frame["gross_margin"], frame["net_revenue"])
    # what notes took back of orders is theirs
    settled = (orders["revenue"] < 0) & orders["is_taken_back"]
    rungs = orders.loc[~settled, "margin_basis"].map(RUNGS.index).groupby(orders["customer_id"]).max()
    frame["margin_basis"] = rungs.map(dict(enumerate(RUNGS))).reindex(frame.index).fillna("unknown")
    frame["average_order_value"] = frame["net_revenue"] / frame["order_count"].where(frame["order_count"] > 0)
    frame["first_order_at"] = by_counted["ordered_at"].min().reindex(frame.index).dt.tz_localize(None)
    frame["last_order_at"] = by_counted["ordered_at"].max().reindex(frame.index).dt.tz_localize(None)
    frame["first_day"] = by_counted["day"].min().reindex(frame.index)
    frame["last_day"] = by_counted["day"].max().reindex(frame.index)
    frame["cohort_month"] = month_of(frame["first_day"])
    frame["days_since_last_order"] = (books.end - frame["last_day"]).dt.days
    tenure = (books.end - frame["first_day"]).dt.days / DAYS_OF_YEAR
    frame["orders_per_year"] = (frame["order_count"] / tenure.clip(lower=1)).where(frame["order_count"] > 0)
    frame["historical_clv"] = frame["gross_margin"]
    if attribution:
        add_profiles(frame, attribution.profiles, counted[counted["number"] == 1].set_index("customer_id")["country"])
    frame["latest_gap"] = (
        occasions.drop_duplicates("customer_id", keep="last").set_index("customer_id")["gap"].reindex(frame.index)
    )
    add_rfm(frame)
    return frame


def add_profiles(frame: pd.DataFrame, profiles: pd.DataFrame, countries: pd.Series) -> None:
    """Add country and channel; where no account tells the country, the first order does."""
    country = profiles["country"].reindex(frame.index)
    frame["country"] = country.where(country.notna(), countries.reindex(frame.index)).fillna("unknown")
    frame["acquisition_channel"] = profiles["acquisition_channel"]
    frame["acquisition_campaign"] = profiles["acquisition_campaign"]


def fifth(values: pd.Series) -> pd.Series:
    """Return the fifth by the share of the others that lies strictly below: ties stay together."""
    below = values.rank(method="min").sub(1)
    return (below * 5 // max(values.count() - 1, 1) + 1).clip(upper=5).astype("Int64")


def add_rfm(frame: pd.DataFrame) -> None:
    """Add quintiles of recency, frequency and monetary value among those who bought."""
    bought = frame["order_count"] > 0
    frame["rfm_recency"] = fifth((-frame["days_since_last_order"]).where(bought))
    frame["rfm_frequency"] = fifth(frame["purchase_occasions"].where(bought))
    frame["rfm_monetary"] = fifth(frame["net_revenue"].round(4).where(bought))


def tiers_of(values: pd.Series, shares: Mapping[str, float] = TIERS) -> pd.Series:
    """Return the tier of each customer by value, ties by customer key. Silent: a share that is no whole number is rounded up."""
    order = pd.DataFrame({"value": values.fillna(-np.inf).round(4), "key": values.index}).sort_values(
        ["value", "key"], ascending=[False, True]
    )
    place = pd.Series(np.arange(1, len(order) + 1), index=order.index)
    names = pd.Series("", index=order.index, dtype=object)
    for name, up_to in reversed(list(shares.items())):
        names[place <= np.ceil(up_to * len(order) - 1e-9)] = name
    return names.reindex(values.index)
