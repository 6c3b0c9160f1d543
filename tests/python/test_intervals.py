"""Intervals and tests of the marts on simulated campaigns and shops: how often they hold the truth, how often they find what isn't there.

`python -m soak --only intervals` simulates many more of them.
"""

from __future__ import annotations

import math
import os
import sys
from collections.abc import Callable, Iterator

import duckdb
import numpy as np
import numpy.typing as npt
import pytest
from compiled_sql import compile_models, create_tables, empty_database
from soak.builder import Builder

CAMPAIGNS = int(os.environ.get("SIMULATED_CAMPAIGNS", "200"))
SHOPS = int(os.environ.get("SIMULATED_SHOPS", "40"))

Numbers = npt.NDArray[np.float64]
Draw = Callable[[np.random.Generator, tuple[int, int]], Numbers]


def zero_inflated(random: np.random.Generator, size: tuple[int, int]) -> Numbers:
    """Of most customers nothing, of one in five a skewed amount."""
    return (random.random(size) < 0.2) * random.lognormal(0, 0.8, size)


MARGINS: dict[str, tuple[Draw, float]] = {
    "normal": (lambda random, size: random.normal(1, 1, size), 1),
    "skewed": (lambda random, size: random.lognormal(0, 0.8, size), math.exp(0.32)),
    "very skewed": (lambda random, size: random.lognormal(0, 1, size), math.exp(0.5)),
    "zero-inflated": (zero_inflated, 0.2 * math.exp(0.32)),
}
"""By name how the margins of a group are drawn, and their mean."""

SIZES = [(300, 300), (2000, 100), (100, 2000)]
UPLIFT = 1.2


@pytest.fixture(scope="module")
def models(builder: Builder) -> dict[str, str]:
    """Return the SQL of the models by name."""
    names = ["int_campaign_groups", "fct_campaign_uplifts", "int_attribute_values", "fct_clv_drivers"]
    return compile_models(builder, names)


@pytest.fixture
def database() -> Iterator[duckdb.DuckDBPyConnection]:
    """Return a database with what the models read beside the simulated rows."""
    with empty_database() as connection:
        connection.execute(
            """
            create schema intermediate;
            create table intermediate.int_run_context as select date '2025-12-31' as as_of_date;
            create table intermediate.int_model_quality as select 'good' as model_quality;
            """
        )
        yield connection


def misses(
    connection: duckdb.DuckDBPyConnection,
    builder: Builder,
    models: dict[str, str],
    margins: str,
    sizes: tuple[int, int],
) -> tuple[float, float]:
    """Return the shares of simulated campaigns whose interval lies above the true uplift, and below it."""
    draw, mean = MARGINS[margins]
    random = np.random.default_rng(1)
    for place, (variant, size) in enumerate(zip(("mail", "control"), sizes, strict=True)):
        drawn = draw(random, (CAMPAIGNS, size)) * (UPLIFT if variant == "mail" else 1)
        members = {"campaign": np.repeat(np.arange(CAMPAIGNS), size), "margin": 1000 * drawn.ravel()}
        connection.register("members", members)
        connection.execute(
            f"""
            {"insert into" if place else "create table"} intermediate.int_campaign_members {"" if place else "as"}
            select
                cast(campaign as text) as campaign, '{variant}' as variant, 'low' as value_tier, true as is_window_over,
                cast(margin as decimal(28, 4)) as window_value, cast(0 as decimal(28, 4)) as cost,
                false as is_lapsed, false as has_ordered, 'margin' as clv_basis
            from members
            """
        )
    create_tables(connection, builder, {"int_campaign_groups": models["int_campaign_groups"]})
    truth = 1000 * mean * (UPLIFT - 1)
    return connection.execute(
        f"select avg((uplift_low > {truth})::int), avg((uplift_high < {truth})::int)"
        f" from ({models['fct_campaign_uplifts']}) where value_tier = 'all'"
    ).fetchall()[0]


