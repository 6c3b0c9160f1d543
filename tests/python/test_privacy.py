"""Personal data stands where docs/explanation/privacy.md says, and a person can be forgotten."""

import json
import re
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path

import duckdb
import pytest
from conftest import CommandRun, write_csv
from soak.builder import Builder

from clv.commands.export import export
from clv.commands.forget import forget
from clv.errors import UsageError
from clv.warehouse.files import Warehouse
from clv.warehouse.forgotten import remember_forgotten

EMAIL = re.compile(r"[\w.+-]+@[\w-]+\.[\w.]+")
BUILDERS_ALONE = {"build.duckdb"}
"""Files of a warehouse in which the page says that contacts stand."""


def ignore(*_: object) -> None: ...


def planted(raw: Path) -> tuple[set[str], set[str]]:
    """Emails and phones of the shop's customers and orders, as they were delivered."""
    emails, phones = set(), set()
    for source in ("customers", "orders"):
        files = f"'{raw}/{source}/*.parquet'"
        emails |= {row[0] for row in duckdb.execute(f"select email from {files} where email is not null").fetchall()}
    rows = duckdb.execute(f"select phone from '{raw}/customers/*.parquet' where phone is not null").fetchall()
    phones |= {re.sub(r"\D", "", row[0]) for row in rows}
    return {email.strip().lower() for email in emails}, phones


def texts_of(file: Path) -> Iterator[tuple[str, str]]:
    """Every text in every table of a database, with the name of its column."""
    with duckdb.connect(str(file), read_only=True) as connection:
        columns = connection.execute(
            "select schema_name, table_name, column_name from duckdb_columns()"
            " where not internal and data_type = 'VARCHAR' and (schema_name, table_name) in"
            " (select (schema_name, table_name) from duckdb_tables())"
        ).fetchall()
        for schema, table, column in columns:
            values = f'select distinct "{column}" from "{schema}"."{table}" where "{column}" is not null'
            for (text,) in connection.execute(values).fetchall():
                yield f"{schema}.{table}.{column}", text


def contacts_in(texts: Iterable[tuple[str, str]], emails: set[str], phones: set[str]) -> set[str]:
    """The places whose texts hold a contact of the shop's."""
    return {
        place
        for place, text in texts
        if not emails.isdisjoint(found.lower() for found in EMAIL.findall(text))
        or not phones.isdisjoint(re.findall(r"\d{7,}", re.sub(r"(?<=\d)[ ()/+-]+(?=\d)", "", text)))
    }


def test_contacts_stand_where_the_page_says(shop: CommandRun, shop_folder: Path) -> None:
    """All that a run writes is searched for the emails and phones of the synthetic shop, and for its birth dates where records are shown."""
    emails, phones = planted(shop_folder)
    assert len(emails) > 1000
    assert len(phones) > 500
    holding = set()
    for path in sorted(path for path in shop.warehouse.rglob("*") if path.is_file()):
        name = path.relative_to(shop.warehouse).as_posix()
        is_database = path.suffix == ".duckdb"
        texts = texts_of(path) if is_database else [(name, path.read_text(encoding="utf-8", errors="replace"))]
        if contacts_in(texts, emails, phones):
            holding.add(name)
    assert holding == BUILDERS_ALONE
    with shop.connect() as connection:
        records = connection.execute(
            "select raw_record from marts.fct_rejected_records where source_name = 'customers' and raw_record like '{%'"
        ).fetchall()
    assert len(records) > 3
    shown = [json.loads(record) for (record,) in records]
    for column in ("email", "phone", "birth_date"):
        assert {record[column] for record in shown} <= {None, "***"}
        assert any(record[column] == "***" for record in shown)
    page = (Path(__file__).parents[2] / "docs" / "explanation" / "privacy.md").read_text(encoding="utf-8")
    assert all(f"`{name}`" in page for name in BUILDERS_ALONE)


