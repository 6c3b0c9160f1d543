"""The figures of the report: what each finds in the data, its chart, its table, or what is missing."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from clv.console.words import UNKNOWN, compact, count, exact, listed, money, month, percent, plural, quality, words
from clv.report import charts
from clv.report.data import Published, Row

LARGEST_AGE = 24
LISTED_CHANNELS = 25
LISTED_REASONS, SHOWN_REASONS, SHOWN_STATUSES = 30, 12, 3
SHOWN_AGES = (1, 2, 3, 6, 9, 12, 18, 24)
OVERDUE = ("not due", "1–30", "31–90", "91–180", "181–365", "over 365")
LONG_OVERDUE = 4
TARGET = 3
"""CLV:CAC that the report draws as the line to reach: the customary 3:1."""

PUBLISHED = "published"
"""Model name of the backtests of what was published."""
COMPARED = (PUBLISHED, "bg_nbd", "naive", "formula")
"""Models of the chart; its table has all."""
MODELS = {
    PUBLISHED: "published",
    "bg_nbd": "BG/NBD",
    "mbg_nbd": "MBG/NBD",
    "mbg_nbd_clock": "MBG/NBD on its clock",
    "pareto_nbd": "Pareto/NBD",
    "gamma_gamma": "Gamma-Gamma",
    "gamma_gamma_all": "Gamma-Gamma of all orders",
    "mean": "shrunken mean",
    "log_mean": "shrunken mean of logarithms",
}

NO_CHANNELS = "customers (column acquisition_channel) or touchpoints"
REASONS = {
    "too_few_repeat_customers": "too few customers have bought more than once",
    "no_purchase": "nobody has bought yet",
}


@dataclass(frozen=True)
class Table:
    """Rows of text under headings; the first column names the row."""

    headings: Sequence[str]
    rows: Sequence[Sequence[str]]
    note: str = ""


@dataclass(frozen=True)
class Figure:
    """One figure. filters: those of the page that it follows. missing: said in place of a chart that would be empty.

    spec: None for a figure that is its table. is_folded: whether that table is shown only on request.
    """

    name: str
    title: str
    mart: str
    reading: str = ""
    filters: Sequence[str] = ()
    rows: Sequence[Row] = ()
    spec: charts.Spec | None = None
    table: Table | None = None
    is_folded: bool = False
    missing: str = ""


@dataclass(frozen=True)
class Section:
    """Figures that answer one question."""

    name: str
    title: str
    figures: Sequence[Figure] = field(default_factory=tuple)


class Shop:
    """What all figures need to know of the shop."""

    def __init__(self, published: Published) -> None:
        """Look at the customers as a whole."""
        whole = published.first("customers")
        self.published = published
        self.currency: str = whole.get("currency") or ""
        self.basis: str = whole.get("clv_basis") or "revenue"
        self.whole = whole
        self.tiers = [row["value_tier"] for row in published.rows("tiers")]

    def rows(self, name: str) -> Sequence[Row]:
        """Return the rows of a query."""
        return self.published.rows(name)

    def with_rank(self, rows: Iterable[Row]) -> list[Row]:
        """Add the rank of its tier to each row, so that a chart can stack by it."""
        ranks = {tier: rank for rank, tier in enumerate(self.tiers)}
        return [{**row, "tier_rank": ranks.get(row["tier"], len(ranks))} for row in rows]

    def money(self, value: float | None) -> str:
        """Write an amount."""
        return money(value, self.currency)

    @property
    def quality(self) -> str:
        """How good the forecasts of the latest quarters were, in words."""
        return quality(self.whole.get("model_quality") or "untested", self.whole.get("model_warnings") or "")

    @property
    def why_nothing_is_predicted(self) -> str:
        """Say why there is no prediction, and what would give one."""
        status = str(self.whole.get("model_status") or "")
        reason = REASONS.get(status, words(status) or "the file holds no status of the model")
        return f"Nothing is predicted: {reason}. A longer history of source orders gives predictions."


def sections(published: Published) -> list[Section]:
    """Return the report, question by question."""
    shop = Shop(published)
    return [
        Section("value", "Who earns what?", [equity(shop), distribution(shop), tiers(shop), migrations(shop)]),
        Section("retention", "Do they stay?", [retention(shop), curves(shop)]),
        Section("channels", "What do they cost?", [channels(shop)]),
        Section("next", "Who is slipping away?", [alive(shop), overdue(shop)]),
        Section("trust", "Can the predictions be trusted?", [methods(shop), calibration(shop), fits(shop)]),
        Section(
            "data", "Is the data sound?", [statuses(shop), rejected(shop), deliveries(shop), reconciliations(shop)]
        ),
    ]


def _absent(name: str, what: str, mart: str, missing: str) -> Figure:
    return Figure(name, f"{what}: not known", mart, missing=missing)


def _of_all(rows: Iterable[Row]) -> list[Row]:
    return [row for row in rows if row["channel"] == "all"]


def equity(shop: Shop) -> Figure:
    """How customer equity has moved; where it is unknown, net revenue."""
    mart, rows = "fct_kpi_months", shop.rows("equity_months")
    company = _of_all(rows)
    # one month end with a value makes no line
    is_equity = sum(row["customer_equity"] is not None for row in company) > 1
    measure, name = ("customer_equity", "customer equity") if is_equity else ("net_revenue", "net revenue")
    if not is_equity:
        rows, company = _of_full_months(shop, rows), _of_full_months(shop, company)
    known = [row for row in company if row[measure] is not None]
    if len(known) < 2:
        return _absent("equity", "Month by month", mart, "A line needs two months of source orders.")
    last = known[-1]
    before = next((row for row in known if row["months_ago"] == last["months_ago"] + 12), known[0])
    return Figure(
        "equity",
        f"{_capital(name)} {_moved(last[measure], before[measure])} since {month(before['month'])}, "
        f"to {shop.money(last[measure])}",
        mart,
        "Each month end is valued with what was known then: what the customers of that day were expected to bring."
        if is_equity
        else "Net revenue of each full month. " + shop.why_nothing_is_predicted,
        ("channel", "period"),
        _columns(rows, "month", "channel", "months_ago", measure),
        charts.equity(measure, f"{name} ({shop.currency})"),
        Table(
            ["month end", f"{name} ({shop.currency})"],
            # the running month is valued at the as-of date
            [
                [min(row["month"], shop.whole.get("as_of_date") or row["month"]), exact(row[measure], 0)]
                for row in reversed(known)
            ],
        ),
    )


def _of_full_months(shop: Shop, rows: Iterable[Row]) -> list[Row]:
    """Leave out the month that isn't over at the as-of date: its revenue compares with that of no other."""
    as_of = shop.whole.get("as_of_date")
    return [row for row in rows if not as_of or row["month"] <= as_of]


