"""Contestant `pymc-marketing`: the posterior's mode (MAP) under flat priors, which is the maximum of the likelihood."""

from pathlib import Path

import pandas as pd
from likelihood import bg_nbd_log_likelihood
from protocol import HORIZON_DAYS, HORIZON_MONTHS, MONTHLY_DISCOUNT_RATE, WEEK_DAYS, Clock, Result, compete
from pymc_extras.prior import Prior
from pymc_marketing.clv import BetaGeoModel, GammaGammaModel, rfm_summary


def predict_clv(log: Path, as_of: str, clock: Clock) -> Result:
    """Fit both models to the log and predict the purchases and the value of every customer."""
    with clock.stage("read"):
        orders = pd.read_parquet(log)

    with clock.stage("summarise"):
        customers = rfm_summary(
            orders,
            "customer_id",
            "ordered_at",
            monetary_value_col="net_revenue",
            observation_period_end=as_of,
            time_unit="D",
            time_scaler=WEEK_DAYS,
        )
        spenders = customers[(customers["frequency"] > 0) & (customers["monetary_value"] > 0)]

    with clock.stage("fit"):
        purchases = BetaGeoModel(model_config={name: Prior("HalfFlat") for name in ("r", "alpha", "a", "b")})
        purchases.fit(customers, method="map", progressbar=False)
        spend = GammaGammaModel()
        spend.fit(spenders, method="map", progressbar=False)

    with clock.stage("predict"):
        expected_orders = purchases.expected_purchases(customers, future_t=HORIZON_DAYS / WEEK_DAYS)
        clv = spend.expected_customer_lifetime_value(
            purchases, customers, future_t=HORIZON_MONTHS, discount_rate=MONTHLY_DISCOUNT_RATE, time_unit="W"
        )

    posteriors = (purchases.fit_result, spend.fit_result)
    parameters = {str(name): values.item() for modes in posteriors for name, values in modes.items()}
    return Result(
        parameters,
        bg_nbd_log_likelihood(parameters, *(customers[name].to_numpy() for name in ("frequency", "recency", "T"))),
        float(expected_orders.sum()),
        float(clv.sum()),
        len(customers),
    )


if __name__ == "__main__":
    compete("pymc-marketing", predict_clv)
