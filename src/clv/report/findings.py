"""What the page says first: a few sentences to decide by, each with a number and with the chapter or list behind it."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

from clv.console.words import count, exact, percent, plural, words
from clv.report.data import Published, Row
from clv.report.parts import UNALLOCATED, Choice, Download, Shop, ratio
from clv.report.stay import slipping
from clv.report.trust import MEANING
from clv.report.worth import returning_share

FEWEST = 30
"""Customers below whom the page compares no means."""

CLEAR = 2
"""Standard errors beyond which a difference is called clear."""


@dataclass(frozen=True)
class Finding:
    """A sentence. figure: where its numbers come from; what to open or to save comes with a label."""

    name: str
    text: str
    detail: str
    figure: str
    label: str
    download: Download | None = None


def findings(published: Published) -> list[Finding]:
    """Return the findings, those to act on first; none of a file without customers."""
    shop = Shop(published)
    if not shop.whole.get("customers"):
        return []
    found = [win_back(shop), channel(shop), source(shop), trend(shop), trust(shop)]
    return [finding for finding in found if finding]


def win_back(shop: Shop) -> Finding:
    """Whom to write to."""
    label = "Who is slipping away"
    if not shop.is_predicted:
        text = "Whom to win back is not known: nothing is predicted yet."
        return Finding("win_back", text, shop.why_nothing_is_predicted, "slipping", label)
    rows = shop.rows("slipping")
    best = " and ".join(shop.tiers[:2])
    if not rows:
        text = f"Nobody needs to be won back: no customer of the tiers {best} is at risk or lapsed."
        return Finding("win_back", text, "", "slipping", label)
    first = rows[0]
    text = (
        f"Win back {plural(first['all_customers'], 'customer')} of your best tiers: "
        f"{shop.money(first['all_predicted_clv'])} of predicted CLV are at stake."
    )
    detail = (
        f"They are at risk or lapsed. The forecast is {shop.model_quality}: take the amounts as an "
        "order in which to write."
        if shop.is_forecast_poor
        else "They are at risk or lapsed; the most valuable come first in the list."
    )
    return Finding("win_back", text, detail, "slipping", label, slipping(shop).download)


def channel(shop: Shop) -> Finding:
    """Which channel to grow or to cut."""
    rows = [
        row for row in shop.rows("budgets") if row["acquisition_channel"] != UNALLOCATED and (row["spend"] or 0) > 0
    ]
    label = "Budget against spend"
    if not rows:
        text = "Which channel to grow is not known: no spend of a channel was delivered."
        return Finding("channel", text, "Source marketing_spend gives it.", "budgets", label)
    target = exact(shop.target, 1)
    sound = [row for row in rows if row["is_reliable"] and _return_of(row) is not None]
    nobody = [row for row in rows if not row["new_customers"]]
    wasted = (
        f"{words(nobody[0]['acquisition_channel']).capitalize()} cost "
        f"{shop.money(nobody[0]['spend'])} in {shop.window} "
        "and brought nobody."
        if nobody
        else ""
    )
    if not sound:
        if shop.is_forecast_poor:
            why = f"the forecast is {words(shop.model_quality)}"
        else:
            bought = sorted(row["new_customers"] for row in rows if row["new_customers"])
            most = f", {count(bought[-1])} at most" if bought else ""
            why = f"each paid channel has too few new customers in {shop.window}{most}"
        text = f"No advice on channels yet: {why}."
        return Finding("channel", text, wasted or f"The target is a CLV:CAC of {target}.", "budgets", label)
    poor = sorted((row for row in sound if (row["headroom"] or 0) < 0), key=lambda row: row["headroom"])
    good = sorted((row for row in sound if (row["headroom"] or 0) > 0), key=lambda row: -row["headroom"])
    if poor:
        worst = poor[0]
        text = (
            f"Cut {words(worst['acquisition_channel'])}: a customer costs {shop.money(worst['current_cac'])}, where "
            f"{shop.money(worst['affordable_cac'])} is affordable (CLV:CAC "
            f"{exact(_return_of(worst), 1)}, target {target})."
        )
        detail = (
            f"{words(good[0]['acquisition_channel']).capitalize()} has most room: {_grown(shop, good[0])}."
            if good
            else ""
        )
        return Finding("channel", text, f"{detail} {wasted}".strip(), "budgets", label)
    if not good:
        text = f"Leave channels as they are: all that can be judged are at the target of {target}."
        return Finding("channel", text, wasted, "budgets", label)
    best = good[0]
    text = (
        f"Grow {words(best['acquisition_channel'])}: its CLV:CAC is {exact(_return_of(best), 1)}, the target {target}; "
        f"{_grown(shop, best)}."
    )
    detail = (
        f"{len(sound)} of {plural(len(rows), 'paid channel')} can be judged. "
        "Grow by steps: more spend costs more per customer."
    )
    return Finding("channel", text, f"{detail} {wasted}".strip(), "budgets", label)


def _return_of(row: Row) -> float | None:
    return ratio(row["mean_clv_36m"], row["current_cac"])


def _grown(shop: Shop, row: Row) -> str:
    return f"up to {shop.money(row['headroom'])} more a year would be affordable"


def source(shop: Shop) -> Finding | None:
    """Where the money comes from."""
    returning, known = returning_share(shop.rows("order_months"), Choice(), 12)
    if not known:
        return None
    tiers = shop.rows("tiers")
    best = tiers[0] if tiers and tiers[0]["equity_share"] is not None else None
    text = (
        f"{percent(returning / known, 0)} of {shop.money(known)} of net revenue came from customers who returned, "
        "in the last 12 full months."
    )
    detail = (
        f"The best {percent(best['customer_share'], 0)} of customers hold "
        f"{percent(best['equity_share'], 0)} of what is to come."
        if best
        else ""
    )
    return Finding("source", text, detail, "revenue", "New against returning revenue")


def trend(shop: Shop) -> Finding:
    """Whether CLV gets better."""
    label = "CLV by half-year"
    by_age = {row["years_ago"]: row for row in shop.rows("clv_years")}
    if not shop.is_predicted:
        text = "Whether CLV gets better is not known: nothing is predicted yet."
        return Finding("trend", text, "", "cohort_clv", label)
    if shop.is_forecast_poor:
        text = f"Whether CLV gets better can't be said: the forecast is {words(shop.model_quality)}."
        return Finding("trend", text, "Young customers' CLV is mostly forecast.", "cohort_clv", label)
    if len(by_age) < 2 or min(row["customers"] for row in by_age.values()) < FEWEST:
        text = "Whether CLV gets better can't be said yet: it takes two years with enough new customers."
        return Finding("trend", text, f"The page compares no fewer than {FEWEST} customers.", "cohort_clv", label)
    now, before = by_age[0], by_age[1]
    difference = now["mean_clv"] - before["mean_clv"]
    error = sqrt(sum((row["deviation"] or 0) ** 2 / row["customers"] for row in (now, before)))
    values = f"{shop.money(now['mean_clv'])} at 36 months, {shop.money(before['mean_clv'])} a year before"
    if abs(difference) <= CLEAR * error:
        text = f"CLV is about as it was: new customers of the last 12 months are worth {values}."
        detail = "The difference may be chance."
    else:
        word = "better" if difference > 0 else "worse"
        text = f"CLV gets {word}: new customers of the last 12 months are worth {values}."
        detail = "The difference is more than chance."
    return Finding("trend", text, f"{detail} Part of it is forecast.", "cohort_clv", label)


def trust(shop: Shop) -> Finding:
    """Whether the forecast can be trusted."""
    label = "Forecast against what came"
    rows: Sequence[Row] = shop.rows("quarters")
    if not shop.is_predicted:
        return Finding("trust", "There is no forecast to trust yet.", "", "quarters", label)
    if not rows or shop.model_quality == "untested":
        text = "The forecast is untested: no quarter has passed yet that it could have forecast."
        return Finding("trust", text, "Don't decide by it alone.", "quarters", label)
    last = rows[-1]
    forecast, came = count(last["predicted_orders"]), count(last["actual_orders"])
    said = f"{forecast} orders were forecast for the latest quarter, {came} came"
    starts = {
        "good": "The forecast can be trusted",
        "fair": "The forecast is fair",
        "poor": "Don't decide by the forecast",
    }
    text = f"{starts.get(shop.model_quality, 'The forecast')}: {said}."
    detail = f"{MEANING.get(shop.model_quality, '')}.".capitalize()
    warnings = shop.whole.get("model_warnings")
    return Finding("trust", text, detail + (f" Beware: {words(warnings)}." if warnings else ""), "quarters", label)
