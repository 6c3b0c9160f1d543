"""Chapter worth: what customers are worth, where the money comes from, and whether that gets better."""

from collections.abc import Iterable, Sequence
from itertools import pairwise

from clv.console.words import UNKNOWN, count, exact, listed, month, percent, plural, words
from clv.report import charts
from clv.report.data import Row
from clv.report.parts import (
    ALL,
    Choice,
    Figure,
    Shop,
    Table,
    absent,
    capital,
    columns,
    full_months,
    model_name,
    moved,
    of_customers,
    of_mart,
    ratio,
    summed,
    total,
)

NO_EQUITY_LINE = "A line needs two months of source orders."
KINDS = ("returning", "new", "not known")
WHY_CLVS_DIFFER = {
    "simple": "Revenue, not margin: average order × orders a year × years as a customer. Nothing is discounted.",
    "margin": "The simple formula × the margin rate. It takes customers of now to go on as they are.",
    "discounted": (
        "Margin of a year, continued at the retention rate and discounted. First orders and habits are averaged away."
    ),
    "historical": "What has come so far, and nothing of the future: old customers have had more time.",
    "cohort": "What has come within a set age, of customers old enough. Nobody who is younger counts.",
    "predictive": (
        "What is still to come, and nothing of the past: for planning, and the part that customer equity sums up."
    ),
    "subscription": "Recurring revenue × margin rate over churn, of subscribers alone.",
}


def figures(shop: Shop) -> list[Figure]:
    """Return the figures of the chapter."""
    return [
        equity(shop),
        cohort_clv(shop),
        revenue(shop),
        orders(shop),
        gaps(shop),
        distribution(shop),
        tiers(shop),
        migrations(shop),
        clvs(shop),
    ]


def equity(shop: Shop) -> Figure:
    """How customer equity has moved; where it is unknown, net revenue."""
    mart, rows = "fct_kpi_months", shop.rows("equity_months")
    company = of_mart(rows, Choice())
    # one month end with a value makes no line
    is_equity = sum(row["customer_equity"] is not None for row in company) > 1
    measure, name = ("customer_equity", "customer equity") if is_equity else ("net_revenue", "net revenue")
    if not is_equity:
        rows, company = _of_full_months(shop, rows), _of_full_months(shop, company)
    known = [row for row in company if row[measure] is not None]
    if len(known) < 2:
        return absent("equity", "Month by month", mart, NO_EQUITY_LINE)
    changes = model_changes(shop) if is_equity else []
    filters = ("channel", "period")
    titles = shop.titles(filters, lambda choice: _equity_title(shop, rows, choice, measure, name))
    changed = " ".join(
        f"From {month(day)} on, the model is {model_name(after)}, before {model_name(before)}: "
        "the line is broken there, since the step may be the model's."
        for day, before, after in changes
    )
    return Figure(
        "equity",
        titles[f"{ALL}|{charts.PERIODS[-1]}"],
        mart + (", fct_model_backtests" if is_equity else ""),
        "Each month end is valued with what was known then: what the customers of that day were expected to bring "
        f"within {shop.whole['horizon_months']} months, in {shop.basis}. {changed}".strip()
        if is_equity
        else "Net revenue of each full month. " + shop.why_nothing_is_predicted,
        filters,
        [
            {
                **columns([row], "month", "channel", "months_ago", measure)[0],
                "era": sum(row["month"] >= day for day, *_ in changes),
            }
            for row in rows
        ],
        charts.equity(measure, f"{name} ({shop.currency})", _marks(changes, rows)),
        Table(
            ["month end", f"{name} ({shop.currency})"],
            # the running month is valued at the as-of date
            [
                [min(row["month"], shop.whole.get("as_of_date") or row["month"]), exact(row[measure], 0)]
                for row in reversed(known)
            ],
        ),
        titles=titles,
    )


def _equity_title(shop: Shop, rows: Sequence[Row], choice: Choice, measure: str, name: str) -> str:
    known = [
        row for row in of_mart(rows, choice) if row[measure] is not None and row["months_ago"] < max(choice.period, 2)
    ]
    if not known:
        return f"{capital(name)}{choice.words}: not known"
    last = known[-1]
    before = next((row for row in known if row["months_ago"] == last["months_ago"] + 12), known[0])
    if before is last:
        return f"{capital(name)}{choice.words}: {shop.money(last[measure])}"
    return (
        f"{capital(name)}{choice.words} {moved(last[measure], before[measure])} since {month(before['month'])}, "
        f"to {shop.money(last[measure])}"
    )


