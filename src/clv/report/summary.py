"""The short account of a published warehouse, for people."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from clv.console.terminal import CARE, GOOD, table
from clv.console.words import count, exact, percent, quality
from clv.engines import ENGINE
from clv.engines.protocol import Row
from clv.report.data import query
from clv.warehouse.publish import MARTS_SCHEMA

COMPANY_SQL = """
select
    coalesce((select max(as_of_date) from dim_customers), (select max(as_of_date) from fct_subscription_cohorts)),
    coalesce((select max(currency) from dim_customers), (select max(currency) from fct_subscription_cohorts)),
    (select count(*) from fct_orders where is_counted),
    (select count(*) from dim_customers),
    (select sum(net_revenue) from fct_orders),
    (select sum(gross_margin) from fct_orders where margin_basis <> 'unknown'),
    (select sum(net_revenue) from fct_orders where margin_basis <> 'unknown'),
    (select count(*) from fct_reconciliations where is_reconciled),
    (select count(*) from fct_reconciliations),
    (select sum(predicted_clv) from dim_customers),
    (select max(horizon_months) from dim_customers),
    (select max(purchase_model) from dim_customers),
    (select max(model_status) from dim_customers where purchase_occasions > 0),
    (select max(model_quality) from dim_customers),
    (select max(model_warnings) from dim_customers),
    (select count(*) from fct_orders where gross_item_revenue < 0 and net_revenue < 0),
    (select sum(net_revenue) from fct_orders where gross_item_revenue < 0 and net_revenue < 0),
    (
        select min(month)
        from fct_customer_months
        having min(month) > (select min(cohort_month) from dim_customers)
    )
"""

SHOWN_CHANNELS = 20
SHOWN_REASONS = 3
REJECTED_SQL = f"""
with placed as (
    select *, row_number() over (partition by source_name order by rejected_rows desc, reason) as place
    from ({query("rejected")})
)

select
    source_name,
    sum(rejected_rows),
    string_agg(reason || ' (' || rejected_rows || ')', '; ' order by place) filter (where place <= {SHOWN_REASONS}),
    count(*)
from placed
group by source_name
order by sum(rejected_rows) desc, source_name
"""

TIERS_SQL = """
select
    value_tier,
    customers,
    customer_share,
    net_revenue,
    revenue_share,
    customer_equity,
    equity_share,
    mean_total_clv