def _moved(now: float, before: float) -> str:
    if not before:
        return f"went from 0 to {compact(now)}"
    share = (now - before) / abs(before)
    return "has not moved" if abs(share) < 0.0005 else f"{'rose' if share > 0 else 'fell'} by {percent(abs(share))}"


def distribution(shop: Shop) -> Figure:
    """How many customers are worth how much."""
    mart, rows = "dim_customers", shop.with_rank(shop.rows("distribution"))
    if not rows:
        return _absent("distribution", "How much customers are worth", mart, shop.why_nothing_is_predicted)
    by_bin = _summed(rows, ("clv_from", "clv_to"), ("customers", "total_clv"))
    median, mean = shop.whole["median_clv"], shop.whole["mean_clv"]
    return Figure(
        "distribution",
        f"Half of the customers are worth less than {shop.money(median)}; the mean is {shop.money(mean)}",
        mart,
        f"Total CLV: what a customer has brought and is expected to bring, counted in {shop.basis}. "
        "The last bar holds all above.",
        ("channel", "tier"),
        _columns(rows, "channel", "tier", "tier_rank", "clv_from", "clv_to", "customers"),
        charts.distribution(shop.tiers, shop.currency),
        Table(
            ["total CLV from", "to", "customers", f"together ({shop.currency})"],
            [
                [
                    exact(row["clv_from"], 0),
                    exact(row["clv_to"], 0),
                    count(row["customers"]),
                    exact(row["total_clv"], 0),
                ]
                for row in by_bin
            ],
            "The last row holds all above.",
        ),
    )


