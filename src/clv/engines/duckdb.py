"""DuckDB: a database is a file, and a write-ahead log beside it while it is written."""

import os
import re
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb

from clv.engines.protocol import (
    NOT_GZIP,
    AbsentError,
    Cursor,
    EngineError,
    LockedDatabaseError,
    Mart,
    TableColumn,
    sql_name,
    sql_text,
)
from clv.errors import MachineError, UsageError

if TYPE_CHECKING:
    from pandas import DataFrame

MEMORY_LIMIT = "CLV_MEMORY_LIMIT"
"""Environment variable; profiles.yml reads it, too."""
MOST_MEMORY = "60%"
SIZE = re.compile(r"(?:100|[1-9]\d?)%|[1-9]\d*(?:\.\d+)? ?[KMGT]i?B", re.IGNORECASE)
OUT_OF_MEMORY = re.compile(
    r"out of memory error|could not allocate block|failed to (?:allocate|pin|offload)|max_temp_directory_size",
    re.IGNORECASE,
)
STORAGE_VERSION = "v1.4.0"
"""The storage format of the published file: drivers from DuckDB 1.4 on read it."""
FORMATS = {"parquet": "format parquet", "csv": "format csv, header true"}
MIXED_LINE_ENDS = re.compile(r"invalid state.*?file = ([^\n]+)", re.DOTALL)
NO_PARQUET = re.compile(r"no magic bytes|too small to be a parquet file", re.IGNORECASE)
BROKEN_GZIP = re.compile(
    r"(?:not a gzip stream|unexpected end of gzip stream|failed to decode gzip)[^:\n]*:?\s*(\S.*)?", re.IGNORECASE
)
QUOTED_FILE = re.compile(r"'([^']+)'")
DAMAGED = re.compile(  # the build database, not a raw file that is corrupt
    r"corrupt database|not a valid duckdb database|does not match stored checksum|replaying wal"
    r"|could not read enough bytes from file \"[^\"]*build\.duckdb",
    re.IGNORECASE,
)
LOCKED = re.compile(r"could not set lock on file \"([^\"]+)\"(?:.*?\(PID (\d+)\))?", re.IGNORECASE | re.DOTALL)

COLUMNS_SQL = """
select table_name, column_name, data_type, coalesce(comment, '')
from duckdb_columns()
where schema_name = ?
order by table_name, column_index
"""

REWRITTEN_SQL = """
select schema_name, table_name, sql, comment
from duckdb_tables()
where database_name = 'earlier' and not temporary
order by schema_name, table_name
"""

REWRITTEN_COLUMNS_SQL = """
select column_name, comment
from duckdb_columns()
where database_name = 'earlier' and schema_name = ? and table_name = ? and comment is not null
"""

TABLES_SQL = """
select table_name, coalesce(comment, '')
from duckdb_tables()
where schema_name = ?
order by table_name
"""


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except (duckdb.CatalogException, duckdb.BinderException) as error:
        raise AbsentError(str(error)) from error
    except duckdb.Error as error:
        if OUT_OF_MEMORY.search(str(error)):
            raise MachineError(_of_memory()) from error
        kind = LockedDatabaseError if LOCKED.search(str(error)) else EngineError
        raise kind(str(error)) from error


def _memory_limit() -> str:
    limit = os.environ.get(MEMORY_LIMIT, MOST_MEMORY)
    if not SIZE.fullmatch(limit):
        raise UsageError(
            f"The environment variable {MEMORY_LIMIT} is '{limit}': give a share of the machine's memory or a size, "
            f"as in {MOST_MEMORY} or 4GB."
        )
    return limit


def _of_memory() -> str:
    return (
        f"DuckDB needed more memory than {_memory_limit()}, although it spills to disk: "
        f"set the environment variable {MEMORY_LIMIT} higher (as in 80% or 8GB), or take a larger machine."
    )


@contextmanager
def _connected(database: str = ":memory:", **options: Any) -> Iterator[duckdb.DuckDBPyConnection]:
    limit = _memory_limit()
    with _translated(), duckdb.connect(database, **options) as connection:
        connection.execute(f"set memory_limit = {sql_text(limit)}")
        yield connection


