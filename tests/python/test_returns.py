"""Refunds, credit notes, discounts and tax, told again by a cashier in Python over random shops."""

import datetime as dt
import math
import random
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import duckdb
import pytest
from conftest import BuildMarts, write_csv
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from soak.builder import Builder

CENT = 0.005
ORDERS = [
    "order_id",
    "customer_id",
    "ordered_at",
    "status",
    "amount",
    "discount_amount",
    "shipping_amount",
    "tax_amount",
    "total_amount",
    "tax_included",
]
LINES = ["order_id", "line_number", "product_id", "quantity", "unit_price", "unit_cost"]
REFUNDS = [
    "refund_id",
    "order_id",
    "refunded_at",
    "amount",
    "line_number",
    "quantity",
    "tax_amount",
    "shipping_amount",
    "keeps_goods",
]
Lines = list[tuple[str, int, float]]


@dataclass
class Document:
    """An order or a credit note as its customer has it in hand; tax_inside: whether the prices hold the tax."""

    order_id: str
    customer_id: str
    moment: dt.datetime
    lines: Lines
    amount: float | None = None
    discount: float = 0.0
    shipping: float = 0.0
    tax: float = 0.0
    total: float | None = None
    told: str = ""
    tax_inside: bool = False
    refunds: list[dict[str, Any]] = field(default_factory=list)

    def goods(self) -> float:
        return self.amount if self.amount is not None else sum(quantity * price for _, quantity, price in self.lines)

    def revenue(self) -> float:
        goods = self.goods()
        if goods < 0:
            return goods - self.discount
        return max(goods - min(self.discount, goods) - self.tax_of_goods(), 0)

    def tax_of_goods(self) -> float:
        """Of tax in the prices, what is not in those of the shipping."""
        goods = self.goods() - self.discount
        share = goods / (goods + self.shipping) if goods > 0 else 1
        return self.tax * share if self.tax_inside else 0

    def paid(self) -> float:
        tax = self.tax_of_goods() if self.tax_inside else self.tax
        return self.revenue() + tax + max(self.shipping - max(self.discount - self.goods(), 0), 0)


def goods_paid_back(document: Document, refund: dict[str, Any]) -> float:
    """What a refund gives back of the goods, before it is held to what is left of them."""
    revenue, inside = document.revenue(), document.tax_of_goods()
    rest = refund["amount"] - (refund.get("tax_amount") or 0) - (refund.get("shipping_amount") or 0)
    if refund.get("tax_amount") is not None:
        return max(rest, 0)
    is_goods = any(refund.get(name) is not None for name in ("line_number", "quantity", "shipping_amount"))
    whole = revenue + inside if is_goods else document.paid()
    return max(rest, 0) * revenue / whole if whole else 0


def check_out(documents: list[Document]) -> dict[str, tuple[float, bool]]:
    """Net revenue of each document of one customer, and whether it is a purchase."""
    left = {one.order_id: one.revenue() for one in documents}
    for one in documents:
        for refund in sorted(one.refunds, key=lambda row: (row["refunded_at"], row["refund_id"])):
            back = goods_paid_back(one, refund)
            if one.revenue() > 0 and back > 0:
                left[one.order_id] -= left[one.order_id] if back >= left[one.order_id] - CENT else back
    by_lines: dict[str, Lines] = {one.order_id: list(one.lines) for one in documents}
    earlier = sorted(documents, key=lambda one: (one.moment, one.order_id))
    for note in [one for one in earlier if one.revenue() < 0]:
        found = [
            one
            for one in earlier[::-1]
            if one.revenue() > 0 and one.moment <= note.moment and left[one.order_id] >= CENT
        ]
        whole = [one for one in found if note.lines and _has(by_lines[one.order_id], note.lines)]
        equal = [one for one in found if abs(left[one.order_id] + note.revenue()) < CENT]
        first = (whole or equal or found)[:1]
        if whole:
            by_lines[first[0].order_id] += note.lines
        for one in first + [other for other in found if other not in first]:
            taken = min(left[one.order_id], -left[note.order_id])
            left[one.order_id] -= taken
            left[note.order_id] += taken
    return {
        one.order_id: (
            left[one.order_id],
            one.revenue() == 0 or (one.revenue() > 0 and left[one.order_id] > CENT),
        )
        for one in documents
    }


def _has(sold: Lines, returned: Lines) -> bool:
    def units(lines: Lines, line: tuple[str, int, float]) -> int:
        return sum(quantity for product, quantity, price in lines if (product, price) == (line[0], line[2]))

    return all(units(sold, line) + units(returned, line) >= 0 for line in returned)


