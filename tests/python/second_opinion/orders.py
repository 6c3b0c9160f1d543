"""Orders as known at the end of a day: revenue, refunds, credit notes, cost of goods sold, margin."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from second_opinion.money import complete_by, money
from second_opinion.people import people_at, source_ids
from second_opinion.reading import Raw, versions_in_force

COUNTED = set(
    "completed complete paid partially_paid partially_refunded processing fulfilled partially_fulfilled shipped delivered closed".split()
)
RUNGS = ["line_cost", "product_cost", "inventory_ratio", "company_rate", "unknown"]
HALF_A_CENT = 0.005


@dataclass
class Books:
    """What is known at the end of a day: orders, their lines, the money that went back, and whose ids are whose."""

    end: pd.Timestamp
    orders: pd.DataFrame
    lines: pd.DataFrame
    returns: pd.DataFrame
    people: pd.Series
    company_rate: float


def versions_at(raw: Raw, end: pd.Timestamp) -> pd.DataFrame:
    """Return the orders of which the version in force at the end of a day could be read and converted."""
    versions = versions_in_force(raw, raw.frames["orders"], end)
    return versions[(versions["day"] <= end) & versions["rate"].notna()].set_index("order_id")


def valued_lines(raw: Raw, orders: pd.DataFrame) -> pd.DataFrame:
    """Return the lines in reporting currency, net of discounts and of tax in the prices, with what they are known to cost.

    An order's discount is spread by what its lines bring after their own discounts; no line ends below 0.
    """
    lines = raw.accepted("order_items")
    lines = lines[lines["order_id"].isin(orders.index)]
    bare = orders[~orders.index.isin(lines["order_id"])]
    own = pd.DataFrame({"order_id": bare.index, "source_gross": bare["amount"].to_numpy()})
    lines["source_gross"] = lines["quantity"] * lines["unit_price"]
    lines = pd.concat([lines, own], ignore_index=True)
    of_order = orders.reindex(lines["order_id"])
    for name in ("rate", "day"):
        lines[name] = of_order[name].to_numpy()
    lines["gross"] = money(lines["source_gross"] * lines["rate"])
    lines["discount"] = money(lines["discount_amount"].fillna(0.0) * lines["rate"])
    reduced = lines["gross"] - lines["discount"]
    lines["reduced"] = reduced.clip(lower=0).where(lines["gross"] >= 0, reduced)
    lines["known_cost"] = known_costs(raw, lines)
    return lines


def known_costs(raw: Raw, lines: pd.DataFrame) -> pd.Series:
    """Return the cost on the line, else the product's cost valid on the day of the order; `basis` says which."""
    products = raw.accepted("products")
    products = products[products["unit_cost"].notna()].copy()
    products["since"] = products["valid_from"].dt.tz_localize(None).dt.normalize().fillna(pd.Timestamp("1900-01-01"))
    left = lines[["product_id", "day"]].reset_index().dropna().sort_values("day")
    products["since"], left["day"] = products["since"].astype("datetime64[us]"), left["day"].astype("datetime64[us]")
    found = pd.merge_asof(
        left,
        products.sort_values("since")[["product_id", "since", "unit_cost"]],
        left_on="day",
        right_on="since",
        by="product_id",
    )
    catalogue = found.set_index("index")["unit_cost"].reindex(lines.index)
    own = lines["unit_cost"] * lines["rate"]
    lines["basis"] = np.select([own.notna(), catalogue.notna()], ["line_cost", "product_cost"], "")
    return money(own.fillna(catalogue) * lines["quantity"])


def tax_in_prices(orders: pd.DataFrame) -> pd.Series:
    """Return the goods' part of the tax where prices hold it: by the order's word, else by its own sum. Document currency."""
    goods = orders["source_gross"] - orders["source_line_discount"] - orders["discount_amount"].fillna(0.0)
    shipping, tax = orders["shipping_amount"].fillna(0.0), orders["tax_amount"].fillna(0.0)
    total = orders["total_amount"]
    near = HALF_A_CENT + 1e-9
    shown = ((goods + shipping - total).abs() <= near) & ~((goods + shipping + tax - total).abs() <= near)
    word = orders["tax_included"].astype("string").str.lower()
    inside = shown.where(word.isna(), word.isin(["true", "1", "yes", "t"])).astype(bool)
    return (tax * goods / (goods + shipping).where(goods + shipping != 0)).where(inside, 0.0).fillna(0.0)