class DuckDBDatabase:
    """One connection, which reads one file."""

    row_id = "rowid"

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        """Wrap an open connection."""
        self._connection = connection

    def execute(self, sql: str, parameters: Sequence[object] | None = None) -> Cursor:
        """See Database."""
        with _translated():
            return self._connection.execute(sql, parameters)

    def use(self, schema: str) -> None:
        """See Database."""
        self.execute(f"use {sql_name(schema)}")

    def tables(self, schema: str) -> list[tuple[str, str]]:
        """See Database."""
        return [(name, comment) for name, comment in self.execute(TABLES_SQL, [schema]).fetchall()]

    def columns(self, schema: str) -> list[TableColumn]:
        """See Database."""
        return [TableColumn(*row) for row in self.execute(COLUMNS_SQL, [schema]).fetchall()]

    def types(self, relation: str) -> dict[str, str]:
        """See Database."""
        try:
            return {row[0]: row[1] for row in self.execute(f"describe {relation}").fetchall()}
        except AbsentError:
            return {}

    def frame(self, sql: str) -> "DataFrame":
        """See Database."""
        with _translated():
            return self._connection.execute(sql).df()

    def write(self, relation: str, file: Path, file_format: str, marks: Mapping[str, str]) -> None:
        """See Database."""
        options = FORMATS[file_format]
        if file_format == "parquet":
            metadata = ", ".join(f"{name}: {sql_text(value)}" for name, value in marks.items())
            options = f"{options}, kv_metadata {{{metadata}}}"
        self.execute(f"copy {relation} to {sql_text(file)} ({options})")

    def copy(self, schema: str, mart: Mart) -> None:
        """See Candidate."""
        table = f"{schema}.{sql_name(mart.name)}"
        self.execute(f"create table {table} as select * from build.{table}")
        if mart.description:
            self.execute(f"comment on table {table} is {sql_text(mart.description)}")
        present = self.types(table)
        for column, description in mart.columns.items():
            if description and column in present:
                self.execute(f"comment on column {table}.{sql_name(column)} is {sql_text(description)}")

    def attach(self, database: Path, name: str) -> None:
        """See Comparison."""
        self.execute(f"attach {sql_text(database)} as {name} (read_only)")


