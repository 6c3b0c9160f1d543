"""Compares tables row for row: what they hold may differ by the last digits of doubles alone, or by a cent where money comes from them."""

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

Row = Sequence[Any]
CLOSE = 1e-9
EXACT = Decimal(0)


def differences(
    names: Sequence[str],
    expected: Iterable[Row],
    found: Iterable[Row],
    close: float = CLOSE,
    cents: Decimal = EXACT,
    close_of: Mapping[str, float] | None = None,
) -> Iterator[str]:
    """Say how two tables of the same columns differ. close: of doubles, relative, close_of: of some by name; cents: of exact decimals.

    Rows are paired by all their columns that are neither double nor decimal, and in the order of their numbers where these are equal.
    """
    sides = [_grouped(rows) for rows in (expected, found)]
    for key in sides[0].keys() | sides[1].keys():
        one, other = (sorted(side.get(key, []), key=_order) for side in sides)
        if len(one) != len(other):
            yield f"{len(one)} rows, {len(other)} found: {_shown(names, key)}"
            continue
        for left, right in zip(one, other, strict=True):
            for place, value in left.items():
                if not _is_equal(value, right.get(place), (close_of or {}).get(names[place], close), cents):
                    yield f"{names[place]} {value}, {right.get(place)} found: {_shown(names, key)}"


def _grouped(rows: Iterable[Row]) -> Mapping[tuple[Any, ...], list[dict[int, Any]]]:
    groups: dict[tuple[Any, ...], list[dict[int, Any]]] = defaultdict(list)
    for row in rows:
        numbers = {place: value for place, value in enumerate(row) if isinstance(value, float | Decimal)}
        key = tuple("…" if place in numbers else str(value) for place, value in enumerate(row))
        groups[key].append(numbers)
    return groups


def _order(numbers: Mapping[int, Any]) -> tuple[float, ...]:
    return tuple(float(f"{float(value):.6g}") for value in numbers.values())


def _is_equal(one: Any, other: Any, close: float, cents: Decimal) -> bool:
    if isinstance(one, Decimal) and isinstance(other, Decimal):
        return abs(one - other) <= cents
    if other is None:
        return False
    return math.isclose(one, other, rel_tol=close, abs_tol=close) or (math.isnan(one) and math.isnan(other))


def _shown(names: Sequence[str], key: tuple[Any, ...]) -> str:
    return ", ".join(f"{name}={value}" for name, value in zip(names, key, strict=True) if value not in ("…", "None"))