@pytest.mark.parametrize("margins", MARGINS)
@pytest.mark.parametrize("sizes", SIZES, ids=lambda sizes: f"{sizes[0]} against {sizes[1]}")
def test_intervals_of_uplifts_cover_the_truth(
    database: duckdb.DuckDBPyConnection, builder: Builder, models: dict[str, str], margins: str, sizes: tuple[int, int]
) -> None:
    """93% to 97% of the intervals hold the truth, and 1% to 4% miss it on each side, but for what so few simulations can't tell."""
    above, below = misses(database, builder, models, margins, sizes)
    deviation = math.sqrt(0.05 * 0.95 / CAMPAIGNS)
    told = f"{1 - above - below:.3f} covered, {above:.3f} above, {below:.3f} below"
    sys.stdout.write(f"{margins}, {sizes[0]} against {sizes[1]}: {told}\n")
    assert 0.93 - 2 * deviation <= 1 - above - below <= 0.97 + 2 * deviation
    for share in (above, below):
        assert 0.01 - 2 * deviation <= share <= 0.04 + 2 * deviation


VALUES = {
    "channel": [0.3, 0.2, 0.15, 0.12, 0.1, 0.08, 0.05],
    "country": [0.6, 0.2, 0.1, 0.05, 0.03, 0.012, 0.006, 0.002],
    "device": [0.6, 0.35, 0.05],
    "first_category": [0.3, 0.25, 0.2, 0.1, 0.08, 0.04, 0.02, 0.01],
    "first_order_discount": [0.7, 0.3],
    "first_order_weekday": [1 / 7] * 7,
}
"""By attribute the shares of its values, rare ones among them."""


def significant_values(
    connection: duckdb.DuckDBPyConnection, builder: Builder, models: dict[str, str], seed: int, effect: float = 0
) -> set[tuple[str, str]]:
    """Return the attribute values that are called significant, or whose interval leaves out 0.

    No attribute does anything, but who buys more joins the programme, answers surveys and praises the shop. effect: by
    how much more the customers of channel 2 are worth.
    """
    random = np.random.default_rng(seed)
    size = 1000 if effect == 0 else 5000
    attributes = {
        name: random.choice(len(shares), size, p=np.array(shares) / sum(shares)) for name, shares in VALUES.items()
    }
    years = random.integers(0, 4, size)
    orders = 1 + random.negative_binomial(0.4, 0.3 / (1 + years / 3))
    values = random.lognormal(3, 0.6, size) * orders * np.where(attributes["channel"] == 2, 1 + effect, 1)
    score = np.clip(random.normal(5 + orders / 2, 2).round(), 0, 10).astype(int)
    answers = random.random(size) < 0.3
    customers = {name: chosen.astype(str) for name, chosen in attributes.items()} | {
        "loyalty": np.where(random.random(size) < np.minimum(0.1 * orders, 0.8), "member", "no member"),
        "survey_score": np.where(answers, score.astype(str), "no answer"),
        "nps_band": np.where(
            answers, np.select([score >= 9, score >= 7], ["promoter", "passive"], "detractor"), "no answer"
        ),
        "age": years,
        "orders": orders,
        "clv": values,
    }
    columns = {
        name: np.array(column, object if column.dtype.kind == "U" else None) for name, column in customers.items()
    }
    connection.register("customers", columns)
    connection.execute(
        """
        create or replace table intermediate.int_customer_attributes as
        select
            * exclude (age, orders, clv), age || ' / ' || least(orders, 11) as age_and_orders,
            cast(clv as decimal(28, 4)) as clv_36m
        from customers
        """
    )
    connection.execute("drop table if exists intermediate.int_attribute_values")
    create_tables(connection, builder, {"int_attribute_values": models["int_attribute_values"]})
    return set(
        connection.execute(
            f"select attribute, attribute_value from ({models['fct_clv_drivers']})"
            " where is_significant or lift_low > 0 or lift_high < 0"
        ).fetchall()
    )


def test_few_shops_find_a_driver_where_there_is_none(
    database: duckdb.DuckDBPyConnection, builder: Builder, models: dict[str, str]
) -> None:
    found = [significant_values(database, builder, models, seed) for seed in range(SHOPS)]
    shops = sum(bool(values) for values in found)
    sys.stdout.write(f"{shops} of {SHOPS} shops call a value significant: {sorted(set().union(*found))}\n")
    assert shops <= 0.05 * SHOPS + 2 * math.sqrt(0.05 * 0.95 * SHOPS)


def test_a_planted_driver_is_found(
    database: duckdb.DuckDBPyConnection, builder: Builder, models: dict[str, str]
) -> None:
    for seed in range(3):
        assert ("channel", "2") in significant_values(database, builder, models, seed, effect=0.5)
