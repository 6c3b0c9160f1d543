"""Where prices rise, what an order will be worth is counted at the prices of the date."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest
from compiled_sql import compile_models, create_tables, empty_database
from soak.builder import Builder

TODAY = dt.date(2026, 1, 1)
MODELS = ["int_price_drifts", "int_spend_levels", "int_spend_measured"]
MEASURED = """
create table intermediate.int_customers_measured as
select
    date '{today}' as valued_at,
    customer as customer_id,
    count(*) - 1e0 as x,
    {today_day} - min(day) as age_days,
    max(value) filter (where place = 1) as first_value,
    avg(value) filter (where place > 1) as mean_repeat_value,
    sum(value * value) as squared_values,
    count(*) as log_occasions,
    sum(ln(value)) as log_values,
    sum(ln(value) * ln(value)) as squared_logs,
    max(ln(value)) filter (where place = 1) as first_log_value,
    sum(day - first_day)::double as log_days,
    sum((day - first_day) * (day - first_day))::double as squared_log_days,
    sum(ln(value) * (day - first_day)) as aged_logs,
    sum(value * (day - first_day)) as aged_values
from (
    select
        *,
        row_number() over (partition by customer order by day) as place,
        min(day) over (partition by customer) as first_day
    from orders
) as placed
group by customer
"""


Orders = dict[str, np.ndarray]


def simulate(change: float, seed: int) -> tuple[Orders, Orders]:
    """Orders of 3,000 customers over three years, at prices that change by `change` a year; and what one of each is worth today."""
    rng = np.random.default_rng(seed)
    customers, days, values = [], [], []
    scales = rng.lognormal(3.5, 0.4, 3000)
    for customer, scale in enumerate(scales):
        first = rng.integers(0, 1000)
        later = np.cumsum(rng.exponential(120, 12)) + first + 1
        for place, day in enumerate([first, *later[later < 1095]]):
            customers.append(customer)
            days.append(int(day))
            welcomed = 0.8 if place == 0 else 1.0
            values.append(scale * welcomed * rng.lognormal(0, 0.3) * (1 + change) ** ((day - 1095) / 365))
    orders = {"customer": np.array(customers), "day": np.array(days), "value": np.array(values)}
    return orders, {"customer": np.arange(len(scales)), "worth": scales * np.exp(0.3**2 / 2)}


@pytest.mark.parametrize(("change", "seed"), [(0.08, 1), (-0.06, 2), (0.3, 3), (0.0, 4)])
def test_orders_are_worth_what_they_are_worth_today(builder: Builder, change: float, seed: int) -> None:
    drift, shares = measured(builder, "auto", *simulate(change, seed))
    assert np.exp(drift) - 1 == pytest.approx(change, abs=0.015)
    assert (drift == 0) == (change == 0)
    assert shares == pytest.approx([1, 1, 1], abs=0.03)


def test_a_model_by_name_takes_values_as_they_were(builder: Builder) -> None:
    drift, (young, _, old) = measured(builder, "gamma_gamma", *simulate(0.3, 3))
    assert drift == 0
    assert old < 0.8 < young


def measured(builder: Builder, spend_model: str, orders: Orders, worth: Orders) -> tuple[float, list[float]]:
    """The drift; and the mean value of customers of up to a year, two and three over what their orders are worth today."""
    models = compile_models(builder, MODELS, spend_model=spend_model)
    with empty_database() as connection:
        connection.execute("create schema intermediate")
        connection.register("orders", orders)
        connection.register("worth", worth)
        connection.execute(MEASURED.format(today=TODAY, today_day=1095))
        connection.execute(
            "create table intermediate.int_histories_summed as select valued_at, 1e3 as spending_customers,"
            " avg(mean_repeat_value) as mean_value from intermediate.int_customers_measured group by valued_at"
        )
        create_tables(connection, builder, models)
        ((drift,),) = connection.execute("select price_drift from intermediate.int_price_drifts").fetchall()
        shares = connection.execute(
            "select sum(mean_value) / sum(worth) from intermediate.int_spend_measured"
            " join intermediate.int_customers_measured using (valued_at, customer_id) join worth on customer_id = customer"
            " group by (age_days - 1) // 365 order by (age_days - 1) // 365"
        ).fetchall()
    return drift, [share for (share,) in shares]