def model_changes(shop: Shop) -> list[tuple[str, str, str]]:
    """Return from which day on another purchase model was published, and both; as far as quarters' ends show it."""
    known = shop.rows("elected_models")
    return [
        (after["known_on"], before["model_name"], after["model_name"])
        for before, after in pairwise(known)
        if before["model_name"] != after["model_name"]
    ]


def _marks(changes: Sequence[tuple[str, str, str]], rows: Sequence[Row]) -> list[Row]:
    ages = {row["month"]: row["months_ago"] for row in rows}
    marks: list[Row] = []
    for day, _, after in changes:
        shown = next((end for end in sorted(ages) if end >= day), None)
        if shown is not None:
            marks.append({"month": shown, "months_ago": ages[shown], "label": model_name(after)})
    return marks


def _of_full_months(shop: Shop, rows: Iterable[Row]) -> list[Row]:
    """Leave out the month that isn't over at the as-of date: its revenue compares with that of no other."""
    as_of = shop.whole.get("as_of_date")
    return [row for row in rows if not as_of or row["month"] <= as_of]


def cohort_clv(shop: Shop) -> Figure:
    """What customers of each half-year are worth."""
    mart, rows = "dim_customers", shop.rows("clv_cohorts")
    if not rows:
        return absent("cohort_clv", "CLV by half-year of the first order", mart, shop.why_nothing_is_predicted)
    by_cohort = _cohorts(rows, Choice())
    filters = ("channel",)
    titles = shop.titles(filters, lambda choice: _cohort_title(shop, _cohorts(rows, choice), choice))
    return Figure(
        "cohort_clv",
        titles[ALL],
        mart,
        f"In {shop.basis} per customer. The strong bar is the first 12 months, the pale one the first "
        "36: the CLV of this "
        "page. An asterisk marks half-years with customers who have not lived 12 months: part of it is forecast.",
        filters,
        [
            {
                **columns([row], "channel", "cohort", "customers", "clv_12m", "clv_36m")[0],
                "label": _cohort_label(row),
            }
            for row in _with_months(rows)
        ],
        charts.cohort_clv([_cohort_label(row) for row in by_cohort], f"{shop.basis} per customer ({shop.currency})"),
        Table(
            ["first order in", "customers", "CLV at 12 months", "CLV at 36 months", "forecast in it"],
            [
                [
                    row["cohort"],
                    count(row["customers"]),
                    exact(row["clv_12m"] / row["customers"]),
                    exact(row["clv_36m"] / row["customers"]),
                    "both" if row["months_lived"] < 12 else "the second" if row["months_lived"] < 36 else "none",
                ]
                for row in by_cohort
            ],
            f"In {shop.currency} of {shop.basis}.",
        ),
        titles=titles,
    )


def _cohort_label(row: Row) -> str:
    return str(row["cohort"]) + (" *" if row["months_lived"] < 12 else "")


def _with_months(rows: Sequence[Row]) -> list[Row]:
    """Give all rows of a half-year the age of its youngest customer, so that a filter changes no label."""
    youngest = {
        row["cohort"]: min(one["months_lived"] for one in rows if one["cohort"] == row["cohort"]) for row in rows
    }
    return [{**row, "months_lived": youngest[row["cohort"]]} for row in rows]


def _cohorts(rows: Sequence[Row], choice: Choice) -> list[Row]:
    youngest = {row["cohort"]: row["months_lived"] for row in _with_months(rows)}
    sums = summed(of_customers(rows, choice), ("cohort",), ("customers", "clv_12m", "clv_36m"))
    return [{**row, "months_lived": youngest[row["cohort"]]} for row in sums]


def _cohort_title(shop: Shop, cohorts: Sequence[Row], choice: Choice) -> str:
    if not cohorts:
        return f"CLV of customers{choice.words}: nobody"
    latest = cohorts[-1]
    worth = shop.money(latest["clv_36m"] / latest["customers"])
    text = f"Customers{choice.words} of {latest['cohort']} are worth {worth} at 36 months"
    before = next((row for row in cohorts if row["cohort"] == _year_before(latest["cohort"])), None)
    return text + (f", those of a year before {shop.money(before['clv_36m'] / before['customers'])}" if before else "")


def _year_before(cohort: str) -> str:
    year, half = cohort.split()
    return f"{int(year) - 1} {half}"