def tiers(shop: Shop) -> Figure:
    """What share of all each tier holds."""
    mart, rows = "fct_value_tiers", shop.rows("tiers")
    measures = {"customer_share": "customers", "revenue_share": "net revenue", "equity_share": "equity"}
    known = {column: name for column, name in measures.items() if any(row[column] is not None for row in rows)}
    held = next((column for column in ("equity_share", "revenue_share") if column in known), None)
    if not rows or held is None:
        return _absent("tiers", "What tiers hold", mart, shop.why_nothing_is_predicted)
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
        return _absent("migrations", "Moves between tiers", mart, "Moves need two month ends of source orders.")
    others = sorted({row[end] for row in rows for end in ("from_tier", "to_tier")} - set(shop.tiers))
    order = [*shop.tiers, *others]
    latest = [row for row in rows if row["period"] == charts.PERIODS[-1]]
    ranks = {tier: rank for rank, tier in enumerate(shop.tiers)}
    moves = [row for row in latest if row["from_tier"] in ranks and row["to_tier"] in ranks]
    risen = sum(row["customers"] for row in moves if ranks[row["to_tier"]] < ranks[row["from_tier"]])
    fallen = sum(row["customers"] for row in moves if ranks[row["to_tier"]] > ranks[row["from_tier"]])
    return Figure(
        "migrations",
        f"In {charts.PERIODS[-1]} months, customers rose a tier {plural(risen, 'time')} "
        f"and fell {plural(fallen, 'time')}",
        mart,
        "Moves from one month end to the next, summed over the period; a row is where customers were, "
        "a column where they went.",
        ("period",),
        _columns(rows, "period", "from_tier", "to_tier", "customers", "total_clv_change"),
        charts.migrations(order),
        Table(
            ["from", "to", "customers", f"change of total CLV ({shop.currency})"],
            [
                [row["from_tier"], row["to_tier"], count(row["customers"]), exact(row["total_clv_change"], 0)]
                for row in sorted(latest, key=lambda row: (order.index(row["from_tier"]), order.index(row["to_tier"])))
            ],
        ),
    )


def retention(shop: Shop) -> Figure:
    """How many customers of a month order again, by age."""
    mart, rows = "fct_cohort_months", shop.rows("cohorts")
    company = _of_all(rows)
    if not company:
        return _absent("retention", "Who orders again", mart, "Retention needs two full months of source orders.")
    by_age = {row["age_months"]: row for row in _summed(company, ("age_months",), ("cohort_size", "active_customers"))}
    shares = {age: row["active_customers"] / row["cohort_size"] for age, row in by_age.items()}
    later = max((age for age in (12, 6, 3) if age in shares), default=None)
    tail = f", {shares[later] * 100:.0f} in the {later}th" if later and later > 3 else ""
    return Figure(
        "retention",
        f"Of 100 new customers, {shares[min(shares)] * 100:.0f} order again in the following month{tail}",
        mart,
        "A row is the month of the first order; the stronger a cell, the more of its customers ordered in that month.",
        ("channel",),
        [
            {
                "cohort": row["cohort_month"][:7],
                **{name: row[name] for name in ("channel", "age_months", "cohort_size", "active_customers")},
            }
            for row in rows
        ],
        charts.retention(len({row["cohort_month"] for row in rows})),
        _cohort_table(company),
    )


