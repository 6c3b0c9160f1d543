"""Chapter stay: who orders again, who is lost, and who is slipping away."""

from collections.abc import Sequence
from itertools import groupby

from clv.console.words import UNKNOWN, count, exact, month, percent, plural, words
from clv.report import charts
from clv.report.data import Row
from clv.report.parts import (
    ALL,
    SHOWN_AGES,
    Choice,
    Download,
    Figure,
    Shop,
    Table,
    absent,
    capital,
    columns,
    comma_separated,
    of_customers,
    of_mart,
    ratio,
    summed,
    total,
)

OVERDUE = ("not due", "1–30", "31–90", "91–180", "181–365", "> 365")
LONG_OVERDUE = 4
LISTED_CUSTOMERS = 10
TOGETHER, SIZE = "together", "size"
"""The row of all cohorts, and the column of how many customers a cohort has."""

LISTED_COLUMNS = (
    "customer_id", "value_tier", "lifecycle_stage", "acquisition_channel", "days_since_last_order", "days_overdue",
    "probability_alive", "historical_clv", "predicted_clv",
)  # fmt: skip


def figures(shop: Shop) -> list[Figure]:
    """Return the figures of the chapter."""
    return [retention(shop), churn(shop), alive(shop), overdue(shop), slipping(shop)]


def retention(shop: Shop) -> Figure:
    """How many customers of a quarter order again, by age."""
    mart, rows = "fct_cohort_months", shop.rows("retention_quarters")
    if not any(row["age_months"] for row in of_mart(rows, Choice())):
        return absent("retention", "Who orders again", mart, "Retention needs two full months of source orders.")
    filters = ("channel",)
    titles = shop.titles(filters, lambda choice: _retention_title(_retained(of_mart(rows, choice)), choice))
    cells = [
        {**cell, "channel": channel}
        for channel, group in groupby(rows, key=lambda row: row["channel"])
        for cell in _retained(list(group))
    ]
    company = [cell for cell in cells if cell["channel"] == ALL]
    cohorts = sorted({row["cohort"] for row in rows})
    ages = [SIZE, *(str(age) for age in SHOWN_AGES if any(cell["column"] == str(age) for cell in company))]
    table = {(cell["cohort"], cell["column"]): cell for cell in company}
    return Figure(
        "retention",
        titles[ALL],
        mart,
        "A row is the quarter of the first order, with the number of its customers; a column the month since. "
        "A cell is the share who ordered in that month. Empty: not all of them are that old yet.",
        filters,
        columns(cells, "channel", "cohort", "column", "customers", "active"),
        charts.retention([*cohorts, TOGETHER], ages),
        Table(
            ["first order in", "customers", *(f"month {age}" for age in ages[1:])],
            [
                [
                    cohort,
                    count(table[cohort, SIZE]["customers"]) if (cohort, SIZE) in table else UNKNOWN,
                    *(
                        percent(ratio(table[cohort, age]["active"], table[cohort, age]["customers"]))
                        if (cohort, age) in table
                        else UNKNOWN
                        for age in ages[1:]
                    ),
                ]
                for cohort in [*cohorts, TOGETHER]
            ],
        ),
        titles=titles,
    )


def _retained(rows: Sequence[Row]) -> list[Row]:
    """Return the cells of one channel: a size per cohort, a share per age, and those of all cohorts together."""
    together = [
        {"cohort": TOGETHER, **row} for row in summed(rows, ("age_months",), ("cohort_size", "active_customers"))
    ]
    return [
        {
            "cohort": row["cohort"],
            "column": str(row["age_months"]) if row["age_months"] else SIZE,
            "customers": row["cohort_size"],
            "active": row["active_customers"] if row["age_months"] else None,
        }
        for row in [*rows, *together]
    ]


def _retention_title(cells: Sequence[Row], choice: Choice) -> str:
    shares = {
        int(cell["column"]): ratio(cell["active"], cell["customers"])
        for cell in cells
        if cell["cohort"] == TOGETHER and cell["column"] != SIZE
    }
    known = {age: share for age, share in shares.items() if share is not None}
    if not known:
        return f"Who orders again{choice.words}: not known"
    later = max((age for age in (12, 6, 3) if age in known), default=None)
    tail = f", {known[later] * 100:.0f} in the {later}th" if later and later > 3 else ""
    return f"Of 100 new customers{choice.words}, {known[min(known)] * 100:.0f} order in the following month{tail}"


