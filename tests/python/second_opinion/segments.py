"""Segments of today: value tiers, CLV by method side by side, loyalty and answers, what drives CLV."""

from collections.abc import Callable, Mapping

import numpy as np
import pandas as pd

from second_opinion.cohorts import months_between
from second_opinion.customers import TIERS, month_of
from second_opinion.kpis import segments_of
from second_opinion.money import complete
from second_opinion.orders import Books
from second_opinion.predictions import DISCOUNT_RATE
from second_opinion.reading import Raw

COHORT_AGE = 12
WEEKDAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]


def all_segments(customers: pd.DataFrame) -> pd.DataFrame:
    """Return the segments of all kinds, tiers of today among them; who has not bought is of no cohort."""
    segments = segments_of(customers).assign(tier=customers["value_tier"])
    return segments.assign(cohort=segments["cohort"].fillna("none"))


def by_segment(segments: pd.DataFrame, measure: Callable[[pd.Index], Mapping[str, object]]) -> pd.DataFrame:
    """Measure the customers of each segment."""
    rows = [
        {"segment_kind": kind, "segment": segment, **measure(segments.index[segments[kind] == segment])}
        for kind in segments
        for segment in segments[kind].unique()
    ]
    return pd.DataFrame(rows).set_index(["segment_kind", "segment"])


def value_tiers_of(customers: pd.DataFrame) -> pd.DataFrame:
    """Return the tiers with their shares of customers, revenue, margin and equity."""
    company = {
        "customers": len(customers),
        "net_revenue": customers["net_revenue"].sum(),
        "gross_margin": complete(customers["gross_margin"]),
    }
    equity = customers["predicted_clv"].sum(min_count=1)
    rows = []
    for rank, tier in enumerate(TIERS, start=1):
        mine = customers[customers["value_tier"] == tier]
        bought = mine[mine["cohort_month"].notna()]
        rows.append(
            {
                "value_tier": tier,
                "tier_rank": rank,
                "customers": len(mine),
                "customer_share": len(mine) / company["customers"],
                "net_revenue": mine["net_revenue"].sum(),
                "revenue_share": mine["net_revenue"].sum() / company["net_revenue"],
                "gross_margin": complete(mine["gross_margin"]),
                "margin_share": complete(mine["gross_margin"]) / company["gross_margin"],
                "customer_equity": mine["predicted_clv"].sum(min_count=1),
                "equity_share": mine["predicted_clv"].sum(min_count=1) / equity,
                "mean_historical_clv": complete(mine["historical_clv"]) / len(mine),
                "mean_total_clv": complete(bought["total_clv"]) / len(bought) if len(bought) else float("nan"),
                "average_order_value": mine["net_revenue"].sum() / mine["order_count"].sum()
                if mine["order_count"].sum()
                else float("nan"),
            }
        )
    return pd.DataFrame(rows).set_index("value_tier")


def loyalty_of(raw: Raw, books: Books, customers: pd.DataFrame) -> pd.DataFrame:
    """Return who is in the programme, who answered surveys, and what they said last: 9 and 10 promote, up to 6 detract."""
    members, score = loyal_and_answers(raw, books)

    def measure(mine: pd.Index) -> Mapping[str, object]:
        said = score.reindex(mine).dropna()
        promoters, detractors = int((said >= 9).sum()), int((said < 7).sum())
        pro, con = (promoters + 0.75) / (len(said) + 3), (detractors + 0.75) / (len(said) + 3)
        reach = 1.959964 * np.sqrt((pro + con - (pro - con) ** 2) / (len(said) + 3))
        known = len(said) > 0
        return {
            "customers": len(mine),
            "loyalty_members": int(mine.isin(list(members)).sum()),
            "loyalty_share": mine.isin(list(members)).mean(),
            "respondents": len(said),
            "response_rate": len(said) / len(mine),
            "promoters": promoters,
            "passives": len(said) - promoters - detractors,
            "detractors": detractors,
            "nps": (promoters - detractors) / len(said) if known else float("nan"),
            "nps_low": max(pro - con - reach, -1) if known else float("nan"),
            "nps_high": min(pro - con + reach, 1) if known else float("nan"),
        }

    return by_segment(all_segments(customers), measure)


def loyal_and_answers(raw: Raw, books: Books) -> tuple[set[str], pd.Series]:
    """Return who had joined by the as-of date, and each person's last score."""
    accounts = raw.accepted("customers")
    joined = raw.days(accounts["loyalty_joined_at"]) <= books.end
    answers = raw.accepted("survey_responses")
    answers["person"] = answers["customer_id"].map(books.people)
    answers = answers[answers["person"].notna()].sort_values(["responded_at", "customer_id"], ascending=[True, False])
    members = set(accounts.loc[joined, "customer_id"].map(books.people).dropna())
    return members, answers.drop_duplicates("person", keep="last").set_index("person")["score"]


