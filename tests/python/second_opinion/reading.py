"""What was delivered: raw files, what can be read of them, and what became of each row.

A value that can't be read sends its row to quarantine with the reason. Of several versions of a record the latest `updated_at` wins, then
the later delivery by name, then the later row.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

BLANKS = {"NULL", "\\N", "#N/A", "N/A", "None"}
NUMBER = r"[+-]?(?:\d{1,3}(?:,\d{3})+|\d+)?(?:\.\d*)?(?:[eE][+-]?\d+)?"


@dataclass(frozen=True)
class Source:
    """Columns of a source by how they are read; its key names a record, and None says that rows have no name of their own."""

    texts: Sequence[str]
    required: Sequence[str]
    numbers: Sequence[str] = ()
    times: Sequence[str] = ()
    key: Sequence[str] = ()


SOURCES: Mapping[str, Source] = {
    "orders": Source(
        [
            "order_id",
            "customer_id",
            "status",
            "currency",
            "sales_channel",
            "device",
            "country",
            "email",
            "tax_included",
        ],
        ["order_id", "ordered_at"],
        ["amount", "discount_amount", "shipping_amount", "tax_amount", "total_amount"],
        ["ordered_at", "updated_at"],
        ["order_id"],
    ),
    "order_items": Source(
        ["order_id", "product_id", "line_number"],
        ["order_id", "quantity", "unit_price"],
        ["quantity", "unit_price", "discount_amount", "unit_cost"],
    ),
    "products": Source(
        ["product_id", "category"], ["product_id"], ["unit_cost"], ["valid_from"], ["product_id", "valid_from"]
    ),
    "refunds": Source(
        ["refund_id", "order_id", "line_number", "keeps_goods", "currency"],
        ["refund_id", "order_id", "refunded_at", "amount"],
        ["amount", "quantity", "tax_amount", "shipping_amount"],
        ["refunded_at"],
        ["refund_id", "line_number", "order_id"],
    ),
    "customers": Source(
        ["customer_id", "email", "phone", "country", "acquisition_channel", "acquisition_campaign"],
        ["customer_id"],
        [],
        ["created_at", "birth_date", "loyalty_joined_at"],
        ["customer_id"],
    ),
    "marketing_spend": Source(
        ["channel", "campaign", "currency"], ["spend_date", "amount"], ["amount"], ["spend_date"]
    ),
    "touchpoints": Source(
        ["customer_id", "channel", "campaign"],
        ["customer_id", "touched_at", "channel"],
        [],
        ["touched_at"],
        ["customer_id", "touched_at", "channel", "campaign"],
    ),
    "campaign_members": Source(
        ["campaign", "customer_id", "variant"],
        ["campaign", "customer_id", "assigned_at", "variant"],
        ["cost"],
        ["assigned_at"],
        ["campaign", "customer_id", "variant"],
    ),
    "subscriptions": Source(
        ["subscription_id", "customer_id", "plan", "billing_period", "currency"],
        ["subscription_id", "customer_id", "started_at", "monthly_amount"],
        ["monthly_amount"],
        ["started_at", "ended_at"],
        ["subscription_id"],
    ),
    "survey_responses": Source(
        ["customer_id"],
        ["customer_id", "responded_at", "score"],
        ["score"],
        ["responded_at"],
        ["customer_id", "responded_at"],
    ),
    "inventory_periods": Source(
        ["currency"],
        ["period_start", "period_end", "opening_inventory", "purchases", "closing_inventory"],
        ["opening_inventory", "purchases", "closing_inventory"],
        ["period_start", "period_end"],
        ["period_start", "period_end"],
    ),
    "exchange_rates": Source(
        ["currency"], ["rate_date", "currency", "rate"], ["rate"], ["rate_date"], ["rate_date", "currency"]
    ),
}


def read_source(folder: Path, name: str) -> pd.DataFrame:
    """Return the rows of a source as delivered, as text, with the delivery's place and the row's number in it."""
    found = sorted(path for path in [*folder.glob(f"{name}.*"), *folder.glob(f"{name}/*")] if path.is_file())
    frames = []
    for place, path in enumerate(found):
        frame = (
            pd.read_parquet(path) if path.suffix == ".parquet" else pd.read_csv(path, dtype=str, keep_default_na=False)
        )
        frames.append(
            frame.astype(object).assign(
                delivered_in=str(path.relative_to(folder)), delivery=place, row=range(len(frame))
            )
        )
    columns = [*SOURCES[name].texts, *SOURCES[name].numbers, *SOURCES[name].times]
    rows = (
        pd.concat(frames, ignore_index=True)
        if frames
        else pd.DataFrame(columns=[*columns, "delivered_in", "delivery", "row"])
    )
    return rows.reindex(columns=list(dict.fromkeys([*columns, "delivered_in", "delivery", "row"])))


def text_of(values: pd.Series) -> pd.Series:
    """Return texts without blanks around them; a blank is NULL."""
    text = values.astype("string").str.strip()
    return text.mask(text.fillna("") == "").astype(object).where(lambda column: column.notna(), None)


def numbers_of(text: pd.Series) -> pd.Series:
    """Read numbers: thousands by comma, a currency sign beside them, parentheses below zero. NaN where there is none to read."""
    plain = text.astype("string").str.replace(r"^[$€£]\s*|\s*[$€£]$", "", regex=True)
    below = plain.str.fullmatch(r"\(.*\)").fillna(False).astype(bool)
    plain = plain.str.strip("()")
    readable = plain.str.fullmatch(NUMBER).fillna(False).astype(bool) & plain.str.contains(r"\d").fillna(False).astype(
        bool
    )
    value = pd.to_numeric(plain.where(readable).str.replace(",", ""), errors="coerce").astype(float)
    value = value.where(value.abs() <= 1e15)
    return value.where(~below, -value)


def times_of(text: pd.Series) -> pd.Series:
    """Read ISO 8601, in UTC unless it carries an offset."""
    return pd.to_datetime(text.astype("string"), format="ISO8601", utc=True, errors="coerce").dt.as_unit("us")


def cleaned(rows: pd.DataFrame, source: Source) -> pd.DataFrame:
    """Return the rows with values read and, where one can't be, `reason` saying why."""
    frame = rows[["delivered_in", "delivery", "row"]].copy()
    reasons = pd.Series(None, index=rows.index, dtype=object)
    texts = {name: text_of(rows[name]) for name in [*source.texts, *source.numbers, *source.times]}
    for name in [*source.numbers, *source.times]:
        texts[name] = texts[name].where(~texts[name].isin(BLANKS), None)
    for name in source.required:
        reasons = reasons.where(texts[name].notna() | reasons.notna(), f"{name} is blank")
    for name in source.texts:
        frame[name] = texts[name]
    for names, read, what in (
        (source.numbers, numbers_of, "a number of at most 1e15"),
        (source.times, times_of, "a date"),
    ):
        for name in names:
            frame[name] = read(texts[name])
            wrong = texts[name].notna() & frame[name].isna()
            reasons = reasons.where(~wrong | reasons.notna(), f"{name} is not {what}")
    if "status" in frame:  # silent: a discount below zero is believed of a credit note alone
        wrong = (frame["discount_amount"] < 0) & (frame["amount"].fillna(0.0) >= 0)
        reasons = reasons.where(~wrong | reasons.notna(), "discount_amount is negative")
    frame["reason"] = reasons
    return frame


