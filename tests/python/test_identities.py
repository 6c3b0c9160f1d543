"""Who is whom: the project's own SQL on made-up contacts, against a union-find that knows nothing of it."""

from __future__ import annotations

import datetime as dt
import math
from collections import Counter
from collections.abc import Iterable
from hashlib import sha256
from itertools import pairwise

import duckdb
import pytest
from compiled_sql import compile_models, create_iterated, empty_database
from hypothesis import given, settings
from hypothesis import strategies as st
from soak.builder import Builder

MODELS = [
    "int_contacts_shared",
    "int_contacts_connected",
    "int_people_linked",
    "int_identities_resolved",
    "int_people_listed",
]
NOW = dt.date(9999, 12, 31)
MAX_IDS, MAX_CONTACTS, MAX_PERSON = 4, 3, 6
NO_LIMIT = 1_000_000
Contact = tuple[str, str, dt.date]
"""An id, a contact of it, and the day from which it was known."""


@pytest.fixture(scope="module")
def compiled(builder: Builder) -> dict[str, str]:
    """Return the SQL of the models that resolve identities, with limits that random contacts reach."""
    return compile_models(
        builder, MODELS, max_ids_per_contact=MAX_IDS, max_contacts_per_id=MAX_CONTACTS, max_ids_per_person=MAX_PERSON
    )


@pytest.fixture(scope="module")
def unlimited(builder: Builder) -> dict[str, str]:
    """Return the SQL of the same models for persons of any number of ids."""
    return compile_models(builder, MODELS, max_contacts_per_id=NO_LIMIT, max_ids_per_person=NO_LIMIT)


def _build(
    connection: duckdb.DuckDBPyConnection,
    compiled: dict[str, str],
    contacts: Iterable[Contact],
    dates: Iterable[dt.date],
) -> int:
    """Create the models of these contacts; return the steps. Ids that begin with g are guests, contacts with p phones."""
    connection.execute("create schema intermediate")
    connection.execute(
        "create table intermediate.int_contacts_normalised"
        " (source_customer_id varchar, is_guest boolean, contact_kind varchar, contact_hash varchar, known_on date)"
    )
    connection.execute("create table intermediate.int_dates_listed (valued_at date, is_rebuilt boolean)")
    for day in dates:
        connection.execute("insert into intermediate.int_dates_listed values (?, true)", [day])
    columns = [list(column) for column in zip(*contacts, strict=True)] or [[], [], []]
    connection.execute(
        """
        insert into intermediate.int_contacts_normalised
        with contacts as (select unnest(?::varchar[]) as id, unnest(?::varchar[]) as contact, unnest(?::date[]) as day)
        select id, id like 'g%', if(contact like 'p%', 'phone', 'email'), contact, day from contacts
        union all
        select id, id like 'g%', null, null, min(day) from contacts group by id
        """,
        columns,
    )
    steps = 0
    for model in MODELS:
        if model == "int_contacts_connected":
            steps = create_iterated(connection, f"intermediate.{model}", compiled[model])
        else:
            connection.execute(f"create table intermediate.{model} as {compiled[model]}")
    return steps


def _people(contacts: Iterable[Contact], at: dt.date) -> tuple[dict[str, str], dict[str, set[str]]]:
    """Return the person of every id known by then, and the kinds of the contacts that tie it to another id."""
    known = [(holder, contact) for holder, contact, day in contacts if day <= at]
    held_by = Counter(holder for holder, _ in known)
    ties = [(holder, contact) for holder, contact in known if held_by[holder] <= MAX_CONTACTS]
    parents = {holder: holder for holder, _ in known}
    kinds: dict[str, set[str]] = {holder: set() for holder, _ in known}

    def root(identifier: str) -> str:
        while parents[identifier] != identifier:
            identifier = parents[identifier]
        return identifier

    for contact in {contact for _, contact in ties}:
        holders = [holder for holder, held in ties if held == contact]
        if 2 <= len(holders) <= MAX_IDS:
            for holder in holders:
                parents[root(holder)] = root(holders[0])
                kinds[holder].add("phone" if contact.startswith("p") else "email")
    sizes = Counter(root(identifier) for identifier in parents)
    for crowd in [identifier for identifier in parents if sizes[root(identifier)] > MAX_PERSON]:
        kinds[crowd] = set()
    parents = {
        identifier: identifier if sizes[root(identifier)] > MAX_PERSON else root(identifier) for identifier in parents
    }
    names: dict[str, str] = {}
    for identifier in sorted(parents, key=lambda name: (name.startswith("g"), name)):
        names.setdefault(root(identifier), identifier)
    return {identifier: names[root(identifier)] for identifier in parents}, kinds