def clv_by_method_of(books: Books, customers: pd.DataFrame, kpis: pd.DataFrame) -> pd.DataFrame:
    """Return the methods side by side. kpis: those of the as-of date's month."""
    buyers = customers[customers["cohort_month"].notna()]
    orders = books.orders[books.orders["customer_id"].notna()]
    age = months_between(orders["customer_id"].map(customers["cohort_month"]), month_of(orders["day"]))
    old = buyers.index[
        buyers["cohort_month"].map(
            lambda month: month + pd.DateOffset(months=COHORT_AGE) + pd.offsets.MonthEnd() <= books.end
        )
    ]
    young = orders[(age <= COHORT_AGE) & orders["customer_id"].isin(old)]
    at_age = young.groupby("customer_id")["margin"].agg(complete)
    segments = all_segments(buyers)

    def observed(mine: pd.Index) -> Mapping[str, object]:
        values = at_age[at_age.index.isin(mine)]
        return {
            "historical": complete(buyers.loc[mine, "historical_clv"]) / len(mine),
            "cohort": complete(values) / len(values) if len(values) else float("nan"),
            "predictive": complete(buyers.loc[mine, "predicted_clv"]) / len(mine),
        }

    retention = kpis["retention_rate"]
    yearly = kpis["average_order_value"] * kpis["purchase_frequency"]
    formulas = pd.DataFrame(
        {
            "simple": yearly * kpis["lifetime_years"],
            "margin": yearly * kpis["gross_margin_rate"] * kpis["lifetime_years"],
            "discounted": yearly * kpis["gross_margin_rate"] * retention / (1 + DISCOUNT_RATE - retention),
        }
    )
    tables = [by_segment(segments, observed).stack(), formulas.stack()]
    return pd.concat(tables).rename_axis(["segment_kind", "segment", "clv_method"]).to_frame("clv_per_customer")


def drivers_of(raw: Raw, books: Books, customers: pd.DataFrame) -> pd.DataFrame:
    """Return mean CLV at 36 months by attributes known by the first order, and that of all others who have bought."""
    buyers = customers[customers["cohort_month"].notna()]
    first = books.orders[books.orders["number"] == 1].reset_index().set_index("customer_id").reindex(buyers.index)
    products = raw.accepted("products").sort_values("valid_from", na_position="first")
    categories = (
        products[products["category"].notna()]
        .drop_duplicates("product_id", keep="last")
        .set_index("product_id")["category"]
    )
    lines = books.lines[books.lines["order_id"].isin(first["order_id"])].copy()
    lines["category"] = lines["product_id"].map(categories).fillna("unknown")
    spent = lines.groupby(["order_id", "category"])["net"].sum().round(4).reset_index()
    most = (
        spent.sort_values(["order_id", "net", "category"], ascending=[True, False, True])
        .drop_duplicates("order_id")
        .set_index("order_id")["category"]
    )
    attributes = pd.DataFrame(
        {
            "channel": buyers["acquisition_channel"],
            "country": buyers["country"],
            "device": first["device"].str.lower().fillna("unknown"),
            "first_category": first["order_id"].map(most).fillna("unknown"),
            "first_order_discount": np.where(first["discount"] > 0, "yes", "no"),
            "first_order_weekday": first["day"].dt.day_of_week.map(dict(enumerate(WEEKDAYS))),
        }
    )
    rows = []
    for name in attributes:
        for value, mine in buyers.groupby(attributes[name].to_numpy()):
            others = buyers.drop(index=mine.index)["clv_36m"]
            mean, other = (
                complete(mine["clv_36m"]) / len(mine),
                complete(others) / len(others) if len(others) else float("nan"),
            )
            lift = mean / other - 1 if other > 0 else float("nan")
            rows.append(
                {
                    "attribute": name,
                    "attribute_value": value,
                    "customers": len(mine),
                    "mean_clv_36m": mean,
                    "mean_clv_36m_of_others": other,
                    "lift": lift,
                }
            )
    return pd.DataFrame(rows).set_index(["attribute", "attribute_value"])


def revenue_observed(books: Books, customers: pd.DataFrame) -> pd.DataFrame:
    """Return what the customers of each year of acquisition brought in the months that are over."""
    orders = books.orders[books.orders["customer_id"].notna()].copy()
    orders["cohort_year"] = orders["customer_id"].map(customers["cohort_month"]).dt.strftime("%Y")
    orders["month"] = month_of(orders["day"])
    orders = orders[orders["cohort_year"].notna() & (orders["month"] + pd.offsets.MonthEnd() <= books.end)]
    orders = pd.concat([orders, orders.assign(cohort_year="all")])
    grouped = orders.groupby(["month", "cohort_year"])
    return pd.DataFrame(
        {
            "orders": grouped["number"].count(),
            "net_revenue": grouped["net"].sum(),
            "gross_margin": grouped["margin"].agg(complete),
        }
    )