def latest(rows: pd.DataFrame, key: Sequence[str]) -> pd.Series:
    """Say of each row whether it is the last of its key, by delivery and then by row."""
    order = rows.sort_values(["delivery", "row"])
    return ~order.duplicated(list(key), keep="last").reindex(rows.index)


# moments after which an event is not known yet
EVENTS = {
    "refunds": "refunded_at",
    "marketing_spend": "spend_date",
    "touchpoints": "touched_at",
    "campaign_members": "assigned_at",
    "subscriptions": "started_at",
    "survey_responses": "responded_at",
    "inventory_periods": "period_end",
}
DATES = {"spend_date", "period_end", "period_start", "rate_date", "valid_from"}


@dataclass
class Raw:
    """All sources, read: `frames` with `reason` of rows in quarantine and `outcome` of all, as known at the `end` of a day.

    rates: reporting currency per unit by day and currency. key: what guests are called by.
    """

    frames: Mapping[str, pd.DataFrame]
    timezone: str
    currency: str
    end: pd.Timestamp
    rates: pd.Series
    key: str = ""

    def days(self, times: pd.Series) -> pd.Series:
        """Cut days in the reporting time zone; a date without a time of day is one of its days."""
        if times.name in DATES:
            return times.dt.tz_localize(None).dt.normalize()
        return times.dt.tz_convert(self.timezone).dt.tz_localize(None).dt.normalize()

    def accepted(self, name: str) -> pd.DataFrame:
        """Return the records of a source that are in force."""
        frame = self.frames[name]
        return frame[frame["outcome"] == "accepted"].copy()

    def rate_of(self, rows: pd.DataFrame) -> pd.Series:
        """Return the exchange rate of each row's own day: 1 for the reporting currency, and missing is never 1."""
        found = self.rates.reindex(pd.MultiIndex.from_arrays([rows["day"], rows["currency"]])).to_numpy(dtype=float)
        return pd.Series(found, index=rows.index).where(rows["currency"] != self.currency, 1.0)


