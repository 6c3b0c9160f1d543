"""Chapter trust: whether forecasts came true, and whether the data are sound."""

from collections.abc import Sequence

from clv.console.words import count, exact, percent, plural, words
from clv.report import charts
from clv.report.data import Row
from clv.report.parts import PUBLISHED, Figure, Shop, Table, absent, model_name, ratio, total

COMPARED = (PUBLISHED, "bg_nbd", "naive", "formula")
"""Models of the chart; its table has all."""

LISTED_REASONS, SHOWN_REASONS, SHOWN_STATUSES = 30, 8, 3
NO_BACKTEST = "A backtest needs source orders from a quarter before the as-of date and earlier, of enough customers."
MEANING = {
    "good": "its last two forecasts of a quarter were off by 15% at most, on average",
    "fair": "its last two forecasts of a quarter were off by 30% at most, on average",
    "poor": "its last two forecasts of a quarter were off by more than 30%, on average",
    "untested": "no quarter has passed yet that it could have forecast",
}


def figures(shop: Shop) -> list[Figure]:
    """Return the figures of the chapter."""
    return [
        quarters(shop),
        calibration(shop),
        fits(shop),
        statuses(shop),
        rejected(shop),
        unmatched(shop),
        held_back(shop),
        deliveries(shop),
        reconciliations(shop),
    ]


def quarters(shop: Shop) -> Figure:
    """What was forecast for each quarter, beside what came."""
    mart, rows = "fct_model_backtests", shop.rows("quarters")
    if not rows:
        return absent("quarters", "Forecast against what came", mart, NO_BACKTEST)
    basis = shop.basis
    return Figure(
        "quarters",
        _quarters_title(rows),
        mart,
        "Each forecast was made with what was known on its day, for customers of that day; new ones are not in it. "
        f"The bar is what came, the mark what was forecast. The model is {shop.quality}: "
        f"{MEANING.get(shop.model_quality, 'how good it is, is not known')}.",
        rows=[
            {"quarter": f"to {row['until']}", "forecast": row["predicted_orders"], "came": row["actual_orders"]}
            for row in rows
        ],
        spec=charts.quarters(len(rows)),
        table=Table(
            [
                "forecast on",
                "until",
                "customers",
                "orders forecast",
                "came",
                "off by",
                f"{basis} forecast ({shop.currency})",
                "came",
                "within their 80% interval",
            ],
            [
                [
                    row["cutoff_date"],
                    row["until"],
                    count(row["customers"]),
                    count(row["predicted_orders"]),
                    count(row["actual_orders"]),
                    _signed(row["bias"]),
                    exact(row["predicted_margin"], 0),
                    exact(row["actual_margin"], 0),
                    percent(row["coverage_80"], 0),
                ]
                for row in reversed(rows)
            ],
        ),
    )


def _quarters_title(rows: Sequence[Row]) -> str:
    last = rows[-1]
    text = (
        f"{count(last['predicted_orders'])} orders were forecast for the latest quarter, "
        f"{count(last['actual_orders'])} came"
    )
    close = [row for row in rows if row["bias"] is not None and abs(row["bias"]) <= 0.15]
    return text + (f"; {len(close)} of {len(rows)} quarters were within 15%" if len(rows) > 1 else "")


def _signed(bias: float | None) -> str:
    return percent(bias) if bias is None or bias < 0 else "+" + percent(bias)


def calibration(shop: Shop) -> Figure:
    """How good the longest forecast was, from those who order little to those who order much."""
    mart, rows, whole = "fct_model_backtests", shop.rows("calibration"), shop.rows("backtests")
    if not rows or not whole:
        return absent("calibration", "Predictions beside what happened", mart, NO_BACKTEST)
    longest = [
        row
        for row in whole
        if row["cutoff_date"] == rows[0]["cutoff_date"] and row["horizon_days"] == rows[0]["horizon_days"]
    ]
    ours = next((row for row in longest if row["model_name"] == PUBLISHED), longest[0])
    models = [name for name in COMPARED if any(row["model_name"] == name for row in rows)]
    return Figure(
        "calibration",
        _calibration_title(ours),
        mart,
        "Fitted on what was known at the cutoff only. Points are tenths of the customers, from those "
        "expected to order least; on the dashed line, as many orders were made as predicted. "
        "Naive: each customer's own past rate.",
        rows=[
            {
                "decile": row["decile"],
                "customers": row["customers"],
                "predicted": row["predicted"],
                "actual": row["actual"],
                "model": model_name(row["model_name"]),
            }
            for row in rows
            if row["model_name"] in models
        ],
        spec=charts.calibration(
            [model_name(name) for name in models],
            max(max(row["predicted"], row["actual"]) for row in rows if row["model_name"] in models),
        ),
        table=Table(
            [
                "model",
                "cutoff",
                "days ahead",
                "customers",
                "predicted orders",
                "actual",
                "bias",
                "mean absolute error",
                "rank correlation",
                "orders of the best tenth",
            ],
            [
                [
                    model_name(row["model_name"]),
                    row["cutoff_date"],
                    *(count(row[name]) for name in ("horizon_days", "customers", "predicted_orders", "actual_orders")),
                    percent(row["bias"]),
                    exact(row["mean_absolute_error"], 3),
                    exact(row["rank_correlation"], 2),
                    percent(row["top_decile_share"]),
                ]
                for row in whole
            ],
        ),
    )


