"""Contestant `clvkit`: maximum likelihood with Nelder-Mead and L-BFGS-B.

Its class `CLV` discounts by whole weeks only, 52 of them. To get the same quantity as the others, the value is put
together here from the same two models, month by month: 12 evaluations instead of 52.
"""

from pathlib import Path

import numpy as np
import pandas as pd
from clvkit import BGNBD, CustomerBase, GammaGamma
from likelihood import bg_nbd_log_likelihood
from protocol import HORIZON_DAYS, HORIZON_MONTHS, MONTHLY_DISCOUNT_RATE, WEEK_DAYS, Clock, Result, compete

HORIZON_WEEKS = HORIZON_DAYS / WEEK_DAYS


def predict_clv(log: Path, as_of: str, clock: Clock) -> Result:
    """Fit both models to the log and predict the purchases and the value of every customer."""
    with clock.stage("read"):
        orders = pd.read_parquet(log)

    with clock.stage("summarise"):
        base = CustomerBase.from_transactions(
            orders,
            "customer_id",
            "ordered_at",
            "net_revenue",
            time_unit="W",
            collapse="D",
            observation_period_end=pd.Timestamp(as_of) + pd.Timedelta(hours=24, microseconds=-1),
        )

    with clock.stage("fit"):
        purchases = BGNBD().fit(base)
        spend = GammaGamma().fit(base)

    with clock.stage("predict"):
        month_ends = np.arange(1, HORIZON_MONTHS + 1)
        cumulative = [purchases.predict(HORIZON_WEEKS * m / HORIZON_MONTHS).to_pandas().iloc[:, 0] for m in month_ends]
        increments = np.diff(cumulative, axis=0, prepend=0)
        discounted_orders = (1 + MONTHLY_DISCOUNT_RATE) ** -month_ends.astype(float) @ increments
        clv = spend.predict().to_pandas().iloc[:, 0] * discounted_orders

    customers = base.to_pandas()
    parameters = {**purchases.params_, **spend.params_.rename({"gamma": "v"})}
    return Result(
        parameters,
        bg_nbd_log_likelihood(parameters, *(customers[name].to_numpy() for name in ("frequency", "recency", "T"))),
        float(cumulative[-1].sum()),
        float(clv.sum()),
        len(customers),
    )


if __name__ == "__main__":
    compete("clvkit", predict_clv)
