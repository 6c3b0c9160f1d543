"""The benchmark's own dbt project: the purchase models alone, over a log, as `make bench` runs them."""

import datetime as dt
import json
import os
import subprocess
import sys
from pathlib import Path

import duckdb
import lifetimes
import numpy as np
import pandas as pd
import pytest
from lifetimes.utils import summary_data_from_transaction_data
from soak import REPOSITORY

sys.path.insert(0, str(REPOSITORY / "benchmarks"))
from value import Law, Shop, brought, trend

CDNOW_SAMPLE = Path(lifetimes.__file__).parent / "datasets" / "CDNOW_sample.txt"
CUTOFF = "1997-09-30"
MONTH_WEEKS = 365.25 / 12 / 7


def read_log() -> pd.DataFrame:
    """CDNOW's 1/10 sample up to the cutoff of the published fits."""
    lines = [line.split() for line in CDNOW_SAMPLE.read_text(encoding="utf-8").splitlines() if line.strip()]
    rows = [(customer, dt.date.fromisoformat(day), float(dollars)) for _, customer, day, _, dollars in lines]
    log = pd.DataFrame(rows, columns=["customer_id", "ordered_at", "net_revenue"])
    log["ordered_at"] = pd.to_datetime(log["ordered_at"])
    return log[log.ordered_at <= CUTOFF]


def test_the_benchmarks_project_predicts_as_published(tmp_path: Path) -> None:
    """Fader, Hardie & Lee (2005), Fader & Hardie (2013): the parameters; `lifetimes`, from them: the predictions."""
    log = read_log()
    file = tmp_path / "log.parquet"
    with duckdb.connect() as connection:
        connection.register("log", log)
        connection.sql("from log").write_parquet(str(file))
    contestant = REPOSITORY / "benchmarks" / "contestants" / "run_clv_warehouse.py"
    environment = os.environ | {"PYTHONPATH": str(REPOSITORY / "src")}
    command = [sys.executable, str(contestant), str(file), CUTOFF]
    result = subprocess.run(command, env=environment, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout + result.stderr
    line = json.loads(result.stdout.splitlines()[-1])

    parameters = line["parameters"]
    assert [parameters[name] for name in ("r", "alpha", "a", "b")] == pytest.approx(
        [0.2426, 4.4136, 0.7929, 2.4259], abs=5e-4
    )
    assert [parameters[name] for name in ("p", "q", "v")] == pytest.approx([6.25, 3.74, 15.44], abs=5e-3)
    assert line["log_likelihood"] == pytest.approx(-9582.429, abs=1e-3)

    customers = summary_data_from_transaction_data(
        log, "customer_id", "ordered_at", "net_revenue", observation_period_end=CUTOFF, freq="D"
    )
    assert line["customers"] == len(customers) == 2357
    fitter = lifetimes.BetaGeoFitter()
    fitter.params_ = pd.Series({name: parameters[name] for name in ("r", "alpha", "a", "b")})

    def orders(weeks: float) -> pd.Series:
        return fitter.conditional_expected_number_of_purchases_up_to_time(
            weeks, customers.frequency, customers.recency / 7, customers["T"] / 7
        )

    assert line["expected_orders_365d_sum"] == pytest.approx(orders(365 / 7).sum(), rel=1e-9)
    p, q, v = (parameters[name] for name in ("p", "q", "v"))
    value = p * (customers.frequency * customers.monetary_value + v) / (p * customers.frequency + q - 1)
    by_month = [
        orders(month * MONTH_WEEKS) - (orders((month - 1) * MONTH_WEEKS) if month > 1 else 0) for month in range(1, 13)
    ]
    clv = sum((new * value).sum() / 1.1 ** (month / 12) for month, new in enumerate(by_month, start=1))
    assert line["clv_sum"] == pytest.approx(clv, rel=1e-6)


def test_forecasts_are_measured_on_a_simulated_shop(tmp_path: Path) -> None:
    program = REPOSITORY / "benchmarks" / "truth.py"
    command = [sys.executable, str(program), str(tmp_path / "truth"), "--only", "plain", "--customers", "400"]
    environment = os.environ | {"PYTHONPATH": str(REPOSITORY / "src")}
    result = subprocess.run(
        [*command, "--vars", "{backtest_quarters: 4}"],
        env=environment,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stdout + result.stderr
    rows = json.loads((tmp_path / "truth" / "truth.json").read_text())
    assert {row["log"] for row in rows} == {"plain"}
    models = {"published", "mbg_nbd_clock", "bg_nbd", "mbg_nbd", "naive", "formula", "same_period_last_year"}
    assert {row["model_name"] for row in rows} == models
    # four ends of quarters before the last one forecast 4, 3, 2 and 1 quarters
    assert len(rows) == len(models) * (4 + 3 + 2 + 1)
    published = [row for row in rows if row["model_name"] == "published"]
    assert all(abs(row["bias"]) < 0.5 and row["coverage_80"] > 0.7 for row in published)
    assert "| plain | published | 10 |" in (tmp_path / "truth" / "truth.md").read_text()


def test_simulated_customers_bring_what_their_law_says() -> None:
    """Of customers who never leave, a year of orders is their rate times a year, and an order worth what their spend says."""
    shop = Shop.drawn(Law(margin=0.3, first_margin=-0.2, first_value=0.5), 2000, seed=1)
    shop.leaving = np.zeros(2000)
    past = shop.past()
    assert shop.is_alive.all()
    is_first = np.zeros(len(past.customer), dtype=bool)
    is_first[np.unique(past.customer, return_index=True)[1]] = True
    assert past.margin[is_first] == pytest.approx(-0.2 * past.revenue[is_first])
    assert past.margin[~is_first] == pytest.approx(0.3 * past.revenue[~is_first])
    values = 6 / shop.spend
    assert (past.revenue[is_first] / values[past.customer[is_first]]).mean() == pytest.approx(0.5, rel=0.03)
    brought_in_a_year = [brought(shop.future(), "revenue", 365, 2000).sum() for _ in range(5)]
    assert np.mean(brought_in_a_year) == pytest.approx((365 * shop.rates * values).sum(), rel=0.03)


def test_a_trend_is_found_where_there_is_one() -> None:
    """Values rise by 5 of 100 a half-year: a share of their mean, 112.5."""
    random = np.random.default_rng(1)
    half_years = np.repeat(np.arange(6.0), 4000)
    noise = random.normal(0, 20, len(half_years))
    slope, error = trend(half_years, 100 + 5 * half_years + noise)
    assert slope == pytest.approx(5 / 112.5, abs=3 * error)
    assert error == pytest.approx(20 / 112.5 / np.sqrt(4000 * 17.5), rel=0.05)
    slope, error = trend(half_years, 100 + noise)
    assert abs(slope) < 3 * error
