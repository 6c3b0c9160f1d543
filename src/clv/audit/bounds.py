"""How far figures may be from the published ones: expectations/bounds.yml."""

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

import yaml

from clv.errors import UsageError

FIGURES = ("customers", "customer_equity", "closed_month_revenue", "rows")
BOUND_PARTS = {"fall", "rise", "slack"}
BOUND_EXAMPLE = "write it as in: customers: {fall: 0.02, rise: 0.5, slack: 20}"


@dataclass(frozen=True)
class Bound:
    """How far a figure may be from the published one: shares of it, and slack in its own unit."""

    fall: float
    rise: float
    slack: float


def read_bounds(path: Path, marts: Collection[str]) -> dict[str, Bound]:
    """Read how far figures may change, rows of `marts` among them. Raises UsageError with what is wrong in the file."""
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        reason = " ".join(str(error).split())
        raise UsageError(f"The bounds of the audit can't be read from {path}: {reason}.") from error
    if not isinstance(content, dict):
        raise UsageError(f"{path} must map figures to bounds: {BOUND_EXAMPLE}.")
    bounds = {str(name): _bound(path, str(name), parts) for name, parts in content.items()}
    for name in bounds:
        figure, _, item = name.partition(" of ")
        if figure not in FIGURES or (figure == "rows" and item and item not in marts):
            raise UsageError(f"{path}: there is no figure '{name}'. Figures are: {', '.join(FIGURES)}, rows of a mart.")
    for figure in FIGURES:
        if figure not in bounds:
            raise UsageError(f"{path} has no bounds for '{figure}': {BOUND_EXAMPLE}.")
    return bounds


def _bound(path: Path, name: str, parts: object) -> Bound:
    if not isinstance(parts, dict) or set(parts) != BOUND_PARTS:
        raise UsageError(f"{path}: '{name}' must have fall, rise and slack, and nothing else: {BOUND_EXAMPLE}.")
    for part, value in parts.items():
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < float("inf"):
            raise UsageError(f"{path}: {part} of '{name}' is {value!r}, which is not a number of at least 0.")
    return Bound(**parts)
