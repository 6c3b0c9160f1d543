"""What several rows of an order, and several deliveries of it, say together: builds that go on from one another."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import duckdb
from conftest import write_csv
from soak.builder import Builder

ORDERS = ["order_id", "customer_id", "ordered_at", "amount", "status"]
LINES = ["order_id", "line_number", "product_id", "quantity", "unit_price"]
REFUNDS = ["refund_id", "order_id", "refunded_at", "amount"]
AS_OF = date(2024, 6, 30)
MARTS = ("fct_orders", "fct_deliveries", "fct_record_warnings")

Night = tuple[dict[str, float], dict[str, tuple[int, ...]]]


def build_night(builder: Builder, raw: Path, warehouse: Path) -> Night:
    """Build on the last night; return net revenue by order, and accepted, superseded, merged, withdrawn and rejected rows."""
    with duckdb.connect(str(builder.build(raw, warehouse, AS_OF))) as connection:
        orders = connection.execute("select order_id, net_revenue::double from marts.fct_orders").fetchall()
        deliveries = connection.execute(
            "select source_name || ' ' || delivered_in, accepted_rows, superseded_rows, merged_rows, withdrawn_rows,"
            " rejected_rows from marts.fct_deliveries"
        ).fetchall()
    return dict(orders), {name: tuple(rows) for name, *rows in deliveries}


def test_an_order_that_a_full_snapshot_lacks_is_withdrawn(builder: Builder, tmp_path: Path) -> None:
    """With its lines and refunds, and until a later snapshot has it again."""
    raw, warehouse = tmp_path / "raw", tmp_path / "warehouse"
    builder = replace(builder.only(*MARTS), variables={"orders_delivery": "full_snapshots"})
    kept, gone = ("o1", "c1", "2024-01-05", "10", "paid"), ("o2", "c2", "2024-03-09", "99", "paid")
    write_csv(raw / "orders", "1", ORDERS, [kept, gone])
    write_csv(raw / "order_items", "1", LINES, [("o2", 1, "p1", 2, "20")])
    write_csv(raw / "refunds", "1", REFUNDS, [("r1", "o2", "2024-03-10", "5"), ("r2", "o1", "2024-01-06", "1")])
    assert build_night(builder, raw, warehouse)[0] == {"o1": 9, "o2": 35}
    write_csv(raw / "orders", "2", ORDERS, [kept])
    orders, deliveries = build_night(builder, raw, warehouse)
    assert orders == {"o1": 9}
    assert deliveries == {
        "orders orders/1.csv": (0, 1, 0, 1, 0),
        "orders orders/2.csv": (1, 0, 0, 0, 0),
        "order_items order_items/1.csv": (0, 0, 0, 1, 0),
        "refunds refunds/1.csv": (1, 0, 0, 1, 0),
    }
    write_csv(raw / "orders", "3", ORDERS, [gone, kept])
    assert build_night(builder, raw, warehouse)[0] == {"o1": 9, "o2": 35}


def test_an_export_with_a_row_per_line_is_orders_and_lines(builder: Builder, tmp_path: Path) -> None:
    """Both are read from the one file; a later export of an order brings its lines whole."""
    raw, warehouse = tmp_path / "raw", tmp_path / "warehouse"
    header = ["order_id", "customer_id", "ordered_at", "status", "discount_amount", *LINES[2:], "line_discount"]
    blank = ("", "", "", "")
    # the order's discount is none of its lines
    variables = {
        "raw_names": {"orders": "export", "order_items": "export"},
        "raw_columns": {"order_items": {"discount_amount": "line_discount"}},
    }
    builder = replace(builder.only(*MARTS), variables=variables)
    write_csv(
        raw / "export",
        "1",
        header,
        [
            ("o1", "c1", "2024-01-05", "paid", "10", "p1", 1, "50", ""),
            ("o1", *blank, "p2", 2, "15", ""),
            # a second payment, as of a split tender: of the order, and no line
            ("o1", *blank, "", "", "", ""),
            ("o2", "c2", "2024-02-05", "void", "", "p1", 1, "50", ""),
            ("o2", *blank, "p2", 1, "15", ""),
        ],
    )
    orders, deliveries = build_night(builder, raw, warehouse)
    assert orders == {"o1": 70, "o2": 0}
    assert deliveries == {"orders export/1.csv": (2, 0, 3, 0, 0), "order_items export/1.csv": (4, 0, 1, 0, 0)}
    write_csv(raw / "export", "2", header, [("o1", "c1", "2024-01-05", "paid", "10", "p1", 1, "50", "")])
    assert build_night(builder, raw, warehouse)[0] == {"o1": 40, "o2": 0}