def random_customer(chance: random.Random, number: int) -> list[Document]:
    """Orders, refunds and credit notes of a customer, on few days and with few products, so that they get into each other's way."""
    documents: list[Document] = []
    for place in range(chance.randint(1, 5)):
        lines = [
            (chance.choice("AB"), chance.randint(1, 3), float(chance.choice([5, 8])))
            for _ in range(chance.randint(1, 3))
        ]
        one = Document(f"{number}-{place}", f"c{number}", moment(chance), lines)
        if chance.random() < 0.2:
            one.lines, one.amount = [], float(chance.choice([0, 20, 35]))
        one.discount = chance.choice([0.0, 0.0, 0.0, 3.0, 60.0])
        one.shipping = chance.choice([0.0, 4.0])
        one.tax = chance.choice([0.0, 1.2])
        total = max(one.goods() - one.discount, 0) + max(one.shipping - max(one.discount - one.goods(), 0), 0)
        kind = chance.choice(["silent", "inside", "outside", "told"])
        one.tax_inside = kind in ("inside", "told") and one.tax > 0
        if kind in ("inside", "outside"):
            one.total = total + (0 if kind == "inside" else one.tax)
        one.told = "true" if kind == "told" else ""
        if one.total is not None and one.discount > one.goods() + one.shipping:
            one.total, one.tax_inside = None, False  # what was paid says nothing where more than all was taken off
        for part in range(chance.choice([0, 0, 0, 1, 2])):
            one.refunds.append(random_refund(chance, one, part))
        documents.append(one)
    orders = list(documents)
    for place in range(chance.choice([0, 0, 1, 1, 2, 3])):
        target = chance.choice(orders)
        note = Document(f"{number}-n{place}", f"c{number}", moment(chance), [])
        kind = chance.choice(["lines", "line", "amount", "any"])
        if kind in ("lines", "line") and target.lines:
            back = target.lines if kind == "lines" else target.lines[:1]
            note.lines = [(product, -chance.randint(1, quantity), price) for product, quantity, price in back]
        else:
            note.amount = -(round(target.revenue(), 2) if kind == "amount" else chance.choice([1.5, 12, 90])) or -7.0
        documents.append(note)
    return documents


def moment(chance: random.Random) -> dt.datetime:
    return dt.datetime(2024, 1, 1, 12, tzinfo=dt.UTC) + dt.timedelta(days=chance.randint(0, 12) * 20)


def random_refund(chance: random.Random, order: Document, part: int) -> dict[str, Any]:
    refund: dict[str, Any] = {
        "refund_id": f"r{order.order_id}-{part}",
        "refunded_at": order.moment + dt.timedelta(days=chance.randint(0, 60), hours=part),
        "amount": round(chance.choice([0.3, 0.5, 1, 1.5]) * order.paid(), 2),
    }
    kind = chance.choice(["amount", "line", "quantity", "tax", "shipping"])
    if kind == "line" and order.lines:
        refund["line_number"] = 1
    if kind == "quantity" and order.lines:
        refund["quantity"] = 1
    if kind == "tax":
        refund |= {"tax_amount": 0.6, "shipping_amount": order.shipping}
    if kind == "shipping":
        refund["shipping_amount"] = order.shipping
    return refund


def write_shop(raw: Path, documents: list[Document]) -> None:
    rows, lines, refunds = [], [], []
    for one in documents:
        rows.append(
            (
                one.order_id,
                one.customer_id,
                one.moment.isoformat(),
                "paid",
                *("" if value is None else value for value in (one.amount,)),
                one.discount or "",
                one.shipping or "",
                one.tax or "",
                "" if one.total is None else round(one.total, 2),
                one.told,
            )
        )
        lines += [
            (one.order_id, place, product, quantity, price, price / 2)
            for place, (product, quantity, price) in enumerate(one.lines, 1)
        ]
        refunds += [
            tuple((row | {"order_id": one.order_id}).get(name, "") for name in REFUNDS)
            for row in [row | {"refunded_at": row["refunded_at"].isoformat()} for row in one.refunds]
        ]
    write_csv(raw, "orders", ORDERS, rows)
    write_csv(raw, "order_items", LINES, lines)
    write_csv(raw, "refunds", REFUNDS, refunds)


