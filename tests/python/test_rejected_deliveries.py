"""Deliveries that can be read and are wrong: the audit stops them, readers keep what they have, and the pages say why."""

import hashlib
from collections.abc import Sequence
from pathlib import Path

import pytest
from conftest import BuildWarehouse, CommandRun, run_command, write_csv

CUSTOMERS = 300
Row = tuple[str, str, str, str]


def orders(customers: int = CUSTOMERS, factor: int = 1) -> Sequence[Row]:
    """Return three orders of 50.00 of each customer, over a year."""
    return [
        (
            f"o{number}-{order}",
            f"c{number}",
            f"2024-{1 + (number + 4 * order) % 12:02d}-15 10:00:00",
            f"{50 * factor}.00",
        )
        for number in range(customers)
        for order in range(3)
    ]


def deliver(raw: Path, rows: Sequence[Row]) -> None:
    write_csv(raw, "orders", ["order_id", "customer_id", "ordered_at", "amount"], rows)


@pytest.fixture(scope="module")
def raw(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("raw")


@pytest.fixture(scope="module")
def published(build_warehouse: BuildWarehouse, raw: Path) -> CommandRun:
    deliver(raw, orders())
    run = build_warehouse(raw)
    assert run.exit_code == 0, run.output
    return run


@pytest.mark.parametrize(
    ("rows", "arguments", "reasons"),
    [
        pytest.param(orders(factor=100), [], ["closed_month_revenue", "2024-01"], id="revenue times 100"),
        pytest.param(orders(CUSTOMERS // 2), [], ["customers", "300"], id="half of the customers gone"),
        pytest.param(
            orders(), ["--vars", "reporting_currency: EUR"], ["currency", "USD", "EUR"], id="currency swapped"
        ),
    ],
)
def test_what_differs_too_much_is_not_published(
    published: CommandRun, raw: Path, rows: Sequence[Row], arguments: list[str], reasons: list[str]
) -> None:
    before = hashlib.sha256(published.published_file.read_bytes()).digest()
    deliver(raw, rows)
    run = run_command(["run", "--raw", str(raw), *arguments], published.warehouse.parent)
    assert run.exit_code == 1, run.output
    assert "The audit failed:" in run.stderr
    assert "Nothing was published." in run.stderr
    assert "--accept-changes" in run.stderr
    assert hashlib.sha256(published.published_file.read_bytes()).digest() == before
    pages = "".join(page.read_text(encoding="utf-8") for page in (published.warehouse / "data_docs").rglob("*.html"))
    for reason in reasons:
        assert reason in run.stderr
        assert reason in pages
