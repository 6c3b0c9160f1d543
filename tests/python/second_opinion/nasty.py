"""A small shop in which everything goes wrong that the definitions speak of, made from a fixed seed.

Three currencies, late corrections, credit notes, refunds above what was paid, gaps in costs, discounts above the goods, tax in prices,
guests, shared phones, touchpoints at the moment of an order, campaigns with two variants, subscriptions of several periods.
"""

import csv
import datetime as dt
from collections.abc import Iterable, Mapping
from pathlib import Path

import numpy as np

AS_OF = dt.date(2024, 11, 17)
TIMEZONE = "America/New_York"
FIRST = dt.datetime.fromisoformat("2023-01-03 09:00:00")
CURRENCIES = ["USD", "EUR", "GBP"]
CHANNELS = ["paid_search", "email", "affiliate", "organic"]

Row = Mapping[str, object]


def write_nasty_shop(folder: Path, seed: int = 24) -> None:
    """Write the raw files of the shop."""
    draw = np.random.default_rng(seed)
    people = accounts_of(draw)
    orders, items = orders_of(draw, people)
    notes, note_items = credit_notes_of(draw, orders, items)
    write(folder / "customers.csv", people)
    write(folder / "orders" / "1.csv", orders + notes)
    write(folder / "orders" / "2.csv", corrections_of(draw, orders))
    write(folder / "order_items" / "1.csv", items + note_items)
    write(folder / "order_items" / "2.csv", corrected_items(draw, items))
    write(folder / "refunds.csv", refunds_of(draw, orders, items))
    write(folder / "products.csv", products_of(draw))
    write(folder / "exchange_rates.csv", rates_of(draw))
    write(folder / "inventory_periods.csv", inventories_of(draw))
    write(folder / "marketing_spend.csv", spend_of(draw))
    write(folder / "touchpoints.csv", touchpoints_of(draw, orders))
    write(folder / "campaign_members.csv", members_of(draw, people))
    write(folder / "subscriptions.csv", subscriptions_of(draw, people))
    write(folder / "survey_responses.csv", surveys_of(draw, people))


def write(path: Path, rows: Iterable[Row]) -> None:
    """Write rows as CSV, with all columns that any of them has."""
    rows = list(rows)
    path.parent.mkdir(parents=True, exist_ok=True)
    columns = list(dict.fromkeys(name for row in rows for name in row))
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, columns, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def moment(days: float) -> str:
    """Return the time so many days after the first, in UTC; evenings in New York are the next day in UTC."""
    return (FIRST + dt.timedelta(days=float(days))).strftime("%Y-%m-%d %H:%M:%S")


def day(days: float) -> str:
    return moment(days)[:10]


def accounts_of(draw: np.random.Generator) -> list[Row]:
    """Ninety accounts: some share an email, some a phone, of equal and of other birth dates; some were made after their first order."""
    rows = []
    for number in range(90):
        twin = number - 1 if number % 11 == 10 else number
        rows.append(
            {
                "customer_id": f"c{number:03d}",
                "created_at": moment(draw.uniform(0, 500)) if number % 9 else "",
                "email": f"Person{twin if number % 2 else number}@Shop.example" if number % 7 else "",
                "phone": f"+1 212 555 {1000 + twin}" if number % 4 else "",
                "country": ["US", "DE", "GB", ""][number % 4],
                "birth_date": "" if number % 5 == 0 else f"19{60 + (twin if number % 3 else number) % 30}-05-17",
                "acquisition_channel": ["", *CHANNELS][number % 5],
                "acquisition_campaign": ["", "spring"][number % 2],
                "loyalty_joined_at": moment(draw.uniform(100, 700)) if number % 3 == 0 else "",
            }
        )
    return rows


