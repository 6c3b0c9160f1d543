"""Writes the published marts to files: a folder with a file per mart, and beside them what they hold."""

import difflib
import json
import re
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout
from xlsxwriter.exceptions import XlsxWriterException

from clv.commands.audiences import AUDIENCES, audience_sql
from clv.console.descriptions import split_unit
from clv.engines import ENGINE
from clv.engines.protocol import Database, EngineError, sql_name
from clv.errors import LockedError, MachineError, UsageError
from clv.report.workbook import LARGEST_MART, Column, write_workbook
from clv.warehouse.exports import note_export
from clv.warehouse.files import Warehouse, private
from clv.warehouse.housekeeping import DISK_FULL
from clv.warehouse.publish import MARTS_SCHEMA, Publication, flush, publication_in

MANIFEST, README = "manifest.json", "README.md"
FORMATS = {
    "parquet": "Dates, amounts and truth values have their types; what is unknown is null.",
    "csv": "UTF-8 without a byte order mark, separated by commas, with a point in numbers and ISO 8601 dates. "
    'What is unknown is empty; a text without characters is "". A text that a spreadsheet would take for a formula '
    "has an apostrophe before it, unless --keep-formulas was given.",
    "xlsx": "Each workbook has a sheet with the rows and one with the columns. Dates are dates, amounts are numbers, "
    "what is unknown is empty. Excel keeps 15 digits of a number.",
}
OnProgress = Callable[[int, int, str], None]
TEXT = re.compile(r"VARCHAR|TEXT|CHARACTER VARYING|STRING", re.IGNORECASE)
FORMULA_SQL = """case
    when substr({0}, 1, 1) in ('=', '@', chr(9), chr(13), '＝', '＠', '＋', '－')
        or (substr({0}, 1, 1) in ('+', '-') and translate(substr({0}, 2), '0123456789.,', '') <> '')
        then chr(39) || {0}
    else {0}
end"""
"""A text that a spreadsheet would take for a formula, with an apostrophe before it; a number is none."""


@dataclass(frozen=True)
class ExportedMart:
    """A mart and the file that it is written to."""

    name: str
    file: str
    rows: int
    description: str
    columns: Sequence[Column]


@dataclass(frozen=True)
class Export:
    """What a folder holds. currency: of amounts in reporting currency; None where there are no customers."""

    publication: Publication
    currency: str | None
    file_format: str
    marts: Sequence[ExportedMart]
    audience: str | None = None


def export(
    warehouse: Warehouse,
    folder: Path,
    file_format: str,
    names: Sequence[str],
    on_progress: OnProgress,
    keep_formulas: bool = False,
    published: Path | None = None,
    audience: str | None = None,
) -> Export:
    """Write the published marts `names` (none: all) to `folder`, which is then whole, or as it was before.

    on_progress is told (n, of how many, which mart). An earlier export in the folder is replaced. Raises UsageError for
    an unknown format or mart, for a folder that holds anything else or can't be written, for what the format can't hold
    and where nothing is published, and LockedError where another export to the folder goes on.
    """
    if audience and (audience not in AUDIENCES or names):
        known = f"--audience is '{audience}': it must be one of {', '.join(AUDIENCES)}."
        raise UsageError(known if audience not in AUDIENCES else "Give --audience or --mart, not both.")
    if file_format not in FORMATS:
        raise UsageError(f"--format is '{file_format}': it must be one of {', '.join(FORMATS)}.")
    file, folder = published or warehouse.published_file, folder.expanduser().resolve()
    if not file.is_file():
        raise UsageError(
            f"There is no {file}: publish a warehouse with `clv run`, or name its folder with --warehouse."
        )
    try:
        # one connection reads one file, whatever is published meanwhile
        with private(), _replacing(folder) as draft, ENGINE.read(file) as database:
            planned = _plan(database, file, file_format, names)
            if audience:
                planned = _planned_audience(database, planned, audience)
            _write(database, planned, draft, on_progress, keep_formulas)
    except (EngineError, XlsxWriterException, OSError) as error:
        kind = MachineError if DISK_FULL.search(str(error)) else UsageError
        raise kind(_explain(error, file, folder)) from error
    with private():
        note_export(warehouse, folder)
    return planned


def to_json(written: Export, folder: Path) -> dict[str, Any]:
    """Return what `clv export --json` prints."""
    return {
        "folder": folder.absolute(),
        "run_id": written.publication.run_id,
        "as_of_date": written.publication.as_of_date,
        "marts": {mart.name: {"file": mart.file, "rows": mart.rows} for mart in written.marts},
    }