def _cohort_table(rows: Sequence[Row]) -> Table:
    ages = [age for age in SHOWN_AGES if any(row["age_months"] == age for row in rows)]
    body = []
    for cohort, group in groupby(rows, key=lambda row: row["cohort_month"]):
        by_age = {row["age_months"]: row for row in group}
        size = max(row["cohort_size"] for row in by_age.values())
        shares = [percent(by_age[age]["active_customers"] / size if age in by_age and size else None) for age in ages]
        body.append([cohort[:7], count(size), *shares])
    return Table(["first order in", "customers", *(f"month {age}" for age in ages)], body)


def curves(shop: Shop) -> Figure:
    """What a customer has brought by age, beside what one costs."""
    mart, rows = "fct_cohort_months, fct_channel_months", shop.rows("curves")
    company = _of_all(rows)
    if not company:
        return _absent(
            "curves", "What a customer has brought by age", mart, "This needs a full month of source orders."
        )
    is_revenue = company[0]["is_revenue"]
    what = "net revenue" if is_revenue else "margin"
    cac = company[0]["cac"]
    oldest = max(company, key=lambda row: row["age_months"])
    age = min(12, oldest["age_months"])
    at_age = [row for row in company if row["age_months"] == age]
    brought = sum(row["brought"] * row["customers"] for row in at_age) / sum(row["customers"] for row in at_age)
    beside = f", {exact(brought / cac, 1)} times what one costs" if cac else ""
    gaps = [
        "Without unit costs (source order_items, products or inventory_periods) this is net revenue."
        if is_revenue
        else "",
        "" if cac else "Source marketing_spend would show beside it what a customer costs.",
    ]
    return Figure(
        "curves",
        f"By month {age}, a customer has brought {shop.money(brought)} of {what}{beside}",
        mart,
        " ".join(
            ["A line per half-year of first orders. Where it crosses the dashed line, the cost is paid back.", *gaps]
        )
        if cac
        else " ".join(["A line per half-year of first orders.", *gaps]),
        ("channel",),
        _columns(rows, "channel", "cohort", "age_months", "brought", "customers", "cac"),
        charts.curves(sorted({row["cohort"] for row in rows}), what, shop.currency, cac is not None),
        _curve_table(company, shop.currency),
    )


def _curve_table(rows: Sequence[Row], currency: str) -> Table:
    ages = [age for age in (0, *SHOWN_AGES, 30, 36) if any(row["age_months"] == age for row in rows)]
    body = []
    for cohort, group in groupby(rows, key=lambda row: row["cohort"]):
        by_age = {row["age_months"]: row["brought"] for row in group}
        body.append([cohort, *(exact(by_age.get(age)) for age in ages)])
    return Table(["first order in", *(f"month {age}" for age in ages)], body, f"In {currency} per customer.")


def channels(shop: Shop) -> Figure:
    """What a customer costs in a channel, beside what one is worth."""
    mart, rows = "fct_channel_months", shop.rows("channel_costs")
    rows = [row for row in rows if row["channel"] != "all" and row["place"] <= LISTED_CHANNELS]
    paid = [row for row in rows if row["cac"] and row["mean_clv"] and row["mean_clv"] > 0]
    if not paid:
        return _absent(
            "channels",
            "CAC beside CLV",
            mart,
            f"No channel has both a cost and customers: source marketing_spend gives the cost, "
            f"{NO_CHANNELS} the channels.",
        )
    listed_now = [row for row in rows if row["period"] == charts.PERIODS[-1]]
    shown = [row for row in paid if row["period"] == charts.PERIODS[-1]]
    good = [row for row in shown if row["clv_to_cac"] >= TARGET]
    poor = [row for row in listed_now if row["spend"] and row not in good]
    lowest = min(min(row["cac"], row["mean_clv"] / TARGET) for row in paid) * 0.7
    highest = max(max(row["cac"], row["mean_clv"] / TARGET) for row in paid) * 1.4
    return Figure(
        "channels",
        _channels_title(good, poor),
        mart,
        "Above the dashed line a customer is worth more than three times the cost at 36 months of age; "
        "the larger the circle, the more customers. Costs and customers are those of the period.",
        ("period",),
        _labelled(paid),
        charts.channels(lowest, highest, shop.currency),
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
            ],
            "Channels without spend have no CAC, and stand in the table only.",
        ),
    )