@settings(
    max_examples=2,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(seed=st.integers(0, 2**32))
def test_every_order_is_worth_what_the_cashier_says(
    build_marts: BuildMarts, tmp_path_factory: pytest.TempPathFactory, seed: int
) -> None:
    chance = random.Random(seed)  # noqa: S311
    customers = [random_customer(chance, number) for number in range(150)]
    raw = tmp_path_factory.mktemp("raw")
    write_shop(raw, [one for documents in customers for one in documents])
    marts = build_marts(raw, "--select", "+fct_orders", as_of=dt.date(2025, 6, 30))
    with marts.connect() as connection:
        found = {
            order_id: (float(net_revenue), is_counted)
            for order_id, net_revenue, is_counted in connection.execute(
                "select order_id, net_revenue, is_counted from marts.fct_orders"
            ).fetchall()
        }
    expected = {order_id: worth for documents in customers for order_id, worth in check_out(documents).items()}
    assert found.keys() == expected.keys()
    wrong = {
        order_id: (found[order_id], worth)
        for order_id, worth in expected.items()
        if abs(found[order_id][0] - worth[0]) > CENT or found[order_id][1] != worth[1]
    }
    assert not wrong


ALIKE = (
    "marts.dim_customers",
    "marts.fct_customer_months",
    "marts.fct_cohort_months",
    "marts.fct_kpi_months",
    "marts.fct_clv_by_method",
    "marts.fct_value_tiers",
    "marts.fct_model_backtests",
    "marts.fct_clv_drivers",
    "intermediate.int_occasions_known",
)
"""What is the same whichever way a return is told: orders and lines apart, whose notes are documents of their own."""


def write_twins(notes: Path, refunds: Path, seed: int) -> None:
    """Write one shop twice, with its returns as credit notes and as refunds: whole orders, or pieces of their lines, with or without lines."""
    chance = random.Random(seed)  # noqa: S311
    header = ["order_id", "customer_id", "ordered_at", "status", "amount"]
    orders, lines, as_notes, note_lines, as_refunds = [], [], [], [], []
    start = dt.datetime(2024, 1, 1, 9, tzinfo=dt.UTC)
    for number in range(260):
        rate = chance.choice([20, 60, 150])
        placed = start + dt.timedelta(days=chance.uniform(0, 200))
        for place in range(12):
            order, customer = f"o{number}-{place}", f"c{number}"
            if placed > dt.datetime(2024, 12, 31, tzinfo=dt.UTC):
                break
            # prices tell the orders of a customer apart, so that a note fits the one that it is meant for
            basket = [(line, chance.choice("ABC"), chance.randint(1, 3), 10 + place + line / 4) for line in (1, 2)]
            has_lines = chance.random() < 0.8
            amount = sum(quantity * price for _, _, quantity, price in basket)
            orders.append((order, customer, placed.isoformat(), "paid", "" if has_lines else amount))
            if has_lines:
                lines += [
                    (order, line, product, quantity, price, price / 2 + line)
                    for line, product, quantity, price in basket
                ]
            if chance.random() < 0.3:
                back = placed + dt.timedelta(days=chance.choice([0, 0.01, 3, 50]))
                note = f"n{order}"
                returned = basket if chance.random() < 0.5 else [(*basket[0][:2], 1, basket[0][3])]
                as_notes.append((note, customer, back.isoformat(), "paid", "" if has_lines else -amount))
                if has_lines:
                    note_lines += [
                        (note, line, product, -quantity, price, price / 2 + line)
                        for line, product, quantity, price in returned
                    ]
                    as_refunds += [
                        (note, order, back.isoformat(), quantity * price, line, quantity)
                        for line, _, quantity, price in returned
                    ]
                else:
                    as_refunds.append((note, order, back.isoformat(), amount, "", ""))
            placed += dt.timedelta(days=chance.expovariate(1 / rate), hours=1)
    write_csv(notes, "orders", header, orders + as_notes)
    write_csv(notes, "order_items", LINES, lines + note_lines)
    write_csv(refunds, "orders", header, orders)
    write_csv(refunds, "order_items", LINES, lines)
    write_csv(refunds, "refunds", REFUNDS[:6], as_refunds)


def test_a_return_is_the_same_as_a_credit_note_and_as_a_refund(builder: Builder, tmp_path: Path) -> None:
    shops = ("notes", "refunds")
    write_twins(*(tmp_path / shop for shop in shops), seed=11)
    # two windows of KPIs in the year, so that churn is seen
    builder = replace(builder, variables={"backtest_quarters": 1, "kpi_window_months": 6})
    built = {shop: builder.build(tmp_path / shop, tmp_path / f"{shop}_built", dt.date(2025, 1, 31)) for shop in shops}
    connection = duckdb.connect()
    for shop in shops:
        connection.execute(f"attach '{built[shop]}' as {shop} (read_only)")
    told = "select count(*), sum(net_revenue), round(sum(cogs)) from {}.marts.fct_orders where gross_item_revenue >= 0"
    assert connection.execute(told.format("notes")).fetchall() == connection.execute(told.format("refunds")).fetchall()
    assert connection.execute(
        "select count(*), count(*) filter (where net_revenue <> 0 or is_counted) from notes.marts.fct_orders"
        " where gross_item_revenue < 0"
    ).fetchall()[0][1:] == (0,)
    different = {relation: found for relation in ALIKE if (found := differences(connection, relation))}
    assert not different


def differences(connection: duckdb.DuckDBPyConnection, relation: str) -> list[Any]:
    """What tells the relation of one shop from that of the other, but for the rounding of money and of what is fitted."""
    described = connection.execute(f"describe notes.{relation}").fetchall()
    numbers = [name for name, kind, *_ in described if kind == "DOUBLE" or kind.startswith("DECIMAL")]
    key = [name for name, *_ in described if name not in numbers]
    ours, others = (
        connection.execute(f"select {', '.join(key + numbers)} from {shop}.{relation} order by all").fetchall()
        for shop in ("notes", "refunds")
    )
    if len(ours) != len(others):
        return [len(ours), len(others)]
    found = []
    for row, other in zip(ours, others, strict=True):
        same = row[: len(key)] == other[: len(key)] and all(
            one == two or (None not in (one, two) and math.isclose(one, two, rel_tol=1e-4, abs_tol=0.01))
            for one, two in zip(row[len(key) :], other[len(key) :], strict=True)
        )
        if not same:
            found.append(
                [(name, one, two) for name, one, two in zip(key + numbers, row, other, strict=True) if one != two]
            )
    return found
