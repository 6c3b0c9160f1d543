"""Gamma functions in plain SQL, against SciPy's."""

from __future__ import annotations

import math

import duckdb
import numpy as np
import numpy.typing as npt
import pytest
from compiled_sql import compile_query
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import special
from soak.builder import Builder

Numbers = npt.NDArray[np.float64]

FUNCTIONS = {"log_gamma": special.gammaln, "digamma": special.digamma}
LARGEST_ERROR = 1e-10
"""Relative to the value or, near its root, absolute."""


@pytest.fixture(scope="module")
def query(builder: Builder) -> str:
    """Return a query that applies both macros to column x of table arguments."""
    columns = ", ".join(f"{{{{ {name}('x') }}}} as {name}" for name in FUNCTIONS)
    return compile_query(builder, f"select {columns} from arguments order by place")


def errors(query: str, arguments: Numbers) -> dict[str, Numbers]:
    """By function, how far the SQL is from SciPy at each of the arguments."""
    with duckdb.connect() as connection:
        connection.register("arguments", {"place": np.arange(len(arguments)), "x": arguments})
        found = connection.execute(query).fetchnumpy()
    expected = {name: function(arguments) for name, function in FUNCTIONS.items()}
    return {name: np.abs(found[name] - value) / np.maximum(1, np.abs(value)) for name, value in expected.items()}


@pytest.mark.parametrize("function", FUNCTIONS)
def test_gamma_functions_are_exact_over_the_range_of_parameters(query: str, function: str) -> None:
    """From the smallest parameter that is sought, e^-20, over 1 and 2, where log_gamma is 0, to a million occasions."""
    arguments = np.concatenate([np.geomspace(math.exp(-20), 1e6, 4000), np.linspace(0.5, 8, 2000), np.arange(1.0, 50)])
    error = errors(query, arguments)[function]
    assert error.max() <= LARGEST_ERROR, f"{function}({arguments[error.argmax()]!r}) is {error.max():.2g} off"


@settings(max_examples=50, deadline=None, derandomize=True)
@given(logarithms=st.lists(st.floats(math.log(1e-3), math.log(1e6)), min_size=1, max_size=30))
def test_gamma_functions_are_exact_at_any_argument(query: str, logarithms: list[float]) -> None:
    arguments = np.exp(np.array(logarithms))
    for function, error in errors(query, arguments).items():
        assert error.max() <= LARGEST_ERROR, function
