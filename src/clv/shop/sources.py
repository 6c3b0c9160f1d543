"""The twelve raw sources: how each column is written in SQL over the generated arrays, and what defects suit it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from clv.shop.settings import (
    CAMPAIGNS,
    CHANNELS,
    COUNTRIES,
    CURRENCIES,
    SALES_CHANNELS,
    TEST_CAMPAIGN,
    UNPRODUCTIVE_CHANNEL,
    ShopSettings,
)

BLANK = "''"
UNREADABLE_NUMBER = "'12,3x'"
IMPOSSIBLE_DATE = "'2024-02-31'"
UNREADABLE_DATE = "'last tuesday'"
STATUSES = ("completed", "cancelled", "pending")
CATEGORIES = ("accessories", "kitchen", "home", "garden", "electronics", "furniture")


@dataclass(frozen=True)
class Defect:
    """A kind of rejected row: a copy of a clean row with the columns in `replace` written as the SQL given."""

    kind: str
    replace: Mapping[str, str]


@dataclass(frozen=True)
class Source:
    """One raw source.

    columns: column → SQL with the column's type. is_folder: whether it is a folder of deliveries.
    rejected: the defects that get a row quarantined. older: column → text of an earlier version of a row.
    older_is_by_delivery: no updated_at decides, so the clean row comes in a later delivery. is_log: equal rows of
    one delivery all count, so that none is repeated. is_part: rows belong to a record that a later delivery brings
    whole, so that none is repeated there alone. separated: (column, its array in cents) that is written with a
    thousands separator from 1,000.00 on.
    """

    name: str
    columns: Mapping[str, str]
    rejected: tuple[Defect, ...] = ()
    older: Mapping[str, str] = field(default_factory=dict)
    older_is_by_delivery: bool = False
    is_folder: bool = True
    is_log: bool = False
    is_part: bool = False
    separated: tuple[str, str] = ("", "")


def sources(settings: ShopSettings) -> dict[str, Source]:
    """The specification of every source, by name."""
    listed = (
        _orders(),
        _order_items(),
        _products(),
        _refunds(),
        _customers(),
        _marketing_spend(),
        _touchpoints(),
        _campaign_members(),
        _subscriptions(settings),
        _survey_responses(),
        _inventory_periods(),
        _exchange_rates(),
    )
    return {source.name: source for source in listed}


def _choice(names: tuple[str, ...], code: str) -> str:
    """SQL for the name with a zero-based code; NULL where the code is -1."""
    quoted = ", ".join(f"'{name}'" for name in names)
    return f"case when {code} >= 0 then [{quoted}][{code} + 1] end"


def _money(cents: str) -> str:
    return f"({cents} / 100)::decimal(18, 2)"


def _moment(second: str) -> str:
    return f"case when {second} >= 0 then make_timestamp({second} * 1000000) end"


def _date(day: str) -> str:
    return f"date '1970-01-01' + ({day})::integer"


def _customer_id(account: str = "1") -> str:
    """SQL for a customer id; a few hold spaces, quotes and other than ASCII letters."""
    return (
        f"case when {account} > 0 then 'C' || (100000000 + person) || case when {account} = 2 then 'B' else '' end"
        """ || case when person % 997 = 0 then ' O''Brien, "é"' else '' end end"""
    )


def _order_id() -> str:
    return "'O' || (1000000000 + order_no)"


def _channel(code: str = "channel") -> str:
    return _choice((*CHANNELS, UNPRODUCTIVE_CHANNEL), code)


def _orders() -> Source:
    email = (
        "case email when 1 then 'user' || person || '@example.com' when 2 then 'user' || person || '.alt@example.org'"
        " when 3 then 'guest' || person || '@example.net' when 4 then 'User' || person || '@EXAMPLE.com' end"
    )
    return Source(
        "orders",
        {
            "order_id": _order_id(),
            "customer_id": _customer_id("account"),
            "ordered_at": _moment("ordered"),
            "status": _choice(STATUSES, "status"),
            "currency": _choice(CURRENCIES, "currency"),
            "amount": _money("amount"),
            "discount_amount": _money("discount"),
            "shipping_amount": _money("shipping"),
            "tax_amount": _money("tax"),
            "sales_channel": _choice(SALES_CHANNELS, "sales_channel"),
            "country": _choice(COUNTRIES, "country"),
            "email": email,
            "updated_at": _moment("updated"),
        },
        rejected=(
            Defect("blank_key", {"order_id": BLANK}),
            Defect("null_key", {"order_id": "null"}),
            Defect("unreadable_number", {"discount_amount": UNREADABLE_NUMBER}),
            Defect("impossible_date", {"ordered_at": IMPOSSIBLE_DATE}),
            Defect("unreadable_date", {"ordered_at": UNREADABLE_DATE}),
            Defect("blank_date", {"ordered_at": BLANK}),
            Defect(
                "currency_without_rate",
                {"order_id": "'X' || (1000000000 + order_no)", "currency": "'XTS'", "status": "'completed'"},
            ),
        ),
        older={
            "status": "'pending'",
            "amount": "((amount + 700) / 100)::decimal(18, 2)::varchar",
            "discount_amount": "'0.00'",
            "updated_at": f"({_moment('ordered')})::varchar",
        },
        separated=("amount", "amount"),
    )


def _order_items() -> Source:
    return Source(
        "order_items",
        {
            "order_id": _order_id(),
            "line_number": "line",
            "product_id": "'P' || (1000 + product)",
            "quantity": "quantity",
            "unit_price": _money("price"),
            "discount_amount": _money("discount"),
            "unit_cost": f"case when unit_cost >= 0 then {_money('unit_cost')} end",
        },
        rejected=(
            Defect("blank_key", {"order_id": BLANK}),
            Defect("unreadable_number", {"unit_price": UNREADABLE_NUMBER}),
            Defect("blank_number", {"quantity": BLANK}),
            Defect("without_order", {"order_id": "'missing-' || (1000000000 + order_no)"}),
        ),
        separated=("unit_price", "price"),
        is_part=True,
    )


def _products() -> Source:
    return Source(
        "products",
        {
            "product_id": "'P' || (1000 + product)",
            "product_name": """'Crème "Nº ' || product || '", ' || (1 + product % 12) || ' oz'""",
            "category": _choice(CATEGORIES, "(product // 40)"),
            "unit_cost": _money("cost"),
            "valid_from": _date("valid_from"),
        },
        rejected=(
            Defect("blank_key", {"product_id": BLANK}),
            Defect("unreadable_number", {"unit_cost": UNREADABLE_NUMBER}),
            Defect("impossible_date", {"valid_from": IMPOSSIBLE_DATE}),
        ),
        is_folder=False,
    )


def _refunds() -> Source:
    return Source(
        "refunds",
        {
            "refund_id": "'R' || (1000000000 + order_no)",
            "order_id": _order_id(),
            "refunded_at": _moment("refunded"),
            "amount": _money("amount"),
            "line_number": "case when is_partial then 1 end",
            "quantity": "case when is_partial then 1 end",
            "tax_amount": f"case when not is_partial then {_money('tax')} end",
            "shipping_amount": f"case when not is_partial then {_money('shipping')} end",
            "currency": _choice(CURRENCIES, "currency"),
        },
        rejected=(
            Defect(
                "without_order",
                {
                    "refund_id": "'RX' || (1000000000 + order_no)",
                    "order_id": "'missing-' || (1000000000 + order_no)",
                },
            ),
            Defect("unreadable_number", {"amount": UNREADABLE_NUMBER}),
            Defect("impossible_date", {"refunded_at": IMPOSSIBLE_DATE}),
            Defect("blank_key", {"refund_id": BLANK}),
        ),
    )


def _customers() -> Source:
    digits = "((2000000000 + person)::varchar)"
    pieces = [f"{digits}[1:3]", f"{digits}[4:6]", f"{digits}[7:10]"]
    return Source(
        "customers",
        {
            "customer_id": _customer_id("account"),
            "created_at": _moment("created"),
            "email": (
                "case email when 1 then 'user' || person || '@example.com' when 2 then 'user' || person ||"
                " '.alt@example.org' when 3 then '  USER' || person || '@Example.COM ' end"
            ),
            "phone": (
                f"case phone when 1 then '+1 (' || {pieces[0]} || ') ' || {pieces[1]} || '-' || {pieces[2]}"
                f" when 2 then '1-' || {pieces[0]} || '.' || {pieces[1]} || ' ' || {pieces[2]} end"
            ),
            "country": _choice(COUNTRIES, "country"),
            "birth_date": f"case when birth > -100000 then {_date('birth')} end",
            "acquisition_channel": _channel(),
            "acquisition_campaign": _choice(CAMPAIGNS, "campaign"),
            "loyalty_joined_at": _moment("loyalty"),
        },
        rejected=(
            Defect("blank_key", {"customer_id": BLANK}),
            Defect("impossible_date", {"created_at": IMPOSSIBLE_DATE}),
            Defect("unreadable_date", {"birth_date": UNREADABLE_DATE}),
        ),
        older={"country": "'ZZ'", "acquisition_channel": "'unknown'", "loyalty_joined_at": "null"},
        older_is_by_delivery=True,
    )


def _marketing_spend() -> Source:
    return Source(
        "marketing_spend",
        {
            "spend_date": _date("day"),
            "channel": _channel(),
            "amount": _money("amount"),
            "campaign": _choice(CAMPAIGNS, "campaign"),
            "currency": _choice(CURRENCIES, "currency"),
        },
        rejected=(
            Defect("unreadable_number", {"amount": UNREADABLE_NUMBER}),
            Defect("impossible_date", {"spend_date": IMPOSSIBLE_DATE}),
            Defect("blank_number", {"amount": BLANK}),
        ),
        is_log=True,
        separated=("amount", "amount"),
    )


def _touchpoints() -> Source:
    return Source(
        "touchpoints",
        {
            "customer_id": _customer_id(),
            "touched_at": _moment("touched"),
            "channel": _channel(),
            "campaign": _choice(CAMPAIGNS, "campaign"),
        },
        rejected=(
            Defect("impossible_date", {"touched_at": IMPOSSIBLE_DATE}),
            Defect("blank_date", {"touched_at": BLANK}),
        ),
    )


def _campaign_members() -> Source:
    return Source(
        "campaign_members",
        {
            "campaign": f"'{TEST_CAMPAIGN}'",
            "customer_id": _customer_id(),
            "assigned_at": _moment("assigned"),
            "variant": "case variant when 1 then 'control' when 2 then 'treated' end",
            "cost": _money("cost"),
        },
        rejected=(
            Defect("unreadable_number", {"cost": UNREADABLE_NUMBER}),
            Defect("unreadable_date", {"assigned_at": UNREADABLE_DATE}),
        ),
    )


def _subscriptions(settings: ShopSettings) -> Source:
    return Source(
        "subscriptions",
        {
            "subscription_id": "'S' || (100000000 + person)",
            "customer_id": _customer_id(),
            "started_at": _moment("started"),
            "monthly_amount": _money("monthly"),
            "ended_at": _moment("ended"),
            "plan": _choice(tuple(plan.name.replace("'", "''") for plan in settings.plans), "plan"),
            "currency": _choice(CURRENCIES, "currency"),
        },
        rejected=(
            Defect("blank_key", {"subscription_id": BLANK}),
            Defect("unreadable_number", {"monthly_amount": UNREADABLE_NUMBER}),
            Defect("impossible_date", {"started_at": IMPOSSIBLE_DATE}),
        ),
    )


def _survey_responses() -> Source:
    return Source(
        "survey_responses",
        {"customer_id": _customer_id(), "responded_at": _moment("responded"), "score": "score"},
        rejected=(
            Defect("unreadable_number", {"score": "'ten'"}),
            Defect("unreadable_date", {"responded_at": UNREADABLE_DATE}),
        ),
    )


def _inventory_periods() -> Source:
    return Source(
        "inventory_periods",
        {
            "period_start": _date('"start"'),
            "period_end": _date('"end"'),
            "opening_inventory": _money("opening"),
            "purchases": _money("purchases"),
            "closing_inventory": _money("closing"),
            "currency": "'USD'",
        },
        is_folder=False,
        separated=("purchases", "purchases"),
    )


def _exchange_rates() -> Source:
    return Source(
        "exchange_rates",
        {
            "rate_date": _date("day"),
            "currency": _choice(CURRENCIES, "currency"),
            "rate": "(rate / 1000000)::decimal(18, 6)",
        },
        rejected=(
            Defect("unreadable_number", {"rate": UNREADABLE_NUMBER}),
            Defect("impossible_date", {"rate_date": IMPOSSIBLE_DATE}),
        ),
        is_folder=False,
    )
