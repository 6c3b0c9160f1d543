"""Bad inputs: a fault sends its rows to quarantine, with the reason, or stops the run with a sentence. Nothing is lost.

The faults stand in tests/bad_inputs, one a file. All those in `quarantined` are delivered to one run, each in files of
its own. `files` says what they hold (a source's name stands for a delivery of that name; `#1` for an id of this fault
alone), `outcome` how many rows are accepted, rejected, superseded, merged and not yet known, `quarantine` the reason of each
rejected row and a part of it, `revenue` the net revenue of orders. Each of those in `stopped` is a raw folder of its
own, and ends with `sentences`. Files that are no text are made here.
"""

import csv
import gzip
import io
import os
import re
import tempfile
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml
from conftest import BuildWarehouse, RunClv, write_purchase_log
from soak.builder import Builder

from clv.build import dbt
from clv.commands import check
from clv.engines.protocol import NOT_GZIP
from clv.errors import UsageError

BAD_INPUTS = Path(__file__).parents[1] / "bad_inputs"
REPOSITORY = BAD_INPUTS.parents[1]
AS_OF = "2024-12-31"
LINE_ENDS = {"lf": "\n", "crlf": "\r\n", "cr": "\r"}
OUTCOMES = ("accepted", "rejected", "superseded", "merged", "withdrawn", "not_yet_known")
HEADER = "order_id,customer_id,ordered_at,amount\n"
# one name of everything that a shell, SQL or a glob pattern might take for its own
ODD_FOLDER = "raw [data] of 'the' \"shop\" *? #1 %20 {a,b}"


@dataclass(frozen=True)
class Quarantined:
    """A fault that a run survives; files and outcome are keyed by the delivery's name."""

    name: str
    files: Mapping[str, bytes]
    delivered: Mapping[str, int]
    outcome: Mapping[str, Mapping[str, int]]
    quarantine: Sequence[tuple[str, str]] = ()
    revenue: Mapping[str, float] = field(default_factory=dict)


def as_bytes(text: str, spec: Mapping[str, Any]) -> bytes:
    return text.replace("\n", LINE_ENDS[spec.get("line_ends", "lf")]).encode(spec.get("encoding", "utf-8"))


def count_records(text: str, spec: Mapping[str, Any]) -> int:
    """Count the rows below the header without DuckDB: lines that aren't blank, or records of Python's csv."""
    if spec.get("count_by") == "csv":
        return len(list(csv.reader(io.StringIO(text)))) - 1
    return sum(line != "" for line in text.split("\n")) - 1


def read_quarantined(path: Path) -> Quarantined:
    name = path.stem

    def own(text: str) -> str:
        return re.sub(r"#(?=\w)", f"{name}-", text)

    def delivery(key: str) -> str:
        source, _, file = key.partition("/")
        return f"{source}/{name}/{file}" if file else f"{source}/{name}.csv"

    spec = yaml.safe_load(path.read_text(encoding="utf-8"))
    texts = {delivery(key): own(text) for key, text in spec["files"].items()}
    return Quarantined(
        name=name,
        files={key: as_bytes(text, spec) for key, text in texts.items()},
        delivered={key: count_records(text, spec) for key, text in texts.items()},
        outcome={delivery(key): counts for key, counts in spec["outcome"].items()},
        quarantine=[(reason, own(part)) for reason, part in spec.get("quarantine", [])],
        revenue={own(order): amount for order, amount in spec.get("revenue", {}).items()},
    )


def parquet(rows: str) -> bytes:
    """Return a Parquet file of what the SQL `rows` selects."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "made.parquet"
        duckdb.execute(f"copy ({rows}) to '{path}' (format parquet)")
        return path.read_bytes()


def orders(
    name: str,
    content: bytes,
    delivered: int,
    quarantine: Sequence[tuple[str, str]] = (),
    revenue: Mapping[str, float] | None = None,
    ending: str = "parquet",
) -> Quarantined:
    """Return a fault whose only delivery is the orders `content`; rows that aren't in quarantine are accepted."""
    path = f"orders/{name}.{ending}"
    outcome = {"accepted": delivered - len(quarantine), "rejected": len(quarantine)}
    return Quarantined(name, {path: content}, {path: delivered}, {path: outcome}, quarantine, revenue or {})


def order(order_id: str, customer_id: str = "'c1'", ordered_at: str = "date '2024-03-02'", amount: str = "20.0") -> str:
    """Return SQL that selects an order of these SQL values."""
    return (
        f"select {order_id} as order_id, {customer_id} as customer_id, {ordered_at} as ordered_at, {amount} as amount"
    )


