"""The figures at the top of the report, and how far they have moved since the last publication."""

from dataclasses import dataclass, replace
from typing import Any

from clv.console.words import UNKNOWN, change, compact, exact, percent, plural
from clv.report.data import Published
from clv.report.parts import ALL, NO_COSTS, Choice, Shop, of_customers, ratio, total

NO_SPEND = "needs source marketing_spend"
NOT_BY_TIER = "tiers have no cost of their own"
SETTINGS = {
    "customers": ("currency", "clv_basis", "horizon_months", "annual_discount_rate", "purchase_model"),
    "kpis": ("window_months",),
}
"""What figures depend on beside the data, by the query that reads it."""


@dataclass(frozen=True)
class Headline:
    """One figure. note: what it is of, or which source it needs."""

    name: str
    value: str
    note: str
    change: str = ""
    unit: str = ""


def headlines(now: Published, before: Published | None) -> list[Headline]:
    """Return the headline figures, with their changes where there are figures `before` that are comparable."""
    current = _figures(now)
    earlier = _figures(before) if before else {}
    moved = {name: change(value, earlier.get(name), is_share=name == "churn") for name, value in current.items()}
    names = ("customers", "equity", "mean_clv", "cac", "clv_to_cac", "payback", "churn")
    written = _written(Shop(now), current, Choice())
    return [
        replace(headline, change="" if name == "payback" else moved[name])
        for name, headline in zip(names, written, strict=True)
    ]


def headlines_by_choice(now: Published) -> dict[str, list[Headline]]:
    """Return the headline figures of each channel and tier, by both names joined by `|`."""
    shop = Shop(now)
    keys = shop.titles(("channel", "tier"), lambda _: "")
    choices = [(key, Choice(channel=key.rpartition("|")[0], tier=key.rpartition("|")[2])) for key in keys]
    return {key: _written(shop, _figures_of(now, choice), choice) for key, choice in choices if choice != Choice()}


def _written(shop: Shop, current: dict[str, float | None], choice: Choice) -> list[Headline]:
    whole, basis = shop.whole, shop.basis
    has_spend = shop.published.first("kpis").get("cac") is not None
    has_cost = current["cac"] is not None
    no_cost = NO_SPEND if not has_spend else NOT_BY_TIER if choice.tier != ALL else "no cost is known of it"

    def unit(name: str) -> str:
        return shop.currency if current[name] is not None else ""

    equity = (
        f"to come within {whole.get('horizon_months')} months, in {basis}; model: {shop.quality}"
        if shop.is_predicted
        else "nothing is predicted yet"
    )
    clv = f"{basis} of the first 36 months, per customer" if shop.is_predicted else "nothing is predicted yet"
    target = f"the target is {exact(shop.target, 1)}" if shop.target else "at 36 months of age"
    return [
        Headline("Customers", compact(current["customers"]), "who have bought, or are known"),
        Headline("Customer equity", compact(current["equity"]), equity, unit=unit("equity")),
        Headline("CLV", compact(current["mean_clv"]), clv, unit=unit("mean_clv")),
        Headline("CAC", compact(current["cac"]), f"of {shop.window}" if has_cost else no_cost, unit=unit("cac")),
        Headline("CLV : CAC", exact(current["clv_to_cac"], 1), target if has_cost else no_cost),
        Headline("Payback", *_payback(shop, current["payback"], has_cost, no_cost, choice)),
        Headline("Churn", percent(current["churn"]), _of_churn(shop, current["churn"], choice)),
    ]


def _of_churn(shop: Shop, churn: float | None, choice: Choice) -> str:
    if churn is not None:
        return f"without an order in {shop.window}" + (", of the tier at its start" if choice.tier != ALL else "")
    if choice.channel != ALL and choice.tier != ALL:
        return "not known by channel and tier at once"
    return f"needs source orders from before {shop.window}"


def _payback(shop: Shop, months: float | None, has_cost: bool, no_cost: str, choice: Choice) -> tuple[str, str]:
    if not has_cost:
        return UNKNOWN, no_cost
    judged = any(row["channel"] == choice.channel for row in shop.rows("payback"))
    if not judged:
        return (
            UNKNOWN,
            f"needs the margin of orders: {NO_COSTS}" if shop.basis == "revenue" else "no month is judged yet",
        )
    note = "until margin repays CAC (median of 12 months)"
    if months is None:
        return "not yet", note
    return "at once" if months == 0 else plural(months, "month"), note


def _figures(published: Published) -> dict[str, float | None]:
    whole, kpi = published.first("customers"), published.first("kpis")
    return {
        "customers": whole.get("customers"),
        "equity": whole.get("customer_equity"),
        "mean_clv": whole.get("mean_clv_36m"),
        "cac": kpi.get("cac"),
        "clv_to_cac": kpi.get("clv_to_cac"),
        "churn": kpi.get("churn_rate"),
        "payback": _payback_of(published, ALL),
    }


def _payback_of(published: Published, channel: str) -> float | None:
    found = next((row for row in published.rows("payback") if row["channel"] == channel), None)
    return found["payback_months"] if found else None


def _figures_of(published: Published, choice: Choice) -> dict[str, float | None]:
    """Return the figures of a channel, a tier or both; None for what the marts don't divide so."""
    groups = of_customers(published.rows("customer_groups"), choice)
    kpis: dict[tuple[str, str], Any] = {
        (row["segment_kind"], row["segment"]): row for row in published.rows("segment_kpis")
    }
    by_channel = kpis.get(("channel", choice.channel), {}) if choice.tier == ALL else {}
    divided = kpis.get(("tier", choice.tier), {}) if choice.channel == ALL else by_channel
    equity = [row["customer_equity"] for row in groups if row["customer_equity"] is not None]
    return {
        "customers": total(groups, "customers"),
        "equity": sum(equity) if equity else None,
        "mean_clv": ratio(total(groups, "clv_36m"), total(groups, "valued_customers")),
        "cac": by_channel.get("cac"),
        "clv_to_cac": by_channel.get("clv_to_cac"),
        "churn": divided.get("churn_rate"),
        "payback": _payback_of(published, choice.channel) if by_channel else None,
    }


def is_comparable(now: Published, before: Published) -> bool:
    """Say whether both files count and predict alike, so that a change is one of the customers."""
    return all(
        now.first(query).get(name) == before.first(query).get(name)
        for query, names in SETTINGS.items()
        for name in names
    )