def revenue(shop: Shop) -> Figure:
    """What new and returning customers bring."""
    mart = "fct_orders"
    rows = full_months(shop.rows("order_months"))
    if not rows:
        return absent("revenue", "New against returning revenue", mart, "This needs a full month of source orders.")
    filters = ("channel", "period")
    titles = shop.titles(filters, lambda choice: _revenue_title(shop, rows, choice))
    company = of_mart(rows, Choice())
    months = sorted({row["month"] for row in company}, reverse=True)
    amounts = {(row["month"], row["kind"]): row["net_revenue"] for row in company}
    kinds = [kind for kind in KINDS if any(row["kind"] == kind for row in company)]
    return Figure(
        "revenue",
        titles[f"{ALL}|{charts.PERIODS[-1]}"],
        mart,
        "Net revenue of orders that count, in full months. New: the first order of a customer; "
        "returning: every later one." + (" Not known: orders without a customer." if "not known" in kinds else ""),
        filters,
        columns(rows, "month", "channel", "months_ago", "kind", "net_revenue"),
        charts.revenue(kinds, f"net revenue ({shop.currency})"),
        Table(
            ["month", *kinds, "together"],
            [
                [
                    at[:7],
                    *(exact(amounts.get((at, kind), 0), 0) for kind in kinds),
                    exact(sum(amounts.get((at, kind), 0) for kind in kinds), 0),
                ]
                for at in months
            ],
            f"In {shop.currency}.",
        ),
        titles=titles,
    )


def returning_share(rows: Iterable[Row], choice: Choice, months: int) -> tuple[float, float]:
    """Return revenue of returning customers, and that of all who are known, of the latest full months."""
    known = [row for row in full_months(rows) if row["channel"] == choice.channel and row["kind"] != "not known"]
    latest = [row for row in known if row["months_ago"] < months]
    return total((row for row in latest if row["kind"] == "returning"), "net_revenue"), total(latest, "net_revenue")


def _revenue_title(shop: Shop, rows: Sequence[Row], choice: Choice) -> str:
    returning, known = returning_share(rows, choice, choice.period)
    if not known:
        return f"No revenue of known customers{choice.words}"
    months = min(choice.period, max(row["months_ago"] for row in of_mart(rows, choice)) + 1)
    return (
        f"In {plural(months, 'month')}, customers{choice.words} who came back brought {percent(returning / known, 0)} "
        f"of {shop.money(known)} of net revenue"
    )


def orders(shop: Shop) -> Figure:
    """The average order, and how many come back, year by year."""
    mart, rows = "fct_orders", shop.rows("order_years")
    if not rows:
        return absent("orders", "Average order and repeat rate", mart, "This needs source orders.")
    latest = rows[0]
    value = ratio(latest["net_revenue"], latest["orders"])
    repeat = ratio(latest["repeat_customers"], latest["customers"])
    groups = shop.rows("customer_groups")
    ever = ratio(total(groups, "repeat_buyers"), total(groups, "buyers"))
    return Figure(
        "orders",
        f"An average order brings {shop.money(value)}; {percent(repeat, 0)} of a year's customers order twice or more",
        mart + ", dim_customers",
        "Years end with the as-of date; the earliest may be short. Average order value (AOV) is net "
        "revenue over orders that count. The repeat rate is the "
        "share of a year's customers with two orders in it or more. Of all customers ever, "
        f"{percent(ever, 0)} have come back.",
        table=Table(
            [
                "year up to",
                "orders",
                f"AOV ({shop.currency})",
                "customers",
                "orders each",
                "repeat rate",
                "first orders",
            ],
            [
                [
                    row["until"],
                    count(row["orders"]),
                    exact(ratio(row["net_revenue"], row["orders"])),
                    count(row["customers"]),
                    exact(ratio(row["orders"], row["customers"])),
                    percent(ratio(row["repeat_customers"], row["customers"])),
                    count(row["first_orders"]),
                ]
                for row in rows
            ],
        ),
    )


def gaps(shop: Shop) -> Figure:
    """How long customers take between orders."""
    mart, rows = "fct_orders", shop.rows("order_gaps")
    if not rows:
        return absent("gaps", "Days between orders", mart, "Nobody has ordered twice yet.")
    first = rows[0]
    return Figure(
        "gaps",
        f"Half of those who come back do so within {plural(first['half_days'], 'day')} of their first order",
        mart,
        "Days from one order to the next, of those who have ordered again. Who hasn't yet is not in "
        "it, so that real gaps are longer.",
        table=Table(
            ["after order", "came back", "a quarter within", "half within", "three quarters within"],
            [
                [
                    f"{row['after_order']}" + (" and later" if row["after_order"] >= 5 else ""),
                    count(row["gaps"]),
                    *(plural(row[name], "day") for name in ("quarter_days", "half_days", "three_quarter_days")),
                ]
                for row in rows
            ],
        ),
    )


