"""A purchase model is one file: that of docs/how-to builds a warehouse, and says what another implementation says."""

from __future__ import annotations

import datetime as dt
import os
import re
import shutil
import subprocess
import sys
from collections import defaultdict
from itertools import pairwise
from pathlib import Path
from typing import Any

import duckdb
import lifetimes
import numpy as np
import numpy.typing as npt
import pytest
from conftest import write_csv
from scipy.optimize import minimize
from scipy.special import gammaln
from soak import REPOSITORY

HOW_TO = REPOSITORY / "docs" / "how-to" / "add-a-purchase-model.md"
CDNOW_SAMPLE = Path(lifetimes.__file__).parent / "datasets" / "CDNOW_sample.txt"
CUTOFF, AS_OF = dt.date(1997, 9, 30), dt.date(1998, 6, 30)
HOLDOUT_DAYS = (AS_OF - CUTOFF).days

Numbers = npt.NDArray[np.float64]


def sample_days() -> dict[str, list[dt.date]]:
    """Of every customer of CDNOW's sample the days with a purchase."""
    days: defaultdict[str, set[dt.date]] = defaultdict(set)
    for line in CDNOW_SAMPLE.read_text().splitlines():
        if line.strip():
            _, customer, day, *_ = line.split()
            days[customer].add(dt.date.fromisoformat(day))
    return {customer: sorted(found) for customer, found in days.items()}


def recencies(until: dt.date) -> Numbers:
    """Weeks from the first to the last occasion of every customer, in the order of their ids."""
    known = [[day for day in days if day <= until] for _, days in sorted(sample_days().items())]
    return np.asarray([(days[-1] - days[0]).days / 7 for days in known])


def median_gap(until: dt.date) -> float:
    """Days between neighbouring occasions, half of all that were observed."""
    known = [[day for day in days if day <= until] for days in sample_days().values()]
    return float(np.median([(later - day).days for days in known for day, later in pairwise(days)]))


def histories(until: dt.date) -> tuple[Numbers, Numbers]:
    """Repeat occasions and age in weeks of every customer, in the order of their ids."""
    known = [[day for day in days if day <= until] for _, days in sorted(sample_days().items())]
    return (
        np.asarray([len(days) - 1.0 for days in known]),
        np.asarray([(until - days[0]).days / 7 for days in known]),
    )


def fit_nbd(x: Numbers, age: Numbers) -> tuple[Numbers, float]:
    """The maximum and its height."""

    def downhill(logarithms: Numbers) -> float:
        r, alpha = np.exp(logarithms)
        return -float((gammaln(r + x) - gammaln(r) + r * np.log(alpha) - (r + x) * np.log(alpha + age)).sum())

    found = minimize(downhill, np.log([1.0, 10.0]), method="Nelder-Mead", options={"xatol": 1e-9, "fatol": 1e-9})
    return np.exp(found.x), -float(found.fun)


