"""What a shop keeps beside its customers: exchange rates, the catalogue's costs, marketing spend, inventory."""

from dataclasses import dataclass

import numpy as np

from clv.shop.law import Array, Clock, Columns, acquisition_weights, channel_shares
from clv.shop.settings import (
    CHANNEL_CAC_USD,
    CHANNEL_CAMPAIGNS,
    CHANNELS,
    CURRENCIES,
    EUR_SPEND_CHANNEL,
    ShopSettings,
)

PRODUCTS = 240
LOWEST_COST, HIGHEST_COST = 0.5, 400.0
RATE_SCALE = 1_000_000
ANCHOR_RATES = (1.0, 1.08, 1.27)
NO_CHANNEL = len(CHANNELS) + 1
UNPRODUCTIVE = len(CHANNELS)


@dataclass(frozen=True)
class Catalogue:
    """Unit costs in USD cents: cost[product, day of the period]; changes holds one row per cost change."""

    cost: Array
    changes: Columns


@dataclass(frozen=True)
class Market:
    """What all persons share: the seasonal clock, exchange rates (currency, day) in millionths, the catalogue."""

    clock: Clock
    rates: Array
    catalogue: Catalogue


def to_units(cents: Array, rate: Array) -> Array:
    """Convert cents at a rate in millionths of a USD into whole 1e-4 USD, rounding half up."""
    return np.asarray((cents * rate + 5_000) // 10_000)


def draw_rates(rng: np.random.Generator, settings: ShopSettings) -> Array:
    """USD per unit in millionths, shape (currencies, days): a mean-reverting walk in the logarithm; USD is one."""
    walk = np.zeros((len(CURRENCIES), settings.days))
    noise = rng.normal(0, 0.004, walk.shape)
    for day in range(1, settings.days):
        walk[:, day] = 0.995 * walk[:, day - 1] + noise[:, day]
    walk[0] = 0
    return np.asarray(np.rint(np.asarray(ANCHOR_RATES)[:, None] * np.exp(walk) * RATE_SCALE).astype(np.int64))


def exchange_rate_rows(settings: ShopSettings, rates: Array) -> Columns:
    """One row per day and foreign currency."""
    day = np.repeat(np.arange(settings.days), len(CURRENCIES) - 1)
    currency = np.tile(np.arange(1, len(CURRENCIES)), settings.days)
    return {"day": settings.start_day + day, "currency": currency, "rate": rates[currency, day]}


def draw_catalogue(rng: np.random.Generator, settings: ShopSettings) -> Catalogue:
    """Products with log-spaced costs; each cost changes up to three times, first set before the period."""
    base = LOWEST_COST * (HIGHEST_COST / LOWEST_COST) ** (np.arange(PRODUCTS) / (PRODUCTS - 1))
    cost = np.zeros((PRODUCTS, settings.days), dtype=np.int64)
    rows: list[tuple[int, int, int]] = []
    for product in range(PRODUCTS):
        days = np.sort(rng.choice(np.arange(1, settings.days), rng.integers(0, 4), replace=False))
        for day in [0, *days.tolist()]:
            drift = 1.03 ** (day / 365.25) * rng.uniform(0.95, 1.05)
            cents = max(1, round(100 * base[product] * drift))
            cost[product, day:] = cents
            rows.append((product, settings.start_day + day - (30 if day == 0 else 0), cents))
    table = np.asarray(rows)
    return Catalogue(cost, {"product": table[:, 0], "valid_from": table[:, 1], "cost": table[:, 2]})


def product_near(cost_usd: Array) -> Array:
    """The product whose base cost is nearest in the logarithm."""
    place = np.log(np.maximum(cost_usd, 1e-9) / LOWEST_COST) / np.log(HIGHEST_COST / LOWEST_COST)
    return np.asarray(np.clip(np.rint(place * (PRODUCTS - 1)), 0, PRODUCTS - 1).astype(np.int64))


def spend_rows(rng: np.random.Generator, settings: ShopSettings, clock: Clock, rates: Array) -> Columns:
    """Marketing spend per day, channel and campaign, plus monthly spend without a channel.

    Spend follows expected acquisition at each channel's cost; one channel brings nobody, the organic ones
    cost nothing, one is billed in EUR every other day. `delivery` 2 restates rows whose earlier amount
    (delivery 1, `is_restated`) then counts no more; some keys have two rows in one delivery that add up.
    """
    expected = settings.customers * acquisition_weights(settings, clock)
    shares = channel_shares(settings)
    parts: list[tuple[Array, int, int, Array]] = []
    every_day = np.arange(settings.days)
    for code, cac in CHANNEL_CAC_USD.items():
        options = CHANNEL_CAMPAIGNS.get(code, (-1,))
        parts.extend((every_day, code, option, expected * shares[code] * cac / len(options)) for option in options)
    parts.append((every_day, UNPRODUCTIVE, -1, expected * 0.6))
    parts.append((every_day[::30], NO_CHANNEL, -1, np.full(len(every_day[::30]), settings.customers * 0.02)))
    day = np.concatenate([part[0] for part in parts])
    channel = np.concatenate([np.full(len(part[0]), part[1]) for part in parts])
    campaign = np.concatenate([np.full(len(part[0]), part[2]) for part in parts])
    mean = np.concatenate([part[3] for part in parts])
    currency = np.where((channel == EUR_SPEND_CHANNEL) & (day % 2 == 0), CURRENCIES.index("EUR"), 0)
    usd = mean * rng.gamma(8, 1 / 8, len(mean))
    amount = np.maximum(1, np.rint(100 * usd * RATE_SCALE / rates[currency, day])).astype(np.int64)
    rows: Columns = {"day": day, "channel": channel, "campaign": campaign, "currency": currency, "amount": amount}
    return _restate(rng, rows, settings.defect_share)


def _restate(rng: np.random.Generator, rows: Columns, defect_share: float) -> Columns:
    """Split some keys into two rows of one delivery and deliver other keys again with another amount."""
    size = len(rows["day"])
    picked = rng.choice(size, 2 * int(size * defect_share), replace=False)
    split, again = np.sort(picked[::2]), np.sort(picked[1::2])
    rows["amount"][split] += 1
    half = rows["amount"][split] // 2
    row = np.concatenate([np.arange(size), split, again])
    result = {name: values[row] for name, values in rows.items()}
    result["amount"][split] -= half
    result["amount"][size : size + len(split)] = half
    result["amount"][again] = np.maximum(1, result["amount"][again] * 9 // 10)
    result["delivery"] = np.where(np.arange(len(row)) < size + len(split), 1, 2)
    result["is_restated"] = np.zeros(len(row), dtype=bool)
    result["is_restated"][again] = True
    return result


def inventory_rows(rng: np.random.Generator, settings: ShopSettings, monthly_cogs: Array) -> Columns:
    """One row per calendar month, in cents: opening + purchases - closing = cost of goods sold of the month.

    monthly_cogs: 1e-4 USD per calendar month of the period, in order.
    """
    cogs = np.rint(monthly_cogs / 100).astype(np.int64)
    month = np.datetime64(settings.start, "M") + np.arange(len(cogs))
    last = np.datetime64(settings.end, "D")
    begin = np.maximum(month.astype("datetime64[D]"), np.datetime64(settings.start, "D")).astype(np.int64)
    end = np.minimum((month + 1).astype("datetime64[D]") - 1, last).astype(np.int64)
    opening = np.zeros(len(cogs), dtype=np.int64)
    closing = np.rint(cogs * rng.uniform(1.0, 1.4, len(cogs))).astype(np.int64)
    for index, sold in enumerate(cogs):
        opening[index] = closing[index - 1] if index else round(1.2 * float(sold))
        closing[index] = max(closing[index], opening[index] - sold)
    return {
        "start": begin,
        "end": end,
        "opening": opening,
        "purchases": cogs + closing - opening,
        "closing": closing,
    }
