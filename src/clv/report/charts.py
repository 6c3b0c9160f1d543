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
ACCENT, WARNING, MUTED, SURFACE, INK = (f"var(--{name})" for name in ("accent", "warning", "muted", "surface", "ink"))
STEPS = 7
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


def equity(field: str, title: str) -> Spec:
    """A line of month ends."""
    month = alt.X("month:T", title=None, axis=alt.Axis(format="%b %y", grid=False, labelSeparation=12, tickCount=6))
    amount = alt.Y(f"{field}:Q", axis=_amount(title))
    tooltips = [
        alt.Tooltip("month:T", title="month end", format="%Y-%m-%d"),
        alt.Tooltip(f"{field}:Q", title=title, format=",.0f"),
    ]
    base = _chart().transform_filter(f"{OF_MARTS} && datum.months_ago < period").encode(month, amount, tooltip=tooltips)
    area = base.mark_area(color=ACCENT, opacity=0.14)
    line = base.mark_line(color=ACCENT, strokeWidth=2.5, point={"color": ACCENT, "size": 28})
    return _spec(alt.layer(area, line).add_params(_channel(), _period()), TALL)


def distribution(tiers: Sequence[str], currency: str) -> Spec:
    """A histogram, each tier in its shade."""
    chart = (
        _chart()
        .mark_bar(binSpacing=1)
        .transform_filter(f"{OF_CUSTOMERS} && {OF_TIERS}")
        .encode(
            x=alt.X(
                "clv_from:Q", bin="binned", axis=alt.Axis(title=f"total CLV ({currency})", labelExpr=SHORT, grid=False)
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


def retention(cohorts: int) -> Spec:
    """A heat map of cohorts by age."""
    chart = (
        _chart()
        .mark_rect(color=ACCENT)
        .transform_filter(OF_MARTS)
        .transform_calculate(retention="datum.active_customers / datum.cohort_size")
        .encode(
            x=alt.X("age_months:O", axis=alt.Axis(title="months since the first order", labelAngle=0)),
            y=alt.Y("cohort:O", axis=alt.Axis(title=None, labelOverlap=True)),
            opacity=alt.Opacity(
                "retention:Q",
                scale=alt.Scale(range=[0.04, 1], zero=True),
                legend=alt.Legend(title="ordered in the month", format=".0%", symbolType="square", tickCount=4),
            ),
            tooltip=[
                alt.Tooltip("cohort:N", title="first order in"),
                alt.Tooltip("age_months:Q", title="months later"),
                alt.Tooltip("cohort_size:Q", title="customers", format=",d"),
                alt.Tooltip("active_customers:Q", title="of them ordered", format=",d"),
                alt.Tooltip("retention:Q", title="share", format=".1%"),
            ],
        )
        .add_params(_channel())
    )
    return _spec(chart, min(40 * cohorts, TALLEST))


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
            color=alt.Color("cohort:N", title="first order in", scale=_shades(cohorts, strongest_first=False)),
            tooltip=[
                alt.Tooltip("cohort:N", title="first order in"),
                alt.Tooltip("age_months:Q", title="months later"),
                alt.Tooltip("brought:Q", title=title, format=",.2f"),
                alt.Tooltip("customers:Q", format=",d"),
            ],
        )
    )
    layers = [lines]
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


def _logarithmic(lowest: float, highest: float) -> Any:
    return alt.Scale(type="log", domain=[lowest, highest], nice=False)


def _ticks(title: str, lowest: float, highest: float) -> Any:
    """Return an axis with ticks at 1, 2, 5, 10, …: those of a logarithmic scale are too many to be labelled."""
    ticks = [digit * 10**power for power in range(-2, 9) for digit in (1, 2, 5)]
    return alt.Axis(title=title, values=[tick for tick in ticks if lowest <= tick <= highest], labelExpr=SHORT)


def channels(lowest: float, highest: float, currency: str) -> Spec:
    """CLV by CAC, with the line on which a customer is worth three times the cost."""
    x = alt.X("cac:Q", scale=_logarithmic(lowest, highest), axis=_ticks(f"CAC ({currency})", lowest, highest))
    up, top = lowest * 3, highest * 3
    y = alt.Y("mean_clv:Q", scale=_logarithmic(up, top), axis=_ticks(f"CLV at 36 months ({currency})", up, top))
    shown = _chart().transform_filter("datum.period === period && isValid(datum.cac) && isValid(datum.mean_clv)")
    points = shown.mark_circle(opacity=0.85).encode(
        x=x,
        y=y,
        size=alt.Size("new_customers:Q", scale=alt.Scale(range=[60, 700]), legend=None),
        color=alt.condition("datum.clv_to_cac >= 3", alt.value(ACCENT), alt.value(WARNING)),
        tooltip=[
            alt.Tooltip("channel:N"),
            alt.Tooltip("cac:Q", title="CAC", format=",.2f"),
            alt.Tooltip("mean_clv:Q", title="CLV at 36 months", format=",.2f"),
            alt.Tooltip("clv_to_cac:Q", title="CLV:CAC", format=".1f"),
            alt.Tooltip("spend:Q", format=",.0f"),
            alt.Tooltip("new_customers:Q", title="new customers", format=",.0f"),
        ],
    )
    # on different sides, so that neighbours' names have room on a phone; a halo keeps them off the line
    labels = [
        shown.transform_filter(f"datum.side === '{side}'")
        .mark_text(dy=distance, align=align, fontWeight=600, **colours)
        .encode(x=x, y=y, text="label:N")
        for side, align, distance in (("above", "center", -18), ("left", "right", 20), ("below", "center", 20))
        for colours in ({"stroke": SURFACE, "strokeWidth": 4, "strokeJoin": "round"}, {"color": INK})
    ]
    ends = [{"cac": end, "mean_clv": end * 3, "label": label} for end, label in ((lowest, ""), (highest, "3 : 1"))]
    line = alt.Chart(alt.Data(values=ends)).mark_line(color=MUTED, strokeDash=[6, 4]).encode(x=x, y=y)
    label = alt.Chart(alt.Data(values=ends)).mark_text(align="right", dx=-6, dy=34, color=MUTED)
    return _spec(alt.layer(line, label.encode(x=x, y=y, text="label:N"), points, *labels).add_params(_period()), TALL)


def migrations(order: Sequence[str]) -> Spec:
    """Who went where, each row adding up to the customers who were in a tier before."""
    base = (
        _chart()
        .transform_filter("datum.period === period")
        .transform_joinaggregate(before="sum(customers)", groupby=["from_tier"])
        .transform_calculate(share="datum.customers / datum.before")
        .encode(
            x=alt.X("to_tier:N", sort=list(order), axis=alt.Axis(title="tier after", labelAngle=0, orient="top")),
            y=alt.Y("from_tier:N", sort=list(order), axis=alt.Axis(title="tier before")),
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
    numbers = base.mark_text(color=INK, fontWeight=600).encode(text=alt.Text("customers:Q", format=","))
    return _spec(alt.layer(cells, numbers).add_params(_period()), 52 * len(order))


def alive() -> Spec:
    """A heat map of the probability to be a customer still."""
    chart = (
        _chart()
        .mark_rect(color=ACCENT)
        .transform_filter(f"{OF_CUSTOMERS} && {OF_TIERS}")
        .transform_aggregate(alive="sum(alive)", customers="sum(customers)", groupby=["months_since", "occasions"])
        .transform_calculate(
            probability="datum.alive / datum.customers",
            bought="datum.occasions >= 8 ? '8 +' : '' + datum.occasions",
            since="datum.months_since >= 24 ? '24 +' : '' + datum.months_since",
        )
        .encode(
            x=alt.X("months_since:O", axis=alt.Axis(title="months since the last order (24: and more)", labelAngle=0)),
            y=alt.Y("occasions:O", sort="descending", axis=alt.Axis(title="days with an order (8: and more)")),
            opacity=alt.Opacity(
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
            x=alt.X("days:N", sort=list(labels), axis=alt.Axis(title="days overdue", labelAngle=0)),
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


def methods(names: Sequence[str], currency: str, has_interval: bool) -> Spec:
    """A point per method, with its interval where it has one."""
    title = f"CLV per customer ({currency})"
    base = _chart().encode(y=alt.Y("method:N", sort=list(names), axis=alt.Axis(title=None, ticks=False, grid=True)))
    tooltips = [
        alt.Tooltip("method:N"),
        alt.Tooltip("clv_per_customer:Q", title=title, format=",.2f"),
        alt.Tooltip("clv_low:Q", title="from", format=",.2f"),
        alt.Tooltip("clv_high:Q", title="to", format=",.2f"),
        alt.Tooltip("basis:N", title="counted in"),
        alt.Tooltip("customers:Q", format=",d"),
    ]
    interval = (
        base.mark_rule(strokeWidth=7, opacity=0.3, color=ACCENT)
        .transform_filter("isValid(datum.clv_low)")
        .encode(x="clv_low:Q", x2="clv_high:Q")
    )
    points = base.mark_point(filled=True, size=110, opacity=1).encode(
        x=alt.X(
            "clv_per_customer:Q", axis=alt.Axis(title=title, labelExpr=SHORT, tickCount=5), scale=alt.Scale(zero=True)
        ),
        color=alt.Color(
            "basis:N",
            title="counted in",
            scale=alt.Scale(domain=["margin", "revenue"], range=[ACCENT, WARNING]),
            legend=alt.Legend(symbolType="circle"),
        ),
        shape=alt.condition("datum.is_reliable", alt.value("circle"), alt.value("triangle-up")),
        tooltip=tooltips,
    )
    return _spec(alt.layer(*([interval] if has_interval else []), points), 44 * len(names))


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
    bars = base.mark_bar(color=WARNING, size=6, yOffset=9, cornerRadiusEnd=2).encode(
        x=alt.X("rejected_rows:Q", axis=alt.Axis(title="rejected rows", labelExpr=SHORT, tickCount=5))
    )
    labels = base.mark_text(align="left", baseline="middle", dy=-3, color=INK, limit=alt.expr("width")).encode(
        x=alt.value(0), text="why:N"
    )
    return _spec(alt.layer(bars, labels), 33 * reasons)