@pytest.fixture(scope="module")
def build(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """CDNOW's sample, built by a copy of the project with one file more."""
    folder = tmp_path_factory.mktemp("nbd")
    project, raw, warehouse = folder / "project", folder / "raw", folder / "warehouse"
    for name in ("macros", "models", "seeds", "tests"):
        shutil.copytree(REPOSITORY / name, project / name, ignore=shutil.ignore_patterns("python", "integration"))
    for name in ("dbt_project.yml", "profiles.yml"):
        shutil.copy(REPOSITORY / name, project)
    (code,) = re.findall(r"```sql\n(.*?)```", HOW_TO.read_text(encoding="utf-8"), flags=re.DOTALL)
    (project / "macros" / "purchase_models" / "nbd.sql").write_text(code, encoding="utf-8")
    lines = [line.split() for line in CDNOW_SAMPLE.read_text().splitlines() if line.strip()]
    rows = [(number, line[1], line[2], line[4]) for number, line in enumerate(lines, start=1)]
    write_csv(raw, "orders", ["order_id", "customer_id", "ordered_at", "amount"], rows)
    warehouse.mkdir()
    variables = f"{{purchase_model: nbd, spend_model: gamma_gamma, backtest_quarters: 3, as_of_date: {AS_OF}}}"
    command = [
        sys.executable,
        "-m",
        "dbt.cli.main",
        "build",
        "--exclude-resource-type",
        "unit_test",
        "--indirect-selection",
        "buildable",
        "--vars",
        variables,
    ]
    select = [
        "--select",
        "+dim_customers",
        "+int_customer_uncertainties_derived",
        "+fct_model_fits",
        "+fct_model_parameters",
        "+fct_model_backtests",
    ]
    run = subprocess.run(
        [*command, *select, "--project-dir", str(project), "--profiles-dir", str(project)],
        env=os.environ | {"CLV_RAW_DIR": str(raw), "CLV_WAREHOUSE_DIR": str(warehouse)},
        cwd=project,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stdout
    return warehouse / "build.duckdb"


def rows_of(build: Path, query: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(build), read_only=True) as connection:
        return connection.execute(query).fetchall()


def test_it_is_fitted_as_published(build: Path) -> None:
    """Fader, Hardie & Lee (2005), table 2, beside BG/NBD; and by SciPy, to more digits."""
    ((r, alpha, log_likelihood, status),) = rows_of(
        build,
        "select parameter_1, parameter_2, log_likelihood, status from intermediate.int_models_fitted"
        f" where model_name = 'nbd' and valued_at = date '{CUTOFF}'",
    )
    assert (r, alpha) == pytest.approx((0.385, 12.072), abs=5e-4)
    assert log_likelihood == pytest.approx(-9763.7, abs=0.06)
    assert status == "converged"
    other, height = fit_nbd(*histories(CUTOFF))
    assert (r, alpha) == pytest.approx(other, rel=1e-5)
    assert log_likelihood == pytest.approx(height, abs=1e-5)


def test_its_parameters_are_rows(build: Path) -> None:
    rows = rows_of(build, "select parameter, value from marts.fct_model_parameters where model_name = 'nbd' order by 1")
    (r, alpha), _ = fit_nbd(*histories(AS_OF))
    assert [name for name, _ in rows] == ["alpha", "r"]
    assert [value for _, value in rows] == pytest.approx([alpha, r], rel=1e-5)
    elected = "select model_name from marts.fct_model_fits where is_elected order by 1"
    assert rows_of(build, elected) == [("gamma_gamma",), ("nbd",)]


def test_customers_are_predicted_by_it(build: Path) -> None:
    """Who never leaves goes on at (r + x) / (alpha + age); the gap is the one expected at the last occasion."""
    rows = rows_of(
        build,
        "select probability_alive, expected_orders_365d, median_days_to_next_order, next_order_basis, predicted_clv, purchase_model"
        " from marts.dim_customers order by customer_id",
    )
    x, age = histories(AS_OF)
    (r, alpha), _ = fit_nbd(x, age)
    assert {(alive, model) for alive, *_, model in rows} == {(1.0, "nbd")}
    assert [orders for _, orders, *_ in rows] == pytest.approx((r + x) / (alpha + age) * 365 / 7, rel=1e-5)
    gaps = 7 * (alpha + recencies(AS_OF)) * (2 ** (1 / (r + x)) - 1)
    bases = ["model" if repeats else "observed_gaps" for repeats in x]
    assert [basis for _, _, _, basis, *_ in rows] == bases
    expected = np.where(x > 0, gaps, median_gap(AS_OF))
    assert [gap for _, _, gap, *_ in rows] == pytest.approx(expected, rel=1e-4)
    assert all(clv > 0 for *_, clv, _ in rows)
    # the interval rests on both parameters, and on no other
    ((by_r, by_alpha, by_none),) = rows_of(
        build,
        "select sum(gradient_1), sum(gradient_2), sum(abs(gradient_3) + abs(gradient_4))"
        " from intermediate.int_customer_uncertainties_derived",
    )
    assert by_r > 0 > by_alpha
    assert by_none == 0


def test_it_is_tested_on_the_past(build: Path) -> None:
    x, age = histories(CUTOFF)
    (r, alpha), _ = fit_nbd(x, age)
    ((predicted, actual),) = rows_of(
        build,
        "select predicted_orders, actual_orders from marts.fct_model_backtests where model_name = 'nbd'"
        f" and cutoff_date = date '{CUTOFF}' and horizon_days = {HOLDOUT_DAYS} and decile = 'all'",
    )
    assert predicted == pytest.approx(float(((r + x) / (alpha + age)).sum()) * HOLDOUT_DAYS / 7, rel=1e-5)
    assert actual == 1882