def describe_export(written: Export, folder: Path) -> str:
    """Say what was written, and where."""
    publication, count = written.publication, len(written.marts)
    files = f"{count} {written.file_format} file{'s' * (count != 1)}"
    return f"{folder.absolute()}: {files}, as of {publication.as_of_date}, of run {publication.run_id}."


def published_marts(warehouse: Warehouse) -> list[tuple[str, str]]:
    """Return the name and the description of each published mart. Raises UsageError where nothing can be read."""
    file = warehouse.published_file
    try:
        with ENGINE.read(file) as database:
            return database.tables(MARTS_SCHEMA)
    except (EngineError, OSError) as error:
        raise UsageError(_explain(error, file, file.parent)) from error


def _explain(error: Exception, file: Path, folder: Path) -> str:
    reason = next(iter(str(error).splitlines()), "")
    if DISK_FULL.search(str(error)):
        return f"The disk of {folder} is full: free some space, or name another folder."
    if isinstance(error, OSError):
        reason = f"{error.filename or folder}: {error.strerror or error}"
    return f"{file} could not be exported to {folder}: {reason.rstrip('.')}."


def _plan(database: Database, file: Path, file_format: str, names: Sequence[str]) -> Export:
    """Read what is to be written, and see that the format can hold it."""
    publication = publication_in(database)
    if publication is None:
        raise UsageError(f"{file} doesn't say which run has written it: publish a warehouse with `clv run`.")
    columns: dict[str, list[Column]] = {}
    for found in database.columns(MARTS_SCHEMA):
        column = Column(found.name, found.type, *split_unit(found.description))
        columns.setdefault(found.table, []).append(column)
    marts = [
        ExportedMart(name, f"{name}.{file_format}", _count(database, name), description.strip(), columns[name])
        for name, description in _choose(database.tables(MARTS_SCHEMA), names)
    ]
    too_long = [f"{mart.name} ({mart.rows:,})" for mart in marts if mart.rows > LARGEST_MART]
    if file_format == "xlsx" and too_long:
        raise UsageError(
            f"An Excel sheet holds {LARGEST_MART:,} rows below its header; more are in {', '.join(too_long)}: "
            "take --format parquet or csv, or name the marts that you need with --mart. Nothing was written."
        )
    currencies = database.execute(f"select max(currency) from {MARTS_SCHEMA}.dim_customers").fetchall()
    return Export(publication, currencies[0][0], file_format, marts)


def _planned_audience(database: Database, planned: Export, audience: str) -> Export:
    """Return the plan of a list of customers, whose one file has the columns of its query."""
    relation = audience_sql(database, audience)
    rows = int(database.execute(f"select count(*) from {relation} as listed").fetchall()[0][0])
    columns = [
        Column(name, kind, "", "") for name, kind in database.types(f"select * from {relation} as listed").items()
    ]
    file = f"{audience}.{planned.file_format}"
    mart = ExportedMart(audience, file, rows, AUDIENCES[audience].description, columns)
    return replace(planned, marts=[mart], audience=audience)


def _choose(marts: Sequence[tuple[str, str]], names: Sequence[str]) -> list[tuple[str, str]]:
    known = [name for name, _ in marts]
    for name in names:
        if name not in known:
            near = difflib.get_close_matches(name, known, n=1)
            hint = f"Did you mean '{near[0]}'?" if near else f"There are: {', '.join(known)}."
            raise UsageError(f"There is no mart '{name}'. {hint}")
    return [mart for mart in marts if not names or mart[0] in names]


def _count(database: Database, mart: str) -> int:
    return int(database.execute(f"select count(*) from {MARTS_SCHEMA}.{sql_name(mart)}").fetchall()[0][0])


def _write(
    database: Database, planned: Export, draft: Path, on_progress: OnProgress, keep_formulas: bool = False
) -> None:
    mark = {name: str(value) for name, value in asdict(planned.publication).items()}
    for number, mart in enumerate(planned.marts, 1):
        on_progress(number, len(planned.marts), mart.name)
        table, path = f"{MARTS_SCHEMA}.{sql_name(mart.name)}", draft / mart.file
        if planned.audience:
            table = audience_sql(database, planned.audience)
        if planned.file_format == "xlsx":
            rows = database.execute(f"select * from {table}")
            write_workbook(path, mart.name, mart.columns, rows, mark)
        else:
            if planned.file_format == "csv" and not keep_formulas:
                table = _without_formulas(table, mart.columns)
            database.write(table, path, planned.file_format, {f"clv_{name}": value for name, value in mark.items()})
    manifest = json.dumps(asdict(planned), indent=1, default=str, ensure_ascii=False)
    (draft / MANIFEST).write_text(manifest + "\n", encoding="utf-8")
    (draft / README).write_text(_readme(planned), encoding="utf-8")


