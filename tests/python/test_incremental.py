"""Builds that go on from the last one give the marts of one built at once."""

import datetime as dt
import json
import re
import shutil
from dataclasses import replace
from pathlib import Path

import duckdb
import yaml
from conftest import REPOSITORY, CommandRun, write_csv
from soak.builder import Builder
from soak.nights import compare_marts
from soak.schedules import SETTINGS, random_history, soak_schedules, write_delivery

ORDERS = ("fct_orders", "fct_rejected_records", "int_customer_days_summed")
"""What becomes of orders: kept from build to build, but for what was rejected."""

HEADER = ["order_id", "customer_id", "ordered_at", "amount", "status", "updated_at"]


def test_a_random_schedule_ends_like_one_full_refresh(tmp_path: Path) -> None:
    """Of orders as full snapshots, whose lines come as they change: three nights."""
    report = soak_schedules(tmp_path, schedules=1, seed=105, workers=1)
    assert report.passed, report.different
    assert report.schedules == 1
    assert report.gone_on >= 1
    assert report.rows > 250


def test_a_night_restates_only_what_its_delivery_touches(builder: Builder, tmp_path: Path) -> None:
    """The last build's rows of all other orders stay where they are, whatever is in the raw files now."""
    builder = builder.only(*ORDERS)
    raw, warehouse = tmp_path / "raw", tmp_path / "warehouse"
    rows = [
        (f"o{number}", f"c{number % 9}", f"2024-{1 + number % 12:02d}-15", "10.00", "paid", "") for number in range(36)
    ]
    write_csv(raw / "orders", "1", HEADER, rows)
    with duckdb.connect(str(builder.build(raw, warehouse, None))) as connection:
        connection.execute(
            "update intermediate.int_documents_totalled set gross_item_revenue = 77, revenue_before_refunds = 77"
            " where order_id in ('o1', 'o2')"
        )
        connection.execute("update intermediate.int_customer_days_summed set days_since_previous = 777")
    write_csv(
        raw / "orders",
        "2",
        HEADER,
        [("o2", "c2", "2024-03-15", "20.00", "paid", "2024-12-15"), ("o99", "c1", "2024-12-20", "5.00", "paid", "")],
    )
    with duckdb.connect(str(builder.build(raw, warehouse, None))) as connection:
        found = dict(
            connection.execute(
                "select order_id, net_revenue from marts.fct_orders where order_id in ('o1', 'o2', 'o3', 'o99')"
            ).fetchall()
        )
        counted_anew = connection.execute(
            "select distinct customer_id from intermediate.int_customer_days_summed"
            " where valued_at = '9999-12-31' and days_since_previous is distinct from 777 order by 1"
        ).fetchall()
    assert found == {"o1": 77, "o2": 20, "o3": 10, "o99": 5}
    assert counted_anew == [("c1",), ("c2",)]
    with duckdb.connect(str(builder.build(raw, warehouse, None, "--full-refresh"))) as connection:
        assert connection.execute("select net_revenue from marts.fct_orders where order_id = 'o1'").fetchall() == [
            (10,)
        ]


def test_repeated_keys_are_found_among_what_a_build_made(small_warehouse: CommandRun, tmp_path: Path) -> None:
    """In a build from scratch that is every row; in one that goes on, the month of the as-of date and no customer."""
    manifest = json.loads((small_warehouse.warehouse.parent / "target" / "manifest.json").read_text(encoding="utf-8"))
    tests = [
        node
        for node in manifest["nodes"].values()
        if "among" in (node.get("test_metadata") or {"kwargs": {}})["kwargs"]
    ]
    repeated_keys = {test["attached_node"].split(".")[-1]: test["compiled_code"] for test in tests}
    tables = {name: f"{manifest['nodes'][f'model.clv_warehouse.{name}']['schema']}.{name}" for name in repeated_keys}
    assert set(tables) >= {"fct_customer_months", "int_customer_days_summed"}
    build = shutil.copy(small_warehouse.build_file, tmp_path)
    with duckdb.connect(str(build)) as connection:
        rows = {}
        for name, table in tables.items():
            assert connection.execute(repeated_keys[name]).fetchall() == []
            rows[name] = connection.execute(f"select count(*) from {table}").fetchall()[0][0]
            connection.execute(f"insert into {table} from {table}")
        assert {name: len(connection.execute(query).fetchall()) for name, query in repeated_keys.items()} == rows
        connection.execute("update intermediate.int_dates_listed set is_rebuilt = valued_at = '9999-12-31'")
        connection.execute("truncate intermediate.int_changed_customers")
        found = {name: connection.execute(query).fetchall() for name, query in repeated_keys.items()}
    # all twelve customers, in the month of the latest order
    assert [row[1:] for row in found.pop("fct_customer_months")] == [(dt.date(2024, 12, 1), 2)] * 12
    assert set(map(str, found.values())) == {"[]"}


