"""Chapter more: what a shop has data for beyond orders and spend. Figures without data are left out."""

from collections.abc import Sequence
from itertools import groupby

from clv.console.words import UNKNOWN, count, exact, listed, money, percent, plural, words
from clv.report import charts
from clv.report.data import Row
from clv.report.parts import ALL, Figure, Shop, Table, total

TO_COME = "customers to come"
FACTORS = 100


def figures(shop: Shop) -> list[Figure]:
    """Return the figures that there are data for."""
    found = [
        forecasts(shop),
        subscriptions(shop),
        campaigns(shop),
        uplifts(shop),
        loyalty(shop),
        drivers(shop),
        attribution(shop),
    ]
    return [figure for figure in found if figure]


def forecasts(shop: Shop) -> Figure | None:
    """What the next months bring, by the year in which customers came."""
    rows = shop.rows("forecasts")
    ahead = [row for row in rows if not row["is_observed"]]
    if not ahead:
        return None
    together = [row for row in ahead if row["cohort_year"] == ALL][:12]
    parts = [row for row in rows if row["cohort_year"] != ALL]
    years = sorted({row["cohort_year"] for row in parts} - {TO_COME})
    order = [*years, *([TO_COME] if any(row["cohort_year"] == TO_COME for row in parts) else [])]
    expected = total(together, "net_revenue")
    new = total((row for row in ahead if row["cohort_year"] == TO_COME), "net_revenue")
    share = f", {percent(new / expected, 0)} of it by customers to come" if expected and new else ""
    weak = " The forecast is weak: see chapter trust." if shop.is_forecast_poor else ""
    return Figure(
        "forecasts",
        f"{shop.money(expected)} of net revenue are forecast for {plural(len(together), 'month')}{share}",
        "fct_revenue_forecasts",
        "Net revenue by the year of the first order; pale bars are forecast. Customers to come: as many as a year ago."
        + weak,
        rows=[
            {
                "month": row["month"],
                "cohort_year": row["cohort_year"],
                "is_observed": row["is_observed"],
                "net_revenue": None if row["net_revenue"] is None else round(row["net_revenue"], 2),
            }
            for row in parts
        ],
        spec=charts.forecasts(order, f"net revenue ({shop.currency})"),
        table=Table(
            ["month", f"net revenue forecast ({shop.currency})", "from", "to"],
            [
                [
                    row["month"][:7],
                    *(exact(row[name], 0) for name in ("net_revenue", "net_revenue_low", "net_revenue_high")),
                ]
                for row in together
            ],
            "All years together.",
        ),
    )


def subscriptions(shop: Shop) -> Figure | None:
    """How subscribers and their revenue move."""
    rows = shop.rows("subscription_months")
    if not rows:
        return None
    last, currency = rows[0], rows[0]["currency"] or shop.currency
    weak = "" if last["is_reliable"] else " Few subscribers: rates jump by chance."
    return Figure(
        "subscriptions",
        f"{plural(last['subscribers_at_end'], 'subscriber')} bring "
        f"{money(last['recurring_revenue_at_end'], currency)} a month; "
        f"{percent(last['logo_churn_rate'])} left in the latest month",
        "fct_subscription_months",
        "All plans, full months. Net revenue retention: recurring revenue of a month before that is "
        "still there, with changes "
        "of plan." + weak,
        table=Table(
            [
                "month",
                "at the start",
                "new",
                "left",
                "came back",
                "at the end",
                f"recurring revenue ({currency})",
                "churn",
                "net revenue retention",
            ],
            [
                [
                    row["month"][:7],
                    *(
                        count(row[name])
                        for name in (
                            "subscribers_at_start",
                            "new_subscribers",
                            "churned_subscribers",
                            "reactivated_subscribers",
                            "subscribers_at_end",
                        )
                    ),
                    exact(row["recurring_revenue_at_end"], 0),
                    percent(row["logo_churn_rate"]),
                    percent(row["net_revenue_retention"]),
                ]
                for row in rows
            ],
        ),
    )


def campaigns(shop: Shop) -> Figure | None:
    """What campaigns cost and bring."""
    rows = shop.rows("campaigns")
    if not rows:
        return None
    judged = [row for row in rows if row["clv_to_cac"] is not None]
    target = shop.target
    poor = [row for row in judged if target and row["clv_to_cac"] < target]
    title = f"{plural(len(rows), 'campaign')} cost {shop.money(total(rows, 'spend'))}"
    if judged and target:
        named = f": {listed([row['campaign'] for row in poor[:3]])}" if poor else ""
        title += f"; {len(poor)} of {len(judged)} are below the target of {exact(target, 1)}{named}"
    return Figure(
        "campaigns",
        title,
        "fct_campaigns",
        "All months together. CLV at 36 months of those whom a campaign has won, over what one of them cost.",
        table=Table(
            [
                "campaign",
                "channel",
                f"spend ({shop.currency})",
                "new customers",
                "CAC",
                "CLV at 36 months",
                "CLV:CAC",
                "paid back",
            ],
            [
                [
                    row["campaign"],
                    words(row["acquisition_channel"] or UNKNOWN),
                    exact(row["spend"], 0),
                    count(row["new_customers"]),
                    exact(row["cac"]),
                    exact(row["mean_clv_36m"]),
                    exact(row["clv_to_cac"], 1),
                    UNKNOWN if row["is_paid_back"] is None else "yes" if row["is_paid_back"] else "not yet",
                ]
                for row in rows
            ],
        ),
    )


