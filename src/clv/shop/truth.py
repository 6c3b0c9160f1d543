"""What a synthetic shop really holds, counted while it is made; written as `truth.json`.

Money is in USD, exact to 1e-4: every line, order discount and refund is converted with the rate of its own
date (a refund's is the refund date), rounded half up to four decimals, then summed. Costs on lines are in the
order's currency, products' costs and inventory in USD. Time in the law is in weeks.

Keys of `truth.json`, in the order of `Truth`'s fields:

complete            false while the shop is being written
files               every file of the shop, relative to its folder; a later run may replace these and no others
settings, law       the settings; the law's parameters with their unit of time
as_of_date          the end of the period; last_order_date: day of the latest accepted completed order
sources             per source a `SourceTruth`
persons             resolved: persons with a customers row or a guest email, after joining accounts that share a
                    normalised email or phone; customer_ids; guest_only: persons without a customers row;
                    merged: persons with two customer_ids (by phone, by email); with_guest_orders: customers who
                    also ordered as guests under their own email
orders              over counted orders (completed, not fully refunded in the order's currency, net >= 0): counted,
                    gross_item_revenue, discounts (line and order), refunds, net_revenue, net_revenue_unattributed
                    (guests without email), cogs (goods kept), gross_margin, purchase_occasions,
                    purchasing_customers, repeat_customers, top_customers (the ceil(5%) of purchasing customers with
                    the highest net revenue), top_customers_net_revenue_share (of all customers' net revenue); and
                    orders that do not count: cancelled, pending, fully_refunded, fully_refunded_net_revenue (what
                    changes in exchange rates left of them)
channels            per acquisition channel: new_customers (first-time buyers), spend, net_revenue and gross_margin
                    of the customers acquired; "(none)" holds persons without a customers row and spend without channel
campaign            the test campaign: customers and gross margin per customer by variant over the 90 days after
                    assigned_at; factor; extra_margin_per_treated_customer: the part of the treated customers' margin
                    that the factor caused, margin x (1 - 1 / factor); cost per treated customer
subscriptions       per plan: alpha, beta of the monthly churn ~ Beta, started, ended, active,
                    months_at_risk (renewal decisions that fell in the period), active_monthly_amount (USD at the end)
"""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

UNITS_PER_USD = 10_000


@dataclass(frozen=True)
class SourceTruth:
    """Rows of one source: rows = accepted + sum(rejected) + sum(superseded).

    rejected, superseded: rows by kind. unusual: accepted rows that are delivered late or written unusually.
    """

    files: int
    rows: int
    accepted: int
    rejected: dict[str, int]
    superseded: dict[str, int]
    unusual: dict[str, int]


@dataclass(frozen=True)
class Truth:
    """The content of `truth.json`; the module's docstring explains the fields."""

    complete: bool
    files: list[str]
    settings: dict[str, Any]
    law: dict[str, Any]
    as_of_date: str
    last_order_date: str
    sources: dict[str, SourceTruth]
    persons: dict[str, int]
    orders: dict[str, float]
    channels: dict[str, dict[str, float]]
    campaign: dict[str, Any]
    subscriptions: dict[str, dict[str, float]]

    def write(self, path: Path) -> None:
        """Write the truth as JSON to `path`."""
        path.write_text(json.dumps(asdict(self), indent=2, default=str) + "\n", encoding="utf-8")


def usd(units: Any) -> float:
    """Turn a whole number of 1e-4 USD into USD."""
    return round(int(units) / UNITS_PER_USD, 4)
