"""Money that went back: refunds and credit notes, each as known at the end of a day, and the goods that came back with it."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from second_opinion.money import complete_by, money
from second_opinion.orders import HALF_A_CENT
from second_opinion.reading import Raw

Row = Mapping[str, Any]


def add_returns(raw: Raw, orders: pd.DataFrame, lines: pd.DataFrame, end: pd.Timestamp) -> pd.DataFrame:
    """Set what refunds and credit notes took from each order; return them, one row per refund and line, with their day."""
    refunds = refunds_at(raw, orders, end)
    notes = match_credit_notes(orders, lines, refunds)
    returns = pd.concat([refunds, notes], ignore_index=True) if len(notes) else refunds.reset_index(drop=True)
    returns = returns.astype(
        {"is_by_lines": bool, "is_own_side": bool, "keeps_goods": bool, "at_order_rate": float, "taken": float}
    )
    returns["line_number"] = returns["line_number"].astype(object).where(returns["line_number"].notna(), None)
    taken_from = returns[~returns["is_own_side"]].sort_values("order_id", kind="stable")
    names = list(taken_from["order_id"].unique())
    parts = ["order_id", "line_number", "quantity", "net", "cost"]
    lines_of = grouped(lines.loc[lines["order_id"].isin(names), parts])
    rows_of = grouped(taken_from)
    told = orders.loc[names, ["revenue", "cost_before", "pieces"]].to_dict("index")
    costs: list[float] = []
    full = set()
    for name in names:
        returned, is_full = costs_back(told[name], lines_of[name], rows_of[name])
        costs += returned
        full |= {name} if is_full else set()
    costs_of_rows = pd.Series(costs, index=taken_from.index, dtype=float).reindex(returns.index).fillna(0.0)
    unknown = returns["order_id"].isin([name for name in names if np.isnan(told[name]["cost_before"])])
    costs_of_rows = costs_of_rows.mask(unknown & ~returns["is_own_side"])
    returns["cost_back"], orders["is_taken_back"] = costs_of_rows, orders.index.isin(full)
    settle_notes(orders, returns)
    returns["taken"], returns["cost_back"] = money(returns["taken"]), money(returns["cost_back"])
    orders["refund"] = returns.groupby("order_id")["taken"].sum().reindex(orders.index).fillna(0.0)
    cost_back = complete_by(returns["cost_back"], returns["order_id"]).reindex(orders.index).fillna(0.0)
    counts = orders["has_counted_status"]
    orders["net"] = (orders["revenue"] - orders["refund"]).where(counts, 0.0)
    orders["cogs"] = (orders["cost_before"] - cost_back).where(counts | orders["cost_before"].isna(), 0.0)
    orders["margin"] = orders["net"] - orders["cogs"]
    orders["is_counted"] = counts & ~orders["is_taken_back"] & (orders["net"] > -5e-5)
    return returns


def grouped(frame: pd.DataFrame) -> dict[str, list[Row]]:
    """Return the rows of each order."""
    found: dict[str, list[Row]] = {}
    for row in frame.to_dict("records"):
        found.setdefault(row["order_id"], []).append(row)
    return found


def refunds_at(raw: Raw, orders: pd.DataFrame, end: pd.Timestamp) -> pd.DataFrame:
    """Return the goods that each refund paid back, at the rate of its day, and at the order's (`at_order_rate`).

    A refund never takes more than the goods brought; in the order they were paid, refunds take what is left.
    Silent: of one day and time by refund and line; half a cent more or less is all that was left; a refund in another currency than its
    order takes what it is worth in reporting currency.
    """
    refunds = raw.accepted("refunds")
    refunds = refunds[refunds["order_id"].isin(orders.index) & (refunds["day"] <= end)]
    refunds = refunds.sort_values(["day", "refunded_at", "refund_id", "line_number"])
    order = orders.loc[refunds["order_id"]].set_index(refunds.index)
    revenue, inside = order["revenue"], order["tax_inside"]
    tax = inside.where(inside != 0, order["tax"])
    no_detail = refunds[["shipping_amount", "line_number", "quantity", "tax_amount"]].isna().all(axis=1)
    paid = (
        (revenue + tax + order["shipping"])
        .where(no_detail, revenue + inside)
        .where(refunds["tax_amount"].isna(), revenue)
    )
    money = refunds["amount"] - refunds["tax_amount"].fillna(0.0) - refunds["shipping_amount"].fillna(0.0)
    goods = (money * refunds["rate"] * revenue / paid.where(paid != 0)).fillna(0.0).clip(lower=0)
    since = (refunds["rate"] / order["rate"]).where(refunds["currency"] == order["currency"], 1.0)
    wanted = goods / since
    before = wanted.groupby(refunds["order_id"]).cumsum() - wanted
    left = (revenue.clip(lower=0) - before).clip(lower=0)
    taken = left.where((wanted > 0) & (wanted >= left - HALF_A_CENT), wanted)
    return pd.DataFrame(
        {
            "order_id": refunds["order_id"],
            "day": refunds["day"],
            "line_number": refunds["line_number"],
            "quantity": refunds["quantity"],
            "keeps_goods": refunds["keeps_goods"].astype("string").str.lower().isin(["true", "1", "yes", "t"]),
            "at_order_rate": taken,
            "taken": taken * since,
            "lines_cost": np.nan,
            "is_by_lines": False,
            "is_own_side": False,
            "note_id": None,
        }
    )


def match_credit_notes(orders: pd.DataFrame, lines: pd.DataFrame, refunds: pd.DataFrame) -> pd.DataFrame:
    """Take each credit note from its person's orders that are not later, and from the note's own row.

    First the latest order with all its lines; else the latest that is worth its amount; what is left, from the latest orders, newest first.
    """
    left = orders["revenue"] - refunds.groupby("order_id")["at_order_rate"].sum().reindex(orders.index).fillna(0.0)
    returned: dict[tuple[str, str, float], float] = {}
    rows = []
    notes = orders[orders["has_counted_status"] & (orders["revenue"] < 0) & orders["customer_id"].notna()]
    sold = pieces_of(lines)
    candidates = orders.loc[
        orders["has_counted_status"] & orders["customer_id"].isin(notes["customer_id"]),
        ["customer_id", "ordered_at", "currency", "rate"],
    ]
    for note in notes.reset_index().sort_values(["ordered_at", "order_id"]).itertuples():
        mine = candidates[
            (candidates["customer_id"] == note.customer_id) & (candidates["ordered_at"] <= note.ordered_at)
        ]
        mine = (
            mine[left[mine.index] >= HALF_A_CENT].reset_index().sort_values(["ordered_at", "order_id"], ascending=False)
        )
        since = pd.Series(
            np.where(mine["currency"] == note.currency, note.rate / mine["rate"], 1.0),
            index=mine["order_id"],
            dtype=float,
        )
        wanted = {key: -pieces for key, pieces in sold.get(note.order_id, {}).items() if pieces < 0}
        same = mine.set_index("order_id")["currency"] == note.currency
        whole = [name for name in mine["order_id"] if same[name] and holds(sold.get(name, {}), wanted, returned, name)]
        worth = [name for name in mine["order_id"] if abs(left[name] * since[name] + note.revenue) < HALF_A_CENT]
        first = (whole or worth or [None])[0]
        amount = -note.revenue
        for name in [name for name in [first] if name] + [name for name in mine["order_id"] if name != first]:
            taken = min(left[name], max(amount, 0.0) / since[name])
            if taken <= 0:
                continue
            amount -= taken * since[name]
            left[name] -= taken
            is_by_lines = bool(whole) and name == first
            cost = (
                sum(cost_of_pieces(lines, name, key, pieces) for key, pieces in wanted.items())
                if is_by_lines
                else np.nan
            )
            if is_by_lines:
                for key, pieces in wanted.items():
                    returned[name, *key] = returned.get((name, *key), 0.0) + pieces
            shared = {
                "day": note.day,
                "line_number": None,
                "quantity": np.nan,
                "keeps_goods": False,
                "is_by_lines": is_by_lines,
            }
            shared |= {"lines_cost": cost, "note_id": note.order_id}
            rows.append(
                shared | {"order_id": name, "at_order_rate": taken, "taken": taken * since[name], "is_own_side": False}
            )
            back = -taken * since[name]
            rows.append(shared | {"order_id": note.order_id, "at_order_rate": back, "taken": back, "is_own_side": True})
    return pd.DataFrame(rows, columns=refunds.columns)


def pieces_of(lines: pd.DataFrame) -> dict[str, dict[tuple[str, float], float]]:
    """Return the pieces by order, product and price; two pieces at -5 are two pieces of 5 that came back."""
    rows = lines[lines["product_id"].notna()]
    price = rows["unit_price"].abs().round(4)
    pieces = rows["quantity"].where(rows["unit_price"] >= 0, -rows["quantity"])
    found: dict[str, dict[tuple[str, float], float]] = {}
    for order_id, product, cost, number in zip(rows["order_id"], rows["product_id"], price, pieces, strict=True):
        of_order = found.setdefault(order_id, {})
        of_order[product, cost] = of_order.get((product, cost), 0.0) + number
    return found


def holds(
    sold: dict[tuple[str, float], float],
    wanted: dict[tuple[str, float], float],
    returned: dict[tuple[str, str, float], float],
    name: str,
) -> bool:
    """Say whether an order still has all the pieces."""
    return bool(wanted) and all(
        sold.get(key, 0.0) - returned.get((name, *key), 0.0) >= pieces for key, pieces in wanted.items()
    )


def cost_of_pieces(lines: pd.DataFrame, order_id: str, key: tuple[str, float], pieces: float) -> float:
    """Return what so many pieces of an order's product cost."""
    product, price = key
    rows = lines[
        (lines["order_id"] == order_id)
        & (lines["product_id"] == product)
        & (lines["unit_price"].abs().round(4) == price)
    ]
    return float(rows["cost"].sum(skipna=False) * pieces / rows["quantity"].sum())