NO_NUMBER = "amount is not a number of at most 1e15"
MADE = [
    # an id that is a floating or a decimal number in one file is the same id as text in the next; NaN is none
    orders(
        "ids_as_floats",
        parquet(order("17850.0::double", "901.0::float") + " union all " + order("1e20", "'nan'", amount="21")),
        delivered=2,
        revenue={"17850": 20, "1e+20": 21},
    ),
    orders("ids_as_decimals", parquet(order("17851.00::decimal(18, 2)", "901")), delivered=1, revenue={"17851": 20}),
    orders("ids_as_bytes", parquet(order("encode('bytes-é')", "'\\xFF'::blob")), delivered=1, revenue={"bytes-é": 20}),
    orders(
        "amount_as_boolean",
        parquet(order("'boolean-1'", amount="true")),
        delivered=1,
        quarantine=[(NO_NUMBER, "boolean-1")],
    ),
    orders("amount_as_list", parquet(order("'list-1'", amount="[1]")), delivered=1, quarantine=[(NO_NUMBER, "list-1")]),
    orders(
        "amount_as_interval",
        parquet(order("'interval-1'", amount="interval 1 day")),
        delivered=1,
        quarantine=[(NO_NUMBER, "interval-1")],
    ),
    orders(
        "amount_as_text",
        parquet(order("'text-1'", amount="' 1,234.5 '") + " union all " + order("'text-2'", amount="'1,5'")),
        delivered=2,
        quarantine=[(NO_NUMBER, "text-2")],
        revenue={"text-1": 1234.5},
    ),
    orders(
        "amount_beyond_numbers",
        parquet(order("'float-' || n", amount="n") + " from (values ('nan'::double), ('inf'), (1e16), (7.5)) as v (n)"),
        delivered=4,
        quarantine=[(NO_NUMBER, "float-nan"), (NO_NUMBER, "float-inf"), (NO_NUMBER, "float-1")],
        revenue={"float-7.5": 7.5},
    ),
    orders(
        "date_as_number",
        parquet(order("'date-' || n", ordered_at="n") + " from (values (20240302), (1709251200)) as v (n)"),
        delivered=2,
        quarantine=[("ordered_at is not a date", "date-1709251200")],
        revenue={"date-20240302": 20},
    ),
    orders(
        "date_with_zone",
        parquet(order("'zone-1'", ordered_at="timestamptz '2024-03-02 00:30:00+02'")),
        delivered=1,
        revenue={"zone-1": 20},
    ),
    orders(
        "nested_columns",
        parquet(order("'nested-1'") + ", {'ordered_at': 'not this', 'amount': [1]} as lines, [1] as amounts"),
        delivered=1,
        revenue={"nested-1": 20},
    ),
    orders("parquet_without_rows", parquet(order("'none'") + " where false"), delivered=0),
    orders(
        "compressed",
        gzip.compress((HEADER + "zipped-1,c1,2024-03-01,11.00\nzipped-2,c1\n").encode()),
        delivered=2,
        quarantine=[("line is no record: expected number of columns: 4 found: 2", "zipped-2,c1")],
        revenue={"zipped-1": 11},
        ending="csv.gz",
    ),
    orders(
        "[1] UPPER 'case' *",
        (HEADER + "upper-1,c1,2024-03-01,11.00\n").encode(),
        delivered=1,
        revenue={"upper-1": 11},
        ending="CSV",
    ),
    orders(
        "folder_named_like_a_file",
        (HEADER + "folder-1,c1,2024-03-01,11.00\n").encode(),
        delivered=1,
        revenue={"folder-1": 11},
        ending="csv/part.csv",
    ),
    orders(
        "line_of_3_mb",
        (HEADER + "long-1,c1,2024-03-01," + "9" * 3_000_000 + "\nlong-2,c1,2024-03-01,12.00\n").encode(),
        delivered=2,
        quarantine=[("line is no record: maximum line size of 2000000 bytes exceeded", "long-1")],
        revenue={"long-2": 12},
        ending="csv",
    ),
]
QUARANTINED = [*map(read_quarantined, sorted((BAD_INPUTS / "quarantined").glob("*.yml"))), *MADE]


WHOLE_RECORDS = "select delivered_in, reason, raw_record from intermediate.int_records_rejected"
SPEND = "select acquisition_channel, sum(spend)::double from marts.fct_channel_months group by acquisition_channel"


@dataclass(frozen=True)
class Outcome:
    """What one run made of all faults that it survives."""

    deliveries: Mapping[str, Mapping[str, int]]
    rejected: Sequence[tuple[str, str, str]]
    revenue: Mapping[str, float]
    output: str
    spend: Mapping[str, float]


def write_files(folder: Path, files: Mapping[str, bytes]) -> Path:
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return folder


@pytest.fixture(scope="module")
def outcome(tmp_path_factory: pytest.TempPathFactory, build_warehouse: BuildWarehouse) -> Outcome:
    """The outcome of one run on all of them, in a folder with an odd name."""
    raw = tmp_path_factory.mktemp("bad_inputs") / ODD_FOLDER
    for fault in QUARANTINED:
        write_files(raw, fault.files)
    run = build_warehouse(raw, "{max_rejected_share: 1}", "--as-of", AS_OF)
    assert run.exit_code == 0, run.output
    with duckdb.connect(str(run.build_file), read_only=True) as connection:
        counts = ", ".join(f"{name}_rows" for name in OUTCOMES)
        deliveries = connection.execute(f"select delivered_in, delivered_rows, {counts} from marts.fct_deliveries")
        return Outcome(
            {row[0]: dict(zip(("delivered", *OUTCOMES), row[1:], strict=True)) for row in deliveries.fetchall()},
            connection.execute(WHOLE_RECORDS).fetchall(),
            dict(connection.execute("select order_id, net_revenue::double from marts.fct_orders").fetchall()),
            run.output,
            dict(connection.execute(SPEND).fetchall()),
        )


