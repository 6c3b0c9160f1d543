"""Loads the raw files of a folder into PostgreSQL: load.py FOLDER PORT DATABASE. Run with the environment that has the driver."""

import sys
from pathlib import Path

import psycopg2

from clv.engines.postgres import load_source

SOURCES = [
    "orders",
    "order_items",
    "products",
    "refunds",
    "customers",
    "marketing_spend",
    "touchpoints",
    "campaign_members",
]
SOURCES += ["subscriptions", "survey_responses", "inventory_periods", "exchange_rates"]

folder, port, database = sys.argv[1:]
with psycopg2.connect(host="127.0.0.1", port=port, user="postgres", dbname=database) as connection:
    for source in SOURCES:
        load_source(connection, source, Path(folder))