class DuckDB:
    """The engine whose databases are files."""

    def check_environment(self) -> None:
        """See Engine."""
        _memory_limit()

    @contextmanager
    def read(self, database: Path) -> Iterator[DuckDBDatabase]:
        """See Engine."""
        with _connected(str(database), read_only=True) as connection:
            yield DuckDBDatabase(connection)

    @contextmanager
    def write(self, build: Path, candidate: Path, spill: Path) -> Iterator[DuckDBDatabase]:
        """See Engine."""
        with self.compare(spill) as written:
            written.attach(build, "build")
            written.execute(f"attach {sql_text(candidate)} as published (storage_version {sql_text(STORAGE_VERSION)})")
            written.use("published")
            yield written
            written.execute("checkpoint published")
            written.use("memory")
            written.execute("detach published")

    @contextmanager
    def compare(self, spill: Path) -> Iterator[DuckDBDatabase]:
        """See Engine."""
        with _connected(config={"temp_directory": str(spill)}) as connection:
            yield DuckDBDatabase(connection)

    def repair(self, build: Path) -> None:
        """See Engine."""
        with _connected(str(build)):
            pass

    def set_aside(self, build: Path, damaged: Path) -> None:
        """See Engine."""
        for log in _logs_of(build):  # first, so that a kill leaves none beside the new one
            log.replace(log.with_name(log.name.replace(build.name, damaged.name)))
        build.replace(damaged)

    def remove_spill(self, build: Path) -> None:
        """See Engine."""
        shutil.rmtree(build.with_name(build.name + ".tmp"), ignore_errors=True)

    def rewrite(self, database: Path, target: Path, left_out: Mapping[tuple[str, str], str]) -> None:
        """See Engine."""
        spill = target.with_name(f"{target.name}.tmp")
        with self.compare(spill) as written:
            written.attach(database, "earlier")
            written.execute(f"attach {sql_text(target)} as kept (storage_version {sql_text(STORAGE_VERSION)})")
            found = written.execute(REWRITTEN_SQL).fetchall()
            written.use("kept")
            for schema, table, definition, comment in found:
                if (schema, table) in left_out:
                    name = f"{sql_name(schema)}.{sql_name(table)}"
                    written.execute(f"create schema if not exists {sql_name(schema)}")
                    written.execute(definition)
                    written.execute(
                        f"insert into {name} select * from earlier.{name} "
                        f"where not coalesce(({left_out[schema, table]}), false)"
                    )
                    if comment:
                        written.execute(f"comment on table {name} is {sql_text(comment)}")
                    commented = written.execute(REWRITTEN_COLUMNS_SQL, [schema, table]).fetchall()
                    for column, text in commented:
                        written.execute(f"comment on column {name}.{sql_name(column)} is {sql_text(text)}")
            written.execute("checkpoint kept")
            written.use("memory")
            written.execute("detach kept")

    def remove(self, database: Path) -> None:
        """See Engine."""
        for file in (database, *_logs_of(database)):
            file.unlink(missing_ok=True)

    def swap(self, candidate: Path, published: Path) -> None:
        """See Engine."""
        if published.exists() and published.samefile(candidate):
            candidate.unlink()  # to rename one link of a file to another does nothing
            return
        for log in _logs_of(published):  # what a client left there would be replayed into the new file
            log.unlink()
        candidate.replace(published)

    def parquet_columns(self, file: Path) -> list[str]:
        """See Engine."""
        with _translated(), duckdb.connect() as connection:
            return list(connection.read_parquet(str(file)).columns)

    def expanded_sizes(self, files: Sequence[Path]) -> dict[Path, int]:
        """See Engine."""
        names = ", ".join(sql_text(re.sub(r"([][*?])", r"[\1]", str(file))) for file in files)
        sizes = f"select file_name, sum(total_uncompressed_size) from parquet_metadata([{names}]) group by file_name"
        with _translated(), duckdb.connect() as connection:
            return {Path(name): int(size) for name, size in connection.execute(sizes).fetchall()}

    def release(self) -> None:
        """See Engine."""
        from dbt.adapters.duckdb.connections import DuckDBConnectionManager

        environment = DuckDBConnectionManager._ENV
        if environment is not None:
            environment.close()
            DuckDBConnectionManager._ENV = None

    def find_damage(self, database: Path) -> str:
        """See Engine."""
        try:
            with _connected(str(database), read_only=True) as connection:
                tables = connection.execute("select schema_name, table_name from duckdb_tables()").fetchall()
                for schema, table in tables:
                    relation = f"{sql_name(schema)}.{sql_name(table)}"
                    connection.execute(f"select bit_xor(hash(whole)) from {relation} as whole").fetchall()
        except EngineError as error:
            return error.reason
        return ""

    def is_damage(self, message: str) -> bool:
        """See Engine."""
        return bool(DAMAGED.search(message))

    def is_of_machine(self, message: str) -> bool:
        """See Engine."""
        return bool(OUT_OF_MEMORY.search(message))

    def explain(self, message: str) -> str | None:
        """See Engine."""
        mixed = MIXED_LINE_ENDS.search(message)
        if mixed:
            return (
                f"{mixed[1].strip()} mixes line ends (LF and CRLF), so that its lines can't be told apart: "
                "save it with one kind of line end and run again."
            )
        if OUT_OF_MEMORY.search(message):
            return _of_memory()
        locked = LOCKED.search(message)
        if locked:
            by = f"another process ({locked[2]})" if locked[2] else "another process"
            return (
                f"The build database {locked[1]} is in use by {by}: wait until it has ended, or end it, and run again."
            )
        gzip = BROKEN_GZIP.search(message)
        if gzip:
            return f"{(gzip[1] or 'A .csv.gz file').strip()} {NOT_GZIP}"
        file = QUOTED_FILE.search(message)
        if file and NO_PARQUET.search(message):
            return f"{file[1]} is not a Parquet file, though its name says so: deliver it again, or remove it."
        return None

    def size(self, *databases: Path) -> int:
        """See Engine."""
        return sum(file.stat().st_size for file in databases if file.exists())


def _logs_of(file: Path) -> list[Path]:
    """Return the write-ahead logs that were left beside a database file."""
    return list(file.parent.glob(f"{file.name}.wal*"))