def costs_back(order: Row, lines: Sequence[Row], rows: Sequence[Row]) -> tuple[list[float], bool]:
    """Return the cost of the goods that came back with each row, and whether the order was taken back whole.

    A refund with a quantity returns that share of the line's cost (of the order's, without a line), one without it the share of the money.
    Goods come back only once. A full refund returns all: first what its rows name, the rest by money. `keeps_goods` returns nothing.
    """
    money = sum(row["at_order_rate"] for row in rows)
    is_full = money != 0 and money >= order["revenue"] - HALF_A_CENT
    all_cost = order["cost_before"]
    if np.isnan(all_cost):
        return [float("nan")] * len(rows), is_full
    shares = [share_back(order, lines, row) for row in rows]
    goods = []
    for row, (share, whole, line_revenue) in zip(rows, shares, strict=True):
        together = sum(
            other for (other, _, _), twin in zip(shares, rows, strict=True) if twin["line_number"] == row["line_number"]
        )
        # of a line, too, half a cent less than all its money is all of it
        rest = (1 - together) * line_revenue
        is_all = 0 < together < 1 and rest <= min(HALF_A_CENT, 0.01 * line_revenue)
        goods.append(share * max(whole, 0.0) / (together if is_all else max(together, 1.0)))
    total = sum(goods)
    if total > 0:
        goods = [one * min(max(all_cost, 0.0) / total, 1.0) for one in goods]
    if is_full:
        rest = all_cost - sum(goods)
        goods = [one + rest * row["at_order_rate"] / money for one, row in zip(goods, rows, strict=True)]
    return [0.0 if row["keeps_goods"] else one for one, row in zip(goods, rows, strict=True)], is_full