def test_rows_keep_their_numbers_whatever_files_they_are_read_with(builder: Builder, tmp_path: Path) -> None:
    """A column that is new has all files read again, the second no longer alone: what was rejected there is still shown."""
    builder = replace(builder.only(*ORDERS), variables={"max_rejected_share": 0.5})
    raw, warehouse = tmp_path / "raw", tmp_path / "warehouse"
    for night, amounts in {"1": ["10", "11", "12"], "2": ["20", "wrong", "22"]}.items():
        rows = [(f"o{night}{n}", f"c{n}", f"2024-0{night}-15", amount, "", "") for n, amount in enumerate(amounts)]
        write_csv(raw / "orders", night, HEADER, rows)
        builder.build(raw, warehouse, None)
    # and whatever the folder is called
    raw = raw / ".." / "raw"
    write_csv(raw / "orders", "3", [*HEADER, "note"], [("o30", "c0", "2024-03-15", "30", "", "", "new")])
    with duckdb.connect(str(builder.build(raw, warehouse, None))) as connection:
        rejected = connection.execute("select record_key, delivered_in, raw_record from marts.fct_rejected_records")
        (key, delivered_in, record) = rejected.fetchall()[0]
        gone_on = connection.execute("select count(*) from landing.deliveries where not is_new").fetchall()
    assert (key, delivered_in, json.loads(record)["amount"]) == ("o21", "orders/2.csv", "wrong")
    assert gone_on == [(2,)]


def test_every_var_is_part_of_what_a_build_goes_on_from() -> None:
    declared = yaml.safe_load((REPOSITORY / "dbt_project.yml").read_text(encoding="utf-8"))["vars"]
    macro = (REPOSITORY / "macros" / "builds" / "build_state.sql").read_text(encoding="utf-8")
    listed = re.search(r"macro project_vars\(\) %}(.*?)endmacro", macro, re.DOTALL)
    assert listed
    # clv turns raw_preset into the others
    assert set(re.findall(r"'(\w+)'", listed[1])) == set(declared) - {"as_of_date", "raw_preset"}


def test_how_rows_are_made_anew_is_part_of_what_a_build_goes_on_from(tmp_path: Path) -> None:
    builder = Builder(tmp_path)
    table = builder.manifest.nodes["model.clv_warehouse.int_customer_months_summed"]

    def fingerprint() -> str:
        builder.manifest.build_flat_graph()
        results = builder.invoke(tmp_path, "compile", "--inline", "{{ build_fingerprint() }}").result
        return str(results[0].node.compiled_code)

    as_configured = fingerprint()
    assert len(as_configured) == 32
    assert fingerprint() == as_configured
    for name, value in {"unique_key": ["customer_id", "month"], "incremental_strategy": "delete+insert"}.items():
        before = getattr(table.config, name)
        setattr(table.config, name, value)
        assert fingerprint() != as_configured, name
        setattr(table.config, name, before)
    table.config.materialized = "table"
    assert fingerprint() != as_configured


def test_a_build_goes_on_from_a_whole_one_alone(tmp_path: Path) -> None:
    """Neither from one of a selection, whose models were not told of all that came, nor where a table is gone."""
    builder = Builder(tmp_path, SETTINGS).only(*ORDERS)
    raw, warehouse = tmp_path / "raw", tmp_path / "warehouse"
    delivery = next(iter(random_history(7).deliveries()))
    write_delivery(raw, 0, delivery)

    def build(*selection: str) -> tuple[bool, bool]:
        """Build; return whether it went on from the last build, and whether it can be gone on from."""
        with duckdb.connect(str(builder.build(raw, warehouse, delivery.as_of, *selection))) as connection:
            went_on = connection.execute("select count(*) from landing.deliveries where not is_new").fetchall()
            complete = connection.execute("select count(*) from landing.last_build where is_complete").fetchall()
        return went_on != [(0,)], complete == [(1,)]

    assert build() == (False, True)
    assert build("--select", "config.materialized:incremental") == (True, False)
    assert build() == (False, True)
    assert build() == (True, True)
    builder.manifest.nodes["model.clv_warehouse.fct_orders"].columns["net_revenue"].constraints = []
    builder.manifest.build_flat_graph()
    assert build() == (False, True), "the tables were made with another contract"
    with duckdb.connect(str(warehouse / "build.duckdb")) as connection:
        connection.execute("drop table intermediate.int_orders_sequenced")
    assert build() == (False, True)


