"""What the command line asks of an engine. A database is named by its path, and SQL is that of all engines."""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from pandas import DataFrame

Row = tuple[Any, ...]

NOT_GZIP = "is not a whole gzip file, though its name says so: deliver it again, or remove it."


class EngineError(Exception):
    """What the engine refuses, in its own words."""

    @property
    def reason(self) -> str:
        """The first line, without the mark that ends it."""
        return next(iter(str(self).splitlines()), "").rstrip(".!")


class AbsentError(EngineError):
    """There is no such table or column."""


class LockedDatabaseError(EngineError):
    """Another process has the database open."""


@dataclass(frozen=True)
class Mart:
    """A table to publish; the descriptions become comments of the table and its columns."""

    name: str
    description: str = ""
    columns: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class TableColumn:
    """A column of a table. type: as the engine names it."""

    table: str
    name: str
    type: str
    description: str


class Cursor(Protocol):
    """The rows of a query, as in PEP 249."""

    @property
    def description(self) -> Sequence[Sequence[Any]] | None:
        """The columns, each with its name first."""

    def fetchall(self) -> list[Row]:
        """Return all rows that are left."""

    def fetchmany(self, size: int = ..., /) -> list[Row]:
        """Return the next rows, none at the end."""


class Database(Protocol):
    """An open database. Whoever reads it sees it as it was when it was opened, whatever is published meanwhile."""

    row_id: str
    """What tells the rows of a table apart in this engine's SQL: a number."""

    def execute(self, sql: str, parameters: Sequence[object] | None = None) -> Cursor:
        """Run a statement. Raises EngineError."""

    def use(self, schema: str) -> None:
        """Look in `schema` for tables that are named without one. Raises EngineError where it is absent."""

    def tables(self, schema: str) -> list[tuple[str, str]]:
        """Return the name and the description of each table."""

    def columns(self, schema: str) -> list[TableColumn]:
        """Return the columns of the tables of a schema, in their order."""

    def types(self, relation: str) -> dict[str, str]:
        """Return the columns of a relation with their types; none if there is no such relation."""

    def frame(self, sql: str) -> "DataFrame":
        """Return the rows of a query as a data frame of pandas."""

    def write(self, relation: str, file: Path, file_format: str, marks: Mapping[str, str]) -> None:
        """Write a relation to a file, `parquet` or `csv`; marks: what Parquet says of itself."""


class Candidate(Database, Protocol):
    """A new database that is written from the build database."""

    def copy(self, schema: str, mart: Mart) -> None:
        """Copy a mart, with its descriptions."""


class Comparison(Database, Protocol):
    """A database in memory, beside which others are opened for reading."""

    def attach(self, database: Path, name: str) -> None:
        """Open a database, whose tables are then `name`.schema.table. Raises EngineError."""


class Engine(Protocol):
    """An engine. What it can't do raises EngineError; so does what goes wrong while a database is open.

    Too little memory raises MachineError.
    """

    def check_environment(self) -> None:
        """Raise UsageError where an environment variable that sets the engine says nothing it can do."""

    def read(self, database: Path) -> AbstractContextManager[Database]:
        """Open a database for reading."""

    def write(self, build: Path, candidate: Path, spill: Path) -> AbstractContextManager[Candidate]:
        """Make the database `candidate` from `build`; after the block it is whole. spill: folder to spill to."""

    def compare(self, spill: Path) -> AbstractContextManager[Comparison]:
        """Open a database in memory. spill: folder to spill to."""

    def repair(self, build: Path) -> None:
        """Complete what a killed run has begun, and see that the database opens. Raises LockedDatabaseError, too."""

    def set_aside(self, build: Path, damaged: Path) -> None:
        """Rename a database that can't be read."""

    def remove_spill(self, build: Path) -> None:
        """Remove what was spilled beside the build database, which nobody may have open."""

    def rewrite(self, database: Path, target: Path, left_out: Mapping[tuple[str, str], str]) -> None:
        """Write the tables of a database to a new one, with their descriptions.

        left_out: by schema and table, the SQL condition of rows that are left out; so is a table that it doesn't name.
        """

    def remove(self, database: Path) -> None:
        """Remove a database, if it is there, and what belongs to it."""

    def swap(self, candidate: Path, published: Path) -> None:
        """Make the candidate the published database, at once, never in part."""

    def parquet_columns(self, file: Path) -> list[str]:
        """Return the names of the columns of a Parquet file. Raises EngineError where it is none."""

    def expanded_sizes(self, files: Sequence[Path]) -> dict[Path, int]:
        """Return the bytes that Parquet files hold once they are expanded. Raises EngineError where one is none."""

    def release(self) -> None:
        """Close what dbt may keep open after an error."""

    def find_damage(self, database: Path) -> str:
        """Read the whole of a database; return why it can't be read, or an empty text."""

    def is_damage(self, message: str) -> bool:
        """Say whether an error's message tells of a damaged build database, and not of a raw file."""

    def is_of_machine(self, message: str) -> bool:
        """Say whether an error is the machine's (memory, room to spill, a lost connection): another try may help."""

    def explain(self, message: str) -> str | None:
        """Return sentences that say what to do about an error, where its cause is known."""

    def size(self, *databases: Path) -> int:
        """Return the bytes of databases; one that doesn't exist has none."""


def sql_text(value: object) -> str:
    """Quote a value as a text of SQL."""
    return "'" + str(value).replace("'", "''") + "'"


def sql_name(name: str) -> str:
    """Quote a name for SQL."""
    return '"' + name.replace('"', '""') + '"'
