"""Which channel and campaign brought a customer, and which led to an order, by each of the five models.

A touchpoint leads to the customer's next order, one at the very moment of an order to that. The touchpoints of the first order share the
customer, those of a later order share that order; an order without any is shared as its customer is, and a customer without any belongs to
the channel told on the account.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from second_opinion.orders import Books
from second_opinion.reading import Raw

MODELS = ["first_touch", "last_touch", "linear", "position_based", "time_decay"]
HALF_LIFE_DAYS = 7


@dataclass
class Attribution:
    """Shares of customers and of orders by channel and campaign, a column per model; and one channel per customer."""

    customers: pd.DataFrame
    orders: pd.DataFrame
    profiles: pd.DataFrame


def shown_names(raw: Raw) -> dict[str, dict[str, str]]:
    """Return how a channel, or campaign, is written most often, by its name without case and blanks; of equals the smallest."""
    places = {
        "channel": [("customers", "acquisition_channel"), ("touchpoints", "channel"), ("marketing_spend", "channel")],
        "campaign": [
            ("customers", "acquisition_campaign"),
            ("touchpoints", "campaign"),
            ("marketing_spend", "campaign"),
            ("campaign_members", "campaign"),
        ],
    }
    shown = {}
    for kind, sources in places.items():
        names = pd.concat([raw.accepted(source)[column] for source, column in sources]).dropna()
        counts = (
            names.value_counts()
            .rename_axis("name")
            .reset_index()
            .sort_values(["count", "name"], ascending=[False, True])
        )
        counts["key"] = counts["name"].str.lower()
        shown[kind] = counts.drop_duplicates("key").set_index("key")["name"].to_dict()
    return shown


def named(values: pd.Series, names: dict[str, str]) -> pd.Series:
    return values.str.lower().map(names).astype(object).where(values.notna(), None)


def profiles_of(raw: Raw, books: Books) -> pd.DataFrame:
    """Return what the accounts of a person tell: country and channel of the oldest account that tells it, the campaign with its channel."""
    names = shown_names(raw)
    accounts = raw.accepted("customers")
    accounts["person"] = accounts["customer_id"].map(books.people)
    accounts = accounts[accounts["person"].notna()].sort_values(["created_at", "customer_id"], na_position="last")
    countries = accounts[accounts["country"].notna()].drop_duplicates("person").set_index("person")["country"]
    channels = accounts[accounts["acquisition_channel"].notna()].drop_duplicates("person").set_index("person")
    # where no account tells a channel, the oldest may still name a campaign
    oldest = accounts.drop_duplicates("person").set_index("person")
    people = pd.Index(sorted(set(books.people)), name="customer_id")
    campaigns = channels["acquisition_campaign"].reindex(people)
    campaigns = campaigns.where(people.isin(channels.index), oldest["acquisition_campaign"].reindex(people))
    return pd.DataFrame(
        {
            "country": countries.reindex(people),
            "channel": named(channels["acquisition_channel"].reindex(people), names["channel"]),
            "campaign": named(campaigns, names["campaign"]),
        },
        index=people,
    )


def add_weights(led: pd.DataFrame) -> None:
    """Add the share of each touchpoint of an order, in the order of time, by each model."""
    of_order = led.groupby(["person", "number"])
    place, count = of_order.cumcount(), of_order["touched_at"].transform("size")
    ends = ((place == 0) | (place == count - 1)).to_numpy()
    days = (led["ordered_at"] - led["touched_at"]).dt.total_seconds() / 86400
    decay = 0.5 ** (days / HALF_LIFE_DAYS)
    led["place"] = place
    led["first_touch"] = (place == 0).astype(float)
    led["last_touch"] = (place == count - 1).astype(float)
    led["linear"] = 1 / count
    led["position_based"] = np.where(count <= 2, 1 / count, np.where(ends, 0.4, 0.2 / (count - 2).clip(lower=1)))
    led["time_decay"] = decay / decay.groupby([led["person"], led["number"]]).transform("sum")


def led_orders(raw: Raw, books: Books) -> pd.DataFrame:
    """Return the touchpoints that led to an order, with their shares of it."""
    names = shown_names(raw)
    touches = raw.accepted("touchpoints")
    touches["person"] = touches["customer_id"].map(books.people)
    touches["channel"], touches["campaign"] = (
        named(touches["channel"], names["channel"]),
        named(touches["campaign"], names["campaign"]),
    )
    touches = touches[touches["person"].notna()].drop_duplicates(["person", "touched_at", "channel", "campaign"])
    orders = books.orders[books.orders["number"].notna()].reset_index()
    orders["ordered_at"] = orders["ordered_at"].astype("datetime64[us, UTC]")
    touches["touched_at"] = touches["touched_at"].astype("datetime64[us, UTC]")
    led = pd.merge_asof(
        touches.sort_values("touched_at"),
        orders[["customer_id", "ordered_at", "number", "order_id"]].rename(columns={"customer_id": "person"}).sort_values(["ordered_at", "number"]),
        left_on="touched_at", right_on="ordered_at", by="person", direction="forward",
    )  # fmt: skip
    # of orders at one time the first
    led = led[led["order_id"].notna()]
    first = (
        orders.sort_values("number")
        .drop_duplicates(["customer_id", "ordered_at"])
        .set_index(["customer_id", "ordered_at"])
    )
    led["number"] = first["number"].reindex(pd.MultiIndex.from_frame(led[["person", "ordered_at"]])).to_numpy()
    led = led.sort_values(["person", "number", "touched_at", "channel", "campaign"]).reset_index(drop=True)
    add_weights(led)
    return led


def attribution_of(raw: Raw, books: Books, model: str = "first_touch") -> Attribution:
    """Share customers and orders among channels and campaigns."""
    profiles = profiles_of(raw, books)
    led = led_orders(raw, books)
    by_order = (
        led.groupby(["person", "number", "channel", "campaign"], dropna=False, sort=False)
        .agg({**dict.fromkeys(MODELS, "sum"), "place": "min"})
        .reset_index()
    )
    buyers = books.orders[books.orders["number"] == 1]["customer_id"]
    first = by_order[by_order["number"] == 1].drop(columns="number")
    rest = pd.DataFrame({"person": sorted(set(buyers) - set(first["person"]))})
    rest["channel"] = rest["person"].map(profiles["channel"]).fillna("unknown")
    rest["campaign"] = rest["person"].map(profiles["campaign"])
    rest = rest.assign(**dict.fromkeys(MODELS, 1.0), place=0)
    customers = pd.concat([first, rest], ignore_index=True)
    counted = books.orders[books.orders["number"].notna()].reset_index()[["order_id", "customer_id", "number"]]
    counted = counted.rename(columns={"customer_id": "person"})
    own = counted.merge(by_order, on=["person", "number"])
    shared = counted[~counted["order_id"].isin(own["order_id"])].merge(customers, on="person")
    orders = pd.concat([own, shared], ignore_index=True)
    profiles["acquisition_channel"], profiles["acquisition_campaign"] = largest(customers, profiles, model)
    return Attribution(customers, orders, profiles)


def largest(customers: pd.DataFrame, profiles: pd.DataFrame, model: str) -> tuple[pd.Series, pd.Series]:
    """Return the one channel with the largest share (of equals the earlier), and of its campaigns the one with the largest."""
    shares = customers[customers[model] > 0].copy()
    of_channel = shares.groupby(["person", "channel"])
    shares["all"], shares["first"] = of_channel[model].transform("sum").round(9), of_channel["place"].transform("min")
    shares = shares.sort_values(["person", "all", "first", model, "place"], ascending=[True, False, True, False, True])
    chosen = shares.drop_duplicates("person").set_index("person")
    bought = profiles.index.isin(chosen.index)
    channel = chosen["channel"].reindex(profiles.index).where(bought, profiles["channel"]).fillna("unknown")
    campaign = chosen["campaign"].reindex(profiles.index).where(bought, profiles["campaign"])
    return channel, campaign
