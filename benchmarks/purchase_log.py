"""A synthetic purchase log of any size, as one Parquet file: BG/NBD purchases, Gamma-Gamma spend.

Columns: customer_id (text), ordered_at (timestamp), net_revenue (money, two decimals); one row per order, in the order
of time. A file of the same name that ends with .json says how many customers and orders it holds.

Sources: Fader, Hardie & Lee (2005), "Counting Your Customers the Easy Way"; Fader & Hardie (2013), "The Gamma-Gamma
Model of Monetary Value".
"""

import argparse
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]

HISTORY_DAYS = 1096
"""Customers are acquired evenly over these days, of which the as-of date is the last: 2023 to 2025."""
CHUNK_CUSTOMERS = 100_000
"""Customers simulated at once; bounds the memory, and is part of what a seed means."""
MEMORY_LIMIT = "4GB"
"""What DuckDB may use to bring the orders in the order of time; the rest goes to disk."""


@dataclass(frozen=True)
class Law:
    """The parameters of the models, with time in weeks and money in units of currency.

    An alpha of 7 weeks gives 4.99 orders per customer on average, the first included; 14 would give 3.56.
    """

    r: float = 0.8
    alpha: float = 7.0
    a: float = 0.8
    b: float = 3.5
    p: float = 6.0
    q: float = 4.0
    v: float = 40.0


LAW = Law()


def simulate(customers: int, law: Law, random: np.random.Generator) -> tuple[Array, Array, Array]:
    """Draw every order of `customers` customers.

    Returns, by order: the customer (0 to customers - 1), the time in days since the start of the history, the revenue.
    Given their number, the purchases of a customer who never leaves are uniform in time; of these, the ones after the
    repeat purchase at which the customer leaves do not happen.
    """
    rate = random.gamma(law.r, 1 / law.alpha, customers) / 7
    leaves_after = random.geometric(random.beta(law.a, law.b, customers))
    mean_factor = 1 / random.gamma(law.q, 1 / law.v, customers)
    first = random.uniform(0, HISTORY_DAYS, customers)

    repeats = random.poisson(rate * (HISTORY_DAYS - first))
    buyer = np.repeat(np.arange(customers), repeats)
    time = random.uniform(first[buyer], HISTORY_DAYS)
    time = time[np.lexsort((time, buyer))]
    rank = np.arange(len(buyer)) - np.repeat(np.cumsum(repeats) - repeats, repeats)
    happens = rank < leaves_after[buyer]

    customer = np.concatenate((np.arange(customers), buyer[happens]))
    revenue = random.gamma(law.p, mean_factor[customer])
    return customer, np.concatenate((first, time[happens])), np.round(revenue, 2)


def chunks(customers: int, start: date, law: Law, seed: int) -> Iterator[dict[str, Array]]:
    """Simulate customers chunk by chunk, each from a random stream of its own; the columns of one chunk at a time."""
    for offset in range(0, customers, CHUNK_CUSTOMERS):
        random = np.random.default_rng([seed, offset])
        customer, time, revenue = simulate(min(CHUNK_CUSTOMERS, customers - offset), law, random)
        seconds = np.floor(time * 86_400).astype("timedelta64[s]")
        yield {"customer": customer + offset, "ordered_at": np.datetime64(start, "us") + seconds, "revenue": revenue}


def write_log(target: Path, customers: int, as_of: date, seed: int, law: Law = LAW) -> None:
    """Write the log of `customers` customers, seen at the end of `as_of`, and its counts beside it.

    The same arguments give the same rows. Raises duckdb.Error or OSError where the files can't be written.
    """
    draft = target.with_suffix(".duckdb")
    draft.unlink(missing_ok=True)
    target.parent.mkdir(parents=True, exist_ok=True)
    start = as_of - timedelta(days=HISTORY_DAYS - 1)
    with duckdb.connect(str(draft), config={"memory_limit": MEMORY_LIMIT}) as connection:
        connection.execute("create table orders (customer bigint, ordered_at timestamp, revenue double)")
        for chunk in chunks(customers, start, law, seed):
            connection.register("chunk", chunk)
            connection.execute("insert into orders select customer, ordered_at, revenue from chunk")
        log = connection.sql(
            "select printf('C%08d', customer) as customer_id, ordered_at, revenue as net_revenue"
            " from orders order by ordered_at, customer, revenue"
        )
        log.write_parquet(str(target))
        orders = connection.table("orders").shape[0]
    draft.unlink()
    target.with_suffix(".json").write_text(json.dumps({"customers": customers, "orders": orders}) + "\n")


def main() -> None:
    """Read the arguments and write the log."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("target", type=Path, help="the Parquet file to write")
    parser.add_argument("--customers", type=int, default=10_000)
    parser.add_argument("--as-of", type=date.fromisoformat, default=date(2025, 12, 31), help="the last day of the log")
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    write_log(arguments.target, arguments.customers, arguments.as_of, arguments.seed)


if __name__ == "__main__":
    main()
