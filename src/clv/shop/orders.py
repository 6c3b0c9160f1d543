"""Orders, their lines and refunds of one chunk of persons, and what each order is worth in USD.

A completed order's lines minus discounts minus partial refunds equal its share of the planted spend, in cents of
the order's currency. Orders that do not count (cancelled, pending, fully refunded) and guest orders without an
email come on top of the planted purchases, so that the law holds exactly for what counts.
"""

from dataclasses import dataclass

import numpy as np

from clv.shop.law import Array, Columns
from clv.shop.people import DAY, EMAIL_PAIR, TREATED, People
from clv.shop.reference import RATE_SCALE, Catalogue, Market, product_near, to_units
from clv.shop.settings import CAMPAIGN_WINDOW_DAYS, SALES_CHANNELS, ShopSettings

COMPLETED, CANCELLED, PENDING, FULLY_REFUNDED = range(4)
LAW, UNATTRIBUTED = 0, 4
EXTRA_SHARES = {CANCELLED: 0.04, PENDING: 0.01, FULLY_REFUNDED: 0.02, UNATTRIBUTED: 0.015}
NO_EMAIL, EMAIL_1, EMAIL_2, EMAIL_GUEST, EMAIL_1_AS_GUEST = range(5)
SMALLEST_ORDER_CENTS = 100


@dataclass(frozen=True)
class Orders:
    """Orders of one chunk: `columns` for the files; one entry per order in every array.

    person: position in the chunk. outcome: COMPLETED … FULLY_REFUNDED. is_attributed: whether it belongs to a person.
    gross, discount, refund, cogs: 1e-4 USD.
    """

    columns: Columns
    lines: Columns
    refunds: Columns
    person: Array
    outcome: Array
    is_attributed: Array
    gross: Array
    discount: Array
    refund: Array
    cogs: Array

    @property
    def counted(self) -> Array:
        """Whether the order counts: completed and not fully refunded."""
        return np.asarray(self.outcome == COMPLETED)

    @property
    def net(self) -> Array:
        """Net revenue in 1e-4 USD."""
        return np.asarray(self.gross - self.discount - self.refund)

    @property
    def second(self) -> Array:
        """When each order was placed."""
        return self.columns["ordered"]


def draw_orders(
    rng: np.random.Generator,
    settings: ShopSettings,
    people: People,
    purchases: tuple[Array, Array, Array],
    market: Market,
    first_order: int,
) -> Orders:
    """Turn planted purchases (person, second, spend in USD) into orders numbered from `first_order`."""
    person, second, spend, origin = _with_extras(rng, settings, purchases, is_first_chunk=first_order == 0)
    size = len(person)
    outcome = np.where(origin == UNATTRIBUTED, COMPLETED, origin)
    is_attributed = origin != UNATTRIBUTED
    treated = in_campaign_window(settings, second) & (people.variant[person] == TREATED) & is_attributed
    spend = spend * np.where(treated, settings.campaign_factor, 1)
    day = second // DAY - settings.start_day
    currency = people.currency[person]
    rate = market.rates[currency, day]
    target = np.maximum(SMALLEST_ORDER_CENTS, np.rint(100 * spend * RATE_SCALE / rate)).astype(np.int64)
    order_discount = np.where(
        rng.random(size) < 0.15, np.rint(target * rng.uniform(0.05, 0.25, size)).astype(np.int64), 0
    )
    refunded = second + rng.integers(DAY, 45 * DAY, size)
    is_partial = (origin == LAW) & (rng.random(size) < 0.04) & (refunded <= settings.end_second)
    refunded = np.minimum(refunded, settings.end_second)

    lines = _draw_lines(rng, target + order_discount, is_partial, rate, day, market.catalogue)
    start = np.flatnonzero(lines["line"] == 1)
    line_rate = rate[lines["order"]]
    gross_units = to_units(lines["quantity"] * lines["price"], line_rate)
    line_discount_units = to_units(lines["discount"], line_rate)
    lines["order_no"] = lines["order"] + first_order

    refund_cents = np.where(outcome == FULLY_REFUNDED, target, np.where(is_partial, lines["price"][start], 0))
    refund_day = refunded // DAY - settings.start_day
    has_refund = np.flatnonzero(refund_cents)
    account, email = _draw_accounts(rng, people, person, second, is_attributed)
    shipping = np.where(rng.random(size) < 0.6, 499, 0)
    tax = np.rint(target * 0.08).astype(np.int64)
    columns = {
        "order_no": first_order + np.arange(size),
        "person": people.index[person],
        "account": account,
        "email": email,
        "ordered": second,
        "updated": np.minimum(second + rng.integers(60, 10 * DAY, size), settings.end_second),
        "status": np.where(outcome == FULLY_REFUNDED, COMPLETED, outcome),
        "country": people.country[person],
        "currency": currency,
        "amount": target + order_discount + np.where(is_partial, lines["price"][start], 0),
        "discount": order_discount,
        "shipping": shipping,
        "tax": tax,
        "sales_channel": rng.choice(len(SALES_CHANNELS), size, p=(0.7, 0.2, 0.1)),
    }
    refunds = {
        "order_no": columns["order_no"][has_refund],
        "order": has_refund,
        "refunded": refunded[has_refund],
        # who gives back everything gives back the shipping and the tax, too
        "amount": (refund_cents + np.where(is_partial, 0, shipping + tax))[has_refund],
        "shipping": shipping[has_refund],
        "tax": tax[has_refund],
        "is_partial": is_partial[has_refund],
        "currency": currency[has_refund],
    }
    return Orders(
        columns=columns,
        lines=lines,
        refunds=refunds,
        person=person,
        outcome=outcome,
        is_attributed=is_attributed,
        gross=np.add.reduceat(gross_units, start),
        discount=np.add.reduceat(line_discount_units, start) + to_units(order_discount, rate),
        refund=to_units(refund_cents, market.rates[currency, refund_day]),
        cogs=np.where(outcome == COMPLETED, np.add.reduceat(lines["cogs"], start), 0),
    )