def distribution(shop: Shop) -> Figure:
    """How many customers are worth how much."""
    mart, rows = "dim_customers", shop.with_rank(shop.rows("distribution"))
    if not rows:
        return absent("distribution", "How much customers are worth", mart, shop.why_nothing_is_predicted)
    by_bin = summed(rows, ("clv_from", "clv_to"), ("customers", "together"))
    filters = ("channel", "tier")
    titles = shop.titles(filters, lambda choice: _distribution_title(shop, rows, choice))
    return Figure(
        "distribution",
        titles[f"{ALL}|{ALL}"],
        mart,
        f"CLV at 36 months, counted in {shop.basis}. The last bar holds all above.",
        filters,
        columns(rows, "channel", "tier", "tier_rank", "clv_from", "clv_to", "customers"),
        charts.distribution(shop.tiers, shop.currency),
        Table(
            ["CLV from", "to", "customers", f"together ({shop.currency})"],
            [
                [exact(row["clv_from"], 0), exact(row["clv_to"], 0), count(row["customers"]), exact(row["together"], 0)]
                for row in by_bin
            ],
            "The last row holds all above.",
        ),
        titles=titles,
    )


def _distribution_title(shop: Shop, rows: Sequence[Row], choice: Choice) -> str:
    chosen = of_customers(rows, choice)
    customers = total(chosen, "customers")
    if not customers:
        return f"No customers{choice.words}"
    mean = shop.money(total(chosen, "together") / customers)
    if choice == Choice():
        return (
            f"Half of the customers are worth less than {shop.money(shop.whole['median_clv_36m'])}; the mean is {mean}"
        )
    return (
        f"{capital(plural(customers, 'customer'))}{choice.words} {'is' if customers == 1 else 'are'} "
        f"worth {mean} on average"
    )


def tiers(shop: Shop) -> Figure:
    """What share of all each tier holds."""
    mart, rows = "fct_value_tiers", shop.rows("tiers")
    measures = {"customer_share": "customers", "revenue_share": "net revenue", "equity_share": "equity"}
    known = {column: name for column, name in measures.items() if any(row[column] is not None for row in rows)}
    held = next((column for column in ("equity_share", "revenue_share") if column in known), None)
    if not rows or held is None:
        return absent("tiers", "What tiers hold", mart, shop.why_nothing_is_predicted)
    best = rows[0]
    return Figure(
        "tiers",
        f"The best {percent(best['customer_share'], 0)} hold {percent(best[held], 0)} of "
        + ("customer equity" if held == "equity_share" else "net revenue"),
        mart,
        "Tiers are by total CLV. A tier whose bars grow from top to bottom holds more than its share."
        + ("" if "equity_share" in known else " " + shop.why_nothing_is_predicted),
        rows=[
            {"tier": row["value_tier"], "measure": name, "share": row[column]}
            for row in rows
            for column, name in known.items()
        ],
        spec=charts.tiers(shop.tiers, list(known.values())),
        table=Table(
            [
                "tier",
                "customers",
                *(f"share of {name}" for name in known.values()),
                f"mean total CLV ({shop.currency})",
            ],
            [
                [
                    row["value_tier"],
                    count(row["customers"]),
                    *(percent(row[column]) for column in known),
                    exact(row["mean_total_clv"]),
                ]
                for row in rows
            ],
        ),
    )


def migrations(shop: Shop) -> Figure:
    """Who has risen and who has fallen."""
    mart, rows = "fct_tier_migrations", shop.rows("migrations")
    if not rows:
        return absent("migrations", "Moves between tiers", mart, "Moves need two month ends of source orders.")
    others = sorted({row["from_tier"] for row in rows} - set(shop.tiers))
    gone = sorted({row["to_tier"] for row in rows} - set(shop.tiers))
    rows = _with_nobody(rows, [*shop.tiers, *gone])
    latest = [row for row in rows if row["period"] == charts.PERIODS[-1]]
    before, after = [*shop.tiers, *others], [*shop.tiers, *gone]
    titles = shop.titles(("period",), lambda choice: _migrations_title(shop, rows, choice))
    sizes = {row["from_tier"]: row["customers"] for row in summed(latest, ("from_tier",), ("customers",))}
    return Figure(
        "migrations",
        titles[str(charts.PERIODS[-1])],
        mart,
        "A row is where customers were at a month end, a column where they were at the next: of 100 "
        "in the tier before, "
        "so many. All months of the period together. A row adds up to 100%.",
        ("period",),
        columns(rows, "period", "from_tier", "to_tier", "customers", "total_clv_change"),
        charts.migrations(before, after),
        Table(
            ["from", "to", "share of the row", "customers", f"change of total CLV ({shop.currency})"],
            [
                [
                    row["from_tier"],
                    row["to_tier"],
                    percent(ratio(row["customers"], sizes[row["from_tier"]])),
                    count(row["customers"]),
                    exact(row["total_clv_change"], 0),
                ]
                for row in sorted(latest, key=lambda row: (before.index(row["from_tier"]), after.index(row["to_tier"])))
            ],
            "Of 36 months.",
        ),
        titles=titles,
    )


