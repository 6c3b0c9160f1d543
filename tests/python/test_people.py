"""Who is a customer, and who is the same person: a shop whose ids and contacts say less than they seem to."""

import datetime as dt
import os
import re
from dataclasses import replace
from pathlib import Path
from unittest.mock import patch

import duckdb
import pytest
from conftest import write_csv
from soak.builder import Builder

LIMITS = {"max_orders_per_guest": 2, "max_contacts_per_id": 2, "max_ids_per_contact": 3, "max_ids_per_person": 3}
ORDER = ["order_id", "customer_id", "ordered_at", "amount", "email"]
FIRST_NIGHT = [
    # a guest checkout whose id is everybody's, by an address that is an account's, one that is nobody's and none
    ("g1", "0", "2024-01-10", "10", "Ann@shop.example"),
    ("g2", "0", "2024-01-11", "20", "pure@guest.example"),
    ("g3", "0", "2024-01-12", "30", "no-reply-77@market.marketplace.example"),
    ("g4", " NaN ", "2024-01-13", "40", ""),
    # what a till writes into the address: so far a guest of two orders
    ("t1", "", "2024-01-14", "1", "till@shop.example"),
    ("t2", "", "2024-01-15", "2", "till@shop.example"),
    # a clerk's id of two addresses
    ("c1", "clerk", "2024-01-16", "5", "x@shop.example"),
    ("c2", "clerk", "2024-01-17", "5", "y@shop.example"),
    ("a1", "ann", "2024-01-18", "100", ""),
]
SECOND_NIGHT = [
    ("t3", "", "2024-02-14", "4", "till@shop.example"),
    ("c3", "clerk", "2024-02-16", "5", "z@shop.example"),
]
ACCOUNT = ["customer_id", "email", "phone", "first_name", "last_name", "birth_date"]
ACCOUNTS = [
    ("ann", "ann@shop.example", "", "Ann", "Lee", ""),
    ("x", "x@shop.example", "", "", "", ""),
    # one phone of two people, of whom one has two accounts
    ("dad", "", "+49 30 5550001", "Dad", "Ford", "1960-05-05"),
    ("son", "", "+49 30 5550001", "Son", "Ford", "1990-05-05"),
    ("son2", "", "0049 30 5550001", "SON", "ford ", "1990-05-05"),
    # one phone that says nothing against it
    ("kim", "", "5550002", "Kim", "", ""),
    ("kim2", "", "5550002", "Kim", "Ray", ""),
    # no phone
    ("u", "", "1234567890", "", "", ""),
    ("v", "", "1234567890", "", "", ""),
    ("0", "zero@shop.example", "", "", "", ""),
]
REASONS = """
    select reason, customer_ids, contacts, orders from marts.fct_identity_limits order by reason
"""


def _people(build_file: Path) -> dict[str, tuple[str, ...]]:
    """Return each person of several ids, and of orders."""
    with duckdb.connect(str(build_file), read_only=True) as connection:
        rows = connection.execute(
            "select customer_id, list_sort(list(if(is_guest, 'guest', source_customer_id)))"
            " from marts.dim_customer_identities group by customer_id having count(*) > 1"
        ).fetchall()
    return {name: tuple(ids) for name, ids in rows}


def _revenue(build_file: Path) -> dict[str | None, float]:
    with duckdb.connect(str(build_file), read_only=True) as connection:
        return dict(
            connection.execute(
                "select if(customer_id like 'guest-%', 'guest', customer_id), sum(net_revenue)::double"
                " from marts.fct_orders group by 1"
            ).fetchall()
        )


@pytest.fixture(scope="module")
def nights(builder: Builder, tmp_path_factory: pytest.TempPathFactory) -> list[tuple[Path, dict[str, tuple[str, ...]]]]:
    """Build the shop on two nights; return the build database and the people of each night."""
    folder = tmp_path_factory.mktemp("people")
    builder = replace(builder, variables=LIMITS | {"max_rejected_share": 0.5})
    write_csv(folder / "raw", "customers", ACCOUNT, ACCOUNTS)
    built = []
    for night, orders in enumerate([FIRST_NIGHT, SECOND_NIGHT]):
        write_csv(folder / "raw" / "orders", f"{night}", ORDER, orders)
        build_file = builder.build_and_test(folder / "raw", folder / "warehouse", None)
        copy = folder / f"night{night}.duckdb"
        copy.write_bytes(build_file.read_bytes())
        built.append((copy, _people(copy)))
    built.append((builder.build_and_test(folder / "raw", folder / "anew", None), {}))
    return built