def _calibration_title(row: Row) -> str:
    bias = row["bias"]
    off = "" if bias is None or abs(bias) < 0.0005 else f": {percent(abs(bias))} too {'many' if bias > 0 else 'few'}"
    return (
        f"What is published predicted {count(row['predicted_orders'])} orders "
        f"for the {row['horizon_days']} days after {row['cutoff_date']}, {count(row['actual_orders'])} were made{off}"
    )


def fits(shop: Shop) -> Figure:
    """How the models were fitted."""
    mart, rows = "fct_model_fits", shop.rows("fits")
    if not rows:
        return absent("fits", "Fitted models", mart, shop.why_nothing_is_predicted)
    converged = [row for row in rows if row["status"] == "converged"]
    title = (
        f"{len(converged)} of {len(rows)} models converged" if len(converged) < len(rows) else "All models converged"
    )
    return Figure(
        "fits",
        title,
        mart,
        "Converged: the fit found its best parameters. It does not say that customers are as the model thinks.",
        table=Table(
            ["model", "status", "customers", "log-likelihood", "steps"],
            [
                [
                    model_name(row["model_name"]),
                    words(row["status"] or ""),
                    count(row["customers"]),
                    exact(row["log_likelihood"], 1),
                    count(row["iterations"]),
                ]
                for row in rows
            ],
        ),
        is_folded=True,
    )


def statuses(shop: Shop) -> Figure:
    """Which orders count, by their status."""
    mart, rows = "fct_order_statuses", shop.rows("order_statuses")
    if not rows:
        return absent("statuses", "Statuses of orders", mart, "The file says nothing of statuses.")
    unknown = [row for row in rows if not row["is_known"]]
    uncounted = [row for row in rows if not row["is_counted"]]
    orders, amount = total(uncounted, "orders"), total(uncounted, "gross_item_revenue")
    if unknown:
        names = ", ".join(f"“{row['status']}”" for row in unknown[:SHOWN_STATUSES])
        title = f"{plural(total(unknown, 'orders'), 'order')} of an unknown status do not count: {names}"
    elif uncounted:
        share = percent(ratio(orders, total(rows, "orders")))
        title = f"{plural(orders, 'order')} ({share}) do not count, by their status: goods of {shop.money(amount)}"
    else:
        title = "Every status of an order counts"
    return Figure(
        "statuses",
        title,
        mart,
        "Vars counted_order_statuses and uncounted_order_statuses say what counts.",
        table=Table(
            ["status", "orders", f"gross revenue ({shop.currency})", "counts", "first", "last"],
            [
                [
                    row["status"],
                    count(row["orders"]),
                    exact(row["gross_item_revenue"]),
                    "yes" if row["is_counted"] else "no" if row["is_known"] else "no (unknown)",
                    row["first_ordered_on"],
                    row["last_ordered_on"],
                ]
                for row in rows[:LISTED_REASONS]
            ],
        ),
        is_folded=not uncounted,
    )