def _with_nobody(rows: Sequence[Row], after: Sequence[str]) -> list[Row]:
    """Add the moves that nobody made, from tiers that somebody was in: none is 0%, not unknown."""
    made = {(row["period"], row["from_tier"], row["to_tier"]) for row in rows}
    nobody = [
        {"period": period, "from_tier": start, "to_tier": end, "customers": 0, "total_clv_change": 0.0}
        for period, start in sorted({(row["period"], row["from_tier"]) for row in rows})
        for end in after
        if (period, start, end) not in made
    ]
    return [*rows, *nobody]


def _migrations_title(shop: Shop, rows: Sequence[Row], choice: Choice) -> str:
    ranks = {tier: rank for rank, tier in enumerate(shop.tiers)}
    moves = [
        row for row in rows if row["period"] == choice.period and row["from_tier"] in ranks and row["to_tier"] in ranks
    ]
    customers = total(moves, "customers")
    risen = total((row for row in moves if ranks[row["to_tier"]] < ranks[row["from_tier"]]), "customers")
    fallen = total((row for row in moves if ranks[row["to_tier"]] > ranks[row["from_tier"]]), "customers")
    if not customers:
        return f"In {choice.period} months, nobody was in a tier twice"
    return (
        f"From one month to the next, {percent(risen / customers)} of customers rise a tier and "
        f"{percent(fallen / customers)} fall ({choice.period} months)"
    )


def clvs(shop: Shop) -> Figure:
    """Which CLV is which."""
    rows = shop.rows("methods")
    whole = shop.whole
    mart = "dim_customers, fct_clv_by_method"
    if not rows and whole.get("mean_clv_36m") is None:
        return absent("clvs", "Which CLV is which", mart, "No method has enough source orders.")
    basis, horizon = shop.basis, whole.get("horizon_months")
    own = [
        ("CLV of this page", "mean_clv_36m", "Everybody at the same age: the first 36 months, come and forecast."),
        ("CLV at 12 months", "mean_clv_12m", "The same for the first 12 months: less of it is forecast."),
        (
            "total CLV",
            "mean_total_clv",
            f"All that has come, and {horizon} months from now. It rises with the age of customers; tiers are by it.",
        ),
    ]
    body = [
        [
            name,
            exact(whole.get(column)),
            why,
            basis,
            UNKNOWN,
            count(whole["customers"]),
            "no" if shop.is_forecast_poor else "yes",
        ]
        for name, column, why in own
        if whole.get(column) is not None
    ]
    body += [
        [
            words(row["clv_method"]),
            exact(row["clv_per_customer"]),
            WHY_CLVS_DIFFER.get(row["clv_method"], ""),
            row["clv_basis"],
            UNKNOWN if row["clv_low"] is None else f"{exact(row['clv_low'])} to {exact(row['clv_high'])}",
            count(row["customers"]),
            "yes" if row["is_reliable"] else "no",
        ]
        for row in rows
    ]
    if whole.get("mean_clv_36m") is not None:
        others = [row["clv_per_customer"] for row in rows]
        ends = f"; other ways to count give {shop.money(min(others))} to {shop.money(max(others))}" if others else ""
        title = f"CLV on this page is {shop.money(whole['mean_clv_36m'])} per customer{ends}"
    else:
        known = listed([f"{words(row['clv_method'])} {shop.money(row['clv_per_customer'])}" for row in rows])
        title = f"CLV per customer, by formulas alone: {known}"
    return Figure(
        "clvs",
        title,
        mart,
        "They answer different questions, so that they differ without being wrong. " + definition(shop),
        table=Table(
            [
                "CLV",
                f"per customer ({shop.currency})",
                "why it differs",
                "counted in",
                "interval",
                "customers",
                "reliable",
            ],
            body,
        ),
    )


def definition(shop: Shop) -> str:
    """Say what CLV is on this page."""
    if shop.whole.get("mean_clv_36m") is None:
        return shop.why_nothing_is_predicted
    rate = percent(shop.whole.get("annual_discount_rate"), 0)
    return (
        f"CLV on this page is the {shop.basis} of a customer's first 36 months: what has come and what is forecast, "
        f"discounted at {rate} a year."
    )