def _labelled(rows: Sequence[Row]) -> list[Row]:
    """Give each channel its name, on the sides of its circle by turns along the axis."""
    sides = ("above", "left", "above", "below")
    names = ("period", "channel", "spend", "new_customers", "mean_clv", "cac", "clv_to_cac")
    ordered = sorted(rows, key=lambda row: (row["period"], row["cac"], row["channel"]))
    return [
        {**_columns([row], *names)[0], "label": words(row["channel"]), "side": sides[place % len(sides)]}
        for _, group in groupby(ordered, key=lambda row: row["period"])
        for place, row in enumerate(group)
    ]


def _channels_title(good: Sequence[Row], poor: Sequence[Row]) -> str:
    """Return what holds of the channels with a cost; poor: those that bring less, nobody, or what is not known."""
    if not good and not poor:
        return "No channel had a cost in the latest months"
    if not poor:
        return f"All {len(good)} paid channels bring more than three times their cost"
    named = listed([f"{words(row['channel'])} ({_return_of(row)})" for row in poor[:3]])
    others = f" ({len(poor) - 3} more)" if len(poor) > 3 else ""
    if not good:
        return f"No paid channel brings three times its cost: {named}{others}"
    return f"{len(good)} of {len(good) + len(poor)} paid channels bring three times their cost; not {named}{others}"


def _return_of(row: Row) -> str:
    if not row["new_customers"]:
        return "brought nobody"
    return UNKNOWN if row["clv_to_cac"] is None else exact(row["clv_to_cac"], 1)


def alive(shop: Shop) -> Figure:
    """Who is a customer still, by recency and frequency."""
    mart, rows = "dim_customers", shop.rows("alive")
    if not rows:
        return _absent("alive", "Who is still a customer", mart, shop.why_nothing_is_predicted)
    judged, still = shop.whole["judged_customers"], shop.whole["alive_customers"]
    cells = _summed(rows, ("occasions", "months_since"), ("customers", "alive"))
    return Figure(
        "alive",
        f"{percent(still / judged, 0)} of customers are still customers: {count(still)} of {count(judged)}",
        mart,
        "The sum of each customer's probability to buy again. Rare buyers are given time; "
        "a frequent one who is silent is soon lost."
        + (" BG/NBD takes who bought once to be alive." if shop.whole["purchase_model"] == "bg_nbd" else ""),
        ("channel", "tier"),
        _columns(rows, "channel", "tier", "occasions", "months_since", "customers", "alive"),
        charts.alive(),
        Table(
            ["days with an order", "months since the last", "customers", "probability alive"],
            [
                [
                    count(row["occasions"]) + ("+" if row["occasions"] >= 8 else ""),
                    count(row["months_since"]) + ("+" if row["months_since"] >= LARGEST_AGE else ""),
                    count(row["customers"]),
                    percent(row["alive"] / row["customers"]),
                ]
                for row in cells
            ],
        ),
    )


