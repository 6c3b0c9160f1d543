"""Chapter cost: what a customer costs, when that is paid back, and what may be spent."""

from collections.abc import Sequence
from itertools import groupby
from typing import Any

from clv.console.words import UNKNOWN, count, exact, listed, plural, words
from clv.report import charts
from clv.report.data import Row
from clv.report.parts import (
    ALL,
    NO_CHANNELS,
    NO_COSTS,
    SHOWN_AGES,
    UNALLOCATED,
    Choice,
    Figure,
    Shop,
    Table,
    absent,
    columns,
    full_months,
    of_mart,
    ratio,
    total,
)

LISTED_CHANNELS = 25
NO_SPEND = "Source marketing_spend would show what a customer costs."


def figures(shop: Shop) -> list[Figure]:
    """Return the figures of the chapter."""
    return [cac(shop), channels(shop), curves(shop), payback(shop), budgets(shop)]


def cac(shop: Shop) -> Figure:
    """What a new customer costs, month by month."""
    mart = "fct_channel_months"
    rows = full_months(shop.rows("cac_months"))
    company = of_mart(rows, Choice())
    if not any(row["cac"] for row in company):
        return absent("cac", "CAC over time", mart, NO_SPEND)
    filters = ("channel", "period")
    titles = shop.titles(filters, lambda choice: _cac_title(shop, rows, choice))
    return Figure(
        "cac",
        titles[f"{ALL}|{charts.PERIODS[-1]}"],
        mart,
        "Marketing spend of a month over its new customers. A month without either has no point: it is not 0. "
        "For all channels, spend that belongs to none is in it.",
        filters,
        columns(rows, "month", "channel", "months_ago", "cac", "spend", "new_customers"),
        charts.cac(shop.currency),
        Table(
            ["month", f"spend ({shop.currency})", "new customers", f"CAC ({shop.currency})"],
            [
                [row["month"][:7], exact(row["spend"], 0), count(row["new_customers"]), exact(row["cac"])]
                for row in reversed(company)
            ],
        ),
        titles=titles,
    )


def _cac_title(shop: Shop, rows: Sequence[Row], choice: Choice) -> str:
    chosen = of_mart(rows, choice)
    months = min(choice.period, 12)
    now, before = _cac_of(chosen, 0, months), _cac_of(chosen, 12, months)
    if now is None:
        return f"A new customer{choice.words} has no known cost in the last {months} full months"
    text = f"A new customer{choice.words} cost {shop.money(now)} in the last {months} full months"
    return text + (f", {shop.money(before)} a year before" if before is not None else "")


def _cac_of(rows: Sequence[Row], youngest: int, months: int) -> float | None:
    chosen = [row for row in rows if youngest <= row["months_ago"] < youngest + months]
    spend = total(chosen, "spend")
    return ratio(spend, total(chosen, "new_customers")) if spend > 0 else None


def channels(shop: Shop) -> Figure:
    """What a customer of a channel is worth, beside what one costs."""
    mart, rows = "fct_channel_months, fct_channel_budgets", shop.rows("channel_costs")
    unallocated = {row["period"]: row["spend"] for row in rows if row["channel"] == UNALLOCATED and row["spend"]}
    rows = [row for row in rows if row["channel"] not in (ALL, UNALLOCATED) and row["place"] <= LISTED_CHANNELS]
    paid = [row for row in rows if row["spend"] and row["spend"] > 0]
    if not any(row["clv_to_cac"] is not None for row in paid):
        return absent(
            "channels",
            "CLV beside CAC",
            mart,
            f"No channel has both a cost and customers: source marketing_spend gives the cost, "
            f"{NO_CHANNELS} the channels.",
        )
    target = shop.target
    titles = shop.titles(
        ("period",), lambda choice: _channels_title([row for row in paid if row["period"] == choice.period], target)
    )
    listed_now = [row for row in rows if row["period"] == charts.PERIODS[-1]]
    apart = unallocated.get(charts.PERIODS[-1])
    return Figure(
        "channels",
        titles[str(charts.PERIODS[-1])],
        mart,
        f"CLV at 36 months (in {shop.basis}) over CAC, of those who came in the period. "
        + (f"The dashed line is the target of the budgets, {exact(target, 1)} : 1. " if target else "")
        + "A channel without spend has no CAC and is in the table only."
        + (f" {shop.money(apart)} of spend belong to no channel." if apart else ""),
        ("period",),
        [
            {
                **columns([row], "period", "channel", "spend", "new_customers", "mean_clv", "cac", "clv_to_cac")[0],
                "label": _channel_label(row),
            }
            for row in paid
        ],
        charts.channels(max(sum(row["period"] == period for row in paid) for period in charts.PERIODS), target),
        Table(
            [
                "channel",
                f"spend ({shop.currency})",
                "new customers",
                f"CAC ({shop.currency})",
                "CLV at 36 months",
                "CLV:CAC",
            ],
            [
                [
                    words(row["channel"]),
                    exact(row["spend"], 0),
                    count(row["new_customers"]),
                    exact(row["cac"]),
                    exact(row["mean_clv"]),
                    exact(row["clv_to_cac"], 1),
                ]
                for row in listed_now
            ]
            + ([["no channel", exact(apart, 0), UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN]] if apart else []),
            "Of 36 months.",
        ),
        titles=titles,
    )


