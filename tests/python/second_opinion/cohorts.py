"""Cohorts by the month of the first counted order, per channel and age in months; orders are as they are known now."""

import pandas as pd

from second_opinion.customers import month_of
from second_opinion.kpis import MIN_CUSTOMERS
from second_opinion.orders import Books


def aged_orders(books: Books, customers: pd.DataFrame) -> pd.DataFrame:
    """Return the orders of customers who have bought, with cohort, channel and age in months."""
    orders = books.orders[books.orders["customer_id"].notna()].copy()
    orders["cohort_month"] = orders["customer_id"].map(customers["cohort_month"])
    orders["acquisition_channel"] = orders["customer_id"].map(customers["acquisition_channel"])
    orders = orders[orders["cohort_month"].notna()]
    orders["month"] = month_of(orders["day"])
    orders["age_months"] = months_between(orders["cohort_month"], orders["month"])
    return orders


def months_between(first: pd.Series, last: pd.Series) -> pd.Series:
    return (last.dt.year - first.dt.year) * 12 + last.dt.month - first.dt.month


def cohort_months_of(books: Books, customers: pd.DataFrame) -> pd.DataFrame:
    """Return the cells that could be observed; a cohort's ages end with the as-of date's month.

    Silent: what a customer's credit notes took before the first order stands in age 0.
    """
    orders = aged_orders(books, customers)
    orders["age_months"] = orders["age_months"].clip(lower=0)
    orders = pd.concat([orders, orders.assign(acquisition_channel="all")])
    buyers = customers[customers["cohort_month"].notna()]
    buyers = pd.concat([buyers, buyers.assign(acquisition_channel="all")])
    sizes = buyers.groupby(["cohort_month", "acquisition_channel"]).size().rename("cohort_size").reset_index()
    last = (books.end.year - sizes["cohort_month"].dt.year) * 12 + books.end.month - sizes["cohort_month"].dt.month
    grid = sizes.loc[sizes.index.repeat(last + 1)]
    grid["age_months"] = grid.groupby(level=0).cumcount()
    keys = ["cohort_month", "acquisition_channel", "age_months"]
    counted = orders[orders["number"].notna()]
    cells = pd.DataFrame(
        {
            "active_customers": counted.groupby(keys)["customer_id"].nunique(),
            "orders": counted.groupby(keys).size(),
            "net": orders.groupby(keys)["net"].sum(),
            "margin": orders.groupby(keys)["margin"].sum(),
            "unknown": orders["margin"].isna().groupby([orders[key] for key in keys]).sum(),
        }
    )
    table = grid.set_index(keys).join(cells.fillna(0.0)).fillna(0.0).sort_index()
    size = table["cohort_size"]
    so_far = table.groupby(level=[0, 1])[["orders", "net", "margin", "unknown"]].cumsum()
    months = [cohort + pd.DateOffset(months=age) for cohort, _, age in table.index]
    retention = table["active_customers"] / size
    return table[["cohort_size", "active_customers"]].assign(
        month=months,
        is_month_over=[month + pd.offsets.MonthEnd() <= books.end for month in months],
        retention_rate=retention,
        churn_rate=1 - retention,
        orders_per_customer=so_far["orders"] / size,
        cumulative_revenue_per_customer=so_far["net"] / size,
        cumulative_margin_per_customer=(so_far["margin"] / size).where(so_far["unknown"] == 0),
        is_reliable=size >= MIN_CUSTOMERS,
    )