def _without_formulas(table: str, columns: Sequence[Column]) -> str:
    """Return the SQL of a mart's rows in which no text is a formula."""
    names = {column.name: sql_name(column.name) for column in columns}
    texts = [column.name for column in columns if TEXT.fullmatch(column.type)]
    selected = [f"{FORMULA_SQL.format(name)} as {name}" if plain in texts else name for plain, name in names.items()]
    return f"(select {', '.join(selected)} from {table} as mart_rows)"


def _readme(planned: Export) -> str:
    """Write for people what the manifest holds."""
    publication = planned.publication
    lines = [
        "# Customer lifetime value",
        "",
        f"As of {publication.as_of_date}, of run {publication.run_id}. Reporting currency: {planned.currency or '–'}.",
        "",
        FORMATS[planned.file_format],
        "",
        "| file | rows | |",
        "|---|---:|---|",
        *(f"| [{mart.file}]({mart.file}) | {mart.rows:,} | {_cell(mart.description)} |" for mart in planned.marts),
    ]
    for mart in planned.marts:
        lines += ["", f"## {mart.name}", "", mart.description, "", "| column | type | unit | |", "|---|---|---|---|"]
        lines += [
            f"| {column.name} | {column.type} | {_cell(column.unit)} | {_cell(column.description)} |"
            for column in mart.columns
        ]
    return "\n".join(lines) + "\n"


def _cell(text: str) -> str:
    return " ".join(text.replace("|", "\\|").split())


@contextmanager
def _replacing(folder: Path) -> Iterator[Path]:
    """Give the block an empty folder that takes the place of `folder` if the block ends well, else vanishes."""
    _require_replaceable(folder, folder)
    draft, earlier, lock_file = (
        folder.with_name(f".{folder.name}.clv-export-{name}") for name in ("new", "old", "lock")
    )
    folder.parent.mkdir(parents=True, exist_ok=True)
    try:
        with FileLock(lock_file, timeout=0, fallback_to_soft=False):
            _recover(folder, earlier)
            shutil.rmtree(draft, ignore_errors=True)
            draft.mkdir()
            try:
                yield draft
                for path in (*draft.iterdir(), draft):
                    flush(path)
                _swap(draft, folder, earlier)
            finally:
                shutil.rmtree(draft, ignore_errors=True)
    except Timeout:
        raise LockedError(f"Another export to {folder} goes on: wait until it has ended.") from None


def _swap(draft: Path, folder: Path, earlier: Path) -> None:
    """Rename twice, since a folder can't be renamed over one that isn't empty; between the two, there is none."""
    if folder.exists():
        folder.rename(earlier)
    try:
        # files may have been saved into it since it was looked at
        _require_replaceable(earlier, folder)
        draft.rename(folder)
    except (OSError, UsageError):
        _recover(folder, earlier)
        raise
    flush(folder.parent)
    shutil.rmtree(earlier, ignore_errors=True)


def _recover(folder: Path, earlier: Path) -> None:
    """Undo what an export that was killed between its two renames has left."""
    if earlier.exists() and not folder.exists():
        earlier.rename(folder)
    shutil.rmtree(earlier, ignore_errors=True)


def _require_replaceable(folder: Path, name: Path) -> None:
    """Raise UsageError where `folder` holds anything that no export has written, so that nothing else is deleted.

    name: what the user calls the folder.
    """
    if not folder.exists():
        return
    if not folder.is_dir():
        raise UsageError(f"{name} is a file: name a folder to export to.")
    foreign = {path.name for path in folder.iterdir()} - _written_in(folder)
    if foreign:
        raise UsageError(
            f"{name} holds {sorted(foreign)[0]}, which no export has written: name a new folder, or an empty one."
        )


def _written_in(folder: Path) -> set[str]:
    """Return the names of the files that an export has written to `folder`, by its manifest."""
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        return {MANIFEST, README, *(mart["file"] for mart in manifest["marts"])}
    except (OSError, ValueError, TypeError, KeyError):
        return set()