def churn(shop: Shop) -> Figure:
    """How many are lost by the calendar, and how many are customers still by the model."""
    mart, rows = "fct_kpi_months", shop.rows("churn_months")
    known = [row for row in of_mart(rows, Choice()) if row["churn_rate"] is not None]
    if not known:
        return absent("churn", "Churn", mart, f"Churn needs source orders from before {shop.window}.")
    filters = ("channel", "period")
    titles = shop.titles(filters, lambda choice: _churn_title(rows, choice))
    judged, still = shop.whole.get("judged_customers"), shop.whole.get("alive_customers")
    beside = (
        f" Probability alive below counts otherwise: all {count(judged)} customers ever, old and new, "
        f"of whom {count(still)} are likely to buy again. So both can be high at once."
        if judged and still is not None
        else ""
    )
    return Figure(
        "churn",
        titles[f"{ALL}|{charts.PERIODS[-1]}"],
        mart,
        f"Churn: of the customers who had ordered in the window before, the share without an order in {shop.window}. "
        "It is a count, not a forecast." + beside,
        filters,
        columns(rows, "month", "channel", "months_ago", "churn_rate", "customers_at_start", "churned_customers"),
        charts.share_line("churn_rate", "churn", ("customers_at_start", "churned_customers")),
        Table(
            ["month end", "customers at the start", "of them lost", "churn"],
            [
                [
                    row["month"],
                    count(row["customers_at_start"]),
                    count(row["churned_customers"]),
                    percent(row["churn_rate"]),
                ]
                for row in reversed(known)
            ],
        ),
        titles=titles,
    )


def _churn_title(rows: Sequence[Row], choice: Choice) -> str:
    known = [
        row for row in of_mart(rows, choice) if row["churn_rate"] is not None and row["months_ago"] < choice.period
    ]
    if not known:
        return f"Churn of customers{choice.words}: not known"
    last = known[-1]
    start = next((row for row in known if row["months_ago"] == last["months_ago"] + 12), known[0])
    text = (
        f"{percent(last['churn_rate'], 0)} of {plural(last['customers_at_start'], 'customer')}{choice.words} "
        f"were lost in {plural(last['window_months'] or 12, 'month')}"
    )
    return text + (
        f", {percent(start['churn_rate'], 0)} in those to {month(start['month'])}" if start is not last else ""
    )


def alive(shop: Shop) -> Figure:
    """Who is a customer still, by recency and frequency."""
    mart, rows = "dim_customers", shop.rows("alive")
    if not rows:
        return absent("alive", "Who is still a customer", mart, shop.why_nothing_is_predicted)
    cells = summed(rows, ("occasions", "months_since"), ("customers", "alive"))
    filters = ("channel", "tier")
    titles = shop.titles(filters, lambda choice: _alive_title(of_customers(rows, choice), choice))
    return Figure(
        "alive",
        titles[f"{ALL}|{ALL}"],
        mart,
        "Still a customer: the sum of each one's probability to buy again, at any time. A forecast, not a count. "
        "Rare buyers are given time; a frequent one who is silent is soon lost. Empty: nobody."
        + (" BG/NBD takes who bought once to be alive." if shop.whole["purchase_model"] == "bg_nbd" else ""),
        filters,
        columns(rows, "channel", "tier", "occasions", "months_since", "customers", "alive"),
        charts.alive(),
        Table(
            ["days with an order", "months since the last", "customers", "probability alive"],
            [
                [
                    count(row["occasions"]) + ("+" if row["occasions"] >= charts.LARGEST_COUNT else ""),
                    count(row["months_since"]) + ("+" if row["months_since"] >= charts.LARGEST_AGE else ""),
                    count(row["customers"]),
                    percent(row["alive"] / row["customers"]),
                ]
                for row in cells
            ],
        ),
        titles=titles,
    )


def _alive_title(rows: Sequence[Row], choice: Choice) -> str:
    judged, still = total(rows, "customers"), total(rows, "alive")
    if not judged:
        return f"No customers{choice.words}"
    return (
        f"{percent(still / judged, 0)} of all customers ever{choice.words} are still customers: "
        f"{count(still)} of {count(judged)}"
    )


