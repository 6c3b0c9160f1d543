"""Money has four decimals wherever it is kept, half up; doubles are sums of exact decimals but for their last digits."""

import numpy as np
import pandas as pd


def money(amounts: pd.Series) -> pd.Series:
    """Round to four decimals, half away from zero."""
    return np.sign(amounts) * np.floor(amounts.abs() * 1e4 + 0.5 + 1e-6) / 1e4


def half_up(amount: float) -> float:
    """Round one amount as money."""
    return float(money(pd.Series([amount])).iloc[0])


def ratio(dividend: pd.Series, divisor: pd.Series) -> pd.Series:
    """Divide; over nothing is NULL."""
    return dividend / divisor.where(divisor.abs() > 1e-9)


def complete(values: pd.Series) -> float:
    """Add up; a sum with something unknown in it is unknown."""
    return float(values.sum(skipna=False))


def complete_by(values: pd.Series, keys: pd.Series) -> pd.Series:
    """Add up by key; a sum with something unknown in it is unknown."""
    groups = values.groupby(keys)
    return groups.sum().mask(values.isna().groupby(keys).any())