def overdue(shop: Shop) -> Figure:
    """What is at stake with those who should have ordered by now."""
    mart = "dim_customers"
    rows = shop.with_rank({**row, "days": OVERDUE[row["place"] - 1]} for row in shop.rows("overdue"))
    if not rows:
        return _absent("overdue", "Next orders overdue", mart, shop.why_nothing_is_predicted)
    late = [row for row in rows if row["place"] > 1]
    long_late = [row for row in rows if row["place"] >= LONG_OVERDUE]
    value = sum(row["predicted_clv"] for row in late)
    return Figure(
        "overdue",
        f"{plural(sum(row['customers'] for row in late), 'customer')} are overdue, "
        f"with {shop.money(value)} of predicted CLV",
        mart,
        f"Overdue since the day by which half of such customers would have ordered again. "
        f"{plural(sum(row['customers'] for row in long_late), 'customer')} are more than 90 days late.",
        ("channel", "tier"),
        _columns(rows, "channel", "tier", "tier_rank", "days", "customers", "predicted_clv"),
        charts.overdue(OVERDUE, shop.tiers, shop.currency),
        Table(
            ["days overdue", "customers", f"predicted CLV ({shop.currency})", "still customers"],
            [
                [OVERDUE[row["place"] - 1], *(count(row[name]) for name in ("customers", "predicted_clv", "alive"))]
                for row in _summed(rows, ("place",), ("customers", "predicted_clv", "alive"))
            ],
        ),
    )


def methods(shop: Shop) -> Figure:
    """How far apart the methods are."""
    mart, rows = "fct_clv_by_method", shop.rows("methods")
    if not rows:
        return _absent("methods", "CLV by method", mart, "No method has enough source orders.")
    return Figure(
        "methods",
        _methods_title(shop, rows),
        mart,
        "Revenue is no margin, and history no prediction: compare like with like. "
        "A bar is the interval (80%, or var interval); a triangle is not reliable yet.",
        rows=[
            {
                **_columns([row], "clv_per_customer", "clv_low", "clv_high", "customers", "is_reliable")[0],
                "method": words(row["clv_method"]),
                "basis": row["clv_basis"],
            }
            for row in rows
        ],
        spec=charts.methods(
            [words(row["clv_method"]) for row in rows],
            shop.currency,
            any(row["clv_low"] is not None for row in rows),
        ),
        table=Table(
            ["method", f"CLV ({shop.currency})", "from", "to", "counted in", "customers", "reliable"],
            [
                [
                    words(row["clv_method"]),
                    *(exact(row[name]) for name in ("clv_per_customer", "clv_low", "clv_high")),
                    row["clv_basis"],
                    count(row["customers"]),
                    "yes" if row["is_reliable"] else "no",
                ]
                for row in rows
            ],
        ),
    )


def _methods_title(shop: Shop, rows: Sequence[Row]) -> str:
    highest, lowest = rows[0], rows[-1]
    if len(rows) == 1:
        return f"One method knows a value, {words(lowest['clv_method'])}: {shop.money(lowest['clv_per_customer'])}"
    ends = [f"{shop.money(row['clv_per_customer'])} ({words(row['clv_method'])})" for row in (lowest, highest)]
    return f"CLV per customer is from {ends[0]} to {ends[1]}, depending on the method"


