"""What the contract of a mart, which stands with its model, asks of its rows: as expectations of Great Expectations."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from dbt.contracts.graph.manifest import Manifest
from dbt.contracts.graph.nodes import GenericTestNode, ModelNode
from dbt_common.contracts.constraints import ConstraintType

from clv.build.dbt import marts_of
from clv.console.words import listed

Expectation = Mapping[str, Any]
"""As in a suite: type, kwargs and description."""

BOUND = re.compile(r"(\w+) (>=|<=) (-?\d+(?:\.\d+)?)")
SIDES = {">=": "min_value", "<=": "max_value"}


def read_contracts(manifest: Manifest) -> dict[str, list[Expectation]]:
    """Return what each mart must meet: columns, keys, what is never NULL, ranges and allowed values.

    Columns, NULL and ranges (`a >= 0 and a <= 1`) are those of an enforced contract; keys and allowed values those of
    data tests that look at all rows and are no mere warnings.
    """
    tests: defaultdict[str, list[GenericTestNode]] = defaultdict(list)
    for node in manifest.nodes.values():
        if isinstance(node, GenericTestNode) and node.attached_node:
            tests[node.attached_node].append(node)
    return {mart.alias: [*_columns(mart), *_tested(tests[mart.unique_id])] for mart in marts_of(manifest)}


def _columns(mart: ModelNode) -> Iterator[Expectation]:
    if not mart.config.contract.enforced:
        return
    yield {
        "type": "expect_table_columns_to_match_set",
        "kwargs": {"column_set": list(mart.columns), "exact_match": False},
        "description": "The columns of the contract are there.",
    }
    for column in mart.columns.values():
        for constraint in column.constraints:
            if constraint.type == ConstraintType.not_null:
                yield _about("expect_column_values_to_not_be_null", column.name)
            elif constraint.type == ConstraintType.check:
                yield from _range(column.name, constraint.expression or "")


def _range(column: str, expression: str) -> Iterator[Expectation]:
    parts = [BOUND.fullmatch(part) for part in expression.split(" and ")]
    bounds = {SIDES[part[2]]: float(part[3]) for part in parts if part and part[1] == column}
    if len(bounds) == len(parts):
        yield _about("expect_column_values_to_be_between", column, **bounds)


def _tested(tests: Iterable[GenericTestNode]) -> Iterator[Expectation]:
    for test in tests:
        name, arguments = test.test_metadata.name, test.test_metadata.kwargs
        if test.config.where or "among" in arguments or test.config.severity.lower() != "error":
            continue
        if name == "unique":
            yield _key([arguments["column_name"]])
        elif name == "unique_key":
            yield _key(arguments["columns"])
        # a list that dbt makes of a macro is looked at by dbt alone
        elif name == "accepted_values" and isinstance(arguments["values"], list):
            yield _about("expect_column_values_to_be_in_set", arguments["column_name"], value_set=arguments["values"])


def _key(columns: Sequence[str]) -> Expectation:
    description = f"There is one row per {listed(list(columns))}."
    if len(columns) == 1:
        return {**_about("expect_column_values_to_be_unique", columns[0]), "description": description}
    arguments = {"column_list": list(columns)}
    return {"type": "expect_compound_columns_to_be_unique", "kwargs": arguments, "description": description}


def _about(kind: str, column: str, **arguments: object) -> Expectation:
    return {"type": kind, "kwargs": {"column": column, **arguments}}
