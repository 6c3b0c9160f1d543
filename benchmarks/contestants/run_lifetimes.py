"""Contestant `lifetimes`: maximum likelihood with autograd's gradients."""

from pathlib import Path

import pandas as pd
from lifetimes import BetaGeoFitter, GammaGammaFitter
from lifetimes.utils import summary_data_from_transaction_data
from likelihood import bg_nbd_log_likelihood
from protocol import HORIZON_DAYS, HORIZON_MONTHS, MONTHLY_DISCOUNT_RATE, WEEK_DAYS, Clock, Result, compete


def predict_clv(log: Path, as_of: str, clock: Clock) -> Result:
    """Fit both models to the log and predict the purchases and the value of every customer."""
    with clock.stage("read"):
        orders = pd.read_parquet(log)

    with clock.stage("summarise"):
        customers = summary_data_from_transaction_data(
            orders,
            "customer_id",
            "ordered_at",
            monetary_value_col="net_revenue",
            observation_period_end=as_of,
            freq="D",
            freq_multiplier=WEEK_DAYS,
        )
        history = [customers["frequency"], customers["recency"], customers["T"]]
        spenders = customers[(customers["frequency"] > 0) & (customers["monetary_value"] > 0)]

    with clock.stage("fit"):
        purchases = BetaGeoFitter().fit(*history)
        spend = GammaGammaFitter().fit(spenders["frequency"], spenders["monetary_value"])

    with clock.stage("predict"):
        expected_orders = purchases.predict(HORIZON_DAYS / WEEK_DAYS, *history)
        clv = spend.customer_lifetime_value(
            purchases,
            *history,
            customers["monetary_value"],
            time=HORIZON_MONTHS,
            discount_rate=MONTHLY_DISCOUNT_RATE,
            freq="W",
        )

    parameters = {**purchases.params_, **spend.params_}
    return Result(
        parameters,
        bg_nbd_log_likelihood(parameters, *(column.to_numpy() for column in history)),
        float(expected_orders.sum()),
        float(clv.sum()),
        len(customers),
    )


if __name__ == "__main__":
    compete("lifetimes", predict_clv)