def read_all(
    folder: Path, timezone: str = "UTC", currency: str = "USD", end: pd.Timestamp | None = None, key: str = ""
) -> Raw:
    """Read all sources of a folder and judge each row as known at the end of a day, by default that of the latest order."""
    frames = {name: cleaned(read_source(folder, name), source) for name, source in SOURCES.items()}
    raw = Raw(frames, timezone, currency, end or pd.Timestamp.max.normalize(), pd.Series(dtype=float), key)
    for name in ("exchange_rates", "products", "customers"):
        frame = frames[name]
        frame["outcome"] = np.where(frame["reason"].notna(), "rejected", "accepted")
        readable = frame[frame["reason"].isna()]
        frame.loc[readable.index[~latest(readable, SOURCES[name].key)], "outcome"] = "superseded"
    rates = raw.accepted("exchange_rates")
    raw.rates = rates.set_index([raw.days(rates["rate_date"]), rates["currency"].str.upper()])["rate"]
    judge(raw)
    if end is None:
        raw.end = raw.accepted("orders")["day"].max()
        judge(raw)
    return raw


def judge(raw: Raw) -> None:
    """Say what became of each row of the sources that have a day."""
    orders = raw.frames["orders"]
    orders["day"] = raw.days(orders["ordered_at"])
    judge_orders(raw, orders)
    judge_lines(raw.frames["order_items"])
    for name, event in EVENTS.items():
        frame = raw.frames[name]
        frame["day"] = raw.days(frame[event])
        frame["outcome"] = np.where(frame["reason"].notna(), "rejected", "accepted")
        readable = frame[frame["reason"].isna()]
        if name == "marketing_spend":
            # all rows of a day, channel and campaign in the latest delivery count
            group = [readable["day"], readable["channel"].fillna(""), readable["campaign"].fillna("")]
            older = readable["delivery"] < readable.groupby(group)["delivery"].transform("max")
        else:
            older = ~latest(readable, SOURCES[name].key)
        if name == "refunds":
            # so do the parts of a refund that name no line, equal ones once
            group = [readable[column].fillna("") for column in SOURCES[name].key]
            whole = readable["delivery"] == readable.groupby(group)["delivery"].transform("max")
            said = readable.drop(columns=["row", "raw_record"], errors="ignore").duplicated()
            older = older.where(readable["line_number"].notna(), ~whole | said)
        frame.loc[readable.index[older], "outcome"] = "superseded"
        frame.loc[(frame["outcome"] == "accepted") & (frame["day"] > raw.end), "outcome"] = "not_yet_known"
    find_orders(raw)
    for name in ("marketing_spend", "subscriptions", "refunds", "inventory_periods"):
        add_rates(raw, name)


