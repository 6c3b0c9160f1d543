"""Writes a table to an Excel workbook: a sheet with its rows and one that says what the columns mean."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from xlsxwriter import Workbook

from clv.engines.protocol import Cursor, Row
from clv.errors import UsageError

LARGEST_MART = 1_048_575
"""The rows of an Excel sheet, but for the header."""

BATCH_ROWS = 10_000
WIDTHS = {"VARCHAR": 24, "TIMESTAMP": 20}
USUAL_WIDTH = 14
TIME_FORMATS = {"DATE": "yyyy-mm-dd", "TIMESTAMP": "yyyy-mm-dd hh:mm:ss"}
UNIT_FORMATS = {"Reporting currency": "#,##0.00", "Document currency": "#,##0.00", "Fraction": "0.0%"}
"""How numbers are shown whose unit begins so; the rest are shown as they are."""

Cell = tuple[Any, Any]
"""The method that writes a cell, and its format."""


@dataclass(frozen=True)
class Column:
    """A column of a mart. type: as the engine names it. unit: the last sentence of what the model says of it."""

    name: str
    type: str
    description: str
    unit: str


def write_workbook(path: Path, table: str, columns: Sequence[Column], rows: Cursor, mark: Mapping[str, str]) -> None:
    """Write `rows`, a query's result, to the sheet `table` of a new workbook, and `mark` and `columns` to another.

    Raises UsageError where a text is longer than a cell, and what XlsxWriter and the file system raise.
    """
    # with constant memory a row is written as it comes, to a file in tmpdir until the workbook is closed
    workbook = Workbook(path, {"constant_memory": True, "nan_inf_to_errors": True, "tmpdir": str(path.parent)})
    bold = workbook.add_format({"bold": True})
    _write_rows(workbook, bold, table, columns, rows)
    _write_columns(workbook, bold, columns, mark)
    workbook.close()


def _write_rows(workbook: Workbook, bold: Any, table: str, columns: Sequence[Column], rows: Cursor) -> None:
    sheet = workbook.add_worksheet(table)
    sheet.freeze_panes(1, 1)
    for place, column in enumerate(columns):
        sheet.set_column(place, place, max(WIDTHS.get(column.type, USUAL_WIDTH), len(column.name) + 2))
    for place, column in enumerate(columns):
        sheet.write_string(0, place, column.name, bold)
    cells = [_cell(workbook, sheet, column) for column in columns]
    number = 0
    for number, row in enumerate(_fetched(rows), 1):
        for place, (value, (write, cell_format)) in enumerate(zip(row, cells, strict=True)):
            if value is not None and write(number, place, value, cell_format) != 0:
                raise UsageError(
                    f"A text in {table}.{columns[place].name} is longer than the 32,767 characters of an Excel cell: "
                    "take --format parquet or csv, or name the marts that you need with --mart."
                )
    sheet.autofilter(0, 0, number, len(columns) - 1)


def _cell(workbook: Workbook, sheet: Any, column: Column) -> Cell:
    if column.type == "VARCHAR":
        return sheet.write_string, None  # also what looks like a formula, a number or a link
    if column.type == "BOOLEAN":
        return sheet.write_boolean, None
    if column.type in TIME_FORMATS:
        return sheet.write_datetime, workbook.add_format({"num_format": TIME_FORMATS[column.type]})
    shown = next((shown for unit, shown in UNIT_FORMATS.items() if column.unit.startswith(unit)), None)
    return sheet.write_number, workbook.add_format({"num_format": shown}) if shown else None


def _fetched(rows: Cursor) -> Iterator[Row]:
    while batch := rows.fetchmany(BATCH_ROWS):
        yield from batch


def _write_columns(workbook: Workbook, bold: Any, columns: Sequence[Column], mark: Mapping[str, str]) -> None:
    sheet = workbook.add_worksheet("columns")
    for place, width in enumerate((32, 16, 32, 100)):
        sheet.set_column(place, place, width)
    header = ("column", "type", "unit", "description")
    for place, name in enumerate(header):
        sheet.write_string(0, place, name, bold)
    described = [(column.name, column.type, column.unit, column.description) for column in columns]
    marked = [(name, "", "", value) for name, value in mark.items()]
    for number, row in enumerate([*described, ("", "", "", ""), *marked], 1):
        for place, text in enumerate(row):
            sheet.write_string(number, place, text)
