"""Writes a synthetic shop's raw data, and the truth beside it."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from clv.errors import UsageError
from clv.shop import ShopSettings, generate_shop


def generate(directory: Path, settings: Mapping[str, Any], on_progress: Callable[[int, int, str], None]) -> None:
    """Write the shop that `settings`, the fields of ShopSettings, describe.

    Raises UsageError for settings that describe none, and for a folder that can't be written.
    """
    try:
        generate_shop(directory, ShopSettings(**settings), lambda done, total: on_progress(done, total, ""))
    except ValueError as error:
        raise UsageError(_sentence(str(error))) from error
    except OSError as error:
        raise UsageError(f"{error.filename or directory} can't be written: {error.strerror or error}.") from error


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:].rstrip(".") + "."
