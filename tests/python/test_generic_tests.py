"""dbt's generic tests of the project, on made-up rows."""

from __future__ import annotations

import duckdb
import pytest
from compiled_sql import compile_query
from soak.builder import Builder

VALUES = "(select cast(unnest(['-inf', '-1', '0', '7', '1e12', 'inf', 'nan', null]) as double) as number) as numbers"


@pytest.mark.parametrize(
    ("bounds", "failing"),
    [
        ("min_value=0", ["-inf", "-1.0", "inf", "nan"]),
        ("max_value=7", ["1000000000000.0", "inf", "nan"]),
        ("min_value=0, max_value=7", ["-inf", "-1.0", "1000000000000.0", "inf", "nan"]),
    ],
)
def test_what_is_no_number_is_in_no_range(builder: Builder, bounds: str, failing: list[str]) -> None:
    """Though engines take NaN for the largest of all numbers; what is unknown passes."""
    query = compile_query(builder, f'{{{{ test_in_range("{VALUES}", "number", {bounds}) }}}}')
    assert [str(number) for (number,) in duckdb.sql(f"from ({query}) order by all").fetchall()] == failing