def share_back(order: Row, lines: Sequence[Row], row: Row) -> tuple[float, float, float]:
    """Return the share of its line (without a line, of the order) that came back, what all of that cost, and the line's revenue.

    The revenue only where the share goes by a line's money.
    """
    if row["is_by_lines"]:
        return 1.0, row["lines_cost"], float("nan")
    of_line = [line for line in lines if row["line_number"] is not None and line["line_number"] == row["line_number"]]
    cost, revenue, pieces = order["cost_before"], order["revenue"], order["pieces"]
    if of_line:
        cost, revenue, pieces = (sum(line[name] for line in of_line) for name in ("cost", "net", "quantity"))
    by_pieces = not np.isnan(row["quantity"])
    share = row["quantity"] / pieces if by_pieces and pieces else row["at_order_rate"] / revenue if revenue else 0.0
    return max(share, 0.0), cost, revenue if of_line and not by_pieces else float("nan")


def settle_notes(orders: pd.DataFrame, returns: pd.DataFrame) -> None:
    """Take from a note's own row what it took from orders: its goods are theirs."""
    for note_id, rows in returns[returns["is_own_side"]].groupby("order_id"):
        note = orders.loc[note_id]
        is_full = bool(-rows["at_order_rate"].sum() >= -note["revenue"] - HALF_A_CENT)
        orders.loc[note_id, "is_taken_back"] = is_full
        if is_full and np.isnan(note["cost_before"]):
            orders.loc[note_id, "cost_before"] = note["cost_before"] = 0.0
        share = rows["at_order_rate"] / (rows["at_order_rate"].sum() if is_full else note["revenue"])
        returns.loc[rows.index, "cost_back"] = note["cost_before"] * share
