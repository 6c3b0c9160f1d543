"""One person is one connected component of ids over shared contacts, as known at the end of a day."""

import hashlib
import re
from collections.abc import Iterable

import pandas as pd

from second_opinion.reading import Raw

NOBODY = {
    "0",
    "0.0",
    "-1",
    "nan",
    "null",
    "none",
    "undefined",
    "guest",
    "anonymous",
    "unknown",
    "n/a",
    "#n/a",
    "\\n",
    "<na>",
    "-",
}
MAX_IDS_PER_CONTACT = 10
MAX_CONTACTS_PER_ID = 10
MAX_IDS_PER_PERSON = 50
GUEST = "guest-"


def email_of(text: object) -> str | None:
    """Emails are equal in lower case and without blanks around them."""
    email = str(text).strip().lower() if isinstance(text, str) else ""
    return email if re.search(r".@.", email) else None


def guest_of(email: str | None, key: str) -> str | None:
    """A guest is called by a keyed hash of the email."""
    return GUEST + md5(key + md5(key + email)) if email else None


def md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


def phone_of(text: object) -> str | None:
    """Phones are equal by their digits."""
    digits = re.sub(r"\D", "", text) if isinstance(text, str) else ""
    digits = digits.removeprefix("00")
    return digits if len(digits) >= 7 and len(set(digits)) > 1 else None


def source_ids(orders: pd.DataFrame, key: str) -> pd.Series:
    """Return the id that an order was placed by: the customer's, else the guest's, whom the email names, else nobody's."""
    emails = orders["email"].map(email_of)
    known = orders["customer_id"].where(~orders["customer_id"].astype("string").str.lower().isin(NOBODY), None)
    return known.where(known.notna(), emails.map(lambda email: guest_of(email, key), na_action="ignore").astype(object))


def contacts_at(raw: Raw, orders: pd.DataFrame, end: pd.Timestamp) -> pd.DataFrame:
    """Return id and contact of accounts made, and orders placed, by the end of a day. A row without contact makes its id known."""
    accounts = raw.accepted("customers")
    accounts["known_on"] = raw.days(accounts["created_at"])
    accounts = accounts[accounts["known_on"].isna() | (accounts["known_on"] <= end)]
    accounts["phone"] = accounts["phone"].map(phone_of)
    # a phone of two birth dates ties those alone who are told to be the same
    births = accounts.groupby("phone")["birth_date"].nunique()
    split = accounts["phone"].map(births) > 1
    told = accounts["birth_date"].astype("string").fillna(accounts["customer_id"].astype("string"))
    accounts["phone"] = accounts["phone"].where(~split, accounts["phone"] + "|" + told)
    placed = pd.DataFrame({"id": source_ids(orders, raw.key), "contact": orders["email"].map(email_of)})
    rows = pd.concat(
        [
            pd.DataFrame({"id": accounts["customer_id"], "contact": accounts["email"].map(email_of)}),
            pd.DataFrame({"id": accounts["customer_id"], "contact": accounts["phone"]}),
            placed[placed["id"].notna()],
        ]
    )
    return rows.drop_duplicates()


def components(edges: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Return the root of each node of a graph."""
    parents: dict[str, str] = {}

    def root(node: str) -> str:
        while parents.setdefault(node, node) != node:
            parents[node] = parents[parents[node]]
            node = parents[node]
        return node

    for left, right in edges:
        parents[root(left)] = root(right)
    return {node: root(node) for node in list(parents)}


def people_at(raw: Raw, orders: pd.DataFrame, end: pd.Timestamp) -> pd.Series:
    """Return the person of each id: the first account id in binary order, of guests alone the guest."""
    rows = contacts_at(raw, orders, end)
    ties = rows.dropna().drop_duplicates()
    ties = ties[ties.groupby("id")["contact"].transform("nunique") <= MAX_CONTACTS_PER_ID]
    ties = ties[ties.groupby("contact")["id"].transform("nunique") <= MAX_IDS_PER_CONTACT]
    roots = components(("id " + left, "contact " + right) for left, right in ties.itertuples(index=False))
    ids = pd.DataFrame({"id": rows["id"].drop_duplicates()})
    ids["root"] = [roots.get("id " + name, "id " + name) for name in ids["id"]]
    ids["size"] = ids.groupby("root")["id"].transform("size")
    ids["root"] = ids["root"].where(ids["size"] <= MAX_IDS_PER_PERSON, ids["id"])
    ids["is_guest"] = ids["id"].str.startswith(GUEST)
    names = ids.sort_values(["is_guest", "id"]).drop_duplicates("root").set_index("root")["id"]
    return pd.Series(ids["root"].map(names).to_numpy(), index=ids["id"].to_numpy())