def test_a_person_is_forgotten_in_every_file(shop: CommandRun, tmp_path: Path) -> None:
    """Someone with two ids: in databases, the report, exports, records, logs and pages; everybody else stays as they were."""
    warehouse = Warehouse(tmp_path / "warehouse")
    shutil.copytree(shop.warehouse, warehouse.folder)
    (kept,) = warehouse.publications.iterdir()
    kept.unlink()
    kept.hardlink_to(warehouse.published_file)
    with duckdb.connect(str(warehouse.build_file), read_only=True) as connection:
        (customer, *_), *_ = connection.execute(
            "select customer_id from intermediate.int_identities_resolved where customer_id in"
            " (select customer_id from marts.dim_customers) group by customer_id having count(*) > 1 order by 1"
        ).fetchall()
        ids = {
            row[0]
            for row in connection.execute(
                "select source_customer_id from intermediate.int_identities_resolved where customer_id = ?", [customer]
            ).fetchall()
        }
        emails = {
            row[0]
            for row in connection.execute(
                "select email from intermediate.int_contacts_delivered where email is not null"
                " and list_contains(?, source_customer_id)",
                [sorted(ids)],
            ).fetchall()
        }
    with duckdb.connect(str(warehouse.published_file), read_only=True) as connection:
        orders = {
            row[0]
            for row in connection.execute(
                "select order_id from marts.fct_orders where customer_id = ?", [customer]
            ).fetchall()
        }
        totals = "select count(*), sum(net_revenue) from marts.fct_orders where customer_id is distinct from ?"
        others = connection.execute(totals, [customer]).fetchall()
        others += connection.execute(
            "select count(*) from marts.dim_customers where customer_id <> ?", [customer]
        ).fetchall()
    assert len(ids) > 1
    assert emails
    assert orders
    values = {*ids, *emails, *orders}
    # the first has an id with quotation marks, which CSV doubles and JSON escapes
    values |= {value.replace('"', '""') for value in values} | {json.dumps(value)[1:-1] for value in values}

    export(warehouse, tmp_path / "exported", "csv", ["dim_customers", "fct_orders"], ignore)
    with warehouse.log_file.open("a", encoding="utf-8") as log:
        log.write(json.dumps({"message": f"customer_id={customer}, email={min(emails)}"}) + "\n")
    (warehouse.data_docs / "fct_orders.html").write_text(f"<pre>order_id={min(orders)}</pre>", encoding="utf-8")

    def files_with() -> set[str]:
        found = (path for path in tmp_path.rglob("*") if path.is_file())
        return {
            path.relative_to(tmp_path).as_posix()
            for path in found
            if any(value.encode().lower() in path.read_bytes().lower() for value in values)
        }

    before = files_with()
    expected = {
        "warehouse/build.duckdb",
        "warehouse/clv.duckdb",
        f"warehouse/publications/{kept.name}",
        "warehouse/logs/clv.jsonl",
        "warehouse/data_docs/fct_orders.html",
        "exported/dim_customers.csv",
        "exported/fct_orders.csv",
    }
    assert not expected - before
    done = forget(warehouse, min(emails).upper(), ignore)
    assert (done.ids, done.orders >= len(orders)) == (len(ids), True)
    assert files_with() == set()
    unreached = " ".join(done.unreached)
    assert "raw data" in unreached
    for source in ("orders", "order_items", "customers"):
        assert f"/{source}/" in unreached
    assert (warehouse.forgotten_file.stat().st_mode & 0o777) == 0o600
    assert warehouse.published_file.samefile(kept)
    with duckdb.connect(str(warehouse.published_file), read_only=True) as connection:
        assert (
            connection.execute(totals, [customer]).fetchall()
            + connection.execute("select count(*) from marts.dim_customers").fetchall()
            == others
        )
        assert (
            connection.execute("select count(*) from duckdb_columns() where comment is not null").fetchall()[0][0] > 100
        )
    with pytest.raises(UsageError, match="forgotten already"):
        forget(warehouse, customer, ignore)
    with pytest.raises(UsageError, match="Nobody is known by that"):
        forget(warehouse, "nobody@example.org", ignore)


HEADERS = {
    "orders": ["order_id", "customer_id", "ordered_at", "amount", "email"],
    "customers": ["customer_id", "email", "phone"],
    "order_items": ["order_id", "product_id", "quantity", "unit_price"],
    "refunds": ["refund_id", "order_id", "refunded_at", "amount"],
}
ROWS = {
    "orders": [
        ("order-of-anna-1", "person-anna", "2024-01-05", "", ""),
        ("order-of-anna-2", "", "2024-02-05", "20", "Anna@Example.org"),
        ("order-of-anna-3", "person-anna", "not a date", "20", ""),
        ("order-of-bert-1", "person-bert", "2024-01-05", "7", "bert@example.org"),
        ("order-of-bert-2", "person-bert", "2024-03-05", "", ""),
        ("order-of-bert-3", "person-bert", "not a date", "20", "bert@example.org"),
    ],
    "customers": [("person-anna", "anna@example.org", "+49 30 1234567"), ("person-bert", "bert@example.org", "")],
    "order_items": [
        ("order-of-anna-1", "p1", "1", "30"),
        ("order-of-anna-1", "p2", "1", "40"),
        ("order-of-bert-2", "p1", "1", "50"),
    ],
    "refunds": [("r1", "order-of-anna-1", "2024-02-01", "5"), ("r2", "order-of-bert-1", "2024-02-01", "1")],
}


BERTS_RECORD = {
    "order_id": "order-of-bert-3",
    "customer_id": "person-bert",
    "ordered_at": "not a date",
    "amount": "20",
    "email": "***",
}
"""What is shown of the row that is rejected."""


