"""How the command line and the report write numbers: with their unit, and a dash for what is unknown."""

from datetime import date
from decimal import Decimal

UNKNOWN = "–"
SPACE = "\u00a0"
STEPS = ((1e9, "G"), (1e6, "M"), (1e3, "k"))


def compact(value: float | None) -> str:
    """Write 1234567 as `1.23 M`, 48213 as `48.2 k`, 987.6 as `988`, 3.14159 as `3.14`."""
    if value is None:
        return UNKNOWN
    size = abs(value)
    for step, letter in STEPS:
        # what would be rounded up to 1,000 belongs to the next letter
        if size >= step * 0.9995 and (letter != "k" or size >= 9999.5):
            return f"{_three_digits(value / step)}{SPACE}{letter}"
    if size >= 99.95:
        return f"{value:,.0f}"
    return f"{value:,.0f}" if value == int(value) else f"{value:,.2f}"


def _three_digits(value: float) -> str:
    size = abs(value)
    return f"{value:.{2 if size < 9.995 else 1 if size < 99.95 else 0}f}"


def money(value: float | None, currency: str) -> str:
    """Write an amount with its currency, short."""
    return UNKNOWN if value is None else f"{compact(value)}{SPACE}{currency}".strip()


def exact(value: Decimal | float | None, decimals: int = 2) -> str:
    """Write a number in full with thousands separators, as tables do."""
    return UNKNOWN if value is None else f"{value:,.{decimals}f}"


def count(value: Decimal | float | None) -> str:
    """Write a whole number in full."""
    return exact(value, 0)


def percent(value: Decimal | float | None, decimals: int = 1) -> str:
    """Write 0.382 as `38.2%`."""
    return UNKNOWN if value is None else f"{value:,.{decimals}%}"


def change(now: float | None, before: float | None, is_share: bool = False) -> str:
    """Write how far a figure has moved: in percent of what it was, a share in percentage points."""
    if now is None or before is None or (not is_share and not before):
        return ""
    moved = now - before if is_share else (now - before) / abs(before)
    if abs(moved) < 0.0005:
        return "unchanged"
    text = f"{abs(moved) * 100:,.1f}"
    return f"{'+' if moved > 0 else '−'}{text}{SPACE}{'points' if is_share else '%'}"


def month(day: str) -> str:
    """Write 2025-12-31 as `December 2025`."""
    return date.fromisoformat(day).strftime("%B %Y")


def words(name: str) -> str:
    """Write the name of a column or value as words: `at_risk` as `at risk`."""
    return name.replace("_", " ")


def quality(status: str, warnings: str) -> str:
    """Write `fair (season unproven)`: how good a model's forecasts were, and what else speaks against it."""
    return words(status) + (f" ({words(warnings)})" if warnings else "")


def listed(names: list[str]) -> str:
    """Write `a`, `a and b`, `a, b and c`."""
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def plural(number: float, noun: str) -> str:
    """Write `1 customer`, `2 customers`."""
    return f"{number:,.0f}{SPACE}{noun}{'' if number == 1 else 's'}"