def test_fits_of_an_earlier_form_are_told_in_that_of_today(
    purchase_log: Path, builder: Builder, tmp_path: Path
) -> None:
    """When parameters stood in columns, the spend model of the second night had no finite mean."""
    nights = [
        ("bg_nbd", 1, "r", 0.3, "alpha", 5, -70, "converged"),
        ("mbg_nbd", 1, "r", 0.4, "alpha", 6, -60, "converged"),
        ("gamma_gamma", 1, "p", 2.5, "q", 3, -50, "boundary"),
        ("bg_nbd", 2, "r", 0.3, "alpha", 5, -70, "converged"),
        ("mbg_nbd", 2, "r", 0.4, "alpha", 6, -60, "not_converged"),
        ("gamma_gamma", 2, "p", 2.5, "q", 0.5, -50, "converged"),
        ("shifted_beta_geometric: all", 2, "alpha", None, "beta", None, None, "too_few_repeat_customers"),
    ]
    with duckdb.connect(str(tmp_path / "build.duckdb")) as connection:
        connection.execute("create schema marts")
        connection.execute(
            "create table marts.fct_model_fits as select col0 as model_name, date '2024-01-01' + col1 as as_of_date,"
            " col2 as parameter_1_name, col3::double as parameter_1, col4 as parameter_2_name,"
            " col5::double as parameter_2, null::text as parameter_3_name, null::double as parameter_3,"
            " null::text as parameter_4_name, null::double as parameter_4, col6::double as log_likelihood,"
            " 9 as iterations, 0e0 as gradient_norm, 40::bigint as customers, col7 as status from (values "
            + ", ".join(str(night).replace("None", "null") for night in nights)
            + ")"
        )
    selection = ["--select", "+fct_model_fits", "+fct_model_parameters"]
    with duckdb.connect(str(builder.build(purchase_log, tmp_path, dt.date(2024, 12, 15), *selection))) as connection:
        elected = connection.execute(
            "select day(as_of_date) - 1, model_name, model_group from marts.fct_model_fits"
            " where is_elected and as_of_date < '2024-02-01' order by all"
        ).fetchall()
        fits = connection.execute("select count(*), count(is_elected) from marts.fct_model_fits").fetchall()
        parameters = connection.execute(
            "select model_name, parameter, value, standard_error from marts.fct_model_parameters"
            " where as_of_date = '2024-01-03' order by all"
        ).fetchall()
        columns = connection.execute("select column_name from (describe marts.fct_model_fits)").fetchall()
        left = connection.execute("select table_name from duckdb_tables() where table_name like '%earlier'").fetchall()
    assert elected == [(1, "gamma_gamma", "all"), (1, "mbg_nbd", "all"), (2, "bg_nbd", "all")]
    assert fits == [(len(nights) + 5, len(nights) + 5)]
    assert parameters == [
        ("bg_nbd", "alpha", 5, None),
        ("bg_nbd", "r", 0.3, None),
        ("gamma_gamma", "p", 2.5, None),
        ("gamma_gamma", "q", 0.5, None),
        ("mbg_nbd", "alpha", 6, None),
        ("mbg_nbd", "r", 0.4, None),
    ]
    contract = builder.manifest.nodes["model.clv_warehouse.fct_model_fits"].columns
    assert [name for (name,) in columns] == list(contract)
    assert left == []


def test_what_lies_in_the_future_is_judged_anew_each_night(builder: Builder, tmp_path: Path) -> None:
    """The future begins two days after the clock or the as-of date. In Honolulu the day of the last order ends later than that."""
    builder = replace(builder.only(*ORDERS), variables={**SETTINGS, "reporting_timezone": "Pacific/Honolulu"})
    raw, today = tmp_path / "raw", dt.datetime.now(dt.UTC).date()
    write_delivery(raw, 0, next(iter(random_history(7).deliveries())))
    rows = [
        [number, "c0", f"{today + dt.timedelta(days=days)} {clock}", "50", "paid", ""]
        for number, days, clock in [("tomorrow", 1, "23:00:00"), ("after", 2, "05:00:00")]
    ]
    write_csv(raw / "orders", "ahead", HEADER, rows)

    def orders(warehouse: str, as_of: dt.date | None) -> tuple[list[tuple[object, ...]], list[tuple[object, ...]]]:
        """Build; return which of these orders are there, and which are refused."""
        with duckdb.connect(str(builder.build(raw, tmp_path / warehouse, as_of)), read_only=True) as connection:
            counted = "select order_id from marts.fct_orders where order_id in ('tomorrow', 'after') order by all"
            refused = "select reason from marts.fct_rejected_records where raw_record like '%after%'"
            return connection.execute(counted).fetchall(), connection.execute(refused).fetchall()

    unset = ([("tomorrow",)], [("ordered_at lies in the future",)])
    assert orders("nightly", None) == unset
    assert orders("nightly", today + dt.timedelta(days=3)) == ([("after",), ("tomorrow",)], [])
    assert orders("nightly", None) == unset
    assert orders("at_once", None) == unset
    assert compare_marts(tmp_path / "nightly" / "build.duckdb", tmp_path / "at_once" / "build.duckdb")[1] == {}