def rejected(shop: Shop) -> Figure:
    """What could not be used, and why."""
    mart, rows = "fct_rejected_records, fct_deliveries", shop.rows("rejected")
    delivered = sum(row["delivered_rows"] or 0 for row in shop.rows("deliveries"))
    refused = sum(row["rejected_rows"] or 0 for row in shop.rows("deliveries"))
    if not delivered:
        return absent("rejected", "Rejected rows", mart, "The file says nothing of deliveries.")
    if not rows:
        return Figure("rejected", f"All {count(delivered)} delivered rows could be used", mart)
    return Figure(
        "rejected",
        f"{count(refused)} of {count(delivered)} delivered rows could not be used ({percent(refused / delivered, 2)})",
        mart,
        "The commonest reasons. Every rejected row is kept, with its raw record.",
        rows=[
            {
                "why": f"{row['source_name']}:\n{row['reason']}",
                "source": row["source_name"],
                "reason": row["reason"],
                "rejected_rows": row["rejected_rows"],
            }
            for row in rows[:SHOWN_REASONS]
        ],
        spec=charts.rejected(len(rows[:SHOWN_REASONS])),
        table=Table(
            ["source", "reason", "rows"],
            [[row["source_name"], row["reason"], count(row["rejected_rows"])] for row in rows[:LISTED_REASONS]],
        ),
    )


def unmatched(shop: Shop) -> Figure:
    """Keys that name nothing."""
    mart = "fct_rejected_records, fct_orders, fct_record_warnings"
    rows, warnings = shop.rows("unmatched"), shop.rows("record_warnings")
    body = [[row["source_name"], row["what"], count(row["number"])] for row in rows]
    body += [[row["source_name"], row["sentence"], count(row["affected_keys"])] for row in warnings]
    if not body:
        return Figure("unmatched", "Every key of a row names something that was delivered", mart)
    keys = total(rows, "number")
    title = f"{plural(keys, 'row')} name something that was not delivered" if keys else "All keys match"
    warned = f"; {plural(len(warnings), 'warning')} of odd records" if warnings else ""
    return Figure(
        "unmatched",
        title + warned,
        mart,
        "A line of an order that is not there is rejected; an order without a known customer counts "
        "as revenue, but as nobody's.",
        table=Table(["source", "what", "number"], body[:LISTED_REASONS]),
    )


def held_back(shop: Shop) -> Figure:
    """What was kept from making several ids one person."""
    mart, rows = "fct_identity_limits", shop.rows("identity_limits")
    if not rows:
        return Figure(
            "held_back",
            "No merge of customers was held back",
            mart,
            "Ids with the same email or phone are one person, except where a contact ties too many or different names.",
        )
    contacts, ids = total(rows, "contacts"), total(rows, "customer_ids")
    return Figure(
        "held_back",
        f"Merges held back: {plural(contacts, 'contact')} would have made one person of {plural(ids, 'customer id')}",
        mart,
        "A contact that many ids share, or that stands for nobody, merges none. A wrong merge hides "
        "customers; a missing one doubles them.",
        table=Table(
            ["what was held back", "set by", "ids", "contacts", "orders that lost their customer"],
            [
                [row["reason"], row["set_by"], *(count(row[name]) for name in ("customer_ids", "contacts", "orders"))]
                for row in rows
            ],
        ),
    )


def deliveries(shop: Shop) -> Figure:
    """What was delivered."""
    mart, rows = "fct_deliveries", shop.rows("deliveries")
    if not rows:
        return absent("deliveries", "Deliveries", mart, "The file says nothing of deliveries.")
    return Figure(
        "deliveries",
        f"The data come from {plural(sum(row['deliveries'] for row in rows), 'file')} of {plural(len(rows), 'source')}",
        mart,
        table=Table(
            ["source", "deliveries", "rows", "accepted", "rejected", "latest delivery"],
            [
                [
                    row["source_name"],
                    *(count(row[name]) for name in ("deliveries", "delivered_rows", "accepted_rows", "rejected_rows")),
                    (row["latest_delivery"] or "").rsplit("/", 1)[-1],
                ]
                for row in rows
            ],
        ),
        is_folded=True,
    )


def reconciliations(shop: Shop) -> Figure:
    """Whether two ways to the same total agree."""
    mart, rows = "fct_reconciliations", shop.rows("reconciliations")
    if not rows:
        return absent("reconciliations", "Totals", mart, "The file says nothing of reconciliations.")
    closed = [row for row in rows if row["is_reconciled"]]
    title = (
        f"All {len(rows)} totals agree both ways to the cent"
        if len(closed) == len(rows)
        else f"{len(rows) - len(closed)} of {len(rows)} totals differ"
    )
    return Figure(
        "reconciliations",
        title,
        mart,
        table=Table(
            ["total", "one way", "the other", "difference"],
            [
                [row["check_name"], *(exact(row[name]) for name in ("left_amount", "right_amount", "difference"))]
                for row in rows
            ],
        ),
        is_folded=len(closed) == len(rows),
    )