@pytest.mark.parametrize("fault", QUARANTINED, ids=lambda fault: fault.name)
def test_fault_is_kept_with_its_reason_and_all_else_counts(outcome: Outcome, fault: Quarantined) -> None:
    for delivery, delivered in fault.delivered.items():
        expected = {name: fault.outcome.get(delivery, {}).get(name, 0) for name in OUTCOMES}
        assert sum(expected.values()) == delivered, "the fault's own counts don't add up"
        found = outcome.deliveries.get(delivery, dict.fromkeys(("delivered", *OUTCOMES), 0))
        assert found == {"delivered": delivered, **expected}, delivery

    rejected = [(reason, record) for delivery, reason, record in outcome.rejected if delivery in fault.files]
    for reason, part in fault.quarantine:
        match = next((row for row in rejected if row[0].startswith(reason) and part in row[1]), None)
        assert match, f"{part!r} is not in quarantine because '{reason}', but there are {rejected}"
        rejected.remove(match)
    assert not rejected

    assert {order_id: outcome.revenue.get(order_id) for order_id in fault.revenue} == pytest.approx(fault.revenue)


def test_what_can_be_read_and_looks_wrong_is_told(outcome: Outcome) -> None:
    said = " ".join(outcome.output.split())
    assert re.search(r"orders: \d+ of \d+ orders in several rows of a delivery have two values of amount, the", said)
    assert re.search(r"order_items: \d+ of \d+ order numbers are of no accepted order, so that their", said)


def test_a_status_of_neither_list_is_warned_of_with_its_orders_and_money(outcome: Outcome) -> None:
    said = " ".join(outcome.output.split())
    assert 'Orders of status "awaiting pickup" do not count (2, worth 23.50 USD): name it in var' in said
    assert said.count("Orders of status") == 1


def test_names_that_differ_in_case_and_blanks_are_one_and_warned_of(outcome: Outcome) -> None:
    said = " ".join(outcome.output.split())
    assert 'The channel "Bill Board" is also written "bill board" (1 of 3 rows): they are taken for one.' in said
    assert 'The campaign "Spring" is also written "spring" (1 of 2 rows): they are taken for one.' in said
    assert said.count("taken for one") == 2
    assert outcome.spend["Bill Board"] == 18
    assert not [channel for channel in outcome.spend if channel.startswith("bill")]


def test_every_delivery_is_accounted_for(outcome: Outcome) -> None:
    delivered = {name: count for fault in QUARANTINED for name, count in fault.delivered.items() if count}
    assert {name: counts["delivered"] for name, counts in outcome.deliveries.items()} == delivered


@dataclass(frozen=True)
class Stopped:
    """A fault that no run survives: the sentences that it ends with, {raw} standing for the raw folder."""

    files: Mapping[str, bytes]
    sentences: Sequence[str]
    variables: Mapping[str, Any] = field(default_factory=dict)
    build: bool = False


def read_stopped(path: Path) -> Stopped:
    spec = yaml.safe_load(path.read_text(encoding="utf-8"))
    return Stopped(
        files={name: as_bytes(text, spec) for name, text in spec.get("files", {}).items()},
        sentences=spec["sentences"],
        variables=spec.get("vars", {}),
        build=spec.get("build", False),
    )


