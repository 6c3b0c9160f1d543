"""The project's own SQL, as dbt compiles it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

import duckdb
from soak.builder import Builder

DATABASE = "build"
"""What the compiled SQL calls its database."""


@contextmanager
def empty_database() -> Iterator[duckdb.DuckDBPyConnection]:
    """Connect to an empty database in memory, by the name that the compiled SQL knows."""
    with duckdb.connect() as connection:
        connection.execute(f"attach ':memory:' as {DATABASE}; use {DATABASE}")
        yield connection


def create_iterated(connection: duckdb.DuckDBPyConnection, name: str, sql: str) -> int:
    """Create table `name` of a model of materialization `iterated`; return in how many steps its rows came to rest."""
    steps = 0
    source = sql
    moving = True
    while moving:
        steps += 1
        connection.execute(f"create or replace table last_step as {source}")
        moving = connection.execute("select count(*) > 0 from last_step where not is_at_rest").fetchall()[0][0]
        first, *others = sql.split("/* first */")
        source = first + "".join("last_step" + other.split("/* or last step */")[1] for other in others)
    connection.execute(f"create table {name} as from last_step")
    return steps


def compile_models(builder: Builder, models: Sequence[str], **variables: object) -> dict[str, str]:
    """Return the SQL of `models` by name, compiled with these dbt variables."""
    compiled = _compile(replace(builder, variables=variables), "--select", *models)
    return {name: compiled[name] for name in models}


def create_tables(connection: duckdb.DuckDBPyConnection, builder: Builder, models: dict[str, str]) -> None:
    """Create the tables of compiled models (name -> SQL), one after the other, as dbt does."""
    for name, code in models.items():
        config = builder.manifest.nodes[f"model.clv_warehouse.{name}"].config
        if config.materialized == "iterated":
            _iterate(connection, name, code, config.get("max_steps"))
        else:
            connection.execute(f"create table intermediate.{name} as {code}")


def _iterate(connection: duckdb.DuckDBPyConnection, name: str, code: str, max_steps: int) -> None:
    """Repeat a model's SQL on its own last result until all rows rest."""
    connection.execute(f"create table intermediate.{name} as {code}")
    again = re.sub(r"/\* first \*/.*?/\* or last step \*/", f"intermediate.{name}", code, flags=re.DOTALL)
    for _ in range(max_steps - 1):
        if connection.execute(f"select bool_and(is_at_rest) from intermediate.{name}").fetchone() != (False,):
            break
        connection.execute(f"create or replace table intermediate.{name} as {again}")


def compile_analyses(builder: Builder) -> dict[str, str]:
    """Return the SQL of all analyses by name."""
    return _compile(builder, "--select", "resource_type:analysis")


def compile_query(builder: Builder, query: str) -> str:
    """Return what `query`, SQL with Jinja in it, becomes."""
    (compiled,) = _compile(builder, "--inline", query).values()
    return compiled


def _compile(builder: Builder, *selection: str) -> dict[str, str]:
    result = builder.invoke(builder.scratch / "compiled", "--quiet", "compile", *selection).result
    return {one.node.name: one.node.compiled_code for one in result}