def orders_of(draw: np.random.Generator, people: list[Row]) -> tuple[list[Row], list[Row]]:
    """Some 430 orders, one in ten without lines."""
    orders: list[Row] = []
    items: list[Row] = []
    for number in range(430):
        order_id = f"o{number:04d}"
        who = int(90 * draw.beta(0.7, 1.6))
        guest = number % 12 == 5
        currency = CURRENCIES[int(draw.choice(3, p=[0.5, 0.3, 0.2]))]
        lines = [] if number % 10 == 3 else lines_of(draw, order_id, int(draw.integers(1, 4)))
        goods = sum(float(str(line["quantity"])) * float(str(line["unit_price"])) for line in lines)
        goods -= sum(float(str(line["discount_amount"] or 0)) for line in lines)
        amount = round(float(draw.gamma(2, 30)), 2)
        goods = goods if lines else amount
        discount = round(goods * 1.3, 2) if number % 31 == 30 else round(goods * 0.1, 2) if number % 4 == 1 else 0.0
        shipping = 4.99 if number % 3 else 0.0
        tax = round(max(goods - discount, 0) * 0.07, 2) if number % 5 else 0.0
        tax_included = ["", "true", "false"][int(draw.choice(3, p=[0.8, 0.1, 0.1]))]
        net = max(goods - discount, 0)
        total = [None, net + shipping, net + shipping + tax][number % 3]
        orders.append(
            {
                "order_id": order_id,
                "customer_id": "" if guest or number % 40 == 7 else people[who]["customer_id"],
                "ordered_at": moment(draw.uniform(0, 730)),
                "status": ["completed", "Paid", "wc-processing", "cancelled", "", "partially refunded"][
                    int(draw.choice(6, p=[0.6, 0.1, 0.1, 0.08, 0.1, 0.02]))
                ],
                "currency": currency if currency != "USD" or number % 2 else "",
                "amount": amount,
                "discount_amount": f"{discount:.2f}",
                "shipping_amount": shipping,
                "tax_amount": tax,
                "total_amount": "" if total is None or tax_included else f"{total:.2f}",
                "tax_included": tax_included,
                "sales_channel": ["Web", "store"][number % 2],
                "device": ["mobile", "desktop", ""][number % 3],
                "country": ["US", "DE", "GB", ""][number % 4],
                "email": f"guest{number % 17}@mail.example"
                if guest
                else ""
                if number % 3
                else str(people[who]["email"]).upper(),
                "updated_at": "",
            }
        )
        items += lines
    return orders, items


def lines_of(draw: np.random.Generator, order_id: str, lines: int) -> list[Row]:
    """Lines with and without a cost, a discount (now and then above the line) and a number."""
    rows = []
    numbered = draw.random() < 0.8
    for line in range(lines):
        product = int(draw.integers(0, 30))
        price = round(3 + 7.37 * product * (1 if product % 2 else 0.5), 2)
        quantity = int(draw.choice([1, 1, 1, 2, 3]))
        off = draw.random()
        rows.append(
            {
                "order_id": order_id,
                "line_number": line + 1 if numbered else "",
                "product_id": f"p{product:02d}",
                "quantity": quantity,
                "unit_price": price,
                "discount_amount": f"{price * quantity * (1.5 if off < 0.03 else 0.15 if off < 0.25 else 0):.2f}",
                "unit_cost": f"{price * draw.uniform(0.3, 0.7):.2f}" if draw.random() < 0.35 else "",
            }
        )
    return rows