from fct_value_tiers
order by tier_rank
"""

CHANNELS_SQL = f"""
select channel, spend, new_customers, cac, roas, roi, clv_to_cac
from ({query("channel_costs")})
where period = 12
order by place
"""

IDENTITY_LIMITS_SQL = """
select reason, customer_ids, contacts, orders, set_by
from fct_identity_limits
order by orders desc, customer_ids desc, reason
"""

METHODS_SQL = """
select clv_method, clv_per_customer, clv_low, clv_high, clv_basis, customers, is_reliable
from fct_clv_by_method
where segment_kind = 'company'
order by clv_per_customer desc nulls last, clv_method
"""


@dataclass(frozen=True)
class Summary:
    """What a published warehouse says in short. Money is in `currency`; an unknown amount is None.

    history_begins: first month of the history of customers, where earlier ones are left out (var history_months).
    """

    as_of_date: date | None
    currency: str
    orders: int
    customers: int
    net_revenue: Decimal | None
    gross_margin: Decimal | None
    net_revenue_of_known_margin: Decimal | None
    reconciled: int
    reconciliations: int
    customer_equity: Decimal | None
    horizon_months: int
    purchase_model: str
    model_status: str
    model_quality: str
    model_warnings: str
    notes_without_order: int
    amount_without_order: Decimal | None
    history_begins: date | None
    rejected: Sequence[Row]
    tiers: Sequence[Row]
    channels: Sequence[Row]
    methods: Sequence[Row]
    identity_limits: Sequence[Row]

    @property
    def rejected_rows(self) -> int:
        """Number of raw rows in quarantine."""
        return sum(int(row[1]) for row in self.rejected)


def read_summary(published: Path) -> Summary:
    """Read the summary from the published file. Raises EngineError if it lacks a mart of the contract."""
    with ENGINE.read(published) as database:
        database.use(MARTS_SCHEMA)
        company = database.execute(COMPANY_SQL).fetchall()[0]
        return Summary(
            as_of_date=company[0],
            currency=company[1] or "",
            orders=company[2],
            customers=company[3],
            net_revenue=company[4],
            gross_margin=company[5],
            net_revenue_of_known_margin=company[6],
            reconciled=company[7],
            reconciliations=company[8],
            customer_equity=company[9],
            horizon_months=company[10] or 0,
            purchase_model=company[11] or "",
            model_status=company[12] or "no_purchase",
            model_quality=company[13] or "untested",
            model_warnings=company[14] or "",
            notes_without_order=company[15],
            amount_without_order=company[16],
            history_begins=company[17],
            rejected=database.execute(REJECTED_SQL).fetchall(),
            tiers=database.execute(TIERS_SQL).fetchall(),
            channels=database.execute(CHANNELS_SQL).fetchall(),
            methods=database.execute(METHODS_SQL).fetchall(),
            identity_limits=database.execute(IDENTITY_LIMITS_SQL).fetchall(),
        )


def to_json(summary: Summary) -> dict[str, Any]:
    """Return the company's figures; what is split by tier, channel or method is in the marts."""
    tables = ("rejected", "tiers", "channels", "methods", "identity_limits")
    figures = {name: value for name, value in vars(summary).items() if name not in tables}
    return {**figures, "rejected_rows": summary.rejected_rows}


def money(amount: Decimal | float | None, currency: str = "", decimals: int = 2) -> str:
    """Write an amount as `1,234.50 USD`; None as `unknown`."""
    return "unknown" if amount is None else f"{exact(amount, decimals)} {currency}".strip()


def render_summary(summary: Summary) -> list[RenderableType]:
    """Return the tables that `clv run` ends with."""
    parts: list[RenderableType] = [_company_table(summary)]
    if summary.tiers:
        parts.append(_tiers_table(summary))
    if summary.channels:
        parts.append(_channels_table(summary))
    if summary.methods:
        parts.append(_methods_table(summary))
    if summary.rejected:
        parts.append(_rejected_table(summary))
    if summary.identity_limits:
        parts.append(_identity_limits_table(summary))
    return parts


def _company_table(summary: Summary) -> Table:
    net_revenue = summary.net_revenue or Decimal(0)
    average = net_revenue / summary.orders if summary.orders else None
    is_closed = summary.reconciled == summary.reconciliations
    company = table(f"As of {summary.as_of_date or 'an unknown date'}", ["figure", "value"], ["value"])
    company.add_row("counted orders", count(summary.orders))
    company.add_row("customers", count(summary.customers))
    company.add_row("net revenue", money(net_revenue, summary.currency))
    company.add_row("gross margin", _describe_margin(summary))
    company.add_row("average order value", money(average, summary.currency))
    company.add_row("customer equity", _describe_equity(summary))
    if summary.customer_equity is not None:
        company.add_row("model quality", _describe_quality(summary))
    if summary.notes_without_order:
        company.add_row("credit notes without an order", Text(_describe_notes(summary), CARE))
    if summary.history_begins:
        company.add_row("history of customers", f"from {summary.history_begins:%Y-%m} on (var history_months)")
    company.add_row("rejected rows", Text(count(summary.rejected_rows), CARE if summary.rejected_rows else ""))
    closed = f"{summary.reconciled} of {summary.reconciliations}"
    company.add_row("reconciliations closed", Text(closed, GOOD if is_closed else CARE))
    return company