def overdue(shop: Shop) -> Figure:
    """What is at stake with those who should have ordered by now."""
    mart = "dim_customers"
    rows = shop.with_rank({**row, "days": OVERDUE[row["place"] - 1]} for row in shop.rows("overdue"))
    if not rows:
        return absent("overdue", "Next orders overdue", mart, shop.why_nothing_is_predicted)
    filters = ("channel", "tier")
    titles = shop.titles(filters, lambda choice: _overdue_title(shop, of_customers(rows, choice), choice))
    long_late = total((row for row in rows if row["place"] >= LONG_OVERDUE), "customers")
    not_due = [row for row in rows if row["place"] == 1]
    return Figure(
        "overdue",
        titles[f"{ALL}|{ALL}"],
        mart,
        f"Overdue since the day by which half of such customers would have ordered again. "
        f"{plural(long_late, 'customer')} are more than 90 days late. Not drawn: "
        f"{plural(total(not_due, 'customers'), 'customer')} who are not due, with "
        f"{shop.money(total(not_due, 'predicted_clv'))}.",
        filters,
        columns(
            [row for row in rows if row["place"] > 1],
            "channel",
            "tier",
            "tier_rank",
            "days",
            "customers",
            "predicted_clv",
        ),
        charts.overdue(OVERDUE[1:], shop.tiers, shop.currency),
        Table(
            ["days overdue", "customers", f"predicted CLV ({shop.currency})", "still customers"],
            [
                [OVERDUE[row["place"] - 1], *(count(row[name]) for name in ("customers", "predicted_clv", "alive"))]
                for row in summed(rows, ("place",), ("customers", "predicted_clv", "alive"))
            ],
        ),
        titles=titles,
    )


def _overdue_title(shop: Shop, rows: Sequence[Row], choice: Choice) -> str:
    late = [row for row in rows if row["place"] > 1]
    customers = total(late, "customers")
    return (
        f"{plural(customers, 'customer')}{choice.words} {'is' if customers == 1 else 'are'} overdue, "
        f"with {shop.money(total(late, 'predicted_clv'))} of predicted CLV"
    )


def slipping(shop: Shop) -> Figure:
    """Who is slipping away, by value, with the list."""
    mart, rows = "dim_customers", shop.rows("slipping")
    if not shop.is_predicted:
        return absent("slipping", "Who is slipping away", mart, shop.why_nothing_is_predicted)
    best = " and ".join(shop.tiers[:2])
    if not rows:
        return Figure("slipping", f"Nobody of the tiers {best} is slipping away", mart)
    first = rows[0]
    left_out = f" The list holds the first {count(len(rows))}." if len(rows) < first["all_customers"] else ""
    return Figure(
        "slipping",
        f"{capital(plural(first['all_customers'], 'customer'))} of the best tiers "
        f"{'is' if first['all_customers'] == 1 else 'are'} "
        f"slipping away, with {shop.money(first['all_predicted_clv'])} of predicted CLV",
        mart,
        f"Of the tiers {best}: at risk (silent for longer than 80% of such gaps) or lapsed (no order "
        f"in {shop.window}). "
        f"The most valuable first.{left_out} Predicted CLV counts already that some are gone. "
        + (
            "The forecast is weak: take it as an order in which to write, not as amounts."
            if shop.is_forecast_poor
            else ""
        )
        + " Contacts are not on the page: clv export --audience at_risk_vips writes them, where they are published.",
        table=Table(
            [
                "customer",
                "tier",
                "stage",
                "channel",
                "days silent",
                "days overdue",
                "still a customer",
                "predicted CLV",
            ],
            [
                [
                    row["customer_id"],
                    row["value_tier"],
                    words(row["lifecycle_stage"]),
                    words(row["acquisition_channel"]),
                    count(row["days_since_last_order"]),
                    count(row["days_overdue"]),
                    percent(row["probability_alive"], 0),
                    exact(row["predicted_clv"]),
                ]
                for row in rows[:LISTED_CUSTOMERS]
            ],
        ),
        download=Download(
            f"win-back-{shop.whole['as_of_date']}.csv",
            f"Save the list of {plural(len(rows), 'customer')} (CSV)",
            comma_separated(LISTED_COLUMNS, ([_cell(row[name]) for name in LISTED_COLUMNS] for row in rows)),
        ),
    )


def _cell(value: object) -> object:
    return f"{value:.4f}".rstrip("0").rstrip(".") if isinstance(value, float) else value
