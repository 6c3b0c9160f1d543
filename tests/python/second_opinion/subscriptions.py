"""Monthly recurring revenue by month and plan: what was there at the start, what came, grew, shrank, left and came back."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from scipy.special import betaln

from second_opinion.customers import month_of
from second_opinion.money import money
from second_opinion.orders import Books
from second_opinion.reading import Raw


def subscriptions_of(raw: Raw, books: Books) -> pd.DataFrame:
    """Return the subscriptions with their person, price at the rate of the day they started, and days. An end ahead is none yet."""
    rows = raw.accepted("subscriptions")
    ended = raw.days(rows["ended_at"])
    return pd.DataFrame(
        {
            "person": rows["customer_id"].map(books.people).fillna(rows["customer_id"]),
            "plan": rows["plan"].fillna("unknown"),
            "price": money(rows["monthly_amount"] * rows["rate"]),
            "start": rows["day"],
            "end": ended.where(ended <= books.end),
        }
    )


def running_at_month_ends(subscriptions: pd.DataFrame, months: pd.DatetimeIndex) -> pd.DataFrame:
    """Return what each person pays at the end of each month, by plan and in all. Gone is gone in the month of the end.

    Where the person's next subscription starts on the day after the end, it goes on until then.
    """
    starts = set(zip(subscriptions["person"], subscriptions["start"], strict=True))
    day = pd.Timedelta(days=1)
    last = [
        end + day if (person, end + day) in starts else end
        for person, end in zip(subscriptions["person"], subscriptions["end"], strict=True)
    ]
    began, gone = (
        month_of(subscriptions["start"]),
        month_of(pd.Series(last, index=subscriptions.index, dtype="datetime64[us]")),
    )
    rows = []
    for month in months:
        runs = subscriptions[(began <= month) & (gone.isna() | (gone > month))]
        both = pd.concat([runs, runs.assign(plan="all")])
        paid = both.groupby(["plan", "person"])["price"].sum()
        rows.append(paid[paid > 0].rename("paid").reset_index().assign(month=month))
    return pd.concat(rows)


def subscription_months_of(raw: Raw, books: Books) -> pd.DataFrame:
    """Return the movements of each month and plan since its first subscriber."""
    subscriptions = subscriptions_of(raw, books)
    months = pd.date_range(month_of(subscriptions["start"]).min(), books.end, freq="MS")
    running = running_at_month_ends(subscriptions, months)
    rows = []
    for plan, of_plan in running.groupby("plan"):
        table = (
            of_plan.pivot_table(index="person", columns="month", values="paid", aggfunc="sum")
            .reindex(columns=months)
            .fillna(0.0)
        )
        began = table.columns[(table > 0).any()].min()
        ever = pd.Series(False, index=table.index)
        before = pd.Series(0.0, index=table.index)
        for month in months[months >= began]:
            now = table[month]
            stays = (before > 0) & (now > 0)
            new, back, left = (
                (before == 0) & (now > 0) & ~ever,
                (before == 0) & (now > 0) & ever,
                (before > 0) & (now == 0),
            )
            start = before.sum()
            expansion, contraction = (
                (now - before)[stays].clip(lower=0).sum(),
                (before - now)[stays].clip(lower=0).sum(),
            )
            rows.append(
                {
                    "month": month,
                    "plan": plan,
                    "subscribers_at_start": int((before > 0).sum()),
                    "new_subscribers": int(new.sum()),
                    "churned_subscribers": int(left.sum()),
                    "reactivated_subscribers": int(back.sum()),
                    "subscribers_at_end": int((now > 0).sum()),
                    "recurring_revenue_at_start": start,
                    "new_revenue": now[new].sum(),
                    "expansion_revenue": expansion,
                    "contraction_revenue": contraction,
                    "churned_revenue": before[left].sum(),
                    "reactivated_revenue": now[back].sum(),
                    "recurring_revenue_at_end": now.sum(),
                    "logo_churn_rate": left.sum() / (before > 0).sum() if start else float("nan"),
                    "revenue_churn_rate": (before[left].sum() + contraction) / start if start else float("nan"),
                    "net_revenue_retention": (start + expansion - contraction - before[left].sum()) / start
                    if start
                    else float("nan"),
                }
            )
            ever, before = ever | (now > 0), now
    return pd.DataFrame(rows).set_index(["month", "plan"])


PERIODS = {"month": 1, "year": 12}


def whole_months(first: pd.Timestamp, last: pd.Timestamp) -> int:
    """Count months from a day to the same day of a later month, or the month's last where it has no such day."""
    months = (last.year - first.year) * 12 + last.month - first.month
    return months - (first + pd.DateOffset(months=months) > last)


def begun_months(first: pd.Timestamp, last: pd.Timestamp) -> int:
    """Count the months that have begun: a day after the last renewal begins one."""
    months = whole_months(first, last)
    return months + (first + pd.DateOffset(months=months) < last)


def subscribers_of(raw: Raw, books: Books) -> pd.DataFrame:
    """Return each person's first uninterrupted time on a plan of a billing period, and on any plan of it.

    A period that has begun is paid; who leaves in it is lost at the renewal that would have followed, once its day has come.
    """
    subscriptions = subscriptions_of(raw, books)
    periods = raw.accepted("subscriptions")["billing_period"].fillna("month")
    subscriptions["period"] = periods.reindex(subscriptions.index)
    placed = pd.concat([subscriptions, subscriptions.assign(plan="all")])
    rows = []
    for (plan, period, person), mine in placed.sort_values(["start"]).groupby(["plan", "period", "person"]):
        first = until = mine["start"].iloc[0]
        has_left = True
        for one in mine.itertuples():
            if one.start > until + pd.Timedelta(days=1):
                break
            if pd.isna(one.end):
                has_left = False
                break
            until = max(until, one.end)
        months = PERIODS[period]
        reached = whole_months(first, books.end) // months
        paid = max(-(-begun_months(first, until) // months), 1) if has_left else reached + 1
        rows.append(
            {"plan": plan, "period": period, "person": person, "first": first, "reached": reached, "paid": paid}
        )
    return pd.DataFrame(rows)


def subscription_cohorts_of(raw: Raw, books: Books) -> pd.DataFrame:
    """Return survivors by cohort, plan, period and age at renewals, up to the last age that all of a cohort have reached."""
    subscribers = subscribers_of(raw, books)
    subscribers["cohort_month"] = month_of(subscribers["first"])
    rows = []
    for (cohort, plan, period), mine in subscribers.groupby(["cohort_month", "plan", "period"]):
        before = len(mine)
        for renewal in range(int(mine["reached"].min()) + 1):
            survivors = int((mine["paid"] > renewal).sum())
            retention = 1.0 if renewal == 0 else survivors / before if before else float("nan")
            keys = {
                "cohort_month": cohort,
                "plan": plan,
                "billing_period": period,
                "age_months": renewal * PERIODS[period],
            }
            rows.append(keys | {"customers_at_start": len(mine), "survivors": survivors, "retention_rate": retention})
            before = survivors
    return pd.DataFrame(rows).set_index(["cohort_month", "plan", "billing_period", "age_months"])


def projected(parameters: Mapping[str, float], renewals: np.ndarray) -> np.ndarray:
    """Return the share that is expected to be there after so many renewals: shifted beta-geometric, or beta-discrete-Weibull with c."""
    a, b, c = parameters["alpha"], parameters["beta"], parameters.get("c", 1.0)
    return np.exp(betaln(a, b + renewals**c) - betaln(a, b))