def _describe_margin(summary: Summary) -> str:
    """Write the margin with its rate, and how much of the revenue it is known for, where that isn't all."""
    text = money(summary.gross_margin, summary.currency)
    known = summary.net_revenue_of_known_margin
    if summary.gross_margin is not None and known and known > 0:
        text += f" ({percent(summary.gross_margin / known)})"
        if summary.net_revenue and known < summary.net_revenue:
            text += f", known for {percent(known / summary.net_revenue)} of net revenue"
    return text


def _describe_notes(summary: Summary) -> str:
    """Write how many credit notes took back more than the orders of their customer, and what is left of them."""
    left = money(summary.amount_without_order, summary.currency)
    where = "fct_orders with gross_item_revenue and net_revenue below 0"
    return f"{count(summary.notes_without_order)}, {left} in all ({where})"


def _describe_equity(summary: Summary) -> str:
    """Write what customers will bring within the horizon, and the model that says so; where there is none, why not."""
    if summary.customer_equity is None:
        return f"not predicted: {summary.model_status.replace('_', ' ')}"
    amount = money(summary.customer_equity, summary.currency)
    return f"{amount} in {summary.horizon_months} months, by {summary.purchase_model}"


def _describe_quality(summary: Summary) -> Text:
    """Write how good the forecasts of the latest quarters were, and what speaks against the prediction."""
    style = {"good": GOOD, "poor": CARE}.get(summary.model_quality, "")
    return Text(quality(summary.model_quality, summary.model_warnings), style)


def _tiers_table(summary: Summary) -> Table:
    return _figures(
        f"Value tiers ({summary.currency})",
        ["tier", "customers", "share", "net revenue", "share", "equity", "share", "mean total CLV"],
        summary.tiers,
        [str, count, percent, _whole, percent, _whole, percent, money],
    )


def _channels_table(summary: Summary) -> Table:
    columns = ["channel", "spend", "new customers", "CAC", "ROAS", "ROI", "CLV:CAC"]
    shown = summary.channels[:SHOWN_CHANNELS]
    made = _figures(
        f"Acquisition channels, latest 12 months ({summary.currency})",
        columns,
        shown,
        [str, _whole, count, exact, exact, percent, exact],
    )
    if len(summary.channels) > len(shown):
        more = f"{count(len(summary.channels) - len(shown))} more in marts.fct_channel_months"
        made.add_row(Text(more, CARE), *[""] * (len(columns) - 1))
    return made


def _methods_table(summary: Summary) -> Table:
    return _figures(
        f"Customer lifetime value by method, company ({summary.currency} per customer)",
        ["method", "CLV", "from", "to", "counted in", "customers", "reliable"],
        summary.methods,
        [str, money, exact, exact, str, count, _yes_or_no],
    )


def _rejected_table(summary: Summary) -> Table:
    columns = ["source", "rows", "most frequent reasons"]
    rejected = table("Rejected rows (marts.fct_rejected_records)", columns, ["rows"], ["most frequent reasons"])
    for source_name, rows, reasons, reason_count in summary.rejected:
        more = f"; {reason_count - SHOWN_REASONS} more" if reason_count > SHOWN_REASONS else ""
        rejected.add_row(source_name, count(rows), reasons + more)
    return rejected


def _identity_limits_table(summary: Summary) -> Table:
    return _figures(
        "Held back from making ids one person (marts.fct_identity_limits)",
        ["what", "ids", "emails and phones", "orders", "set by var"],
        summary.identity_limits,
        [str, count, count, count, str],
    )


def _figures(title: str, columns: list[str], rows: Sequence[Row], formats: list[Callable[[Any], str | Text]]) -> Table:
    made = table(title, columns, columns[1:])
    for row in rows:
        made.add_row(*(write(value) for write, value in zip(formats, row, strict=True)))
    return made


def _yes_or_no(is_reliable: bool) -> Text:
    return Text("yes") if is_reliable else Text("no", CARE)


def _whole(amount: Decimal | float | None) -> str:
    return money(amount, decimals=0)
