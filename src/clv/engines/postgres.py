"""PostgreSQL: raw files become tables of schema `raw`, which models read with the place of each row."""

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

import duckdb

from clv.engines.protocol import sql_name, sql_text

PLAIN = {
    "BOOLEAN": "boolean",
    "DATE": "date",
    "DOUBLE": "double precision",
    "FLOAT": "real",
    "TINYINT": "smallint",
    "UTINYINT": "smallint",
    "SMALLINT": "smallint",
    "USMALLINT": "integer",
    "INTEGER": "integer",
    "UINTEGER": "bigint",
    "BIGINT": "bigint",
    "TIMESTAMP WITH TIME ZONE": "timestamptz",
}
SUFFIXES = (".parquet", ".csv", ".csv.gz")
CHUNK = 1 << 20


class Connection(Protocol):
    """A connection to PostgreSQL, as psycopg2 gives it."""

    def cursor(self) -> Any:
        """Return a cursor."""

    def commit(self) -> None:
        """End the transaction."""


def column_type(found: str) -> str:
    """Return the type that a column of a raw file has in PostgreSQL: the same, or text."""
    if found.startswith("DECIMAL"):
        return found.replace("DECIMAL", "numeric")
    if found.startswith("TIMESTAMP") and found not in PLAIN:
        return "timestamp"
    return PLAIN.get(found, "text")


def files_of(source: str, raw: Path) -> list[Path]:
    """Return the files of a source: one of its name, or those in the folder of its name."""
    found = [path for path in raw.glob(f"{source}.*") if path.is_file()]
    if (raw / source).is_dir():
        found += [path for path in (raw / source).rglob("*") if path.is_file()]
    return sorted(path for path in found if path.name.lower().endswith(SUFFIXES))


def load_source(connection: Connection, source: str, raw: Path, schema: str = "raw") -> int:
    """Copy the files of a source into table `source`, made anew; return how many there were.

    Each row says by which file it came (delivered_in), which of its rows it is (delivered_row), and when the file was
    written (delivered_at). All of it is one transaction: a reader sees the old rows or the new ones.
    """
    files = files_of(source, raw)
    table = f"{sql_name(schema)}.{sql_name(source)}"
    cursor = connection.cursor()
    cursor.execute(f"create schema if not exists {sql_name(schema)}")
    cursor.execute(f"drop table if exists {table} cascade")
    if files:
        with duckdb.connect() as reader:
            reader.execute("set TimeZone = 'UTC'")
            readings = [_reading(reader, path) for path in files]
            types: dict[str, str] = {}
            for reading in readings:
                for row in reader.execute(f"describe {reading}").fetchall():
                    kind = column_type(row[1])
                    types[row[0]] = kind if types.get(row[0], kind) == kind else "text"
            columns = [f"{sql_name(name)} {kind}" for name, kind in types.items()]
            columns += ["delivered_in text", "delivered_row bigint", "delivered_at timestamp"]
            cursor.execute(f"create table {table} ({', '.join(columns)})")
            for path, reading in zip(files, readings, strict=True):
                _copy(cursor, table, reader, reading, path, raw)
    connection.commit()
    return len(files)


def _reading(reader: duckdb.DuckDBPyConnection, path: Path) -> str:
    """Return the query of a file's rows; texts of a CSV file stay as they are."""
    name = sql_text(path)
    if path.name.lower().endswith(".parquet"):
        return f"select * from read_parquet({name}, hive_partitioning = false)"
    reader.execute("set preserve_insertion_order = true")
    return f"select * from read_csv({name}, all_varchar = true, header = true, hive_partitioning = false)"


def _copy(cursor: Any, table: str, reader: duckdb.DuckDBPyConnection, reading: str, path: Path, raw: Path) -> None:
    first = 0 if re.search(r"[.]parquet$", path.name, re.IGNORECASE) else 1
    written = datetime.fromtimestamp(path.stat().st_mtime, UTC).replace(tzinfo=None)
    names = [row[0] for row in reader.execute(f"describe {reading}").fetchall()]
    listed = ", ".join([*(sql_name(name) for name in names), "delivered_in", "delivered_row", "delivered_at"])
    place = f"{sql_text(path.relative_to(raw))}, row_number() over () - 1 + {first}, timestamp {sql_text(written)}"
    query = f"select *, {place} from ({reading})"
    cursor.copy_expert(f"copy {table} ({listed}) from stdin (format csv)", _Csv(reader.execute(query)))


class _Csv:
    """The rows of a query as a file of CSV, in which a text without letters is not null."""

    def __init__(self, rows: duckdb.DuckDBPyConnection) -> None:
        self._rows = rows
        self._rest = b""

    def read(self, size: int = -1) -> bytes:
        """Return the next `size` bytes, fewer at the end."""
        while size < 0 or len(self._rest) < size:
            batch = self._rows.fetchmany(10_000)
            if not batch:
                break
            self._rest += "".join(",".join(map(_field, row)) + "\n" for row in batch).encode()
        size = len(self._rest) if size < 0 else size
        taken, self._rest = self._rest[:size], self._rest[size:]
        return taken


def _field(value: object) -> str:
    if value is None:
        return ""
    return '"' + str(value).replace('"', '""') + '"'