def totals(orders: pd.DataFrame, lines: pd.DataFrame) -> None:
    """Add up the lines of each order; what a discount exceeds the goods by is on shipping."""
    by_order = lines.groupby("order_id")
    orders["source_gross"] = by_order["source_gross"].sum()
    orders["source_line_discount"] = lines["discount_amount"].fillna(0.0).groupby(lines["order_id"]).sum()
    orders["gross"] = by_order["gross"].sum()
    orders["pieces"] = by_order["quantity"].sum(min_count=1)
    told = by_order["discount"].sum() + money(orders["discount_amount"].fillna(0.0) * orders["rate"])
    goods = orders["gross"]
    orders["discount"] = np.minimum(told, goods).where(goods >= 0, told)
    paid_shipping = money(orders["shipping_amount"].fillna(0.0) * orders["rate"])
    orders["shipping"] = np.minimum(paid_shipping, (paid_shipping - told + orders["discount"]).clip(lower=0))
    orders["tax"] = money(orders["tax_amount"].fillna(0.0) * orders["rate"])
    orders["tax_inside"] = money(tax_in_prices(orders) * orders["rate"])
    revenue = goods - orders["discount"] - orders["tax_inside"]
    orders["revenue"] = revenue.clip(lower=0).where(goods >= 0, revenue)
    reduced = by_order["reduced"].sum()
    share = (orders["revenue"] / reduced.where(reduced != 0)).reindex(lines["order_id"]).to_numpy()
    lines["net"] = money(lines["reduced"] * np.where(np.isnan(share), 1.0, share))


def inventory_ratios(raw: Raw, orders: pd.DataFrame, lines: pd.DataFrame, end: pd.Timestamp) -> pd.Series:
    """Return cost over revenue by day, of periods that were over: opening inventory + purchases - closing inventory.

    Silent: revenue is before refunds, of orders with a counted status that are no credit notes. The rate is that of the period's end.
    """
    periods = raw.accepted("inventory_periods")
    for name in ("period_start", "period_end"):
        periods[name] = periods[name].dt.tz_localize(None).dt.normalize()
    periods = periods[periods["period_end"] <= end].sort_values("period_start")
    net = lines.groupby("order_id")["net"].sum().reindex(orders.index)
    sold = net.where(orders["is_sale"], 0.0).groupby(orders["day"]).sum()
    ratios = pd.Series(np.nan, index=sold.index)
    for period in periods.itertuples():
        inside = (sold.index >= period.period_start) & (sold.index <= period.period_end)
        revenue = sold[inside].sum()
        if revenue > 0:
            ratios[inside] = (
                (period.opening_inventory + period.purchases - period.closing_inventory) * period.rate / revenue
            )
    return ratios


def cost_lines(raw: Raw, orders: pd.DataFrame, lines: pd.DataFrame, end: pd.Timestamp) -> float:
    """Take each line down the cost ladder; return the company's rate, over all lines of known cost.

    Silent: the rate is over lines before refunds, of orders with a counted status that are no credit notes.
    """
    ratios = inventory_ratios(raw, orders, lines, end)
    ratio = lines["day"].map(ratios)
    cost = lines["known_cost"].fillna(money(lines["net"] * ratio))
    known = cost.notna() & lines["order_id"].map(orders["is_sale"]).astype(bool)
    revenue = lines.loc[known, "net"].sum()
    company = float(cost[known].sum() / revenue) if revenue else float("nan")
    lines["cost"] = cost.fillna(money(lines["net"] * company))
    lines["rung"] = np.select(
        [lines["basis"] != "", ratio.notna(), np.full(len(lines), not np.isnan(company))],
        [lines["basis"], "inventory_ratio", "company_rate"],
        "unknown",
    )
    rank = lines["rung"].map(RUNGS.index).groupby(lines["order_id"]).max()
    orders["margin_basis"] = rank.map(dict(enumerate(RUNGS)))
    orders["cost_before"] = complete_by(lines["cost"], lines["order_id"])
    return company


def books_at(raw: Raw, end: pd.Timestamp) -> Books:
    """Return the books as known at the end of a day."""
    from second_opinion.returns import add_returns

    orders = versions_at(raw, end)
    orders["status"] = orders["status"].astype("string").str.lower().fillna("completed")
    word = orders["status"].str.replace(" ", "_").str.removeprefix("wc-")
    orders["has_counted_status"] = word.isin(COUNTED)
    lines = valued_lines(raw, orders)
    totals(orders, lines)
    orders["is_sale"] = orders["has_counted_status"] & (orders["revenue"] >= 0)
    people = people_at(raw, orders, end)
    orders["customer_id"] = source_ids(orders, raw.key).map(people)
    company = cost_lines(raw, orders, lines, end)
    returns = add_returns(raw, orders, lines, end)
    counted = orders[orders["is_counted"] & orders["customer_id"].notna()]
    in_order = counted.sort_values(["ordered_at", "order_id"]) if len(counted) else counted
    orders["number"] = in_order.groupby("customer_id").cumcount() + 1
    return Books(end, orders, lines, returns, people, company)
