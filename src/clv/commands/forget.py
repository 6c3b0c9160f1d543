"""Forgets a person: in the build database, in what is published and kept, in exports, records, logs and pages."""

import html
import json
import re
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from clv import report
from clv.build.dbt import log_path
from clv.build.project import find_project
from clv.commands.export import MANIFEST, export
from clv.engines import ENGINE
from clv.engines.protocol import Database, EngineError, sql_name, sql_text
from clv.errors import DataError, UsageError
from clv.warehouse.exports import known_exports
from clv.warehouse.files import Warehouse, require_warehouse
from clv.warehouse.forgotten import is_forgotten, remember_forgotten
from clv.warehouse.housekeeping import tidied
from clv.warehouse.publish import keep_current, kept_files
from clv.warehouse.records import recorded, require_lock

OnStep = Callable[[str], None]
Tables = Mapping[tuple[str, str], Sequence[str]]
"""By schema and name of a table, its columns."""

REMADE = ("landing", "staging", "intermediate", "seeds", "marts")
"""Schemas of the build database that a run makes anew from the raw data."""
HISTORY = (("marts", "fct_model_fits"), ("marts", "fct_model_parameters"))
"""What a run can't make again; nobody stands in it."""
WHO_IS_WHOM = (
    ("intermediate", "int_contacts_delivered"),
    ("intermediate", "int_identities_resolved"),
    ("intermediate", "int_orders_checked"),
    ("landing", "deliveries"),
)
"""What the next person is looked for in, should one be forgotten before the next run."""
GONE = "(forgotten)"
SHORT = 4
"""Characters of an id that could stand for anything in a text, as could a number of fewer than 7 digits."""
BEFORE_A_WORD = r"(?<![\w@+-])(?<!\w\.)"
BEFORE_A_VALUE = r"(?:(?<=_id=)|(?<=[\"']))"
PLAIN_NUMBER = re.compile(r"\d{1,6}")
SOURCES_OF_THINGS = "('products', 'marketing_spend', 'inventory_periods', 'exchange_rates')"

COLUMNS_SQL = """
select columns.table_schema, columns.table_name, columns.column_name
from information_schema.columns as columns
inner join information_schema.tables as tables
    on columns.table_schema = tables.table_schema and columns.table_name = tables.table_name
where
    tables.table_type = 'BASE TABLE'
    and tables.table_catalog = current_database()
    and columns.table_catalog = current_database()
order by columns.table_schema, columns.table_name, columns.ordinal_position
"""


@dataclass(frozen=True)
class Person:
    """Somebody's ids in the shop, the one that marts call them by among them, their contacts and their orders."""

    ids: Sequence[str]
    emails: Sequence[str]
    phones: Sequence[str]
    orders: Sequence[str]

    @property
    def values(self) -> list[str]:
        """All that the person could be found by, the longest first."""
        return sorted({*self.ids, *self.emails, *self.phones, *self.orders}, key=lambda value: (-len(value), value))


@dataclass
class Forgotten:
    """What was done. unreached: sentences about what could not be. left: files that still hold a value."""

    ids: int
    orders: int
    rewritten: list[str] = field(default_factory=list)
    searched_files: int = 0
    searched_values: int = 0
    unreached: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)


def forget(warehouse: Warehouse, who: str, on_step: OnStep) -> Forgotten:
    """Forget the person whom `who` names: a customer id of the shop or of the marts, or an email.

    The list of those who were forgotten is written first, so that a kill loses nothing: run it again. Raises UsageError
    where nobody or more than one person is known by it, and DataError where a value is found afterwards.
    """
    require_warehouse(warehouse)
    with recorded(warehouse, "forget") as _, tidied(warehouse):
        on_step("looking for the person")
        person, deliveries, tables = _find(warehouse, who.strip())
        done = Forgotten(len(person.ids), len(person.orders))
        remember_forgotten(
            warehouse,
            [
                *(("id", value) for value in person.ids),
                *(("email", value) for value in person.emails),
                *(("order", value) for value in person.orders),
            ],
        )
        on_step("rewriting the databases")
        require_lock(warehouse)
        _rewrite_build(warehouse, person, done)
        _rewrite_published(warehouse, person, done)
        on_step("rewriting exports, records and logs")
        _rewrite_exports(warehouse, done)
        _rewrite_texts(warehouse, person, done)
        on_step("searching all files")
        _prove(warehouse, person, done)
        done.unreached += [f"{place}: the raw data" for place in deliveries]
        done.unreached += [f"{place}: a raw table in the build database" for place in tables]
        log = log_path(find_project())
        if log.is_file() and _mentions(person, log.read_text(encoding="utf-8", errors="replace")):
            done.unreached.append(f"{log}: the log of dbt, which may be deleted")
        if done.left:
            raise DataError("The person was not forgotten everywhere: " + "; ".join(done.left) + ".")
    return done