def test_who_was_forgotten_stays_out_when_delivered_again(builder: Builder, tmp_path: Path) -> None:
    """Raw rows = accepted + rejected + forgotten, per source; nothing of the person is in the build database, not even where CSV files land."""
    raw, warehouse = tmp_path / "raw", Warehouse(tmp_path / "warehouse")
    warehouse.runs.mkdir(parents=True)
    for source, rows in ROWS.items():
        write_csv(raw, source, HEADERS[source], rows)
    with (raw / "orders.csv").open("a") as file:
        file.write('one,"anna@example.org,too few\n')
    remember_forgotten(warehouse, [("id", "person-anna"), ("email", "anna@example.org")])
    models = ("fct_orders", "fct_deliveries", "dim_customer_identities", "fct_rejected_records")
    build = builder.build(raw, warehouse.folder, None, "--select", *(f"+{model}" for model in models))
    with duckdb.connect(str(build), read_only=True) as connection:
        orders = connection.execute("select order_id, net_revenue from marts.fct_orders order by 1").fetchall()
        people = connection.execute("select source_customer_id from marts.dim_customer_identities").fetchall()
        records = [row[0] for row in connection.execute("select raw_record from marts.fct_rejected_records").fetchall()]
        counts = connection.execute(
            "select source_name, delivered_rows, accepted_rows, rejected_rows, forgotten_rows from marts.fct_deliveries order by 1"
        ).fetchall()
    assert sorted(records) == ["(xxxxxxxxx)", json.dumps(BERTS_RECORD, separators=(",", ":"))]
    assert orders == [("order-of-bert-1", 6), ("order-of-bert-2", 50)]
    assert people == [("person-bert",)]
    assert counts == [
        ("customers", 2, 1, 0, 1),
        ("order_items", 3, 1, 0, 2),
        ("orders", 7, 2, 2, 3),
        ("refunds", 2, 1, 0, 1),
    ]
    content = build.read_bytes().lower()
    assert b"person-bert" in content
    assert not [word for word in (b"anna", b"1234567") if word in content]
    # a list that was made with another key would let everybody back in
    forgotten = warehouse.forgotten_file.read_text()
    warehouse.forgotten_file.write_text(re.sub("key,.*", "key,0", forgotten))
    with pytest.raises(AssertionError, match="made with another identity key"):
        builder.build(raw, warehouse.folder, None, "--select", "+fct_deliveries")


def test_an_audience_holds_contacts_where_they_are_published(tmp_path: Path) -> None:
    """The most valuable first; without var publish_contacts there is no column of contacts."""
    warehouse = Warehouse(tmp_path / "warehouse")
    warehouse.folder.mkdir()
    with duckdb.connect(str(warehouse.published_file)) as connection:
        connection.execute("""
            create schema marts;
            create table main.publication as
            select 'run-7' as run_id, date '2025-06-30' as as_of_date, timestamp '2025-07-01' as published_at,
                '1' as clv_version, '2' as dbt_version, '3' as duckdb_version, '4' as code_fingerprint;
            create table marts.fct_value_tiers as select * from (values ('VIP', 1), ('low', 2), ('all', null)) as t (value_tier, tier_rank);
            create table marts.dim_customers as
            select *, 'EUR' as currency, date '2025-06-30' as as_of_date
            from (values
                ('a', 'at_risk', 'VIP', 90, 30, 10.5), ('b', 'at_risk', 'VIP', 80, null, 99.5), ('c', 'active', 'VIP', 1, null, 999),
                ('d', 'at_risk', 'low', 90, 3, 1)
            ) as t (customer_id, lifecycle_stage, value_tier, days_since_last_order, days_overdue, total_clv);
            create table marts.dim_customer_contacts as
            select 'a' as customer_id, cast(null as varchar) as email, cast(null as varchar) as phone where 1 = 0;
        """)
    export(warehouse, tmp_path / "out", "csv", [], ignore, audience="at_risk_vips")
    assert (tmp_path / "out" / "at_risk_vips.csv").read_text().splitlines() == [
        "list,customer_id,reason,value,currency,date",
        "at_risk_vips,b,at risk: no order for 80 days,99.5,EUR,2025-06-30",
        'at_risk_vips,a,"at risk: no order for 90 days, 30 days longer than expected",10.5,EUR,2025-06-30',
    ]
    with duckdb.connect(str(warehouse.published_file)) as connection:
        connection.execute("insert into marts.dim_customer_contacts values ('a', 'a@example.org', null)")
    export(warehouse, tmp_path / "out", "csv", [], ignore, audience="at_risk_vips")
    rows = (tmp_path / "out" / "at_risk_vips.csv").read_text().splitlines()
    assert rows[0] == "list,customer_id,email,reason,value,currency,date"
    assert rows[2].startswith("at_risk_vips,a,a@example.org,")
    with pytest.raises(UsageError, match="it must be one of at_risk_vips"):
        export(warehouse, tmp_path / "out", "csv", [], ignore, audience="nosuch")
