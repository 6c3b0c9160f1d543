"""How the command line speaks: tables for people, JSON for machines, colour on a terminal only."""

import json
import os
import re
import sys
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import Console, RenderableType
from rich.measure import Measurement
from rich.table import Table
from rich.text import Text

PLAIN_WIDTH = 120
"""Characters of a line where there is no terminal."""
NARROWEST = 80
"""Characters that a table with prose takes at least."""
WIDEST = 1000

GOOD, CARE, BAD, ABSENT = "green", "yellow", "red", "dim"
"""Styles of what is as it should be, of what asks for a look, of what failed, and of what is not there."""


HIDDEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")
"""Characters that steer a terminal, or turn the direction of writing, and are seen by nobody."""


def visible(text: str) -> str:
    """Write characters that would steer the terminal as their code: a name of the shop's may hold any."""
    return HIDDEN.sub(lambda found: found[0].encode("unicode_escape").decode("ascii"), text)


class VisibleTable(Table):
    """A table whose cells steer no terminal."""

    def add_row(self, *cells: RenderableType | None, **options: Any) -> None:
        """Add a row of texts."""
        super().add_row(*(None if cell is None else _visible(cell) for cell in cells), **options)


def _visible(part: RenderableType) -> RenderableType:
    if isinstance(part, str):
        return visible(part)
    if isinstance(part, Text) and HIDDEN.search(part.plain):
        return Text(visible(part.plain), part.style)
    return part


def table(title: str, columns: Iterable[str], right: Collection[str] = (), prose: Collection[str] = ()) -> Table:
    """Return an empty table. right: columns of figures. prose: columns of text that may be broken into lines."""
    made = VisibleTable(title=title, title_justify="left", title_style="bold", box=SIMPLE_HEAD, padding=(0, 1, 0, 0))
    made.show_edge = made.pad_edge = False
    for name in columns:
        made.add_column(name, justify="right" if name in right else "left", no_wrap=name not in prose, overflow="fold")
    return made


def show(parts: Iterable[RenderableType]) -> None:
    """Print tables and sentences on stdout. A table without prose is never narrowed: no figure is cut off."""
    console = Console(highlight=False, markup=False)
    if not (console.is_terminal or "COLUMNS" in os.environ):
        console.width = PLAIN_WIDTH
    width = console.width
    for part in parts:
        if isinstance(part, Table):
            console.width = max(width, _least_width(console, part))
            console.print(part)
            console.print()
            console.width = width
        else:
            console.print(_visible(part), soft_wrap=True)


def _least_width(console: Console, part: Table) -> int:
    if not all(column.no_wrap for column in part.columns):
        return NARROWEST
    return Measurement.get(console, console.options.update(width=WIDEST), part).maximum


def show_json(answer: Mapping[str, Any]) -> None:
    """Print JSON on stdout. What JSON doesn't know (dates, exact amounts, paths) becomes text."""
    sys.stdout.write(json.dumps(answer, indent=1, default=str) + "\n")


def show_error(message: str) -> None:
    """Print a message on stderr, the first line of it in colour."""
    first, *others = (visible(line) for line in message.rstrip().split("\n"))
    console = Console(stderr=True, highlight=False, markup=False)
    console.print(Text(first, style=BAD), soft_wrap=True)
    for line in others:
        console.print(line, soft_wrap=True)
