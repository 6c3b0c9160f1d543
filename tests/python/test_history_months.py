"""Var history_months leaves months out, and changes nothing in those that stay."""

import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path

import duckdb
from conftest import write_steady_orders
from soak.builder import Builder

MONTHS = 6
SHOWN = {
    "fct_customer_months": "month >= '2024-06-01'",
    "fct_tier_migrations": "month >= '2024-06-01'",
    # by tier where the window starts in the history, too
    "fct_kpi_months": "month >= '2024-06-01' and segment_kind <> 'tier'",
    "fct_model_backtests": "true",
    "dim_customers": "true",
}
EARLIER, AS_OF = date(2024, 8, 31), date(2024, 12, 31)
FIRST_SHOWN = date(2024, 6, 1)


def compare(one: Path, other: Path, condition: dict[str, str]) -> dict[str, int]:
    """Return how many rows of each mart stand in either alone."""
    with duckdb.connect() as connection:
        connection.execute(f"attach '{one}' as one (read_only); attach '{other}' as other (read_only)")
        different = {}
        for mart, shown in condition.items():
            left, right = (f"(from {name}.marts.{mart} where {shown})" for name in ("one", "other"))
            assert connection.sql(f"select count(*) > 0 from {left}").fetchall() == [(True,)], mart
            query = f"select count(*) from (({left} except all {right}) union all ({right} except all {left}))"
            different[mart] = connection.sql(query).fetchall()[0][0]
    return different


def months_of(build_file: Path, mart: str) -> tuple[date, int]:
    with duckdb.connect(str(build_file), read_only=True) as connection:
        first, months = connection.sql(f"select min(month), count(distinct month) from marts.{mart}").fetchall()[0]
    return first, months


def test_the_months_that_stay_are_those_of_a_full_history(builder: Builder, tmp_path: Path) -> None:
    """Night by night, while the history moves on and back; ends of quarters before it are tested as ever."""
    raw = tmp_path / "raw"
    write_steady_orders(raw, customers=100)
    settings = {"backtest_quarters": 3, "min_repeat_customers": 20, "purchase_model": "bg_nbd"}
    builder = replace(builder.only(*SHOWN), variables=settings)
    whole = builder.build(raw, tmp_path / "whole", AS_OF)
    assert months_of(whole, "fct_customer_months")[0] < FIRST_SHOWN
    cut = replace(builder, variables={**settings, "history_months": MONTHS})
    nightly = cut.build(raw, tmp_path / "nightly", EARLIER)
    then = Path(shutil.copy(nightly, tmp_path / "then.duckdb"))
    cut.build(raw, tmp_path / "nightly", AS_OF)
    assert compare(whole, nightly, SHOWN) == dict.fromkeys(SHOWN, 0)
    for mart in ("fct_customer_months", "fct_tier_migrations"):
        assert months_of(nightly, mart) == (FIRST_SHOWN, MONTHS + 1)
    with duckdb.connect(str(nightly), read_only=True) as connection:
        tested = connection.sql("select min(cutoff_date) from marts.fct_model_backtests").fetchall()
    assert tested[0][0] < FIRST_SHOWN
    # the first of its months was left out, and a quarter's end among them was valued for the tests alone
    cut.build(raw, tmp_path / "nightly", EARLIER)
    shown_then = dict.fromkeys(("fct_customer_months", "fct_tier_migrations", "fct_kpi_months"), "true")
    assert compare(then, nightly, shown_then) == dict.fromkeys(shown_then, 0)
