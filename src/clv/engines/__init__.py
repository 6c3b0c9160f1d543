"""All that a database engine does its own way, behind one protocol. The rest of `clv` asks `ENGINE`."""

from clv.engines.duckdb import DuckDB
from clv.engines.protocol import Engine

ENGINE: Engine = DuckDB()