def _channel_label(row: Row) -> str:
    name = words(row["channel"])
    if not row["new_customers"]:
        return f"{name}: brought nobody"
    if row["clv_to_cac"] is None:
        return f"{name}: CLV is not known"
    return f"{name} {exact(row['clv_to_cac'], 1)} : 1 (CLV {exact(row['mean_clv'], 0)}, CAC {exact(row['cac'], 0)})"


def _channels_title(paid: Sequence[Row], target: float | None) -> str:
    """Return what holds of the channels with a cost; those that bring less, nobody, or what is not known are named."""
    if not paid:
        return "No channel had a cost in these months"
    if target is None:
        best = max(paid, key=lambda row: row["clv_to_cac"] or 0)
        return f"{words(best['channel']).capitalize()} brings most for its cost: CLV:CAC {exact(best['clv_to_cac'], 1)}"
    poor = [row for row in paid if row["clv_to_cac"] is None or row["clv_to_cac"] < target]
    times = f"{exact(target, 1)} times"
    if not poor:
        return f"All {len(paid)} paid channels bring at least {times} their cost"
    named = listed([f"{words(row['channel'])} ({_return_of(row)})" for row in poor[:3]])
    others = f" ({len(poor) - 3} more)" if len(poor) > 3 else ""
    if len(poor) == len(paid):
        return f"No paid channel brings {times} its cost: {named}{others}"
    return f"{len(paid) - len(poor)} of {len(paid)} paid channels bring {times} their cost; not {named}{others}"


def _return_of(row: Row) -> str:
    if not row["new_customers"]:
        return "brought nobody"
    return UNKNOWN if row["clv_to_cac"] is None else exact(row["clv_to_cac"], 1)


def curves(shop: Shop) -> Figure:
    """What a customer has brought by age, beside what one costs."""
    mart, rows = "fct_cohort_months, fct_channel_months", shop.rows("curves")
    company = of_mart(rows, Choice())
    if not company:
        return absent("curves", "What a customer has brought by age", mart, "This needs a full month of source orders.")
    is_revenue = company[0]["is_revenue"]
    what = "net revenue" if is_revenue else "margin"
    has_cac = company[0]["cac"] is not None
    filters = ("channel",)
    titles = shop.titles(filters, lambda choice: _curves_title(shop, of_mart(rows, choice), choice, what))
    reading = [
        "A line per half-year of first orders, named at its end; it ends where its youngest customers do.",
        (
            "The dashed line is the CAC of the latest 12 months"
            + ("." if is_revenue else ": above it, that is paid back.")
        )
        if has_cac
        else NO_SPEND,
        f"Without unit costs ({NO_COSTS}) this is net revenue: it says nothing of payback." if is_revenue else "",
    ]
    return Figure(
        "curves",
        titles[ALL],
        mart,
        " ".join(filter(None, reading)),
        filters,
        columns(rows, "channel", "cohort", "age_months", "brought", "customers", "cac"),
        charts.curves(sorted({row["cohort"] for row in rows}), what, shop.currency, has_cac),
        _curve_table(company, shop.currency),
        titles=titles,
    )


def _curves_title(shop: Shop, rows: Sequence[Row], choice: Choice, what: str) -> str:
    if not rows:
        return f"What a customer{choice.words} has brought by age: not known"
    age = min(12, max(row["age_months"] for row in rows))
    at_age = [row for row in rows if row["age_months"] == age]
    brought = ratio(sum(row["brought"] * row["customers"] for row in at_age), total(at_age, "customers"))
    cost = rows[0]["cac"]
    beside = f", {exact(brought / cost, 1)} times what one costs" if cost and brought and what == "margin" else ""
    return f"By month {age}, a customer{choice.words} has brought {shop.money(brought)} of {what}{beside}"