def to_json(done: Forgotten) -> dict[str, Any]:
    """Return what `clv forget --json` prints."""
    return dict(vars(done))


def describe(done: Forgotten) -> list[str]:
    """Return sentences for people."""
    return [
        f"Forgotten: {done.ids} id{'s' * (done.ids != 1)} and {done.orders} order{'s' * (done.orders != 1)}.",
        *(f"Rewritten: {place}" for place in done.rewritten),
        f"Searched: {done.searched_files} files of the warehouse for {done.searched_values} values, none is left.",
        *(f"Not reached: {sentence}" for sentence in done.unreached),
        "The person stays out of the next runs, though the raw data still holds them.",
        "Sums are restated by the next run, which builds anew; where the audit objects: --accept-changes.",
    ]


def _find(warehouse: Warehouse, who: str) -> tuple[Person, list[str], list[str]]:
    """Return the person, the deliveries that hold rows about them, and raw tables in the build database."""
    if not warehouse.build_file.is_file():
        raise UsageError(f"There is no {warehouse.build_file}, which says who is whom: run `clv run` first.")
    try:
        with ENGINE.read(warehouse.build_file) as database:
            person = _person(database, warehouse, who)
            return person, _deliveries(database, person), _raw_tables(database)
    except EngineError as error:
        raise UsageError(
            f"{warehouse.build_file} doesn't say who is whom ({error.reason}): run `clv run` first."
        ) from error


def _person(database: Database, warehouse: Warehouse, who: str) -> Person:
    name, column = (who.lower(), "email") if "@" in who else (who, "source_customer_id")
    known, contacts = "intermediate.int_identities_resolved", "intermediate.int_contacts_delivered"
    first = _texts(database, f"select distinct source_customer_id from {contacts} where {column} = {sql_text(name)}")
    by_id = f"select source_customer_id from {known} where {sql_text(who)} in (source_customer_id, customer_id)"
    first += _texts(database, by_id)
    people = _texts(database, f"select distinct customer_id from {known} where source_customer_id in {_list(first)}")
    if len(people) > 1:
        raise UsageError(
            f"{len(people)} persons are known by that: name one of them, {', '.join(sorted(people)[:10])}."
        )
    if not people:
        kind = "email" if "@" in who else "id"
        if is_forgotten(warehouse, kind, name):
            raise UsageError("That person is forgotten already. Run `clv run` to restate the sums.")
        raise UsageError("Nobody is known by that, as an email or as a customer id.")
    ids = _texts(database, f"select source_customer_id from {known} where customer_id in {_list(people)}")
    contacts = f"from {contacts} where source_customer_id in {_list(ids)}"
    orders = f"select distinct order_id from intermediate.int_orders_checked where source_customer_id in {_list(ids)}"
    return Person(
        ids=sorted({*ids, *people}),
        emails=_texts(database, f"select distinct email {contacts} and email is not null and not is_placeholder_email"),
        phones=_texts(database, f"select distinct phone {contacts} and phone is not null and not is_placeholder_phone"),
        orders=_texts(database, orders),
    )


def _texts(database: Database, sql: str) -> list[str]:
    return [str(row[0]) for row in database.execute(sql).fetchall() if row[0] is not None]


def _list(values: Sequence[str]) -> str:
    return f"({', '.join(map(sql_text, values))})" if values else "(null)"


def _deliveries(database: Database, person: Person) -> list[str]:
    """Return the files or tables with rows that are about the person, as far as the build tells."""
    found = _staged(database, person)
    for (schema, table), columns in _tables(database).items():
        if schema == "intermediate" and "delivered_in" in columns:
            condition = _condition(columns, person)
            if condition:
                name = f"{sql_name(schema)}.{sql_name(table)}"
                found += _texts(database, f"select distinct delivered_in from {name} where {condition}")
    paths = database.execute("select delivered_in, max(path) from landing.deliveries group by delivered_in").fetchall()
    places = {str(name): path for name, path in paths}
    return sorted({str(places.get(name) or name) for name in found})


