"""How descriptions of marts, columns and metrics are read: the last sentence is the unit."""

import re

UNIT = re.compile(r"[.] ([A-Z0-9(-][^.]*)[.]$")


def split_unit(description: str) -> tuple[str, str]:
    """Return what a description says, on one line, and the unit that ends it; an empty text where it names none."""
    text = " ".join(description.split())
    unit = UNIT.search(text)
    return (text[: unit.start() + 1], unit[1]) if unit else (text, "")
