"""What treated customers brought beyond the control group in the days after their assignment."""

import numpy as np
import pandas as pd

from second_opinion.attribution import named, shown_names
from second_opinion.customers import TIERS, WINDOW_MONTHS, tiers_of
from second_opinion.money import complete
from second_opinion.orders import Books
from second_opinion.reading import Raw

WINDOW_DAYS = 90


def members_of(raw: Raw, books: Books) -> pd.DataFrame:
    """Return the members of campaigns by their first assignment; who was given two variants is left out."""
    rows = raw.accepted("campaign_members")
    rows["campaign"] = named(rows["campaign"], shown_names(raw)["campaign"])
    rows["person"] = rows["customer_id"].map(books.people).fillna(rows["customer_id"])
    rows["variant"] = rows["variant"].where(rows["variant"].str.lower() != "control", "control")
    grouped = rows.groupby(["campaign", "person"])
    members = grouped.agg(
        variant=("variant", "first"),
        variants=("variant", "nunique"),
        at=("assigned_at", "min"),
        cost=("cost", complete),
    )
    return members[members["variants"] == 1].reset_index()


def followed(raw: Raw, books: Books) -> pd.DataFrame:
    """Return what each member was worth before the assignment, and brought in the window."""
    members = members_of(raw, books)
    orders = books.orders.loc[
        books.orders["customer_id"].notna(), ["customer_id", "ordered_at", "is_counted", "margin"]
    ]
    end = (books.end + pd.Timedelta(days=1)).tz_localize(raw.timezone)
    by_person = dict(list(orders.groupby("customer_id")))
    before, window, lapsed, came = [], [], [], []
    for member in members.itertuples():
        mine = by_person.get(member.person, orders.iloc[:0])
        earlier = mine[mine["ordered_at"] < member.at]
        inside = mine[
            (mine["ordered_at"] >= member.at) & (mine["ordered_at"] < member.at + pd.Timedelta(days=WINDOW_DAYS))
        ]
        last = earlier.loc[earlier["is_counted"], "ordered_at"].max()
        before.append(earlier["margin"].sum())
        window.append(complete(inside["margin"]))
        lapsed.append(bool(pd.notna(last) and last < member.at - pd.DateOffset(months=WINDOW_MONTHS)))
        came.append(bool(inside["is_counted"].any()))
    members = members.assign(before=before, value=window, is_lapsed=lapsed, came=came)
    members["is_over"] = members["at"] + pd.Timedelta(days=WINDOW_DAYS) <= end
    tiers = [
        tiers_of(rows.set_index("person")["before"]).set_axis(rows.index) for _, rows in members.groupby("campaign")
    ]
    return members.assign(tier=pd.concat(tiers))


def uplifts_of(raw: Raw, books: Books) -> pd.DataFrame:
    """Return each treated group beside its control group, by tier before the assignment and in all."""
    members = followed(raw, books)
    rows = []
    for (campaign, variant), of_variant in members[members["variant"] != "control"].groupby(["campaign", "variant"]):
        for tier in ["all", *TIERS]:
            control = members[
                (members["campaign"] == campaign) & (members["variant"] == "control") & members["is_over"]
            ]
            treated = of_variant
            if tier != "all":
                treated, control = treated[treated["tier"] == tier], control[control["tier"] == tier]
            if len(treated):
                rows.append({"campaign": campaign, "variant": variant, "value_tier": tier} | compared(treated, control))
    return pd.DataFrame(rows).set_index(["campaign", "variant", "value_tier"])


def mean(values: pd.Series) -> float:
    return complete(values) / len(values) if len(values) else float("nan")


def compared(treated: pd.DataFrame, control: pd.DataFrame) -> dict[str, object]:
    """Compare those whose window is over."""
    over = treated[treated["is_over"]]
    uplift = mean(over["value"]) - mean(control["value"])
    cost = complete(over["cost"])
    lapsed, others = over[over["is_lapsed"]], control[control["is_lapsed"]]
    rate, other = (rows["came"].mean() if len(rows) else np.nan for rows in (lapsed, others))
    return {
        "customers": len(over),
        "control_customers": len(control),
        "waiting_customers": len(treated) - len(over),
        "margin_per_customer": mean(over["value"]),
        "control_margin_per_customer": mean(control["value"]),
        "uplift": uplift,
        "cost": cost,
        "roi": (uplift * len(over) - cost) / cost if cost else float("nan"),
        "lapsed_customers": len(lapsed),
        "reactivated_customers": int(lapsed["came"].sum()),
        "reactivation_rate": rate,
        "control_reactivation_rate": other,
        "reactivation_uplift": rate - other,
    }
