"""Writes the rows of queries as a pickle: read.py PORT DATABASE FILE QUERY …. Run with the environment that has the driver."""

import pickle
import sys
from pathlib import Path

import psycopg2

port, database, file, *queries = sys.argv[1:]
with (
    psycopg2.connect(host="127.0.0.1", port=port, user="postgres", dbname=database) as connection,
    connection.cursor() as cursor,
):
    found = []
    for query in queries:
        cursor.execute(query)
        found.append(cursor.fetchall())
Path(file).write_bytes(pickle.dumps(found))