def judge_orders(raw: Raw, frame: pd.DataFrame) -> None:
    """Merge rows of one delivery and time of writing; a blank erases nothing, the first value counts. Find the version in force.

    That is the last one written by the end, or the earliest if all were written later.
    """
    told = frame["reason"].isna() | (frame["reason"] == "ordered_at is blank")
    readable = frame[told].sort_values(["delivery", "row"])
    frame["outcome"] = np.where(told, "merged", "rejected")
    group = readable.groupby(["order_id", "delivery", "updated_at"], dropna=False, sort=False)
    heads = group.head(1).index
    values = [
        name
        for name in [*SOURCES["orders"].texts, *SOURCES["orders"].numbers, "ordered_at", "day"]
        if name != "order_id"
    ]
    for name in values:
        frame.loc[heads, name] = group[name].transform("first").loc[heads]
    timeless = heads[frame.loc[heads, "ordered_at"].isna()]
    frame.loc[timeless, "reason"], frame.loc[timeless, "outcome"] = "ordered_at is blank", "rejected"
    versions = frame.loc[heads.difference(timeless)].sort_values(["updated_at", "delivery", "row"], na_position="first")
    frame["version"] = versions.groupby("order_id").cumcount()
    in_force = versions_in_force(raw, frame, raw.end)
    current = frame["order_id"].map(in_force.set_index("order_id")["version"])
    frame.loc[frame["version"] < current, "outcome"] = "superseded"
    frame.loc[frame["version"] > current, "outcome"] = "not_yet_known"
    frame.loc[in_force.index, "outcome"] = np.where(in_force["day"] <= raw.end, "accepted", "not_yet_known")
    frame["currency"] = frame["currency"].str.upper().fillna(raw.currency)
    frame["rate"] = raw.rate_of(frame)
    reject_unrated(frame)


def versions_in_force(raw: Raw, frame: pd.DataFrame, end: pd.Timestamp) -> pd.DataFrame:
    """Return the version of each order that was the last one written by the end of a day, or the earliest if all were written later."""
    versions = frame[frame["version"].notna()].sort_values("version")
    known = raw.days(versions["updated_at"])
    versions = versions[known.isna() | (known <= end) | ~versions.duplicated("order_id")]
    return versions.drop_duplicates("order_id", keep="last")


def reject_unrated(frame: pd.DataFrame) -> None:
    """Put rows without an exchange rate into quarantine, with a reason that names currency and day."""
    missing = (frame["outcome"] == "accepted") & frame["rate"].isna()
    words = "no exchange rate for " + frame["currency"] + " on " + frame["day"].dt.strftime("%Y-%m-%d")
    frame.loc[missing, "reason"] = words[missing]
    frame.loc[missing, "outcome"] = "rejected"


def judge_lines(frame: pd.DataFrame) -> None:
    """An order delivered again brings its lines whole; of equal line numbers in one delivery the last row counts."""
    frame["outcome"] = np.where(frame["reason"].notna(), "rejected", "accepted")
    readable = frame[frame["reason"].isna()]
    last = readable.groupby("order_id")["delivery"].transform("max")
    old = readable["delivery"] < last
    numbered = readable[~old & readable["line_number"].notna()]
    again = ~latest(numbered, ["order_id", "line_number"])
    frame.loc[[*readable.index[old], *numbered.index[again]], "outcome"] = "superseded"


def add_rates(raw: Raw, name: str) -> None:
    """Find the exchange rate of each row; a refund is in the currency of its order unless it names one."""
    frame = raw.frames[name]
    if name == "refunds":
        orders = raw.accepted("orders").set_index("order_id")["currency"]
        frame["currency"] = frame["currency"].where(frame["currency"].notna(), frame["order_id"].map(orders))
    frame["currency"] = frame["currency"].str.upper().fillna(raw.currency)
    frame["rate"] = raw.rate_of(frame)
    reject_unrated(frame)


def find_orders(raw: Raw) -> None:
    """Lines and refunds go to quarantine with their order, and wait with it."""
    orders = raw.frames["orders"]
    accepted = set(orders.loc[orders["outcome"] == "accepted", "order_id"])
    waiting = set(orders.loc[orders["version"].notna() & (orders["outcome"] == "not_yet_known"), "order_id"]) - accepted
    unrated = orders[(orders["outcome"] == "rejected") & orders["reason"].str.startswith("no exchange rate", na=False)]
    told = unrated.set_index("order_id")["reason"]
    for name in ("order_items", "refunds"):
        frame = raw.frames[name]
        lost = (frame["outcome"] == "accepted") & ~frame["order_id"].isin(accepted)
        reason = ("its order is in quarantine: " + frame["order_id"].map(told)).fillna(
            "no order with this order_id was accepted"
        )
        waits = lost & frame["order_id"].isin(waiting) & frame["order_id"].map(told).isna()
        frame.loc[lost & ~waits, "reason"] = reason[lost & ~waits]
        frame.loc[lost, "outcome"] = np.where(waits[lost], "not_yet_known", "rejected")