DATES = [dt.date(2024, 1, 31), dt.date(2024, 2, 29)]
IDS = st.sampled_from([*(f"c{number}" for number in range(9)), "a", "z", "g1", "g2", "g3", "C", "Z"])
CONTACTS = st.sampled_from([*(f"e{number}" for number in range(7)), *(f"p{number}" for number in range(5))])
DAYS = st.sampled_from([dt.date(1900, 1, 1), *DATES, dt.date(2024, 3, 1)])


@settings(max_examples=60, deadline=None)
@given(held=st.dictionaries(st.tuples(IDS, CONTACTS), DAYS, max_size=26))
def test_people_are_the_connected_components_of_shared_contacts(
    compiled: dict[str, str], held: dict[tuple[str, str], dt.date]
) -> None:
    """Two ids are one person at a date exactly if contacts shared by then tie them, within the limits; the first account names it."""
    contacts = [(holder, contact, day) for (holder, contact), day in held.items()]
    with empty_database() as connection:
        _build(connection, compiled, contacts, DATES)
        linked = connection.execute("select * from intermediate.int_people_linked").fetchall()
        resolved = connection.execute("select * from intermediate.int_identities_resolved").fetchall()
        listed = connection.execute("select * from intermediate.int_people_listed").fetchall()
    expected = {}
    for at in [*DATES, NOW]:
        person, kinds = _people(contacts, at)
        sizes = Counter(person.values())
        for identifier, name in person.items():
            expected[at, identifier] = (name, sizes[name], " and ".join(sorted(kinds[identifier])) or None)
    assert {tuple(row[:2]): tuple(row[2:]) for row in linked} == {
        key: values for key, values in expected.items() if values[1] > 1
    }
    assert {identifier: (name, size, kind) for identifier, name, _, size, kind in resolved} == {
        identifier: values for (at, identifier), values in expected.items() if at == NOW
    }
    assert sorted(listed) == sorted({(at, name) for (at, _), (name, _, _) in expected.items()})


def _chain(order: str, length: int) -> list[str]:
    ids = [f"c{number:06}" for number in range(length)]
    if order == "descending":
        ids.reverse()
    elif order == "from both ends":
        ids = [ids[number // 2 if number % 2 else -1 - number // 2] for number in range(length)]
    elif order == "shuffled":
        ids.sort(key=lambda name: sha256(name.encode()).digest())
    return ids


@pytest.mark.parametrize(
    ("order", "length"), [("ascending", 8000), ("descending", 8000), ("from both ends", 8000), ("shuffled", 100_000)]
)
def test_a_long_chain_is_one_person_in_few_steps(unlimited: dict[str, str], order: str, length: int) -> None:
    """Ids, each of which shares a contact with the next, are one person, whatever their order: in O(log n) steps."""
    day = DATES[0]
    contacts = [
        (holder, f"e{number}", day) for number, pair in enumerate(pairwise(_chain(order, length))) for holder in pair
    ]
    with empty_database() as connection:
        steps = _build(connection, unlimited, contacts, [])
        people = connection.execute(
            "select customer_id, identity_size, count(*) from intermediate.int_people_linked group by all"
        ).fetchall()
    assert people == [("c000000", length, length)]
    assert steps <= math.log2(length) + 3


@pytest.mark.parametrize("hub", ["a", "z", "guest"])
def test_accounts_that_share_one_id_are_one_person(unlimited: dict[str, str], hub: str) -> None:
    """4,000 accounts, each of which shares another email with one id, are one person: of the first account."""
    accounts = [f"c{number:04}" for number in range(4000)]
    contacts = [(holder, f"e{account}", DATES[0]) for account in accounts for holder in (account, hub)]
    with empty_database() as connection:
        steps = _build(connection, unlimited, contacts, DATES)
        people = connection.execute(
            "select customer_id, identity_size, count(*) from intermediate.int_people_linked group by all"
        ).fetchall()
    assert people == [("a" if hub == "a" else "c0000", 4001, 3 * 4001)]
    assert steps <= 4
