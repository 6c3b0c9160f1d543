"""Intervals and p-values in plain SQL, against SciPy's."""

from __future__ import annotations

import duckdb
import numpy as np
import numpy.typing as npt
import pytest
from compiled_sql import compile_query
from scipy import stats
from soak.builder import Builder

Numbers = npt.NDArray[np.float64]

QUERY = """
select
    {{ two_sided_p_value('z') }} as p_value,
    {{ z_of_p_value('p') }} as z_of_p,
    {{ student_t_of_z('z', 'degrees') }} as student_t,
    {{ z_of_student_t('t', 'degrees') }} as z_of_t,
    {{ variance_of_mean('rows', 'total', 'squares') }} as variance,
    {{ welch_degrees_of_freedom('variance_1', 'rows', 'variance_2', 'rows + 7') }} as welch,
    {{ interval_factor('variance_1', 'rows') }} as factor
from arguments
order by place
"""


@pytest.fixture(scope="module")
def query(builder: Builder) -> str:
    """Return a query that applies every macro to table arguments."""
    return compile_query(builder, QUERY)


def results(query: str, **arguments: Numbers | float) -> dict[str, Numbers]:
    """Return by column what the SQL makes of these arguments; those that are not given are 1."""
    names = ("z", "p", "t", "degrees", "rows", "total", "squares", "variance_1", "variance_2")
    size = max(np.size(values) for values in arguments.values())
    table = {name: np.broadcast_to(np.asarray(arguments.get(name, 1.0), float), size).copy() for name in names}
    with duckdb.connect() as connection:
        connection.register("arguments", {"place": np.arange(size), **table})
        return {name: np.ma.filled(values, np.nan) for name, values in connection.execute(query).fetchnumpy().items()}


def test_p_values_are_those_of_the_normal_distribution(query: str) -> None:
    z = np.linspace(0, 40, 4001)
    found = results(query, z=z)["p_value"]
    assert np.abs(found - 2 * stats.norm.sf(z)).max() <= 1.5e-7
    assert (np.diff(found) <= 0).all() and found[0] <= 1


def test_quantiles_are_those_of_the_normal_distribution(query: str) -> None:
    p = np.geomspace(1e-12, 1, 4001)
    assert np.abs(results(query, p=p)["z_of_p"] - stats.norm.isf(p / 2)).max() <= 4.5e-4


def test_an_interval_of_less_than_one_order_is_as_wide_as_that_of_one(query: str) -> None:
    """Of var interval 0.8: z is 1.2816."""
    orders = np.array([0.0, 1e-4, 0.5, 1.0, 4.0, 1e6])
    found = results(query, rows=orders, variance_1=0.04)["factor"]
    assert np.isnan(found[0])
    chance = np.array([1.5, 1.5, 1.5, 1.5 / 4, 1.5 / 1e6])
    assert found[1:] == pytest.approx(np.exp(stats.norm.isf(0.1) * np.sqrt(0.04 + chance)), rel=2e-3)


@pytest.mark.parametrize(("degrees", "tolerance"), [(5, 0.003), (10, 0.0004), (30, 0.00004), (1e6, 1e-7)])
def test_intervals_are_as_wide_as_students(query: str, degrees: float, tolerance: float) -> None:
    found = results(query, z=stats.norm.isf(0.025), degrees=degrees)["student_t"]
    assert found[0] == pytest.approx(stats.t.isf(0.025, degrees), rel=tolerance)


def test_few_values_make_intervals_too_wide_rather_than_too_narrow(query: str) -> None:
    degrees = np.linspace(1, 40, 400)
    for z in (1.959964, 3, 4):
        found = results(query, z=z, degrees=degrees)["student_t"]
        assert (found >= stats.t.isf(stats.norm.sf(z), degrees)).all()


def test_a_p_value_and_its_interval_say_the_same(query: str) -> None:
    degrees, z = np.meshgrid([1.5, 4, 20, 500], np.linspace(0.01, 8, 200))
    t = results(query, z=z.ravel(), degrees=degrees.ravel())["student_t"]
    back = results(query, t=t, degrees=degrees.ravel())["z_of_t"]
    assert back == pytest.approx(z.ravel(), rel=1e-9)


def test_variances_and_degrees_of_freedom_are_welchs(query: str) -> None:
    rng = np.random.default_rng(3)
    values, others = rng.gamma(1, 20, 12), rng.gamma(2, 50, 19)
    variance, other_variance = values.var(ddof=1) / 12, others.var(ddof=1) / 19
    found = results(
        query,
        rows=12.0,
        total=values.sum(),
        squares=(values**2).sum(),
        variance_1=variance,
        variance_2=other_variance,
    )
    assert found["variance"][0] == pytest.approx(variance)
    expected = stats.ttest_ind(values, others, equal_var=False).df
    assert found["welch"][0] == pytest.approx(expected)


def test_equal_values_do_not_vary(query: str) -> None:
    assert results(query, rows=3.0, total=0.3, squares=0.03)["variance"][0] == 0
    assert np.isnan(results(query, rows=1.0)["variance"][0])