def _curve_table(rows: Sequence[Row], currency: str) -> Table:
    ages = [age for age in (0, *SHOWN_AGES, 30, 36) if any(row["age_months"] == age for row in rows)]
    body = []
    for cohort, group in groupby(rows, key=lambda row: row["cohort"]):
        by_age = {row["age_months"]: row["brought"] for row in group}
        body.append([cohort, *(exact(by_age.get(age)) for age in ages)])
    return Table(["first order in", *(f"month {age}" for age in ages)], body, f"In {currency} per customer.")


def payback(shop: Shop) -> Figure:
    """When the cost of a month's customers is paid back."""
    mart, rows = "fct_channel_months", shop.rows("payback_months")
    judged = [row for row in rows if row["is_paid_back"] is not None]
    if not judged:
        missing = NO_SPEND if not rows else f"Payback needs the margin of orders: {NO_COSTS}."
        return absent("payback", "Payback", mart, missing)
    paid = [row for row in judged if row["is_paid_back"]]
    at_once = [row for row in paid if row["payback_months"] == 0]
    return Figure(
        "payback",
        f"{len(paid)} of {len(judged)} months of new customers are paid back, {len(at_once)} by the "
        "margin of the first month",
        mart,
        "Payback: months until the margin of a month's new customers reaches what they cost. Open: not yet.",
        table=Table(
            [
                "first order in",
                "new customers",
                f"spend ({shop.currency})",
                f"CAC ({shop.currency})",
                "paid back after",
            ],
            [
                [
                    row["month"][:7],
                    count(row["new_customers"]),
                    exact(row["spend"], 0),
                    exact(row["cac"]),
                    _paid_back(row),
                ]
                for row in rows
            ],
        ),
    )


def _paid_back(row: Row) -> str:
    if row["is_paid_back"] is None:
        return UNKNOWN
    if not row["is_paid_back"]:
        return "open"
    return "at once" if row["payback_months"] == 0 else plural(row["payback_months"], "month")


def budgets(shop: Shop) -> Figure:
    """What was spent beside what may be."""
    mart, rows = "fct_channel_budgets", shop.rows("budgets")
    paid = [row for row in rows if row["acquisition_channel"] != UNALLOCATED and (row["spend"] or 0) > 0]
    if not paid:
        return absent("budgets", "Budget against spend", mart, NO_SPEND)
    apart = next((row["spend"] for row in rows if row["acquisition_channel"] == UNALLOCATED), None)
    known = [row for row in paid if row["yearly_budget"] is not None]
    spent, budget = total(known, "spend"), total(known, "yearly_budget")
    weak = [row for row in paid if not row["is_reliable"]]
    title = (
        f"Paid channels with new customers cost {shop.money(spent)} in {shop.window}; "
        f"at the target, {shop.money(budget)} a year would be affordable"
        if known
        else "No paid channel has a budget: none brought customers of known value"
    )
    return Figure(
        "budgets",
        title,
        mart,
        f"Affordable CAC: CLV at 36 months over the target of {exact(shop.target, 1)}. Budget: that × "
        "planned new customers. "
        "More spend rarely brings customers at the same cost, so that headroom is a limit, no plan."
        + (f" {len(weak)} of {len(paid)} rows are not reliable: too few customers or a poor forecast." if weak else "")
        + (f" {shop.money(apart)} of spend belong to no channel." if apart else ""),
        table=Table(
            [
                "channel",
                f"spend ({shop.currency})",
                "new customers",
                "CAC",
                "affordable CAC",
                "budget of a year",
                "headroom",
                "reliable",
            ],
            [_budget_row(row) for row in paid],
        ),
    )


def _budget_row(row: Row) -> list[str]:
    cells: list[Any] = [row[name] for name in ("current_cac", "affordable_cac")]
    return [
        words(row["acquisition_channel"]),
        exact(row["spend"], 0),
        count(row["new_customers"]),
        *(exact(cell) for cell in cells),
        exact(row["yearly_budget"], 0),
        exact(row["headroom"], 0),
        "yes" if row["is_reliable"] else "no",
    ]