def _staged(database: Database, person: Person) -> list[str]:
    """Return the deliveries whose rows staging reads as the person's; none of a source whose files are gone."""
    columns: dict[str, list[str]] = {}
    listed = "select table_name, column_name from information_schema.columns where table_schema = 'staging' order by 1"
    for table, column in database.execute(listed).fetchall():
        columns.setdefault(table, []).append(column)
    found = []
    for table, names in columns.items():
        condition = _condition(names, person)
        if table.startswith("stg_shop__") and "delivered_in" in names and condition:
            with suppress(EngineError):
                source = f"staging.{sql_name(table)}"
                found += _texts(database, f"select distinct delivered_in from {source} where {condition}")
    return found


def _raw_tables(database: Database) -> list[str]:
    return [f"{schema}.{table}" for schema, table in _tables(database) if schema not in REMADE]


def _tables(database: Database) -> dict[tuple[str, str], list[str]]:
    tables: dict[tuple[str, str], list[str]] = {}
    for schema, table, column in database.execute(COLUMNS_SQL).fetchall():
        tables.setdefault((schema, table), []).append(column)
    return tables


def _condition(columns: Sequence[str], person: Person) -> str:
    """Return SQL of whether a row is about the person; empty where the table says nothing of persons."""
    conditions = []
    for column in columns:
        name = sql_name(column)
        if column.endswith("customer_id"):
            conditions.append(f"{name} in {_list(person.ids)}")
        elif column.endswith("order_id"):
            conditions.append(f"{name} in {_list(person.orders)}")
        elif column in ("email", "phone") and not any(name.endswith("customer_id") for name in columns):
            conditions.append(f"lower({name}) in {_list([*person.emails, *person.phones])}")
        elif column == "raw_record" and "source_name" in columns:
            quoted = [
                f"position({sql_text(json.dumps(value, ensure_ascii=False))} in {name}) > 0" for value in person.values
            ]
            conditions.append(f"(source_name not in {SOURCES_OF_THINGS} and ({' or '.join(quoted)}))")
        elif column == "record_key" and "source_name" in columns:
            keys = [f"{name} = {sql_text(value)} or {name} like {sql_text(_like(value))}" for value in person.values]
            conditions.append(f"(source_name not in {SOURCES_OF_THINGS} and ({' or '.join(keys)}))")
    return " or ".join(conditions)


def _like(value: str) -> str:
    """Return the pattern of a key of several parts, of which `value` is the first."""
    return value.replace("%", "_") + "|%"


def _rewrite_build(warehouse: Warehouse, person: Person, done: Forgotten) -> None:
    """Leave nothing in the build database but what no run can make again, raw tables, and who the others are."""
    build = warehouse.build_file
    with ENGINE.read(build) as database:
        tables = _tables(database)
        kept = {key: "false" for key in tables if key[0] not in REMADE or key in HISTORY}
        kept |= {key: _condition(tables[key], person) or "false" for key in WHO_IS_WHOM if key in tables}
    _replace(warehouse, build, kept)
    ENGINE.remove(build.with_name("build.damaged.duckdb"))
    done.rewritten.append(
        f"{build.name}: emptied but for the history of fits and who is whom; the next run builds it anew"
    )


def _rewrite_published(warehouse: Warehouse, person: Person, done: Forgotten) -> None:
    published = warehouse.published_file
    kept = [file.path for file in kept_files(warehouse) if not (published.exists() and file.path.samefile(published))]
    current = [file.path for file in kept_files(warehouse) if file.path not in kept]
    for file in [*([published] if published.exists() else []), *kept]:
        try:
            with ENGINE.read(file) as database:
                left_out = _left_out(database, person)
            _replace(warehouse, file, left_out)
        except EngineError as error:
            told = f"{file} can't be read ({error.reason}): remove it, and forget the person again."
            raise UsageError(told) from error
        done.rewritten.append(file.relative_to(warehouse.folder).as_posix())
    for path in current:
        path.unlink()
    keep_current(warehouse)
    if published.exists():
        problem = report.draft(warehouse, published)
        report.put(warehouse)
        done.rewritten.append(problem or warehouse.report_file.name)


def _left_out(database: Database, person: Person) -> dict[tuple[str, str], str]:
    left_out = {}
    for key, columns in _tables(database).items():
        condition = _condition(columns, person)
        if "sentence" in columns:
            sentences = _texts(database, f"select distinct sentence from {sql_name(key[0])}.{sql_name(key[1])}")
            named = [sentence for sentence in sentences if _mentions(person, sentence)]
            condition = " or ".join(filter(None, [condition, f"sentence in {_list(named)}" if named else ""]))
        left_out[key] = condition or "false"
    return left_out