def in_campaign_window(settings: ShopSettings, second: Array) -> Array:
    """Whether a moment lies in the 90 days from the campaign's assignment on."""
    elapsed = second - settings.assigned_second
    return np.asarray((elapsed >= 0) & (elapsed < CAMPAIGN_WINDOW_DAYS * DAY))


def _with_extras(
    rng: np.random.Generator,
    settings: ShopSettings,
    purchases: tuple[Array, Array, Array],
    *,
    is_first_chunk: bool,
) -> tuple[Array, Array, Array, Array]:
    """Append orders outside the law, up to 30 days after a random purchase of the same person.

    The first chunk gets one order without a person at noon of the last day, so that the data reach it.
    """
    size = len(purchases[0])
    kinds = np.asarray(list(EXTRA_SHARES))
    counts = rng.binomial(size, list(EXTRA_SHARES.values()))
    origin = np.repeat(kinds, counts)
    template = rng.integers(0, size, len(origin))
    second = np.minimum(purchases[1][template] + rng.integers(3600, 30 * DAY, len(origin)), settings.end_second)
    if is_first_chunk:
        origin, template = np.append(origin, UNATTRIBUTED), np.append(template, 0)
        second = np.append(second, settings.end_second - DAY // 2)
    return (
        np.concatenate([purchases[0], purchases[0][template]]),
        np.concatenate([purchases[1], second]),
        np.concatenate([purchases[2], purchases[2][template]]),
        np.concatenate([np.full(size, LAW), origin]),
    )


def _draw_lines(
    rng: np.random.Generator,
    total: Array,
    is_partial: Array,
    rate: Array,
    day: Array,
    catalogue: Catalogue,
) -> Columns:
    """Split each order's `total` cents into one to four lines whose quantity x price - discount add up to it.

    An order with `is_partial` gets one more unit on its first line, which is given back. The last line has
    quantity one and takes what rounding leaves. `cogs` is in 1e-4 USD for the units kept, from the line's own cost
    where it has one (60%), else from the product's cost of the day.
    """
    count = rng.choice((1, 2, 3, 4), len(total), p=(0.45, 0.3, 0.17, 0.08))
    start = np.cumsum(count) - count
    order = np.repeat(np.arange(len(total)), count)
    line = np.arange(len(order)) - start[order] + 1
    is_last = line == count[order]
    weight = rng.uniform(0.5, 1.5, len(order))
    share = total[order] * weight / np.add.reduceat(weight, start)[order]
    quantity = np.where(is_last, 1, rng.choice((1, 1, 1, 2, 3), len(order)))
    price = np.where(is_last, 0, np.maximum(1, np.rint(share / quantity))).astype(np.int64)
    price[is_last] = total - np.add.reduceat(price * quantity, start)
    cut = np.where(rng.random(len(order)) < 0.05, (price + 9) // 10, 0)
    discount = cut * quantity

    line_rate, line_day = rate[order], day[order]
    price_usd = price * line_rate / (100 * RATE_SCALE)
    product = product_near(0.55 * price_usd * np.exp(rng.normal(0, 0.15, len(order))))
    product_cost = catalogue.cost[product, line_day]
    has_cost = rng.random(len(order)) < 0.6
    own_cost = np.rint(product_cost * RATE_SCALE / line_rate * rng.uniform(0.97, 1.03, len(order)))
    unit_cost = np.where(has_cost, np.maximum(1, own_cost), -1).astype(np.int64)
    cogs = np.where(has_cost, to_units(unit_cost * quantity, line_rate), 100 * product_cost * quantity)
    quantity[start] += is_partial
    return {
        "order": order,
        "line": line,
        "product": product,
        "quantity": quantity,
        "price": price + cut,
        "discount": discount,
        "unit_cost": unit_cost,
        "cogs": cogs,
    }


def _draw_accounts(
    rng: np.random.Generator, people: People, person: Array, second: Array, is_attributed: Array
) -> tuple[Array, Array]:
    """Say under which account (0: guest) and with which email each order was placed.

    Pairs use their second account for 70% of the orders after it exists; 3% of the orders of registered persons
    with an email are guest checkouts under it; 70% of account orders repeat the account's email.
    """
    size = len(person)
    registered = people.registered[person] & is_attributed
    second_account = people.paired[person] & (second >= people.created_second_account[person])
    account = np.where(second_account & (rng.random(size) < 0.7), 2, 1)
    as_guest = registered & people.has_email[person] & (rng.random(size) < 0.03)
    account = np.where(registered & ~as_guest, account, 0)
    email = np.where(rng.random(size) < 0.7, account, NO_EMAIL)
    # A second account that shares the first one's email repeats that; one joined by phone has its own.
    email = np.where((account == 1) & ~people.has_email[person], NO_EMAIL, email)
    email = np.where((email == EMAIL_2) & (people.kind[person] == EMAIL_PAIR), EMAIL_1, email)
    email = np.where(as_guest, EMAIL_1_AS_GUEST, email)
    email = np.where(is_attributed & ~people.registered[person], EMAIL_GUEST, email)
    return account, email
