"""Random histories of a small shop, split at random into deliveries, and nightly builds that go on from one another.

Whatever the split, the marts must equal those of one clean build over all that was delivered.
"""

from __future__ import annotations

import csv
import datetime as dt
import gc
import os
import shutil
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field, replace
from multiprocessing import get_context
from pathlib import Path
from random import Random
from typing import Any

import duckdb

from soak.builder import Builder
from soak.nights import compare_marts

FIRST_DAY = dt.date(2024, 1, 1)
DAYS = 400
SETTINGS = {"backtest_quarters": 2, "min_repeat_customers": 8}
"""So that there is something to fit."""

Row = Mapping[str, object]

HEADERS = {
    "orders": "order_id customer_id ordered_at status currency amount discount_amount email updated_at".split(),
    "order_items": "order_id product_id quantity unit_price line_number unit_cost customer_id ordered_at".split(),
    "refunds": "refund_id order_id refunded_at amount line_number quantity currency".split(),
    "products": "product_id category unit_cost valid_from".split(),
    "exchange_rates": "rate_date currency rate".split(),
    "customers": "customer_id created_at email country acquisition_channel".split(),
    "marketing_spend": "spend_date channel amount currency".split(),
    "touchpoints": "customer_id touched_at channel campaign".split(),
    "inventory_periods": "period_start period_end opening_inventory purchases closing_inventory".split(),
}


@dataclass(frozen=True)
class Delivery:
    """What arrives before one night: rows per source, in order, and the as-of date of the night (None: unset).

    growing: the source that comes in one file, which grows from night to night. extended: the source whose files have a column more.
    """

    rows: Mapping[str, Sequence[Row]]
    as_of: dt.date | None
    file_format: str
    growing: str | None
    extended: str | None