def archive(*names: str) -> bytes:
    """Return a ZIP archive of files of these names."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as made:
        for name in names:
            made.writestr(name, "content")
    return content.getvalue()


def many_orders(count: int) -> str:
    return "".join(f"o{n},c{n % 12},2024-{1 + n % 12:02d}-15,10.00\n" for n in range(count))


FEW = (HEADER + many_orders(40)).encode()
MANY = (HEADER + many_orders(3000)).encode()
STOPPED = {path.stem: read_stopped(path) for path in sorted((BAD_INPUTS / "stopped").glob("*.yml"))} | {
    "parquet_cut_short": Stopped({"orders.csv": FEW, "refunds.parquet": parquet(order("1"))[:-9]}, ["refunds.parquet"]),
    "parquet_of_no_bytes": Stopped({"orders.csv": FEW, "refunds.parquet": b""}, ["refunds.parquet"]),
    "picture": Stopped({"orders.csv": b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"}, ["orders.csv is a picture: remove it"]),
    "workbook": Stopped(
        {"orders.csv": archive("xl/workbook.xml"), "refunds.csv": b"\xd0\xcf\x11\xe0\xa1\xb1"},
        ["orders.csv is an Excel workbook: save it as CSV in UTF-8", "refunds.csv is an Excel workbook"],
    ),
    "archive": Stopped({"orders.csv": archive("orders.csv")}, ["orders.csv is a ZIP archive: unpack it"]),
    "gzip_named_csv": Stopped(
        {"orders.csv": gzip.compress(FEW)}, ["orders.csv is a gzip file: give it a name that ends"]
    ),
    "parquet_named_csv": Stopped({"orders.csv": parquet(order("1"))}, ["orders.csv is a Parquet file: give it a name"]),
    "utf16_without_mark": Stopped(
        {"orders.csv": FEW.decode().encode("utf-16-be")}, ["is no UTF-8 text (UTF-16, perhaps)"]
    ),
    "web_page": Stopped(
        {"orders.csv": b"<!DOCTYPE html>\n<title>Sign in</title>\n"}, ["is a web page or XML, perhaps of"]
    ),
    "first_line_of_3_mb": Stopped(
        {"orders.csv": b"9" * 3_000_000},
        ["orders.csv begins with a line of more than 2,000,000 bytes: its first line must"],
    ),
    "workbook_by_name": Stopped(
        {"sales.xlsx": archive("xl/workbook.xml")},
        ["sales.xlsx can't be read: deliver orders as .csv, .csv.gz or .parquet"],
        {"raw_names": {"orders": "sales.xlsx"}},
    ),
    "title_above_the_columns": Stopped(
        {"orders.csv": b"All sales\n\n" + FEW},
        ["Columns found: All sales.", "write raw_files: {orders: {skip_lines: 2}} (two of them) into shop.yml"],
    ),
    "gzip_larger_than_meant": Stopped(
        {"orders.csv.gz": gzip.compress(MANY * 9)},
        ["orders.csv.gz expands to more than 0.0001 GB: deliver it in parts, or raise var max_expanded_gb"],
        {"max_expanded_gb": 0.0001},
    ),
    "gzip_of_no_bytes": Stopped({"orders.csv.gz": b""}, [f"{{raw}}/orders.csv.gz {NOT_GZIP}"]),
    "gzip_cut_short": Stopped({"orders.csv.gz": gzip.compress(MANY)[:-9]}, [f"orders.csv.gz {NOT_GZIP}"], build=True),
    # beyond 10,000 characters DuckDB doesn't keep what an unclosed quote has swallowed
    "unclosed_quote_before_many_lines": Stopped(
        {"orders/1.csv": FEW, "orders/2.csv": MANY.replace(b"o2,c2", b'o2,"c2')},
        [
            "orders/2.csv has 3001 lines, of which only ",
            " could be told apart: a quotation mark is opened and never closed near line 4. Correct the file",
        ],
        build=True,
    ),
    "no_orders_and_more_rejected_than_the_limit": Stopped(
        {
            "orders.csv": HEADER.encode(),
            "marketing_spend.csv": b"spend_date,channel,amount\n"
            + b"2024-03-01,email,5\n" * 37
            + b"2024-02-31,email,5\n" * 3,
        },
        [
            "What was delivered of orders has no rows, so there is nothing to publish: deliver it again.",
            "marketing_spend.csv: 3 of 40 rows were rejected, more than the share of 0.05 that var max_rejected_share",
            'the most frequent reason (3 rows): spend_date is not a date, as in {"spend_date":"2024-02-31"',
        ],
        build=True,
    ),
}
CHECKED = [name for name, fault in STOPPED.items() if not fault.build]
BUILT = [name for name, fault in STOPPED.items() if fault.build]


@pytest.fixture(scope="module")
def project(builder: Builder, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dbt.Project]:
    """The project, parsed once."""
    folder = tmp_path_factory.mktemp("project")
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("DBT_TARGET_PATH", str(folder / "target"))
        environment.setenv("DBT_LOG_PATH", str(folder / "logs"))
        yield dbt.Project(REPOSITORY, "memory", {}, builder.manifest)


def problems(project: dbt.Project, raw: Path, variables: Mapping[str, Any]) -> str:
    """Return what `clv check` says against a run on `raw`."""
    with dbt.folders(raw, raw.parent):
        try:
            return "\n".join(check.problems(check.inspect_raw(replace(project, variables=variables), raw)))
        except UsageError as error:
            return str(error)


def assert_sentences(message: str, sentences: Sequence[str], raw: Path) -> None:
    for sentence in sentences:
        assert sentence.replace("{raw}", str(raw)) in message
    assert not re.search(r"Traceback|in macro|called by|Jinja|has no attribute", message), message


@pytest.mark.parametrize("name", CHECKED)
def test_check_stops_with_a_sentence(project: dbt.Project, tmp_path: Path, name: str) -> None:
    raw = tmp_path / "raw"
    raw.mkdir()
    fault = STOPPED[name]
    assert_sentences(problems(project, write_files(raw, fault.files), fault.variables), fault.sentences, raw)


def delivered(rows: Sequence[str], header: str = HEADER) -> bytes:
    return (header + "".join(f"{row}\n" for row in rows)).encode()


def amounts(*values: object) -> dict[str, bytes]:
    return {"orders.csv": delivered([f'o{n},c{n},2024-03-01,"{values[n % len(values)]}"' for n in range(40)])}


def dates(*values: str) -> dict[str, bytes]:
    return {"orders.csv": delivered([f"o{n},c{n},{values[n % len(values)]},{n}.50" for n in range(40)])}


def statuses(*values: str) -> dict[str, bytes]:
    rows = [f"o{n},c{n},2024-03-01,10.50,{values[n % len(values)]}" for n in range(40)]
    return {"orders.csv": delivered(rows, HEADER.replace("amount", "amount,status"))}


DAY_FIRST, MONTH_FIRST = {"raw_timestamp_formats": ["%d/%m/%Y"]}, {"raw_timestamp_formats": ["%m/%d/%Y"]}
BOTH = {"raw_timestamp_formats": ["%d/%m/%Y", "%m/%d/%Y"]}
# what can be read, but is likely to be meant otherwise: files, vars, what clv check says of it ("" for nothing)
HINTED: Mapping[str, tuple[Mapping[str, bytes], Mapping[str, Any], str]] = {
    "cents": (
        amounts(1999, 4950, 10250),
        {},
        "orders.amount: all 40 amounts are whole numbers, most of them above 1,000",
    ),
    "yen": (amounts(1999, 4950, 10250), {"reporting_currency": "JPY"}, ""),
    "whole_prices": (amounts(19, 49, 2000), {}, ""),
    "decimal_comma": (
        amounts("1.234,50", "7,00"),
        {},
        'Where the comma marks the decimals, write raw_decimal_mark: ","',
    ),
    "decimal_point": (amounts("1,234.50"), {"raw_decimal_mark": ","}, 'take raw_decimal_mark: "," out of shop.yml'),
    "thousands": (amounts("1.234", "950"), {}, 'every fraction has three digits, as "1.234" (rows: 20). If these are'),
    "three_decimals_among_others": (amounts("1.234", "9.5"), {}, ""),
    "day_first": (
        dates("03/04/2024", "31/04/2024", "13/05/2024"),
        {},
        '["%d/%m/%Y"] in shop.yml would read 27 of what',
    ),
    "day_or_month": (
        dates("03/04/2024", "05/06/2024"),
        {},
        'write raw_timestamp_formats: ["%d/%m/%Y"] or ["%m/%d/%Y"]',
    ),
    "day_or_month_with_a_format": (dates("03/04/2024", "05/05/2024"), DAY_FIRST, "no date tells whether"),
    "day_first_with_the_right_format": (dates("03/04/2024", "13/05/2024"), DAY_FIRST, ""),
    "day_first_with_the_wrong_format": (
        dates("03/04/2024", "13/05/2024"),
        MONTH_FIRST,
        '["%d/%m/%Y"] in shop.yml would',
    ),
    "day_first_with_both_formats": (dates("03/04/2024", "13/05/2024"), BOTH, "20 dates are read by"),
    "no_order_counts": (
        statuses("pending"),
        {},
        "orders: none of the 40 orders counts, by var counted_order_statuses.",
    ),
    "few_orders_count": (statuses("pending", "paid", "failed"), {}, "only 13 of 40 orders count, by var"),
    "most_orders_count": (statuses("pending", "paid", "paid"), {}, ""),
    "total": (
        {"orders.csv": FEW + b"Total,,2024-12-31,400.00\n"},
        {},
        'the order "Total" is a total of the others by its name, and is rejected',
    ),
    "refunds_below_zero": (
        {"orders.csv": FEW, "refunds.csv": b"refund_id,order_id,refunded_at,amount\nr1,o1,2024-05-02,-1.00\n"},
        {},
        "refunds.amount is below zero in 1 of 1 rows, which are rejected.",
    ),
    "credit_notes_that_do_not_count": (
        {
            "orders.csv": statuses("paid")["orders.csv"]
            + b"".join(b"n%d,c%d,2024-03-02,-9,refunded\n" % (n, n) for n in range(4))
        },
        {},
        'orders: 4 orders of status "refunded" are below zero and take nothing back',
    ),
    "days_of_a_spreadsheet": (dates("45352.5"), {}, "would be read by raw_timestamp_formats: [spreadsheet_days]"),
    "rates_of_other_days": (
        {
            "orders.csv": delivered(
                [f"o{n},c{n},2024-03-{1 + n % 2:02d},10.50,{'EUR' if n < 3 else 'USD'}" for n in range(40)],
                HEADER.replace("amount", "amount,currency"),
            ),
            "exchange_rates.csv": b"rate_date,currency,rate\n2024-03-01,EUR,1.1\n",
        },
        {},
        "orders: there is no exchange rate for EUR on the days of some rows, as 2024-03-02 (rows: 1).",
    ),
    "the_same_file_twice": (
        {"orders/a.csv": FEW, "orders/a (1).csv": FEW},
        {},
        "orders/a.csv is the same file as orders/a (1).csv",
    ),
    "two_shops": (
        {"orders/a.csv": FEW, "orders/b.csv": delivered([f"o{n},d{n},2024-05-02,11.00" for n in range(40)])},
        {},
        "orders: 40 of 40 order numbers come again with another customer, and another day or amount",
    ),
    "same_orders_again": ({"orders/a.csv": FEW, "orders/b.csv": FEW + b"n1,c1,2024-05-03,5.00\n"}, {}, ""),
    "latin1": (
        {"orders.csv": FEW + "o99,Zoë,2024-03-01,10.00\n".encode("latin-1")},
        {},
        "orders.csv: 1 line is no UTF-8 text (the first is line 42), and would be rejected: save the file as UTF-8",
    ),
    "line_of_3_mb": (
        {"orders/a.csv": FEW, "orders/b.csv": FEW + b"o99,c1,2024-03-01," + b"9" * 3_000_000},
        {},
        "orders/b.csv: 1 line is no record of these columns (the first is line 42), and would be rejected.",
    ),
    "no_rows": ({"orders.csv": HEADER.encode()}, {}, "orders: there are no rows"),
}


@pytest.mark.parametrize("name", HINTED)
def test_check_says_what_is_likely_meant_otherwise(project: dbt.Project, tmp_path: Path, name: str) -> None:
    files, variables, sentence = HINTED[name]
    with dbt.folders(write_files(tmp_path, files), tmp_path.parent):
        sources = check.inspect_raw(replace(project, variables=variables), tmp_path, sample_rows=0)
    assert check.problems(sources) == []
    findings = check.findings(sources, tmp_path)
    assert sentence in "\n".join(findings) if sentence else findings == []
    stops = {"decimal_comma", "decimal_point", "day_first", "day_or_month", "day_first_with_the_wrong_format"}
    stops |= {"no_order_counts", "two_shops", "refunds_below_zero", "days_of_a_spreadsheet"}
    assert check.would_stop(findings) == (name in stops)


def test_files_that_nobody_reads_are_named_where_there_are_no_orders(project: dbt.Project, tmp_path: Path) -> None:
    with dbt.folders(write_files(tmp_path, {"sales 2024.xlsx": archive("xl/workbook.xml")}), tmp_path.parent):
        sources = check.inspect_raw(project, tmp_path, sample_rows=0)
    assert check.problems(sources)
    assert "Nobody reads sales 2024.xlsx" in "\n".join(check.findings(sources, tmp_path))


def test_links_and_pipes_are_followed_or_refused_and_told_either_way(project: dbt.Project, tmp_path: Path) -> None:
    """What leads out of the raw folder, nowhere, or in a circle is refused before anything is opened: a pipe would never end."""
    raw, outside = tmp_path / "raw", tmp_path / "outside"
    write_files(outside, {"secret.csv": b"order_id,customer_id,ordered_at,amount\no1,c1,2024-01-01,1\n"})
    write_files(raw, {"orders/1.csv": b"order_id,customer_id,ordered_at,amount\no2,c1,2024-01-01,1\n"})
    (raw / "refunds.csv").symlink_to("refunds.csv")
    (raw / "orders" / "loop").symlink_to(".")
    (raw / "orders" / "gone.csv").symlink_to("nosuch.csv")
    (raw / "orders" / "2.csv").symlink_to(outside / "secret.csv")
    (raw / "customers").symlink_to(outside)
    (raw / "export").symlink_to(outside)
    os.mkfifo(raw / "products.csv")
    (raw / "notes").symlink_to(outside)
    (raw / ".hidden.csv").symlink_to("nosuch.csv")
    mapped = replace(project, variables={"raw_names": {"touchpoints": ["export/*.csv"]}})
    with pytest.raises(UsageError) as refused:
        check.require_files(raw, mapped)
    told = sorted(
        sentence.split(",")[0].replace(str(outside), "OUTSIDE") for sentence in str(refused.value).splitlines()
    )
    assert told == [
        "customers is a link to OUTSIDE",
        "export is a link to OUTSIDE",
        "orders/2.csv is a link to OUTSIDE/secret.csv",
        "orders/gone.csv is a link to nosuch.csv",
        "orders/loop is a link to a folder",
        "products.csv is a pipe or a device",
        "refunds.csv is a link to refunds.csv",
    ]


def test_a_link_within_the_raw_folder_is_read_and_told(project: dbt.Project, tmp_path: Path) -> None:
    write_purchase_log(tmp_path / "of today")
    (tmp_path / "orders.csv").symlink_to(tmp_path / "of today" / "orders.csv")
    assert check.require_files(tmp_path, project).followed == ["orders.csv is a link, and read as of today/orders.csv."]
    with dbt.folders(tmp_path, tmp_path.parent):
        sources = check.inspect_raw(project, tmp_path, sample_rows=0)
    assert "orders.csv is a link, and read as of today/orders.csv." in check.findings(sources, tmp_path)
    assert next(source for source in sources if source.name == "orders").sample["rows"] == 40


@pytest.mark.parametrize("name", ["../outside/orders.csv", "/etc/passwd.csv", "export/../../outside/*.csv"])
def test_raw_names_do_not_lead_out_of_the_raw_folder(project: dbt.Project, tmp_path: Path, name: str) -> None:
    write_purchase_log(tmp_path / "outside")
    (tmp_path / "raw" / "export").mkdir(parents=True)
    message = problems(project, tmp_path / "raw", {"raw_names": {"orders": name}})
    assert f"'{name}', which orders is to be read from, leads out of {tmp_path / 'raw'}" in message


@pytest.mark.parametrize("ending", ["csv", "csv.gz"])
def test_a_line_that_would_vanish_is_told(project: dbt.Project, tmp_path: Path, ending: str) -> None:
    """DuckDB passes over a line of more than 32 MB without a word. One of 10 MB is rejected, as others are."""
    head = b"order_id,customer_id,ordered_at,amount\no1,c1,2024-01-01,1\no2,c1,2024-01-01,"
    for megabytes, is_told in ((40, True), (10, False)):
        content = head + b"9" * megabytes * 1_000_000 + b"\no3,c1,2024-01-01,1\n"
        folder = tmp_path / f"{megabytes}"
        write_files(folder, {f"orders.{ending}": gzip.compress(content, 1) if ending == "csv.gz" else content})
        message = problems(project, folder, {})
        assert (f"orders.{ending} has a line of more than 16,000,000 bytes (around byte " in message) == is_told, (
            message
        )


def test_more_columns_than_any_table_has_are_told(project: dbt.Project, tmp_path: Path) -> None:
    names = ["order_id", "customer_id", "ordered_at", "amount", *(f"c{number}" for number in range(10_000))]
    text = "\n".join([",".join(names), ",".join(["1"] * len(names))])
    write_files(tmp_path, {"orders.csv": text.encode()})
    assert "orders.csv has 10004 columns, and at most 1000 are read" in problems(project, tmp_path, {})


def test_a_parquet_file_that_expands_too_far_is_told(project: dbt.Project, tmp_path: Path) -> None:
    rows = "select 'o' || i as order_id, 'c' as customer_id, date '2024-01-01' as ordered_at, 1 as amount from range(100000) as t (i)"
    write_files(tmp_path, {"orders.parquet": parquet(rows)})
    assert not problems(project, tmp_path, {})
    assert "orders.parquet expands to more than 0.0001 GB" in problems(project, tmp_path, {"max_expanded_gb": 0.0001})


def test_a_star_in_a_path_stands_for_itself(project: dbt.Project, tmp_path: Path) -> None:
    """Beside a folder and a file whose names it would also stand for, which would count twice."""
    for folder in ("a*b?[c]", "axxby[c]", "axxbyc"):
        for name in ("o*", "oxx"):
            write_purchase_log(tmp_path / folder / "orders" / name)
    raw = tmp_path / "a*b?[c]"
    with dbt.folders(raw, tmp_path.parent):
        sources = check.inspect_raw(project, raw, sample_rows=0)
    assert next(source for source in sources if source.name == "orders").sample["rows"] == 80


def test_relative_folder_is_refused_by_dbt(
    project: dbt.Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_purchase_log(tmp_path / "raw")
    monkeypatch.chdir(tmp_path)
    message = problems(project, Path("raw"), {})
    assert "CLV_RAW_DIR is the relative path 'raw': give the absolute path of the folder" in message


WRONG_VALUES = [
    ("assumed_gross_margin", 1.5, "is 1.5: give a fraction from 0 to 1, or null."),
    ("assumed_gross_margin", "0,4", "is '0,4': give a fraction from 0 to 1, or null."),
    ("max_rejected_share", 5, "is 5: give a fraction from 0 to 1."),
    ("max_conflicting_keys", 2, "is 2: give a fraction from 0 to 1."),
    ("max_rejected_share", None, "is null: give a fraction"),
    ("annual_discount_rate", -0.1, "is -0.1: give a fraction"),
    ("annual_discount_rate", "10%", "is '10%': give a fraction"),
    ("kpi_window_months", 0, "is 0: give a whole number from 1 to 1200."),
    ("kpi_window_months", "12", "is '12': give a whole number"),
    ("cohort_clv_age_months", 1.5, "is 1.5: give a whole number"),
    ("min_segment_customers", True, "is true: give a whole number"),
    ("max_ids_per_contact", 1, "is 1: give a whole number from 2 to"),
    ("max_contacts_per_id", 0, "is 0: give a whole number from 1 to"),
    ("max_ids_per_person", 1, "is 1: give a whole number from 2 to"),
    ("max_orders_per_guest", None, "is null: give a whole number from 1 to"),
    ("merge_people_by", ["email", "name"], "give [email, phone], one of them, or []."),
    ("merge_people_by", "email", "is 'email': give a list of texts; [] for none."),
    ("anonymous_customer_ids", [0], "is [0]: give a list of texts"),
    ("placeholder_contacts", None, "is null: give a list of texts"),
    ("max_exchange_rate_age_days", -1, "is -1: give a whole number from 0 to"),
    ("max_lifetime_years", 0, "is 0: give a number above 0"),
    ("max_expanded_gb", 0, "is 0: give a number of gigabytes above 0."),
    ("max_lifetime_years", float("inf"), "give a number above 0"),
    ("prices_include_tax", "no", "is 'no': give true, false or auto."),
    ("refund_amounts", "net", "is 'net': give paid_back or goods."),
    ("free_orders_count", "no", "is 'no': give true or false."),
    ("include_shipping_in_revenue", 1, "is 1: give true or false."),
    ("counted_order_statuses", [], "is []: give a list of texts"),
    ("counted_order_statuses", "paid", "is 'paid': give a list of texts"),
    ("raw_timestamp_formats", ["%d/%m/%Y", 7], 'is ["%d/%m/%Y", 7]: give a list of texts'),
    ("raw_timestamp_formats", None, "is null: give a list of texts"),
    ("raw_timestamp_formats", ["%Y%m%d", "dd.MM.yyyy"], 'is ["%Y%m%d", "dd.MM.yyyy"]: give formats in the notation'),
    ("raw_decimal_mark", ";", 'is \';\': give "." or ",".'),
    ("orders_delivery", "full", "is 'full': give changes or full_snapshots."),
    ("order_items_delivery", "lines", "is 'lines': give whole_orders or changed_lines."),
    ("reporting_currency", "EURO", "is 'EURO': give a code of three letters"),
    ("reporting_timezone", "Europe/Berlyn", "is 'Europe/Berlyn': give a time zone that the warehouse knows"),
    ("reporting_timezone", "it's", "is 'it's': give a time zone"),
    ("as_of_date", "2023-02-29", "is '2023-02-29': give a date written as YYYY-MM-DD"),
    ("as_of_date", 2023, "is 2023: give a date written as YYYY-MM-DD"),
    (
        "attribution_model",
        "first",
        "is 'first': give one of first_touch, last_touch, linear",
    ),
    ("attribution_half_life_days", 0, "is 0: give a number of days above 0."),
    ("attribution_half_life_days", "7 days", "is '7 days': give a number of days"),
    ("attribution_lookback_days", 0, "is 0: give a whole number of days from 1, or null."),
    ("attribution_lookback_days", {"days": 30}, "give a whole number of days"),
    ("business_model", None, "is null: give the name of a row of seeds/benchmarks.csv"),
    ("value_tiers", None, "is null: give a list of {name: TEXT, up_to: FRACTION}"),
    ("value_tiers", [], "is []: give a list of"),
    ("value_tiers", {"VIP": 1}, 'is {"VIP": 1}: give a list of'),
    ("value_tiers", [{"name": "all", "up_to": 0.9}], "rising from above 0 to 1 in the last."),
    ("value_tiers", [{"name": "a", "up_to": 0.5}, {"name": "a", "up_to": 1}], "each name once"),
    ("value_tiers", [{"name": "a", "up_to": 0.5}, {"name": "b", "up_to": 0.5}, {"name": "c", "up_to": 1}], "rising"),
    ("value_tiers", [{"name": "a", "up_to": 0}, {"name": "b", "up_to": 1}], "rising from above 0"),
    ("value_tiers", [{"name": "", "up_to": 1}], "give a list of"),
    ("value_tiers", [{"up_to": 1}, {"name": "b", "up_to": 1}], "give a list of"),
]
RIGHT_VALUES: Mapping[str, Any] = {
    "assumed_gross_margin": 1,
    "max_rejected_share": 0,
    "max_conflicting_keys": 1,
    "annual_discount_rate": 0,
    "kpi_window_months": 1,
    "max_ids_per_contact": 2,
    "merge_people_by": [],
    "anonymous_customer_ids": [],
    "max_exchange_rate_age_days": 0,
    "max_lifetime_years": 0.5,
    "attribution_model": "position_based",
    "attribution_half_life_days": 0.5,
    "attribution_lookback_days": 1,
    "counted_order_statuses": ["it's paid"],
    "orders_delivery": "full_snapshots",
    "order_items_delivery": "changed_lines",
    "reporting_currency": "eur",
    "reporting_timezone": "America/New_York",
    "as_of_date": "2024-02-29",
    "value_tiers": [{"name": "everybody", "up_to": 1.0}],
}


@pytest.mark.parametrize(("name", "value", "sentence"), WRONG_VALUES, ids=lambda value: str(value)[:40])
def test_wrong_value_of_a_var_is_told(
    project: dbt.Project, purchase_log: Path, name: str, value: object, sentence: str
) -> None:
    message = problems(project, purchase_log, {name: value})
    assert_sentences(message, [f"var {name} is ", sentence], purchase_log)
    assert len(message.splitlines()) == 1


def test_every_wrong_value_is_told_at_once(project: dbt.Project, purchase_log: Path) -> None:
    wrong = {name: value for name, value, _ in WRONG_VALUES}
    message = problems(project, purchase_log, wrong)
    assert sorted(line.split()[1] for line in message.splitlines()) == sorted(wrong)


def test_values_at_their_bounds_are_right(project: dbt.Project, purchase_log: Path) -> None:
    assert problems(project, purchase_log, RIGHT_VALUES) == ""


@pytest.mark.parametrize("name", [*BUILT, "empty_file", "not_parquet", "not_gzip"])
def test_run_stops_with_a_sentence_and_publishes_nothing(call_clv: RunClv, tmp_path: Path, name: str) -> None:
    raw = tmp_path / "raw"
    run = call_clv("run", "--raw", str(write_files(raw, STOPPED[name].files)))
    assert run.exit_code in (1, 2), run.output
    assert_sentences(run.stderr, STOPPED[name].sentences, raw)
    assert not run.published_file.exists()
