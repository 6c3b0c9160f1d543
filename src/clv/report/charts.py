"""The report's charts, as Vega-Lite: they name their data `rows`, and colours that the style sheet defines.

Colours are CSS variables, so that a chart turns dark, light or fit for print with the page, without being drawn again.
Heat maps fade one colour for the same reason. The filters of the page are parameters of a chart.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt

Spec = Mapping[str, Any]
Row = Mapping[str, Any]

PERIODS = (3, 12, 36)
"""Months that the filter of the page offers; the queries sum them up. The last is what is shown at first."""
ACCENT, WARNING, MUTED, SURFACE, INK, LINE = (
    f"var(--{name})" for name in ("accent", "warning", "muted", "surface", "ink", "edge")
)
STEPS = 7
LARGEST_AGE, LARGEST_COUNT = 24, 8
"""Months of silence and days with an order from which on the query counts customers together."""

OF_CUSTOMERS = "(channel === 'all' || datum.channel === channel)"
OF_MARTS = "datum.channel === channel"
"""Marts that have a row for all channels are shown by that."""
OF_TIERS = "(tier === 'all' || datum.tier === tier)"
HEIGHT, TALL, TALLEST = 300, 340, 440
SHORT = (
    "abs(datum.value) >= 1e6 ? format(datum.value / 1e6, '~r') + ' M' : "
    "abs(datum.value) >= 1e4 ? format(datum.value / 1e3, '~r') + ' k' : format(datum.value, ',~r')"
)
"""How an axis writes numbers: as the page does."""


def _channel() -> Any:
    return alt.param(name="channel", value="all")


def _tier() -> Any:
    return alt.param(name="tier", value="all")


def _period() -> Any:
    return alt.param(name="period", value=PERIODS[-1])


def _chart() -> Any:
    return alt.Chart(alt.NamedData("rows"))


def _spec(chart: Any, height: int = HEIGHT) -> Spec:
    autosize = alt.AutoSizeParams(type="fit-x", contains="padding")
    spec: dict[str, Any] = chart.properties(width="container", height=height, autosize=autosize).to_dict()
    spec.pop("config", None)  # the page has one for all
    return spec


def _shades(names: Sequence[str], strongest_first: bool = True) -> Any:
    """Return a scale that gives each name a shade of one colour."""
    places = [round(place * (STEPS - 1) / max(len(names) - 1, 1)) + 1 for place in range(len(names))]
    shades = [f"var(--shade-{place})" for place in (places if strongest_first else reversed(places))]
    return alt.Scale(domain=list(names), range=shades)


def _amount(title: str) -> Any:
    return alt.Axis(title=title, labelExpr=SHORT, tickCount=5)


def _months(field: str = "month:T", **settings: Any) -> Any:
    # in UTC, so that no reader's clock moves a month end
    axis = alt.Axis(format="%b %y", grid=False, labelSeparation=12, tickCount=6)
    return alt.X(field, title=None, scale=alt.Scale(type="utc"), axis=axis, **settings)


def equity(field: str, title: str, changes: Sequence[Row]) -> Spec:
    """A line of month ends, broken and marked where another model was published."""
    month, amount = _months(), alt.Y(f"{field}:Q", axis=_amount(title))
    tooltips = [
        alt.Tooltip("month:T", title="month end", format="%Y-%m-%d"),
        alt.Tooltip(f"{field}:Q", title=title, format=",.0f"),
    ]
    shown = f"{OF_MARTS} && datum.months_ago < period && isValid(datum.{field})"
    base = _chart().transform_filter(shown).encode(month, amount, detail="era:N", tooltip=tooltips)
    # what is stacked would be drawn across the break
    area = base.mark_area(color=ACCENT, opacity=0.14).encode(alt.Y(f"{field}:Q", axis=_amount(title), stack=None))
    line = base.mark_line(color=ACCENT, strokeWidth=2.5, point={"color": ACCENT, "size": 28})
    return _spec(alt.layer(area, line, *_change_marks(changes)).add_params(_channel(), _period()), TALL)


def _change_marks(changes: Sequence[Row]) -> list[Any]:
    if not changes:
        return []
    base = alt.Chart(alt.Data(values=list(changes))).transform_filter("datum.months_ago < period").encode(_months())
    rule = base.mark_rule(color=WARNING, strokeDash=[4, 3], strokeWidth=1.5)
    text = base.mark_text(color=WARNING, align="right", dx=-5, fontWeight="bold").encode(y=alt.value(8), text="label:N")
    return [rule, text]


def cohort_clv(labels: Sequence[str], title: str) -> Spec:
    """Bars per half-year: the first 36 months, and in front of them the first 12."""
    base = (
        _chart()
        .transform_filter(OF_CUSTOMERS)
        .transform_aggregate(
            customers="sum(customers)", year="sum(clv_12m)", three="sum(clv_36m)", groupby=["label", "cohort"]
        )
        .transform_calculate(
            first="datum.year / datum.customers",
            all="datum.three / datum.customers",
            text="format(datum.first, ',.0f') + ' / ' + format(datum.all, ',.0f')",
            room="datum.all * 1.45",
        )
        .encode(
            y=alt.Y("label:N", sort=list(labels), axis=alt.Axis(title=None, ticks=False)),
            tooltip=[
                alt.Tooltip("cohort:N", title="first order in"),
                alt.Tooltip("customers:Q", format=",d"),
                alt.Tooltip("first:Q", title="CLV at 12 months", format=",.2f"),
                alt.Tooltip("all:Q", title="CLV at 36 months", format=",.2f"),
            ],
        )
    )
    three = base.mark_bar(color=ACCENT, opacity=0.3, cornerRadiusEnd=2).encode(x=alt.X("all:Q", axis=_amount(title)))
    year = base.mark_bar(color=ACCENT, cornerRadiusEnd=2, size=9).encode(x="first:Q")
    text = base.mark_text(color=INK, align="left", dx=5).encode(x="all:Q", text="text:N")
    # nothing is drawn of it: the axis leaves room for the numbers
    room = base.mark_point(opacity=0, aria=False).encode(x="room:Q")
    return _spec(alt.layer(three, year, text, room).add_params(_channel()), max(46 * len(labels), 120))


KIND_COLOURS = {"returning": ACCENT, "new": "var(--second)", "not known": MUTED}


def revenue(kinds: Sequence[str], title: str) -> Spec:
    """Stacked bars of months, by who brought the revenue."""
    chart = (
        _chart()
        .mark_bar()
        .transform_filter(f"{OF_MARTS} && datum.months_ago < period")
        .encode(
            x=alt.X(
                "utcyearmonth(month):T",
                title=None,
                axis=alt.Axis(format="%b %y", grid=False, labelSeparation=12, tickCount=6),
            ),
            y=alt.Y("net_revenue:Q", axis=_amount(title)),
            color=alt.Color(
                "kind:N",
                title=None,
                scale=alt.Scale(domain=list(kinds), range=[KIND_COLOURS[kind] for kind in kinds]),
                legend=alt.Legend(symbolType="square"),
            ),
            tooltip=[
                alt.Tooltip("utcyearmonth(month):T", title="month", format="%Y-%m"),
                alt.Tooltip("kind:N"),
                alt.Tooltip("net_revenue:Q", title=title, format=",.0f"),
            ],
        )
        .add_params(_channel(), _period())
    )
    return _spec(chart, TALL)


def share_line(field: str, title: str, counts: Sequence[str]) -> Spec:
    """A line of a share by month end; a month in which it is not known breaks it."""
    base = (
        _chart()
        .transform_filter(f"{OF_MARTS} && datum.months_ago < period")
        .encode(
            _months(),
            alt.Y(f"{field}:Q", scale=alt.Scale(zero=True), axis=alt.Axis(title=title, format="%", tickCount=5)),
            tooltip=[
                alt.Tooltip("month:T", title="month end", format="%Y-%m-%d"),
                alt.Tooltip(f"{field}:Q", title=title, format=".1%"),
                *(alt.Tooltip(f"{name}:Q", title=name.replace("_", " "), format=",d") for name in counts),
            ],
        )
    )
    line = base.mark_line(color=ACCENT, strokeWidth=2.5, point={"color": ACCENT, "size": 28})
    return _spec(line.add_params(_channel(), _period()))


def cac(currency: str) -> Spec:
    """What a new customer costs, month by month; a month without a cost breaks the line."""
    title = f"CAC ({currency})"
    line = (
        _chart()
        .mark_line(color=WARNING, strokeWidth=2.5, point={"color": WARNING, "size": 28})
        .transform_filter(f"{OF_MARTS} && datum.months_ago < period")
        .encode(
            _months(),
            alt.Y("cac:Q", scale=alt.Scale(zero=True), axis=_amount(title)),
            tooltip=[
                alt.Tooltip("month:T", format="%Y-%m"),
                alt.Tooltip("cac:Q", title=title, format=",.2f"),
                alt.Tooltip("spend:Q", format=",.0f"),
                alt.Tooltip("new_customers:Q", title="new customers", format=",.0f"),
            ],
        )
        .add_params(_channel(), _period())
    )
    return _spec(line)


def quarters(number: int) -> Spec:
    """Bars of what came, with a mark at what was forecast."""
    base = _chart().encode(
        y=alt.Y("quarter:N", axis=alt.Axis(title=None, ticks=False, labelLimit=170)),
        tooltip=[
            alt.Tooltip("quarter:N"),
            alt.Tooltip("forecast:Q", format=",.0f"),
            alt.Tooltip("came:Q", format=",.0f"),
        ],
    )
    bars = base.mark_bar(color=ACCENT, opacity=0.35, cornerRadiusEnd=2, size=16).encode(
        x=alt.X("came:Q", axis=_amount("orders: came (bar), forecast (mark)"))
    )
    marks = base.mark_tick(color=WARNING, thickness=3, size=24, opacity=1).encode(x="forecast:Q")
    return _spec(alt.layer(bars, marks), max(34 * number, 120))


def forecasts(years: Sequence[str], title: str) -> Spec:
    """Stacked bars of months by year of the first order, pale where they are forecast."""
    chart = (
        _chart()
        .mark_bar()
        .encode(
            x=alt.X(
                "utcyearmonth(month):T",
                title=None,
                axis=alt.Axis(format="%b %y", grid=False, labelSeparation=12, tickCount=6),
            ),
            y=alt.Y("net_revenue:Q", axis=_amount(title)),
            color=alt.Color(
                "cohort_year:N", title="first order in", scale=_cohorts(years), legend=alt.Legend(symbolType="square")
            ),
            opacity=alt.condition("datum.is_observed", alt.value(1), alt.value(0.5)),
            order=alt.Order("cohort_year:N", sort="ascending"),
            tooltip=[
                alt.Tooltip("utcyearmonth(month):T", title="month", format="%Y-%m"),
                alt.Tooltip("cohort_year:N", title="first order in"),
                alt.Tooltip("net_revenue:Q", title=title, format=",.0f"),
            ],
        )
    )
    return _spec(chart, TALL)


COHORTS = 7


def _cohorts(names: Sequence[str]) -> Any:
    """Return a scale that gives each cohort a colour of its own, in the order of time."""
    steps = [round(place * (COHORTS - 1) / max(len(names) - 1, 1)) + 1 for place in range(len(names))]
    return alt.Scale(domain=list(names), range=[f"var(--cohort-{step})" for step in steps])


def distribution(tiers: Sequence[str], currency: str) -> Spec:
    """A histogram, each tier in its shade."""
    chart = (
        _chart()
        .mark_bar(binSpacing=1)
        .transform_filter(f"{OF_CUSTOMERS} && {OF_TIERS}")
        .encode(
            x=alt.X(
                "clv_from:Q",
                bin="binned",
                axis=alt.Axis(title=f"CLV at 36 months ({currency})", labelExpr=SHORT, grid=False),
            ),
            x2="clv_to:Q",
            y=alt.Y("sum(customers):Q", axis=_amount("customers")),
            color=alt.Color("tier:N", title="tier", scale=_shades(tiers)),
            order=alt.Order("tier_rank:Q"),
            tooltip=[
                alt.Tooltip("tier:N"),
                alt.Tooltip("clv_from:Q", title="CLV from", format=",.2~f"),
                alt.Tooltip("clv_to:Q", title="to", format=",.2~f"),
                alt.Tooltip("sum(customers):Q", title="customers", format=",d"),
            ],
        )
        .add_params(_channel(), _tier())
    )
    return _spec(chart)


def tiers(names: Sequence[str], measures: Sequence[str]) -> Spec:
    """Shares side by side, tier by tier."""
    colours = [MUTED, "var(--shade-4)", "var(--shade-1)"][-len(measures) :]
    chart = (
        _chart()
        .mark_bar(cornerRadiusEnd=2)
        .encode(
            y=alt.Y("tier:N", sort=list(names), title=None, axis=alt.Axis(domain=False, ticks=False)),
            yOffset=alt.YOffset("measure:N", sort=list(measures)),
            x=alt.X("share:Q", axis=alt.Axis(title="share of all", format="%", tickCount=5)),
            color=alt.Color("measure:N", title=None, scale=alt.Scale(domain=list(measures), range=colours)),
            tooltip=["tier:N", "measure:N", alt.Tooltip("share:Q", format=".1%")],
        )
    )
    return _spec(chart)


def retention(cohorts: Sequence[str], ages: Sequence[str]) -> Spec:
    """A heat map of cohorts by age, with the numbers, sizes and a row of all."""
    base = (
        _chart()
        .transform_filter(OF_MARTS)
        .transform_calculate(
            share="datum.column === 'size' || !datum.customers ? null : datum.active / datum.customers",
            text="datum.column === 'size' ? (datum.customers >= 1e4 ? format(datum.customers / 1e3, '.0f') + 'k' : "
            "format(datum.customers, ',d')) : "
            "isValid(datum.share) ? format(datum.share * 100, '.0f') : ''",
        )
        .encode(
            x=alt.X(
                "column:N",
                sort=list(ages),
                scale=alt.Scale(domain=list(ages)),
                axis=alt.Axis(
                    title="% who ordered, months later",
                    labelAngle=0,
                    orient="top",
                    labelOverlap=False,
                    labelExpr="datum.value === 'size' ? 'n' : datum.value",
                ),
            ),
            y=alt.Y(
                "cohort:N",
                sort=list(cohorts),
                scale=alt.Scale(domain=list(cohorts)),
                axis=alt.Axis(title=None, labelOverlap=False),
            ),
            tooltip=[
                alt.Tooltip("cohort:N", title="first order in"),
                alt.Tooltip("column:N", title="months later"),
                alt.Tooltip("customers:Q", format=",d"),
                alt.Tooltip("active:Q", title="of them ordered", format=",d"),
                alt.Tooltip("share:Q", format=".1%"),
            ],
        )
    )
    cells = (
        base.transform_filter("isValid(datum.share)")
        .mark_rect(color=ACCENT, stroke=LINE)
        .encode(
            fillOpacity=alt.FillOpacity(
                "share:Q", scale=alt.Scale(type="sqrt", range=[0.04, 0.5], zero=True), legend=None
            )
        )
    )
    numbers = base.mark_text(color=INK, fontSize=11).encode(text="text:N")
    return _spec(alt.layer(cells, numbers).add_params(_channel()), 30 * (len(cohorts) + 2))


def curves(cohorts: Sequence[str], what: str, currency: str, has_cost: bool) -> Spec:
    """What a customer has brought by age, a line per half-year of acquisition, and what one cost."""
    title = f"{what} per customer ({currency})"
    lines = (
        _chart()
        .mark_line(strokeWidth=2.2)
        .transform_filter(OF_MARTS)
        .encode(
            x=alt.X("age_months:Q", axis=alt.Axis(title="months since the first order", grid=False)),
            y=alt.Y("brought:Q", axis=_amount(title)),
            color=alt.Color("cohort:N", scale=_cohorts(cohorts), legend=None),
            tooltip=[
                alt.Tooltip("cohort:N", title="first order in"),
                alt.Tooltip("age_months:Q", title="months later"),
                alt.Tooltip("brought:Q", title=title, format=",.2f"),
                alt.Tooltip("customers:Q", format=",d"),
            ],
        )
    )
    ends = (
        _chart()
        .transform_filter(OF_MARTS)
        .transform_joinaggregate(last="max(age_months)", groupby=["cohort"])
        .transform_filter("datum.age_months === datum.last")
        .encode(x="age_months:Q", y="brought:Q", color=alt.Color("cohort:N", scale=_cohorts(cohorts), legend=None))
    )
    layers = [lines, ends.mark_circle(size=40, opacity=1)]
    # a line is named where it ends; a halo keeps the name off other lines
    for where, align, distance in (("datum.last > 4", "right", 0), ("datum.last <= 4", "left", 2)):
        # an empty text, no filter: a layer without rows would have no extent
        named = ends.transform_calculate(name=f"{where} ? datum.cohort : ''")
        style = {"align": align, "dx": distance, "dy": -10, "fontWeight": 600}
        halo = named.mark_text(stroke=SURFACE, strokeWidth=4, strokeJoin="round", **style)
        layers += [halo.encode(text="name:N", color=alt.value(SURFACE)), named.mark_text(**style).encode(text="name:N")]
    if has_cost:
        cost = (
            _chart()
            .transform_filter(f"{OF_MARTS} && isValid(datum.cac)")
            .transform_aggregate(cac="mean(cac)")
            .transform_calculate(label="'CAC ' + format(datum.cac, ',.2f')")
            .encode(y="cac:Q")
        )
        text = cost.mark_text(color=WARNING, align="right", dx=-4, dy=-8, fontWeight="bold").encode(
            x=alt.value("width"), text="label:N"
        )
        layers += [cost.mark_rule(color=WARNING, strokeWidth=2, strokeDash=[6, 4]), text]
    return _spec(alt.layer(*layers).add_params(_channel()), TALLEST)


def channels(largest: int, target: float | None) -> Spec:
    """Bars of CLV:CAC, each written over, with the target of the budgets."""
    base = (
        _chart()
        .transform_filter("datum.period === period")
        .encode(
            y=alt.Y("channel:N", sort=alt.EncodingSortField("clv_to_cac", op="max", order="descending"), axis=None),
            tooltip=[
                alt.Tooltip("channel:N"),
                alt.Tooltip("cac:Q", title="CAC", format=",.2f"),
                alt.Tooltip("mean_clv:Q", title="CLV at 36 months", format=",.2f"),
                alt.Tooltip("clv_to_cac:Q", title="CLV:CAC", format=".1f"),
                alt.Tooltip("spend:Q", format=",.0f"),
                alt.Tooltip("new_customers:Q", title="new customers", format=",.0f"),
            ],
        )
    )
    colour = alt.condition(f"datum.clv_to_cac >= {target or 0}", alt.value(ACCENT), alt.value(WARNING))
    bars = base.mark_bar(size=9, yOffset=9, cornerRadiusEnd=2).encode(
        x=alt.X("clv_to_cac:Q", axis=alt.Axis(title="CLV at 36 months : CAC", tickCount=6)), color=colour
    )
    name = {"align": "left", "baseline": "middle", "dy": -5, "limit": alt.expr("width")}
    halo = base.mark_text(stroke=SURFACE, strokeWidth=4, strokeJoin="round", color=SURFACE, **name)
    layers = [bars]
    if target:
        line = alt.Chart(alt.Data(values=[{"target": target}])).encode(x="target:Q")
        layers.append(line.mark_rule(color=MUTED, strokeDash=[6, 4], strokeWidth=2))
    layers += [text.encode(x=alt.value(0), text="label:N") for text in (halo, base.mark_text(color=INK, **name))]
    return _spec(alt.layer(*layers).add_params(_period()), 42 * max(largest, 1))


def migrations(before: Sequence[str], after: Sequence[str]) -> Spec:
    """Who went where, in shares of a row: of those who were in a tier before."""
    base = (
        _chart()
        .transform_filter("datum.period === period")
        .transform_joinaggregate(before="sum(customers)", groupby=["from_tier"])
        .transform_calculate(share="datum.customers / datum.before")
        .transform_calculate(
            text="datum.customers && datum.share < 0.005 ? '< 1%' : format(datum.share, '.0%')",
        )
        .encode(
            x=alt.X("to_tier:N", sort=list(after), axis=alt.Axis(title="tier after", labelAngle=0, orient="top")),
            y=alt.Y("from_tier:N", sort=list(before), axis=alt.Axis(title="tier before")),
            tooltip=[
                alt.Tooltip("from_tier:N", title="from"),
                alt.Tooltip("to_tier:N", title="to"),
                alt.Tooltip("customers:Q", format=",d"),
                alt.Tooltip("share:Q", title="of the tier before", format=".1%"),
                alt.Tooltip("total_clv_change:Q", title="change of total CLV", format="+,.0f"),
            ],
        )
    )
    cells = base.mark_rect(color=ACCENT).encode(
        opacity=alt.Opacity("share:Q", scale=alt.Scale(type="sqrt", domain=[0, 1], range=[0.06, 0.5]), legend=None)
    )
    numbers = base.mark_text(color=INK, fontWeight=600).encode(text="text:N")
    return _spec(alt.layer(cells, numbers).add_params(_period()), 52 * len(before))


def alive() -> Spec:
    """A heat map of the probability to be a customer still."""
    chart = (
        _chart()
        .mark_rect(color=ACCENT, stroke=LINE)
        .transform_filter(f"{OF_CUSTOMERS} && {OF_TIERS}")
        .transform_aggregate(alive="sum(alive)", customers="sum(customers)", groupby=["months_since", "occasions"])
        .transform_calculate(
            probability="datum.alive / datum.customers",
            bought="datum.occasions >= 8 ? '8 +' : '' + datum.occasions",
            since="datum.months_since >= 24 ? '24 +' : '' + datum.months_since",
        )
        .encode(
            x=alt.X(
                "months_since:O",
                scale=alt.Scale(domain=list(range(LARGEST_AGE + 1))),
                axis=alt.Axis(
                    title=f"months since the last order ({LARGEST_AGE}: and more)",
                    labelAngle=0,
                    values=list(range(0, LARGEST_AGE + 1, 3)),
                    labelOverlap=False,
                ),
            ),
            y=alt.Y(
                "occasions:O",
                scale=alt.Scale(domain=list(range(LARGEST_COUNT, 0, -1))),
                axis=alt.Axis(title=f"days with an order ({LARGEST_COUNT}: and more)"),
            ),
            fillOpacity=alt.FillOpacity(
                "probability:Q",
                scale=alt.Scale(domain=[0, 1], range=[0.04, 1]),
                legend=alt.Legend(title="probability alive", format=".0%", symbolType="square", tickCount=4),
            ),
            tooltip=[
                alt.Tooltip("bought:N", title="days with an order"),
                alt.Tooltip("since:N", title="months since the last"),
                alt.Tooltip("customers:Q", format=",d"),
                alt.Tooltip("probability:Q", title="probability alive", format=".1%"),
            ],
        )
        .add_params(_channel(), _tier())
    )
    return _spec(chart)


def overdue(labels: Sequence[str], tiers: Sequence[str], currency: str) -> Spec:
    """What is at stake, by how long the next order is overdue."""
    title = f"predicted CLV ({currency})"
    chart = (
        _chart()
        .mark_bar()
        .transform_filter(f"{OF_CUSTOMERS} && {OF_TIERS}")
        .encode(
            x=alt.X(
                "days:N",
                sort=list(labels),
                scale=alt.Scale(domain=list(labels)),
                axis=alt.Axis(title="days overdue", labelAngle=0, labelOverlap=False),
            ),
            y=alt.Y("sum(predicted_clv):Q", axis=_amount(title)),
            color=alt.Color("tier:N", title="tier", scale=_shades(tiers)),
            order=alt.Order("tier_rank:Q"),
            tooltip=[
                alt.Tooltip("days:N", title="days overdue"),
                alt.Tooltip("tier:N"),
                alt.Tooltip("sum(customers):Q", title="customers", format=",d"),
                alt.Tooltip("sum(predicted_clv):Q", title=title, format=",.0f"),
            ],
        )
        .add_params(_channel(), _tier())
    )
    return _spec(chart)


def calibration(models: Sequence[str], highest: float) -> Spec:
    """Orders that were predicted and made, decile by decile; a perfect model lies on the diagonal."""
    # roots draw apart the many who order little
    roots = alt.Scale(type="sqrt", domain=[0, highest])
    x = alt.X("predicted:Q", scale=roots, axis=alt.Axis(title="predicted orders per customer", tickCount=6))
    y = alt.Y("actual:Q", scale=roots, axis=alt.Axis(title="actual orders per customer", tickCount=6))
    colours = [ACCENT, "var(--second)", WARNING, MUTED, *[INK] * len(models)][: len(models)]
    line = (
        _chart()
        .mark_line(point={"filled": True, "size": 45}, strokeWidth=1.8)
        .encode(
            x=x,
            y=y,
            order=alt.Order("decile:Q"),
            color=alt.Color("model:N", title=None, scale=alt.Scale(domain=list(models), range=colours)),
            tooltip=[
                alt.Tooltip("model:N"),
                alt.Tooltip("decile:Q", title="decile of predicted orders"),
                alt.Tooltip("customers:Q", format=",d"),
                alt.Tooltip("predicted:Q", format=",.2f"),
                alt.Tooltip("actual:Q", format=",.2f"),
            ],
        )
    )
    ends = alt.Data(values=[{"predicted": end, "actual": end} for end in (0, highest)])
    diagonal = alt.Chart(ends).mark_line(color=MUTED, strokeDash=[6, 4]).encode(x=x, y=y)
    return _spec(alt.layer(diagonal, line), TALL)


def rejected(reasons: int) -> Spec:
    """Rejected rows by reason, each written over its bar: the reasons are long."""
    base = _chart().encode(
        y=alt.Y("why:N", sort=alt.EncodingSortField("rejected_rows", op="max", order="descending"), axis=None),
        tooltip=[
            alt.Tooltip("source:N"),
            alt.Tooltip("reason:N"),
            alt.Tooltip("rejected_rows:Q", title="rows", format=",d"),
        ],
    )
    bars = base.mark_bar(color=WARNING, size=6, yOffset=15, cornerRadiusEnd=2).encode(
        x=alt.X("rejected_rows:Q", axis=alt.Axis(title="rejected rows", labelExpr=SHORT, tickCount=5))
    )
    labels = base.mark_text(
        align="left", baseline="middle", dy=-11, color=INK, limit=alt.expr("width"), lineBreak="\n", lineHeight=14
    ).encode(x=alt.value(0), text="why:N")
    return _spec(alt.layer(bars, labels), 48 * reasons)