def uplifts(shop: Shop) -> Figure | None:
    """What campaigns to customers changed, beside those who got nothing."""
    rows = shop.rows("uplifts")
    if not rows:
        return None
    known = [row for row in rows if row["uplift_low"] is not None and row["uplift_high"] is not None]
    sure = [row for row in known if row["is_reliable"] and (row["uplift_low"] > 0 or row["uplift_high"] < 0)]
    title = (
        f"{len(sure)} of {plural(len(rows), 'campaign')} to customers made a clear difference"
        if sure
        else "No campaign to customers made a clear difference yet"
    )
    return Figure(
        "uplifts",
        title,
        "fct_campaign_uplifts",
        f"{rows[0]['clv_basis'].capitalize()} per customer in "
        f"{plural(rows[0]['window_days'], 'day')}, less that of a control group. "
        "An interval with 0 in it may be chance.",
        table=Table(
            ["campaign", "variant", "customers", "control", f"uplift ({shop.currency})", "from", "to", "reliable"],
            [
                [
                    row["campaign"],
                    row["variant"],
                    count(row["customers"]),
                    count(row["control_customers"]),
                    *(exact(row[name]) for name in ("uplift", "uplift_low", "uplift_high")),
                    "yes" if row["is_reliable"] else "no",
                ]
                for row in rows
            ],
        ),
    )


def loyalty(shop: Shop) -> Figure | None:
    """Who would recommend the shop."""
    rows = shop.rows("loyalty")
    company = next((row for row in rows if row["segment_kind"] == "company"), None)
    if company is None or company["nps"] is None:
        return None
    return Figure(
        "loyalty",
        f"NPS is {_score(company['nps'])}, by {percent(company['response_rate'], 0)} of customers",
        "fct_segment_loyalty",
        "Promoters (9 and 10) less detractors (0 to 6), of 100 who answered. Where intervals "
        "overlap, segments may be alike.",
        table=Table(
            ["segment", "answers", "NPS", "from", "to", "reliable"],
            [
                [
                    "everybody"
                    if row["segment_kind"] == "company"
                    else f"{row['segment_kind']} {words(row['segment'])}",
                    count(row["respondents"]),
                    *(_score(row[name]) for name in ("nps", "nps_low", "nps_high")),
                    "yes" if row["is_reliable"] else "no",
                ]
                for row in rows
            ],
        ),
    )


def _score(share: float | None) -> str:
    return UNKNOWN if share is None else f"{share * FACTORS:+.0f}"


def drivers(shop: Shop) -> Figure | None:
    """What goes with a high CLV."""
    rows = shop.rows("drivers")
    if not rows:
        return None
    clear = [row for row in rows if row["is_significant"]]
    named = listed(
        [f"{words(row['attribute'])} {words(row['attribute_value'])} ({_lift(row['lift'])})" for row in clear[:3]]
    )
    return Figure(
        "drivers",
        f"What goes with another CLV: {named}"
        if clear
        else "Nothing that is known of customers goes clearly with their CLV",
        "fct_clv_drivers",
        "CLV at 36 months of customers with a trait, beside all others. It goes with it: that it is "
        "the cause, nobody knows.",
        table=Table(
            ["trait", "customers", f"CLV ({shop.currency})", "others", "difference", "from", "to", "more than chance"],
            [
                [
                    f"{words(row['attribute'])}: {words(row['attribute_value'])}",
                    count(row["customers"]),
                    exact(row["mean_clv_36m"]),
                    exact(row["mean_clv_36m_of_others"]),
                    *(_lift(row[name]) for name in ("lift", "lift_low", "lift_high")),
                    "yes" if row["is_significant"] else "no",
                ]
                for row in rows
            ],
        ),
    )


def _lift(share: float | None) -> str:
    return UNKNOWN if share is None else f"{share:+.0%}"


def attribution(shop: Shop) -> Figure | None:
    """How far channels depend on who is given the credit."""
    rows = [row for row in shop.rows("attribution") if row["clv_to_cac"] is not None]
    names = sorted({row["attribution_model"] for row in rows})
    if len(names) < 2:
        return None
    configured = next((row["attribution_model"] for row in rows if row["is_configured"]), names[0])
    by_channel = {
        channel: {row["attribution_model"]: row for row in group}
        for channel, group in groupby(rows, key=lambda row: row["acquisition_channel"])
    }
    turned = _turned(rows, shop.target)
    title = (
        f"{listed([words(channel) for channel in turned])}: above or below the target, by who is given the credit"
        if turned
        else "Whoever is given the credit, no channel changes sides of the target"
    )
    return Figure(
        "attribution",
        title,
        "fct_attribution_models",
        f"CLV:CAC of {shop.window} by attribution model; the rest of the page uses {words(configured)}.",
        table=Table(
            ["channel", *(words(name) + (" (used)" if name == configured else "") for name in names)],
            [
                [
                    words(channel),
                    *(exact(models[name]["clv_to_cac"], 1) if name in models else UNKNOWN for name in names),
                ]
                for channel, models in by_channel.items()
            ],
        ),
    )


def _turned(rows: Sequence[Row], target: float | None) -> list[str]:
    """Return the channels that are above the target by one model, and below by another."""
    sides: dict[str, set[bool]] = {}
    for row in rows:
        sides.setdefault(row["acquisition_channel"], set()).add(bool(target) and row["clv_to_cac"] >= (target or 0))
    return [channel for channel, found in sides.items() if len(found) > 1]
