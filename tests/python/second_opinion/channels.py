"""What channels and campaigns cost and bring: shares of customers and orders, spend, payback, verdicts, budgets."""

from collections.abc import Callable

import pandas as pd

from second_opinion.attribution import MODELS, Attribution, named, shown_names
from second_opinion.cohorts import aged_orders
from second_opinion.customers import WINDOW_MONTHS, month_of
from second_opinion.kpis import over
from second_opinion.money import complete, half_up, money
from second_opinion.orders import Books
from second_opinion.reading import Raw

RANGE, TARGET = (2, 3), 2  # seed benchmarks, retail
Keys = list[str]


def spend_of(raw: Raw) -> pd.DataFrame:
    """Return spend in reporting currency by month, channel and campaign; spend without a channel is `unallocated`."""
    names = shown_names(raw)
    rows = raw.accepted("marketing_spend")
    return pd.DataFrame(
        {
            "month": month_of(rows["day"]),
            "channel": named(rows["channel"], names["channel"]).fillna("unallocated"),
            "campaign": named(rows["campaign"], names["campaign"]),
            "spend": money(rows["amount"] * rows["rate"]),
        }
    )


def shares_of(
    attribution: Attribution, books: Books, customers: pd.DataFrame, model: str
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the shares of customers, with what those brought and are worth, and the shares of orders; each with its month."""
    people = attribution.customers.rename(columns={model: "share"})[["person", "channel", "campaign", "share"]].copy()
    people["month"] = people["person"].map(customers["cohort_month"])
    for name in ("net_revenue", "gross_margin", "total_clv", "clv_36m"):
        people[name] = people["person"].map(customers[name]) * people["share"]
    orders = attribution.orders.rename(columns={model: "share"})[
        ["order_id", "person", "channel", "campaign", "share"]
    ].copy()
    orders["month"] = month_of(orders["order_id"].map(books.orders["day"]))
    return people[people["share"] > 0], orders[orders["share"] > 0]


def returns_on_spend(spend: float, people: pd.DataFrame, orders: pd.DataFrame) -> dict[str, object]:
    """Return CAC, CPA, ROAS, ROI and CLV:CAC; NULL where spend is nothing or a credit."""
    paid = spend if spend > 0 else 0.0
    new, placed = people["share"].sum(), orders["share"].sum()
    cac = half_up(over(paid or float("nan"), new))
    clv = over(complete(people["clv_36m"]), new)
    return {
        "spend": spend,
        "new_customers": new,
        "attributed_orders": placed,
        "cac": cac,
        "cpa": over(paid or float("nan"), placed),
        "net_revenue": people["net_revenue"].sum(),
        "gross_margin": complete(people["gross_margin"]),
        "roas": over(people["net_revenue"].sum(), paid),
        "roi": over(complete(people["gross_margin"]) - spend, paid),
        "mean_total_clv": over(complete(people["total_clv"]), new),
        "mean_clv_36m": clv,
        "clv_to_cac": clv / cac,
    }


def payback_of(cac: float, people: pd.DataFrame, orders: pd.DataFrame) -> dict[str, object]:
    """Return the first age in months at which the margin per acquired customer reaches CAC. orders: with age, of customers who have bought."""
    if pd.isna(cac):
        return {"payback_months": float("nan"), "is_paid_back": None}
    shares = people.groupby("person")["share"].sum()
    part = orders["margin"] * orders["customer_id"].map(shares)
    by_age = (
        part[orders["customer_id"].isin(shares.index)].groupby(orders["age_months"]).sum().cumsum()
        / people["share"].sum()
    )
    reached = by_age[by_age.round(4) >= round(cac, 4)]
    return {
        "payback_months": float(reached.index.min()) if len(reached) else float("nan"),
        "is_paid_back": len(reached) > 0,
    }


def campaign_payback_of(cac: float, people: pd.DataFrame, orders: pd.DataFrame, end: pd.Timestamp) -> dict[str, object]:
    """Return the same of customers of many months. Silent: an age counts those customers who are old enough to have reached it."""
    if pd.isna(cac):
        return {"payback_months": float("nan"), "is_paid_back": None}
    shares = people.groupby("person").agg(share=("share", "sum"), month=("month", "first"))
    ages = (end.year - shares["month"].dt.year) * 12 + end.month - shares["month"].dt.month
    mine = orders.merge(shares["share"], left_on="customer_id", right_index=True)
    for age in range(int(ages.max()) + 1):
        old = ages.index[ages >= age]
        so_far = mine[mine["customer_id"].isin(old) & (mine["age_months"] <= age)]
        if round((so_far["margin"] * so_far["share"]).sum() / shares.loc[old, "share"].sum(), 4) >= cac:
            return {"payback_months": float(age), "is_paid_back": True}
    return {"payback_months": float("nan"), "is_paid_back": False}


def verdict_of(ratio: float) -> str | None:
    """Return the word for CLV:CAC against the benchmark's range."""
    if pd.isna(ratio):
        return None
    return "below_benchmark" if ratio < RANGE[0] else "above_benchmark" if ratio > RANGE[1] else "within_benchmark"


def table_of(
    spend: pd.DataFrame,
    people: pd.DataFrame,
    orders: pd.DataFrame,
    keys: Keys,
    more: Callable[..., dict[str, object]] | None,
) -> pd.DataFrame:
    """Return the returns on spend by the keys."""
    groups = pd.concat([spend[keys], people[keys], orders[keys]]).drop_duplicates().dropna()
    tables = (spend, people, orders)
    parts = [dict(list(table.groupby(keys if len(keys) > 1 else keys[0]))) for table in tables]
    rows = []
    for key in groups.itertuples(index=False, name=None):
        name = key if len(keys) > 1 else key[0]
        of_key = [part.get(name, table.iloc[:0]) for part, table in zip(parts, tables, strict=True)]
        row = dict(zip(keys, key, strict=True)) | returns_on_spend(of_key[0]["spend"].sum(), of_key[1], of_key[2])
        rows.append(row | (more(row, of_key[1]) if more else {}))
    return pd.DataFrame(rows).set_index(keys)


def with_all(frame: pd.DataFrame) -> pd.DataFrame:
    return pd.concat([frame, frame.assign(channel="all")], ignore_index=True)


def channel_months_of(
    raw: Raw, books: Books, customers: pd.DataFrame, attribution: Attribution, model: str = "first_touch"
) -> pd.DataFrame:
    """Return channels by the month of acquisition."""
    people, orders = shares_of(attribution, books, customers, model)
    aged = dict(list(aged_orders(books, customers).groupby("cohort_month")))

    def more(row: dict[str, object], mine: pd.DataFrame) -> dict[str, object]:
        cac = float(str(row["cac"]))
        return payback_of(cac, mine, aged[row["month"]] if len(mine) else pd.DataFrame()) | {
            "verdict": verdict_of(float(str(row["clv_to_cac"])))
        }

    return table_of(with_all(spend_of(raw)), with_all(people), with_all(orders), ["month", "channel"], more)


def campaigns_of(
    raw: Raw, books: Books, customers: pd.DataFrame, attribution: Attribution, model: str = "first_touch"
) -> pd.DataFrame:
    """Return campaigns over all time, with the channel of their spend, else of what they brought."""
    people, orders = shares_of(attribution, books, customers, model)
    spend = spend_of(raw)
    aged = aged_orders(books, customers)

    def more(row: dict[str, object], mine: pd.DataFrame) -> dict[str, object]:
        paid = spend.loc[
            (spend["campaign"] == row["campaign"]) & (spend["channel"] != "unallocated"), "channel"
        ].unique()
        brought = (
            mine["channel"].unique()
            if len(mine)
            else orders.loc[orders["campaign"] == row["campaign"], "channel"].unique()
        )
        channels = paid if len(paid) else brought
        told = {"acquisition_channel": channels[0] if len(channels) == 1 else "several" if len(channels) else None}
        return (
            told
            | campaign_payback_of(float(str(row["cac"])), mine, aged, books.end)
            | {"verdict": verdict_of(float(str(row["clv_to_cac"])))}
        )

    return table_of(spend, people, orders, ["campaign"], more)


def in_window(frame: pd.DataFrame, end: pd.Timestamp) -> pd.DataFrame:
    """Return the rows of the KPI window that ends with the as-of date."""
    return frame[frame["month"] > end.to_period("M").to_timestamp() - pd.DateOffset(months=WINDOW_MONTHS)]


def attribution_models_of(raw: Raw, books: Books, customers: pd.DataFrame, attribution: Attribution) -> pd.DataFrame:
    """Return channels over the KPI window, by each model."""
    tables = []
    for model in MODELS:
        people, orders = shares_of(attribution, books, customers, model)
        parts = [with_all(in_window(frame, books.end)) for frame in (spend_of(raw), people, orders)]
        tables.append(table_of(*parts, ["channel"], None).assign(attribution_model=model).reset_index())
    return pd.concat(tables).set_index(["attribution_model", "channel"])


def budgets_of(channels: pd.DataFrame) -> pd.DataFrame:
    """Return what may be paid for a customer: mean CLV at 36 months of those acquired in the window over the target; as many are planned."""
    table = channels.drop(index="all", errors="ignore")
    affordable = table["mean_clv_36m"] / TARGET
    planned = table["new_customers"] * 12 / WINDOW_MONTHS
    return pd.DataFrame(
        {
            "mean_clv_36m": table["mean_clv_36m"],
            "affordable_cac": affordable,
            "current_cac": table["cac"],
            "spend": table["spend"],
            "new_customers": table["new_customers"],
            "planned_new_customers": planned,
            "yearly_budget": affordable * planned,
            "headroom": (affordable - table["cac"]) * planned,
        }
    )