def test_ids_and_contacts_of_nobody_make_nobody_one(nights: list[tuple[Path, dict[str, tuple[str, ...]]]]) -> None:
    _, people = nights[0]
    assert people == {
        "ann": ("ann", "guest"),
        "clerk": ("clerk", "x"),
        "son": ("son", "son2"),
        "kim": ("kim", "kim2"),
    }
    assert _revenue(nights[0][0]) == {"ann": 110, "guest": 23, None: 70, "clerk": 10}


def test_who_becomes_a_till_or_a_clerk_is_nobody_from_then_on(
    nights: list[tuple[Path, dict[str, tuple[str, ...]]]],
) -> None:
    """The till's third order takes all three from the guest; the clerk's third address parts it from x."""
    build_file, people = nights[1]
    assert "clerk" not in people
    assert _revenue(build_file) == {"ann": 110, "guest": 20, None: 77, "clerk": 15}


def test_the_night_after_equals_a_build_from_nothing(nights: list[tuple[Path, dict[str, tuple[str, ...]]]]) -> None:
    with duckdb.connect() as connection:
        connection.execute(f"attach '{nights[1][0]}' as night (read_only); attach '{nights[2][0]}' as anew (read_only)")
        tables = connection.execute(
            "select table_name from duckdb_tables() where database_name = 'anew' and schema_name = 'marts'"
        ).fetchall()
        for (table,) in tables:
            if table in ("fct_model_fits", "fct_model_parameters"):  # these keep earlier nights
                continue
            for one, other in [("night", "anew"), ("anew", "night")]:
                rows = f"select * from {one}.marts.{table} except all select * from {other}.marts.{table}"
                assert connection.execute(rows).fetchall() == [], table
    assert len(tables) > 20


def test_what_was_held_back_is_counted(nights: list[tuple[Path, dict[str, tuple[str, ...]]]]) -> None:
    with duckdb.connect(str(nights[1][0]), read_only=True) as connection:
        assert connection.execute(REASONS).fetchall() == [
            ("a customer id that names nobody", 2, 0, 4),
            ("a guest email of many orders", 1, 1, 3),
            ("a phone of different names or birth dates", 3, 1, 0),
            ("a placeholder email or phone", 2, 2, 1),
            ("an id of many emails and phones", 1, 3, 0),
        ]
        rejected = connection.execute(
            "select source_name, record_key, reason from marts.fct_rejected_records"
        ).fetchall()
    assert rejected == [("customers", "0", "customer_id names nobody (var anonymous_customer_ids)")]


def test_guests_have_other_ids_with_another_key(builder: Builder, tmp_path: Path) -> None:
    """The key is a file beside the warehouse, made once; another key gives other ids, and everything is built anew."""
    write_csv(tmp_path / "raw", "orders", ORDER, FIRST_NIGHT)
    key_file = tmp_path / "warehouse" / "identity.key"
    environment = {name: value for name, value in os.environ.items() if name != "CLV_IDENTITY_KEY"}
    selection = ("--select", "+int_orders_checked")

    def guests() -> set[str]:
        build_file = builder.build(tmp_path / "raw", tmp_path / "warehouse", dt.date(2024, 1, 31), *selection)
        with duckdb.connect(str(build_file), read_only=True) as connection:
            rows = connection.execute("select source_customer_id from intermediate.int_orders_checked where is_guest")
            return {row[0] for row in rows.fetchall()}

    with patch.dict(os.environ, environment, clear=True):
        first = guests()
        key = key_file.read_text(encoding="utf-8")
        assert re.fullmatch(r"[0-9a-f]{64}\s*", key)
        assert guests() == first
        assert key_file.read_text(encoding="utf-8") == key
        key_file.write_text("another\n", encoding="utf-8")
        assert not guests() & first
        key_file.write_text("", encoding="utf-8")
        with pytest.raises(AssertionError, match=r"identity\.key is empty: .* Restore it, or delete it"):
            guests()
    with patch.dict(os.environ, {"CLV_IDENTITY_KEY": "another"}):
        assert not guests() & first
    assert len(first) == 3
