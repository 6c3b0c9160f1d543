"""Lists of customers to act on, which `clv export --audience` writes: who, why, how valuable, as of when."""

from collections.abc import Mapping
from dataclasses import dataclass

from clv.engines.protocol import Database, sql_text
from clv.warehouse.publish import MARTS_SCHEMA

CONTACTS = "dim_customer_contacts"
CONTACT_KINDS = ("email", "phone")


@dataclass(frozen=True)
class Audience:
    """A list. reason: SQL of why a customer is in it; condition: of who is. dim_customers is `customers` in both."""

    description: str
    reason: str
    condition: str


AUDIENCES: Mapping[str, Audience] = {
    "at_risk_vips": Audience(
        "One row per customer of the highest value tier who is at risk of leaving, the most valuable first.",
        "'at risk: no order for ' || customers.days_since_last_order || ' days'"
        " || coalesce(', ' || customers.days_overdue || ' days longer than expected', '')",
        "customers.lifecycle_stage = 'at_risk' and customers.value_tier in (select tiers.value_tier from"
        f" {MARTS_SCHEMA}.fct_value_tiers as tiers where tiers.tier_rank = 1)",
    ),
}


def audience_sql(database: Database, name: str) -> str:
    """Return the SQL of a list. Contacts are in it where they were published (var publish_contacts)."""
    audience = AUDIENCES[name]
    contacts = _published_contacts(database)
    columns = [
        f'{sql_text(name)} as "list"',
        "customers.customer_id",
        *(f"contacts.{kind}" for kind in contacts),
        f'{audience.reason} as "reason"',
        'customers.total_clv as "value"',
        "customers.currency",
        'customers.as_of_date as "date"',
    ]
    joined = f" left join {MARTS_SCHEMA}.{CONTACTS} as contacts on customers.customer_id = contacts.customer_id"
    return (
        f"(select {', '.join(columns)} from {MARTS_SCHEMA}.dim_customers as customers{joined if contacts else ''} "
        f"where {audience.condition} order by customers.total_clv desc nulls last, customers.customer_id)"
    )


def _published_contacts(database: Database) -> list[str]:
    """Return the kinds of contacts that at least one customer has in the published file."""
    if CONTACTS not in (name for name, _ in database.tables(MARTS_SCHEMA)):
        return []
    counts = ", ".join(f"count({kind})" for kind in CONTACT_KINDS)
    found = database.execute(f"select {counts} from {MARTS_SCHEMA}.{CONTACTS}").fetchall()[0]
    return [kind for kind, count in zip(CONTACT_KINDS, found, strict=True) if count]