def credit_notes_of(draw: np.random.Generator, orders: list[Row], items: list[Row]) -> tuple[list[Row], list[Row]]:
    """Forty notes: of the lines of an order, of its amount, of a part of it, of more than it was, of nobody, in another currency."""
    notes: list[Row] = []
    lines: list[Row] = []
    chosen = draw.choice(len(orders), 46, replace=False)
    for number, place in enumerate(int(one) for one in chosen):
        order = orders[place]
        mine = [line for line in items if line["order_id"] == order["order_id"]]
        note_id = f"n{number:03d}"
        later = dt.datetime.fromisoformat(str(order["ordered_at"])) + dt.timedelta(
            days=float(draw.choice([0.0, 3.3, 40.7, 200.1]))
        )
        note = dict(order) | {
            "order_id": note_id,
            "ordered_at": str(later),
            "discount_amount": "",
            "shipping_amount": "",
            "tax_amount": "",
        }
        note |= {
            "total_amount": "",
            "tax_included": "",
            "amount": "",
            "status": "completed" if number % 9 else "cancelled",
        }
        if number % 8 == 7:
            note |= {"currency": "GBP"}
        if number % 23 == 22:
            note |= {"customer_id": "", "email": ""}
        if number % 3 == 0 and mine:
            taken = mine if number % 2 else mine[:1]
            for line in taken:
                back = (
                    {"quantity": -int(str(line["quantity"]))}
                    if number % 4
                    else {"unit_price": -float(str(line["unit_price"]))}
                )
                lines.append(dict(line) | {"order_id": note_id, "discount_amount": ""} | back)
        else:
            part = [1.0, 0.4, 2.5][number % 3]
            note |= {"amount": f"{-part * float(str(order['amount'])):.2f}"}
        notes.append(note)
    return notes, lines


def corrections_of(draw: np.random.Generator, orders: list[Row]) -> list[Row]:
    """Orders delivered again, written weeks after their day: cancelled, dearer, moved to another customer or day; and rows that can't be read."""
    rows: list[Row] = []
    for number, place in enumerate(int(one) for one in draw.choice(len(orders), 60, replace=False)):
        order = orders[place]
        written = dt.datetime.fromisoformat(str(order["ordered_at"])) + dt.timedelta(days=float(draw.uniform(0.2, 250)))
        change: Row = [
            {"status": "cancelled"},
            {"discount_amount": "5.00", "total_amount": ""},
            {"amount": "77.70"},
            {"customer_id": "c001", "email": ""},
            {"ordered_at": str(dt.datetime.fromisoformat(str(order["ordered_at"])) + dt.timedelta(days=2))},
            {"currency": "XXX"} if number == 5 else {"amount": "12,3x"} if number % 2 else {"ordered_at": "2024-02-31"},
        ][number % 6]
        if number % 6 == 3 and order["customer_id"] == "":
            change = {"status": "completed"}
        rows.append(dict(order) | dict(change) | {"updated_at": str(written.replace(microsecond=0))})
    return rows


def corrected_items(draw: np.random.Generator, items: list[Row]) -> list[Row]:
    """Lines delivered again, whole orders with a line less or a price more; lines of nothing."""
    rows: list[Row] = []
    for order_id in sorted({str(line["order_id"]) for line in items})[::17]:
        mine = [line for line in items if line["order_id"] == order_id]
        rows += [
            dict(line) | {"unit_price": round(float(str(line["unit_price"])) + 1.11, 2)}
            for line in mine[: max(1, len(mine) - 1)]
        ]
    rows.append(dict(items[0]) | {"order_id": "none"})
    rows.append(dict(items[1]) | {"quantity": "two"})
    return rows