def calibration(shop: Shop) -> Figure:
    """How good earlier predictions were."""
    mart, rows, whole = "fct_model_backtests", shop.rows("calibration"), shop.rows("backtests")
    if not rows or not whole:
        missing = (
            "A backtest needs source orders from a quarter before the as-of date and earlier, of enough customers."
        )
        return _absent("calibration", "Predictions beside what happened", mart, missing)
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
        "Naive: each customer's own past rate. "
        f"By the last two quarters, what is published is {shop.quality}.",
        rows=[
            {
                **_columns([row], "decile", "customers", "predicted", "actual")[0],
                "model": _model(row["model_name"]),
            }
            for row in rows
            if row["model_name"] in models
        ],
        spec=charts.calibration(
            [_model(name) for name in models],
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
                    _model(row["model_name"]),
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


def _model(name: str) -> str:
    return MODELS.get(name, words(name))


def fits(shop: Shop) -> Figure:
    """How the models were fitted."""
    mart, rows = "fct_model_fits", shop.rows("fits")
    if not rows:
        return _absent("fits", "Fitted models", mart, shop.why_nothing_is_predicted)
    converged = [row for row in rows if row["status"] == "converged"]
    title = (
        f"{len(converged)} of {len(rows)} models converged" if len(converged) < len(rows) else "All models converged"
    )
    return Figure(
        "fits",
        title,
        mart,
        table=Table(
            ["model", "status", "customers", "log-likelihood", "steps"],
            [
                [
                    _model(row["model_name"]),
                    words(row["status"] or ""),
                    count(row["customers"]),
                    exact(row["log_likelihood"], 1),
                    count(row["iterations"]),
                ]
                for row in rows
            ],
        ),
    )


def statuses(shop: Shop) -> Figure:
    """Which orders count, by their status."""
    mart, rows = "fct_order_statuses", shop.rows("order_statuses")
    if not rows:
        return _absent("statuses", "Statuses of orders", mart, "The file says nothing of statuses.")
    unknown = [row for row in rows if not row["is_known"]]
    uncounted = sum(row["orders"] for row in rows if not row["is_counted"])
    if unknown:
        names = ", ".join(f"“{row['status']}”" for row in unknown[:SHOWN_STATUSES])
        title = f"{plural(sum(row['orders'] for row in unknown), 'order')} of an unknown status do not count: {names}"
    elif uncounted:
        title = f"{plural(uncounted, 'order')} do not count, by their status"
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
        is_folded=not unknown,
    )


def rejected(shop: Shop) -> Figure:
    """What could not be used, and why."""
    mart, rows = "fct_rejected_records, fct_deliveries", shop.rows("rejected")
    delivered = sum(row["delivered_rows"] or 0 for row in shop.rows("deliveries"))
    refused = sum(row["rejected_rows"] or 0 for row in shop.rows("deliveries"))
    if not delivered:
        return _absent("rejected", "Rejected rows", mart, "The file says nothing of deliveries.")
    if not rows:
        return Figure("rejected", f"All {count(delivered)} delivered rows could be used", mart)
    return Figure(
        "rejected",
        f"{count(refused)} of {count(delivered)} delivered rows could not be used ({percent(refused / delivered, 2)})",
        mart,
        "The commonest reasons. Every rejected row is kept, with its raw record.",
        rows=[
            {
                "why": f"{row['source_name']}: {row['reason']}",
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


def deliveries(shop: Shop) -> Figure:
    """What was delivered."""
    mart, rows = "fct_deliveries", shop.rows("deliveries")
    if not rows:
        return _absent("deliveries", "Deliveries", mart, "The file says nothing of deliveries.")
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
    )


def reconciliations(shop: Shop) -> Figure:
    """Whether two ways to the same total agree."""
    mart, rows = "fct_reconciliations", shop.rows("reconciliations")
    if not rows:
        return _absent("reconciliations", "Totals", mart, "The file says nothing of reconciliations.")
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


def _columns(rows: Iterable[Row], *names: str) -> list[Row]:
    return [{name: _short(row[name]) for name in names} for row in rows]


def _short(value: Any) -> Any:
    """Round to six digits: more are not seen in a chart, and make the page large."""
    return float(f"{value:.6g}") if isinstance(value, float) else value


def _summed(rows: Iterable[Row], keys: Sequence[str], amounts: Sequence[str]) -> list[dict[str, Any]]:
    key: Callable[[Row], tuple[Any, ...]] = lambda row: tuple(row[name] for name in keys)  # noqa: E731
    ordered = sorted(rows, key=key)
    sums: list[dict[str, Any]] = []
    for values, group in groupby(ordered, key=key):
        members = list(group)
        totals = {name: sum(row[name] or 0 for row in members) for name in amounts}
        sums.append({**dict(zip(keys, values, strict=True)), **totals})
    return sums


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