def _replace(warehouse: Warehouse, file: Path, left_out: Mapping[tuple[str, str], str]) -> None:
    """Write a database anew and put it in the place of the old one."""
    draft = warehouse.candidate_file
    ENGINE.remove(draft)
    ENGINE.rewrite(file, draft, left_out)
    ENGINE.swap(draft, file)


def _rewrite_exports(warehouse: Warehouse, done: Forgotten) -> None:
    """Export again what was exported: of the same publication where it is kept, else of the current one."""
    for folder in known_exports(warehouse):
        try:
            manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
            run_id, file_format = str(manifest["publication"]["run_id"]), str(manifest["file_format"])
            names = [str(mart["name"]) for mart in manifest["marts"]]
        except (OSError, ValueError, TypeError, KeyError):
            done.unreached.append(f"{folder}: exported once, and no export stands there now")
            continue
        file = next((kept.path for kept in kept_files(warehouse) if kept.run_id == run_id), warehouse.published_file)
        try:
            audience = manifest.get("audience")
            chosen = [] if audience else names
            export(warehouse, folder, file_format, chosen, lambda *_: None, published=file, audience=audience)
        except UsageError as error:
            done.unreached.append(f"{folder}: {error}")
        else:
            done.rewritten.append(str(folder))


def _rewrite_texts(warehouse: Warehouse, person: Person, done: Forgotten) -> None:
    """Take the person's values out of run records and logs; remove the audit's pages where they show any."""
    for file in [*warehouse.runs.glob("*.json"), *warehouse.log_file.parent.glob(f"{warehouse.log_file.name}*")]:
        text = file.read_text(encoding="utf-8", errors="replace")
        if _mentions(person, text):
            draft = warehouse.runs / f"{file.name}.part"
            draft.write_text(_without(person, text), encoding="utf-8")
            draft.replace(file)
            done.rewritten.append(file.relative_to(warehouse.folder).as_posix())
    pages = warehouse.data_docs
    if any(_mentions(person, page.read_text(encoding="utf-8", errors="replace")) for page in pages.glob("*")):
        shutil.rmtree(pages)
        done.rewritten.append(f"{pages.name}: removed; the next run writes it again")


def _pattern(person: Person) -> re.Pattern[str]:
    """Return what tells a value in a text, as it is written in JSON and in pages, too. A number could be any count."""
    kinds: dict[str, list[str]] = {BEFORE_A_VALUE: [], BEFORE_A_WORD: []}
    for value in person.values:
        is_weak = len(value) < SHORT or PLAIN_NUMBER.fullmatch(value)
        written = {value, json.dumps(value)[1:-1], html.escape(value), html.escape(value, quote=False)}
        kinds[BEFORE_A_VALUE if is_weak else BEFORE_A_WORD] += sorted(written)
    parts = [f"{before}(?:{'|'.join(map(re.escape, texts))})" for before, texts in kinds.items() if texts]
    return re.compile(rf"(?:{'|'.join(parts)})(?![\w@+-])(?!\.\w)", re.IGNORECASE)


def _mentions(person: Person, text: str) -> bool:
    return _pattern(person).search(text) is not None


def _without(person: Person, text: str) -> str:
    return _pattern(person).sub(GONE, text)


def _prove(warehouse: Warehouse, person: Person, done: Forgotten) -> None:
    """Search every table of every database and the bytes of every file for the person's values."""
    pattern = re.compile(_pattern(person).pattern.encode(), re.IGNORECASE)
    done.searched_values = len(person.values)
    for file in sorted(path for path in warehouse.folder.rglob("*") if path.is_file()):
        name = file.relative_to(warehouse.folder).as_posix()
        if file == warehouse.lock_file:
            continue
        done.searched_files += 1
        if pattern.search(file.read_bytes()):
            done.left.append(name)
        elif file.suffix == ".duckdb":
            with ENGINE.read(file) as database:
                done.left += [f"{name}, table {table}" for table in _rows_about(database, person)]


def _rows_about(database: Database, person: Person) -> Iterator[str]:
    for (schema, table), condition in _left_out(database, person).items():
        name = f"{sql_name(schema)}.{sql_name(table)}"
        if schema in REMADE and database.execute(f"select count(*) from {name} where {condition}").fetchall()[0][0]:
            yield f"{schema}.{table}"