def refunds_of(draw: np.random.Generator, orders: list[Row], items: list[Row]) -> list[Row]:
    """Refunds of an amount alone, of lines, of tax and shipping; above what was paid; twice; in another currency; goods written off."""
    rows: list[Row] = []
    for number, place in enumerate(int(one) for one in draw.choice(len(orders), 90, replace=True)):
        order = orders[place]
        mine = [line for line in items if line["order_id"] == order["order_id"]]
        paid = dt.datetime.fromisoformat(str(order["ordered_at"])) + dt.timedelta(
            days=float(draw.choice([0.5, 5.25, 33.4, 120.9]))
        )
        row: dict[str, object] = {
            "refund_id": f"r{number:03d}",
            "order_id": order["order_id"],
            "refunded_at": str(paid.replace(microsecond=0)),
            "amount": f"{float(draw.choice([5, 12.5, 30, 500])):.2f}",
            "line_number": "",
            "quantity": "",
            "tax_amount": "",
            "shipping_amount": "",
            "keeps_goods": "true" if number % 10 == 9 else "",
            "currency": "EUR" if number % 14 == 13 else "",
        }
        numbered = [line for line in mine if line["line_number"] != ""]
        if number % 4 == 0 and numbered:
            line = numbered[0]
            bought = int(str(line["quantity"]))
            gone = float(str(line["unit_price"])) * bought - float(str(line["discount_amount"] or 0))
            row |= {
                "line_number": line["line_number"],
                "quantity": bought if number % 8 else "",
                "amount": f"{max(gone, 0.01):.2f}",
            }
        elif number % 4 == 1:
            row |= {"tax_amount": "1.07"}
        elif number % 4 == 2:
            row |= {"shipping_amount": "4.99"}
        rows.append(row)
    rows.append(dict(rows[0]) | {"amount": "1.00"})
    rows.append(dict(rows[1]) | {"refund_id": "r900", "order_id": "none"})
    rows.append(dict(rows[1]) | {"refund_id": "r901", "amount": "much"})
    return rows


def products_of(draw: np.random.Generator) -> list[Row]:
    """Thirty products: a third without a cost, a third with a history of costs that begins late."""
    rows: list[Row] = []
    for number in range(30):
        price = 3 + 7.37 * number * (1 if number % 2 else 0.5)
        shared: Row = {
            "product_id": f"p{number:02d}",
            "product_name": f"Thing {number}",
            "category": ["toys", "tools", ""][number % 3],
        }
        if number % 3 == 0:
            rows.append(dict(shared) | {"unit_cost": "", "valid_from": ""})
        elif number % 3 == 1:
            rows.append(dict(shared) | {"unit_cost": f"{price * 0.5:.2f}", "valid_from": ""})
        else:
            rows += [
                dict(shared) | {"unit_cost": f"{price * (0.4 + 0.1 * step):.2f}", "valid_from": day(60 + 200 * step)}
                for step in range(3)
            ]
    return rows


def rates_of(draw: np.random.Generator) -> list[Row]:
    """A rate a day of two currencies, but for days without one."""
    rows: list[Row] = []
    for place, currency in enumerate(CURRENCIES[1:]):
        rate = [1.08, 1.27][place]
        for number in range(1100):
            rate *= float(np.exp(draw.normal(0, 0.006)))
            if number % 97 != 50 + place:
                rows.append({"rate_date": day(number - 10), "currency": currency, "rate": f"{rate:.6f}"})
    return rows


def inventories_of(draw: np.random.Generator) -> list[Row]:
    """Periods of some months: one in euros, two that overlap, one without sales, one not over at the as-of date."""
    periods = [
        ("2023-02-01", "2023-03-31", 9000, 1500, 8900, "USD"),
        ("2023-06-01", "2023-06-30", "8,000.00", 900, 8100, "EUR"),
        ("2024-03-01", "2024-05-31", 7000, 2000, 7400, ""),
        ("2024-05-01", "2024-05-31", 7400, 700, 7600, ""),
        ("2024-11-01", "2024-11-30", 7000, 100, 6000, ""),
        ("2026-01-01", "2026-01-31", 7000, 100, 6000, ""),
    ]
    names = ["period_start", "period_end", "opening_inventory", "purchases", "closing_inventory", "currency"]
    return [dict(zip(names, period, strict=True)) for period in periods]


