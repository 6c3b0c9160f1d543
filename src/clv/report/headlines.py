"""The figures at the top of the report, and how far they have moved since the last publication."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from clv.console.words import UNKNOWN, change, compact, exact, percent, plural, quality
from clv.report.data import Published

NO_COST = "needs source marketing_spend"
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
    window = _window(now)
    whole = now.first("customers")
    currency, months = whole.get("currency") or "", whole.get("horizon_months")
    basis = whole.get("clv_basis") or "revenue"
    has_cost = current["cac"] is not None
    of_window = f"of {window}" if has_cost else NO_COST
    moved = {name: change(value, earlier.get(name), is_share=name == "churn") for name, value in current.items()}
    words_of_quality = quality(whole.get("model_quality") or "untested", whole.get("model_warnings") or "")
    predicted = (
        f"to come within {months} months, in {basis}; model: {words_of_quality}"
        if current["equity"] is not None
        else "nothing is predicted yet"
    )

    def unit(name: str) -> str:
        return currency if current[name] is not None else ""

    return [
        Headline("Customers", compact(current["customers"]), "who have bought, or are known", moved["customers"]),
        Headline("Customer equity", compact(current["equity"]), predicted, moved["equity"], unit("equity")),
        Headline("Mean CLV", compact(current["mean_clv"]), _of_mean(whole), moved["mean_clv"], unit("mean_clv")),
        Headline("CAC", compact(current["cac"]), of_window, moved["cac"], unit("cac")),
        Headline(
            "CLV : CAC", exact(current["clv_to_cac"], 1), "3 is customary" if has_cost else NO_COST, moved["clv_to_cac"]
        ),
        Headline(
            "Payback",
            _payback(now, current["payback"], has_cost),
            "until margin repays CAC (median)" if has_cost else NO_COST,
            "",
        ),
        Headline("Churn", percent(current["churn"]), _of_churn(current["churn"], window), moved["churn"]),
    ]


def _of_mean(whole: Mapping[str, Any]) -> str:
    return "so far and to come, per customer" if whole.get("mean_clv") is not None else "nothing is predicted yet"


def _window(published: Published) -> str:
    months = published.first("kpis").get("window_months")
    return f"the last {plural(months, 'month')}" if months else "the window of KPIs"


def _of_churn(churn: float | None, window: str) -> str:
    return f"needs source orders from before {window}" if churn is None else f"without an order in {window}"


def _payback(published: Published, months: float | None, has_cost: bool) -> str:
    if months is None:
        return "not yet" if has_cost and published.rows("payback") else UNKNOWN
    return "at once" if months == 0 else plural(months, "month")


def _figures(published: Published) -> dict[str, float | None]:
    whole, kpi = published.first("customers"), published.first("kpis")
    return {
        "customers": whole.get("customers"),
        "equity": whole.get("customer_equity"),
        "mean_clv": whole.get("mean_clv"),
        "cac": kpi.get("cac"),
        "clv_to_cac": kpi.get("clv_to_cac"),
        "churn": kpi.get("churn_rate"),
        "payback": published.first("payback").get("payback_months"),
    }


def is_comparable(now: Published, before: Published) -> bool:
    """Say whether both files count and predict alike, so that a change is one of the customers."""
    return all(
        now.first(query).get(name) == before.first(query).get(name)
        for query, names in SETTINGS.items()
        for name in names
    )
