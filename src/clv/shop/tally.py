"""Running sums of a shop's truth, kept while its chunks are made."""

from collections import Counter
from dataclasses import asdict
from datetime import date, timedelta
from typing import Any

import numpy as np

from clv.shop.deliveries import Deliveries
from clv.shop.law import Array, Columns
from clv.shop.orders import CANCELLED, EMAIL_1_AS_GUEST, FULLY_REFUNDED, PENDING, Orders, in_campaign_window
from clv.shop.people import CONTROL, DAY, EMAIL_PAIR, PHONE_PAIR, TREATED, People
from clv.shop.reference import NO_CHANNEL, to_units
from clv.shop.settings import CHANNELS, TEST_CAMPAIGN, UNPRODUCTIVE_CHANNEL, ShopSettings
from clv.shop.truth import UNITS_PER_USD, Truth, usd

TOP_SHARE = 0.05
CHANNEL_NAMES = (*CHANNELS, UNPRODUCTIVE_CHANNEL, "(none)")


class Tally:
    """Running sums of the truth; money in whole 1e-4 USD, so that sums are exact."""

    def __init__(self, settings: ShopSettings) -> None:
        """Start from nothing; `next_order` numbers the orders through all chunks."""
        self.settings = settings
        self.next_order = 0
        self.last_second = settings.start_second
        self.persons: Counter[str] = Counter()
        self.orders: Counter[str] = Counter()
        self.channels: dict[str, Counter[str]] = {name: Counter() for name in CHANNEL_NAMES}
        self.groups: dict[int, Counter[str]] = {CONTROL: Counter(), TREATED: Counter()}
        self.plans: list[Counter[str]] = [Counter() for _ in settings.plans]
        self.customer_net: list[Array] = []
        self.first_month = int(np.datetime64(settings.start, "M").astype(np.int64))
        last_month = int(np.datetime64(settings.end, "M").astype(np.int64))
        self.monthly_cogs = np.zeros(last_month - self.first_month + 1, dtype=np.int64)

    def add_spend(self, spend: Columns, rates: Array) -> None:
        """Count marketing spend per channel at each day's rate, without the amounts that are restated."""
        units = to_units(spend["amount"], rates[spend["currency"], spend["day"]])
        for code, name in enumerate(CHANNEL_NAMES):
            self.channels[name]["spend"] += int(units[(spend["channel"] == code) & ~spend["is_restated"]].sum())

    def add_people(self, people: People, orders: Orders) -> None:
        """Count persons, accounts and pairs."""
        guests = orders.person[orders.columns["email"] == EMAIL_1_AS_GUEST]
        self.persons.update(
            resolved=len(people.index),
            customer_ids=int(people.registered.sum() + people.paired.sum()),
            guest_only=int((~people.registered).sum()),
            merged=int(people.paired.sum()),
            merged_by_phone=int((people.kind == PHONE_PAIR).sum()),
            merged_by_email=int((people.kind == EMAIL_PAIR).sum()),
            with_guest_orders=len(np.unique(guests)),
        )

    def add_orders(self, orders: Orders, occasions: int, repeat_customers: int) -> None:
        """Sum what counted orders are worth, and count those that do not count."""
        counted = orders.counted
        self.next_order += len(orders.person)
        self.last_second = max(self.last_second, int(orders.second[counted].max()))
        self.orders.update(
            counted=int(counted.sum()),
            gross_item_revenue=int(orders.gross[counted].sum()),
            discounts=int(orders.discount[counted].sum()),
            refunds=int(orders.refund[counted].sum()),
            net_revenue=int(orders.net[counted].sum()),
            net_revenue_unattributed=int(orders.net[counted & ~orders.is_attributed].sum()),
            cogs=int(orders.cogs[counted].sum()),
            purchase_occasions=occasions,
            repeat_customers=repeat_customers,
            cancelled=int((orders.outcome == CANCELLED).sum()),
            pending=int((orders.outcome == PENDING).sum()),
            fully_refunded=int((orders.outcome == FULLY_REFUNDED).sum()),
            fully_refunded_net_revenue=int(orders.net[orders.outcome == FULLY_REFUNDED].sum()),
        )
        month = orders.second[counted].astype("datetime64[s]").astype("datetime64[M]").astype(np.int64)
        np.add.at(self.monthly_cogs, month - self.first_month, orders.cogs[counted])

    def add_values(self, people: People, orders: Orders) -> None:
        """Sum revenue and margin per person, then per acquisition channel and campaign group."""
        size = len(people.index)
        chosen = orders.counted & orders.is_attributed
        margin = orders.net - orders.cogs
        net_of = _sum_by(orders.person[chosen], orders.net[chosen], size)
        margin_of = _sum_by(orders.person[chosen], margin[chosen], size)
        self.customer_net.append(net_of / UNITS_PER_USD)
        channel = np.where(people.registered, people.channel, NO_CHANNEL)
        for code, name in enumerate(CHANNEL_NAMES):
            of_channel = channel == code
            self.channels[name].update(
                new_customers=int(of_channel.sum()),
                net_revenue=int(net_of[of_channel].sum()),
                gross_margin=int(margin_of[of_channel].sum()),
            )
        chosen &= in_campaign_window(self.settings, orders.second)
        margin_of = _sum_by(orders.person[chosen], margin[chosen], size)
        for variant, group in self.groups.items():
            of_variant = people.variant == variant
            group.update(customers=int(of_variant.sum()), margin=int(margin_of[of_variant].sum()))

    def add_subscriptions(self, rows: Columns, rates: Array) -> None:
        """Count subscriptions per plan; active ones at the rate of the last day."""
        active = rows["ended"] < 0
        monthly = to_units(rows["monthly"], rates[rows["currency"], -1])
        for code, plan in enumerate(self.plans):
            of_plan = rows["plan"] == code
            plan.update(
                started=int(of_plan.sum()),
                ended=int((of_plan & ~active).sum()),
                active=int((of_plan & active).sum()),
                months_at_risk=int(rows["at_risk"][of_plan].sum()),
                monthly=int(monthly[of_plan & active].sum()),
            )

    def truth(self, deliveries: Deliveries | None) -> Truth:
        """Everything counted so far; complete if the deliveries are given."""
        settings = self.settings
        last_order = date(1970, 1, 1) + timedelta(days=self.last_second // DAY)
        return Truth(
            complete=deliveries is not None,
            files=deliveries.files if deliveries else [],
            settings=asdict(settings),
            law=_law(settings),
            as_of_date=settings.end.isoformat(),
            last_order_date=last_order.isoformat(),
            sources=deliveries.truth() if deliveries else {},
            persons=dict(self.persons),
            orders=self._orders(),
            channels={name: _in_usd(counts, ("new_customers",)) for name, counts in self.channels.items()},
            campaign=self._campaign(),
            subscriptions={
                plan.name: {
                    "alpha": plan.alpha,
                    "beta": plan.beta,
                    **{key: counts[key] for key in ("started", "ended", "active", "months_at_risk")},
                    "active_monthly_amount": usd(counts["monthly"]),
                }
                for plan, counts in zip(settings.plans, self.plans, strict=True)
            },
        )

    def _orders(self) -> dict[str, float]:
        net = np.sort(np.concatenate(self.customer_net or [np.zeros(0)]))[::-1]
        top = -int(-len(net) * TOP_SHARE // 1)
        counts = (
            "counted",
            "purchase_occasions",
            "repeat_customers",
            "cancelled",
            "pending",
            "fully_refunded",
        )
        return _in_usd(self.orders, counts) | {
            "gross_margin": usd(self.orders["net_revenue"] - self.orders["cogs"]),
            "purchasing_customers": len(net),
            "top_customers": top,
            "top_customers_net_revenue_share": round(float(net[:top].sum() / net.sum()), 6) if top else 0.0,
        }

    def _campaign(self) -> dict[str, Any]:
        control, treated = self.groups[CONTROL], self.groups[TREATED]
        factor = self.settings.campaign_factor
        per_treated = treated["margin"] / max(1, treated["customers"])
        assigned = np.datetime64(self.settings.assigned_second, "s")
        return {
            "campaign": TEST_CAMPAIGN,
            "assigned_at": str(assigned),
            "factor": factor,
            "control_customers": control["customers"],
            "treated_customers": treated["customers"],
            "margin_per_control_customer": usd(round(control["margin"] / max(1, control["customers"]))),
            "margin_per_treated_customer": usd(round(per_treated)),
            "extra_margin_per_treated_customer": usd(round(per_treated * (1 - 1 / factor))),
            "cost_per_treated_customer": 0.8,
        }


def _law(settings: ShopSettings) -> dict[str, Any]:
    names = ("r", "alpha", "a", "b", "p", "q", "gamma", "seasonality", "growth")
    return {"time_unit": "week", "currency": "USD"} | {name: getattr(settings, name) for name in names}


def _in_usd(counter: Counter[str], counts: tuple[str, ...]) -> dict[str, float]:
    """The counter with money in USD; the keys in `counts` are numbers of things."""
    return {key: value if key in counts else usd(value) for key, value in counter.items()}


def _sum_by(group: Array, values: Array, size: int) -> Array:
    """Exact integer sums of `values` per group number below `size`."""
    result = np.zeros(size, dtype=np.int64)
    np.add.at(result, group, values)
    return result