def spend_of(draw: np.random.Generator) -> list[Row]:
    """Spend by the week: in euros, without a channel, with a credit, with a row twice."""
    rows: list[Row] = []
    for week in range(104):
        for place, channel in enumerate(["paid_search", "Paid_Search" if week % 9 == 8 else "affiliate", "email", ""]):
            amount = float(draw.gamma(2, 12)) * (-0.2 if week % 29 == 28 else 1)
            campaign = ["spring", "", "loyal", ""][place] if week % 2 else ""
            rows.append(
                {
                    "spend_date": day(7 * week),
                    "channel": channel,
                    "amount": f"{amount:.2f}",
                    "campaign": campaign,
                    "currency": ["USD", "EUR", "", "USD"][place],
                }
            )
    return rows


def touchpoints_of(draw: np.random.Generator, orders: list[Row]) -> list[Row]:
    """None to five touchpoints before an order, one at its very moment; touchpoints that lead to none."""
    rows: list[Row] = []
    for number, order in enumerate(orders):
        if order["customer_id"] == "" or number % 3 == 2:
            continue
        placed = dt.datetime.fromisoformat(str(order["ordered_at"]))
        for step in range(int(draw.integers(0, 6))):
            touched = placed - dt.timedelta(days=0 if step == 0 and number % 5 == 0 else float(draw.gamma(1, 6)))
            channel = CHANNELS[int(draw.integers(0, 4))]
            row = {
                "customer_id": order["customer_id"],
                "touched_at": str(touched.replace(microsecond=0)),
                "channel": channel,
            }
            rows.append(row | {"campaign": ["", "spring", "loyal"][int(draw.integers(0, 3))]})
    return rows


def members_of(draw: np.random.Generator, people: list[Row]) -> list[Row]:
    """Two campaigns: one with two variants and a control group, and members who got two; one without a control group."""
    rows: list[Row] = []
    for number, person in enumerate(people):
        variant = ["control", "treated", "other", "treated"][number % 4]
        row = {
            "campaign": "winback",
            "customer_id": person["customer_id"],
            "assigned_at": moment(420 + number % 3),
            "variant": variant,
        }
        rows.append(row | {"cost": "" if number == 2 else f"{0.5 * (number % 4):.2f}"})
        if number % 15 == 14:
            rows.append(row | {"assigned_at": moment(440), "variant": "control", "cost": "0"})
    rows += [
        {
            "campaign": "late",
            "customer_id": person["customer_id"],
            "assigned_at": moment(640),
            "variant": "treated",
            "cost": "1",
        }
        for person in people[:20]
    ]
    return rows


def subscriptions_of(draw: np.random.Generator, people: list[Row]) -> list[Row]:
    """Seventy subscriptions of three plans and two periods: some end, some come back, some change the plan."""
    rows: list[Row] = []
    for number in range(70):
        start = float(draw.uniform(0, 600))
        length = float(draw.exponential(160))
        ended = start + length < 690 and number % 3
        plan = int(draw.integers(0, 3))
        row = {
            "subscription_id": f"s{number:03d}",
            "customer_id": people[number % 60]["customer_id"],
            "started_at": moment(start),
            "monthly_amount": ["9.90", "19.90", "0"][plan] if number % 13 == 12 else ["9.90", "19.90", "29.00"][plan],
            "ended_at": moment(start + length) if ended else "",
            "plan": ["basic", "pro", ""][plan],
            "billing_period": ["", "month", "year"][number % 3],
            "currency": CURRENCIES[number % 3],
        }
        rows.append(row)
        if ended and number % 4 == 1:
            again = start + length + float(draw.choice([0.0, 1.0, 45.0]))
            rows.append(
                row
                | {
                    "subscription_id": f"s{number:03d}b",
                    "started_at": moment(again),
                    "ended_at": "",
                    "plan": "pro",
                    "monthly_amount": "24.00",
                }
            )
    return rows


def surveys_of(draw: np.random.Generator, people: list[Row]) -> list[Row]:
    """Answers, some twice."""
    return [
        {
            "customer_id": people[int(draw.integers(0, 90))]["customer_id"],
            "responded_at": moment(draw.uniform(50, 700)),
            "score": int(draw.integers(0, 11)),
        }
        for _ in range(80)
    ]