@dataclass
class History:
    """All records of a shop, with the night before which each arrives."""

    random: Random
    nights: int
    records: list[tuple[int, str, Row]] = field(default_factory=list)

    def deliver(self, source: str, night: int, **values: object) -> None:
        """Deliver a row, late with some probability, and perhaps once more in a later night."""
        row = {name: values.get(name) for name in HEADERS[source]}
        while night < self.nights - 1 and self.random.random() < 0.2:
            night += 1
        self.records.append((night, source, row))
        if self.random.random() < 0.08:
            self.records.append((self.random.randrange(night, self.nights), source, row))

    def deliveries(self) -> Iterator[Delivery]:
        """Return the nights' deliveries, each shuffled."""
        self.random.shuffle(self.records)
        growing = self.random.choice(["customers", "touchpoints", None, None])
        for night in range(self.nights):
            rows: dict[str, list[Row]] = defaultdict(list)
            for at, source, row in self.records:
                if at == night:
                    rows[source].append(row)
            last_day = FIRST_DAY + dt.timedelta(days=DAYS * (night + 1) // self.nights)
            set_back = last_day - dt.timedelta(days=self.random.randrange(250))
            yield Delivery(
                rows,
                as_of=self.random.choice([None, last_day, last_day, last_day, set_back]),
                file_format=self.random.choice(["csv", "csv", "parquet"]),
                growing=growing,
                extended=self.random.choice(["orders", "order_items", "customers", None]),
            )


def random_history(seed: int, orders: int = 60) -> History:
    """Return a history of about `orders` orders of a shop with all that may happen to an order."""
    random = Random(seed)  # noqa: S311 (no secret)
    history = History(random, random.choice([2, 3, 3, 4]))
    customers = [f"c{number}" for number in range(max(4, orders // 4))]
    products = [f"p{number}" for number in range(5)]
    _deliver_reference(history, customers, products)
    for number in range(orders):
        _deliver_order(history, f"o{number}", random.choice(customers), products)
    return history


def _deliver_reference(history: History, customers: Sequence[str], products: Sequence[str]) -> None:
    random = history.random
    for customer in customers:
        email = random.choice([f"{customer}@shop.example", "family@shop.example", None])
        history.deliver(
            "customers",
            0,
            customer_id=customer,
            created_at=_moment(random, 0),
            email=email,
            country=random.choice(["DE", "FR", None]),
            acquisition_channel=random.choice(["search", "email", None]),
        )
        if random.random() < 0.2:
            history.deliver(
                "customers",
                random.randrange(history.nights),
                customer_id=customer,
                created_at=_moment(random, random.randrange(DAYS)),
                email=random.choice([f"{customer}@shop.example", "other@shop.example", None]),
                country="IT",
            )
    for _ in range(2 * len(customers)):
        day = random.randrange(DAYS)
        history.deliver(
            "touchpoints",
            day * history.nights // DAYS,
            customer_id=random.choice([*customers, None]),
            touched_at=random.choice([_moment(random, day), _moment(random, day), "2126-01-01", "soon"]),
            channel=random.choice(["search", "email", "social"]),
            campaign=random.choice([None, "spring"]),
        )
    for product in products[:3]:
        history.deliver("products", 0, product_id=product, category="goods", unit_cost=random.randrange(1, 9))
        history.deliver(
            "products",
            1 % history.nights,
            product_id=product,
            category="goods",
            unit_cost=random.randrange(1, 9),
            valid_from=FIRST_DAY + dt.timedelta(days=random.randrange(DAYS)),
        )
    for day in range(0, DAYS, 2 if random.random() < 0.5 else 1):
        night = day * history.nights // DAYS
        history.deliver(
            "exchange_rates",
            night,
            rate_date=FIRST_DAY + dt.timedelta(days=day),
            currency="EUR",
            rate=round(random.uniform(1, 1.3), 4),
        )
    for month in range(12):
        day = FIRST_DAY + dt.timedelta(days=30 * month)
        night = 30 * month * history.nights // DAYS
        history.deliver(
            "marketing_spend",
            night,
            spend_date=day,
            channel=random.choice(["search", "email"]),
            amount=random.randrange(10, 99),
        )
    if random.random() < 0.5:
        history.deliver(
            "inventory_periods",
            history.nights - 1,
            period_start=FIRST_DAY,
            period_end=FIRST_DAY + dt.timedelta(days=120),
            opening_inventory=500,
            purchases=700,
            closing_inventory=random.randrange(100, 400),
        )


def _deliver_order(history: History, order_id: str, customer: str, products: Sequence[str]) -> None:
    random = history.random
    day = random.randrange(DAYS)
    night = min(day * history.nights // DAYS, history.nights - 1)
    is_flat = random.random() < 0.1
    order: dict[str, Any] = {
        "order_id": order_id,
        "customer_id": random.choice([customer, customer, customer, None]),
        "ordered_at": _moment(random, day),
        "status": random.choice(["paid", "paid", "pending"]),
        "currency": random.choice([None, "USD", "EUR"]),
        "amount": random.choice([random.randrange(0, 90), random.randrange(5, 90), random.randrange(-60, 90), "12,5x"]),
        "discount_amount": random.choice([None, None, 2]),
        "email": random.choice([None, f"{customer}@shop.example"]),
        "updated_at": random.choice([None, None, _moment(random, day + random.randrange(60))]),
    }
    if not is_flat:
        history.deliver("orders", night, **order)
    if is_flat or random.random() < 0.6:
        _deliver_lines(history, night, order, products, is_flat)
    for later in range(night, history.nights):
        if not is_flat and random.random() < 0.2:
            order = _corrected(random, order, later, history.nights)
            history.deliver("orders", later, **order)
        if random.random() < 0.12:
            _deliver_lines(history, later, order, products, is_flat)
        if random.random() < 0.15:
            _deliver_refund(history, later, order)


def _corrected(random: Random, order: dict[str, Any], night: int, nights: int) -> dict[str, Any]:
    """Return a later version: cancelled, of another amount, moved to another day (the future among them), or of another customer or currency."""
    change = random.choice(
        [
            {"status": "cancelled"},
            {"status": "paid"},
            {"amount": random.randrange(1, 90)},
            {"ordered_at": _moment(random, random.randrange(DAYS + 5))},
            {"ordered_at": "2126-01-01 00:00:00"},
            {"customer_id": f"c{random.randrange(5)}"},
            {"currency": random.choice(["USD", "EUR", "GBP"])},
        ]
    )
    written = _moment(random, DAYS * (night + 1) // nights - 1)
    return order | change | {"updated_at": random.choice([written, written, None])}


def _deliver_lines(history: History, night: int, order: Row, products: Sequence[str], is_flat: bool) -> None:
    random = history.random
    is_numbered = random.random() < 0.6
    for number in range(random.randrange(1, 4)):
        history.deliver(
            "order_items",
            night,
            order_id=order["order_id"],
            product_id=random.choice(products),
            quantity=random.choice([1, 2, 3, -1, "two"] if random.random() < 0.2 else [1, 2, 3]),
            unit_price=random.randrange(1, 30),
            line_number=number + 1 if is_numbered else None,
            unit_cost=random.choice([None, None, random.randrange(1, 9)]),
            customer_id=order["customer_id"] if is_flat else None,
            ordered_at=order["ordered_at"] if is_flat else None,
        )


def _deliver_refund(history: History, night: int, order: Row) -> None:
    """Deliver a refund, which a later version may move to another order, day or amount."""
    random = history.random
    refund = {
        "refund_id": f"r{random.randrange(40)}",
        "order_id": order["order_id"],
        "refunded_at": _moment(random, DAYS * (night + 1) // history.nights - 1 - random.randrange(30)),
        "amount": random.randrange(1, 60),
        "line_number": random.choice([None, 1]),
        "quantity": random.choice([None, 1]),
        "currency": random.choice([None, "EUR"]),
    }
    history.deliver("refunds", night, **refund)


def _moment(random: Random, day: int) -> str:
    return f"{FIRST_DAY + dt.timedelta(days=day)} {random.randrange(24):02d}:{random.randrange(60):02d}:00"


def write_delivery(raw: Path, night: int, delivery: Delivery) -> None:
    """Write each source's rows as a file of its own, whose name tells the night; those of the growing one to its file."""
    for source, rows in delivery.rows.items():
        is_growing = source == delivery.growing
        path = raw / source / ("all.csv" if is_growing else f"{night:03d}.csv")
        path.parent.mkdir(parents=True, exist_ok=True)
        has_header = path.exists()
        with path.open("a", newline="", encoding="utf-8") as file:
            columns = [*HEADERS[source], "note"] if source == delivery.extended and not is_growing else HEADERS[source]
            writer = csv.DictWriter(file, columns, lineterminator="\n")
            if not has_header:
                writer.writeheader()
            writer.writerows(rows)
        if delivery.file_format == "parquet" and not is_growing:
            target = path.with_suffix(".parquet")
            duckdb.sql(f"copy (select * from read_csv('{path}', all_varchar = true)) to '{target}' (format parquet)")
            path.unlink()


@dataclass
class ScheduleReport:
    """What came of the schedules. gone_on: nights that went on from the one before. different: what must stay empty."""

    schedules: int = 0
    nights: int = 0
    gone_on: int = 0
    rows: int = 0
    different: list[str] = field(default_factory=list)

    @property
    def passed(self) -> bool:
        return not self.different


def soak_schedules(folder: Path, schedules: int, seed: int = 1, workers: int = 2) -> ScheduleReport:
    """Check `schedules` random schedules in `workers` processes of their own."""
    report = ScheduleReport()
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn"), initializer=_start, initargs=(folder,)) as pool:
        for found in pool.map(_check, range(seed, seed + schedules)):
            report.schedules += 1
            report.nights += found.nights
            report.gone_on += found.gone_on
            report.rows += found.rows
            report.different += found.different
            sys.stderr.write(f"schedule {report.schedules}: {'' if report.passed else 'not '}passed so far\n")
    return report


_builders: list[Builder] = []


def _start(folder: Path) -> None:
    # a guest has one id in all warehouses that are compared
    os.environ["CLV_IDENTITY_KEY"] = "of all warehouses of the soak"
    _builders.append(Builder(folder / f"worker_{os.getpid()}", SETTINGS))
    # dbt's many objects stay: to look through them again and again takes a tenth of the time
    gc.disable()


def _check(seed: int) -> ScheduleReport:
    builder = _builders[0]
    gc.collect()
    try:
        return check_schedule(seed, builder, builder.scratch / "schedule")
    except AssertionError as error:
        return ScheduleReport(schedules=1, different=[f"schedule {seed}: {error}"])


def reading_of_deliveries(seed: int) -> dict[str, str]:
    """How deliveries of orders and lines are read in this schedule: vars."""
    return {
        "orders_delivery": "changes" if seed % 3 else "full_snapshots",
        "order_items_delivery": "changed_lines" if seed % 2 else "whole_orders",
    }


def check_schedule(seed: int, builder: Builder, folder: Path) -> ScheduleReport:
    """Build night after night, then all at once elsewhere, and compare the marts."""
    builder = replace(builder, variables={**builder.variables, **reading_of_deliveries(seed)})
    shutil.rmtree(folder, ignore_errors=True)
    raw, report = folder / "raw", ScheduleReport(schedules=1)
    nightly, as_of = folder, None
    for night, delivery in enumerate(random_history(seed).deliveries()):
        write_delivery(raw, night, delivery)
        as_of = delivery.as_of
        nightly = builder.build(raw, folder / "nightly", as_of)
        report.nights += 1
        with duckdb.connect(str(nightly), read_only=True) as connection:
            report.gone_on += connection.execute(
                "select count(*) from landing.deliveries where not is_new"
            ).fetchall() != [(0,)]
    at_once = builder.build(raw, folder / "at_once", as_of)
    report.rows, differences = compare_marts(nightly, at_once)
    if differences:
        report.different.append(f"schedule {seed}: {differences}")
    return report
