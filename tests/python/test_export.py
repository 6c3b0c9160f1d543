"""The published marts as files, read back with libraries that know nothing of DuckDB."""

import csv
import json
import shutil
import subprocess
import sys
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import openpyxl
import pyarrow.parquet as parquet
import pytest
from conftest import CommandRun, RunClv
from filelock import FileLock

from clv.commands import export as exporting
from clv.commands.export import export
from clv.errors import LockedError, UsageError
from clv.warehouse.files import Warehouse
from clv.warehouse.publish import read_publication

Rows = list[tuple[Any, ...]]

# texts that Excel would take for something else, a day, an amount, truth values, and what is unknown
TRICKY_SQL = """
create schema marts;
create table marts.dim_customers (
    customer_id varchar, note varchar, currency varchar, born date, seen_at timestamp, net_revenue decimal(28, 4),
    orders bigint, share double, is_known boolean
);
insert into marts.dim_customers values
    ('1', '=1+1', 'EUR', date '2024-02-29', timestamp '2025-06-30 23:59:58', 1234567.8901, 9007199254740991, 0.125, true),
    ('007', 'Müller, "Ö" | x', 'EUR', null, null, -0.0100, 0, null, false),
    ('3', '', 'EUR', date '1970-01-02', timestamp '1970-01-02 00:00:00', 0, null, 1e-9, null),
    ('4', null, null, null, null, null, null, null, null),
    ('5', E'two\\nlines', 'EUR', null, null, null, null, null, null),
    ('6', 'http://example.com', 'EUR', null, null, null, null, null, null),
    ('7', '1e5', 'EUR', null, null, null, null, null, null);
comment on table marts.dim_customers is 'One row per customer.';
comment on column marts.dim_customers.net_revenue is 'Net revenue by v1.2 of the rules. Reporting currency.';
comment on column marts.dim_customers.share is 'Share of a | b. Fraction.';
create table marts.fct_orders as select * from (values ('o1', 2.5), ('o2', 3.5)) as orders (order_id, amount);
create table main.publication as
select
    'run-7' as run_id, date '2025-06-30' as as_of_date, timestamp '2025-07-01 02:15:00' as published_at,
    '1' as clv_version, '2' as dbt_version, '3' as duckdb_version, '4' as code_fingerprint;
"""


@pytest.fixture
def tricky(tmp_path: Path) -> Warehouse:
    """A published file with two small marts."""
    warehouse = Warehouse(tmp_path / "warehouse")
    warehouse.folder.mkdir()
    with duckdb.connect(str(warehouse.published_file)) as connection:
        connection.execute(TRICKY_SQL)
    return warehouse


def ignore_progress(done: int, total: int, what: str) -> None: ...


def add_order(warehouse: Warehouse, order_id: str) -> None:
    with duckdb.connect(str(warehouse.published_file)) as connection:
        connection.execute("insert into marts.fct_orders values (?, 1)", [order_id])


def read_mart(file: Path, mart: str) -> Rows:
    with duckdb.connect(str(file), read_only=True) as connection:
        return connection.execute(f"select * from marts.{mart}").fetchall()


def read_sheet(file: Path, sheet: str) -> Rows:
    return [tuple(row) for row in openpyxl.load_workbook(file, read_only=True)[sheet].iter_rows(values_only=True)]


def read_parquet(file: Path) -> Rows:
    return [tuple(row.values()) for row in parquet.read_table(file).to_pylist()]


def read_csv(file: Path) -> list[list[str]]:
    with file.open(encoding="utf-8", newline="") as lines:
        return list(csv.reader(lines))


def as_csv(value: Any) -> str:
    """Write a value as the CSV should hold it."""
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)


def as_excel(value: Any) -> Any:
    """Return what Excel should hold for a value: it knows days as moments, and one kind of number."""
    if isinstance(value, datetime):
        return value.replace(microsecond=round(value.microsecond, -3) % 1_000_000)
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day)  # noqa: DTZ001
    if isinstance(value, Decimal):
        return pytest.approx(float(value), rel=1e-14)
    if isinstance(value, float):
        return pytest.approx(value, rel=1e-14)
    # openpyxl reads a text without characters as nothing
    return value or None if isinstance(value, str) else value


def test_every_mart_is_in_parquet_as_it_is_published(run_clv: RunClv, shop: CommandRun, tmp_path: Path) -> None:
    folder = tmp_path / "out" / "marts"
    run = run_clv("export", "--warehouse", str(shop.warehouse), str(folder))
    assert run.exit_code == 0, run.output
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    with shop.connect() as connection:
        marts = [
            row[0]
            for row in connection.execute(
                "select table_name from duckdb_tables() where schema_name = 'marts'"
            ).fetchall()
        ]
    assert len(marts) > 20
    assert {path.name for path in folder.iterdir()} == {
        "README.md",
        "manifest.json",
        *(f"{mart}.parquet" for mart in marts),
    }
    assert {mart["name"]: mart["rows"] for mart in manifest["marts"]} == {
        mart: len(read_mart(shop.published_file, mart)) for mart in marts
    }
    for mart in marts:
        assert read_parquet(folder / f"{mart}.parquet") == read_mart(shop.published_file, mart), mart
    published = read_publication(shop.published_file)
    assert published is not None
    assert manifest["publication"]["run_id"] == published.run_id
    assert parquet.read_metadata(folder / "fct_orders.parquet").metadata[b"clv_run_id"] == published.run_id.encode()
    assert f"as of {published.as_of_date}, of run {published.run_id}." in run.stdout


def test_a_whole_mart_is_in_csv_and_in_excel_as_it_is_published(
    run_clv: RunClv, shop: CommandRun, tmp_path: Path
) -> None:
    chosen = ["dim_customers", "fct_rejected_records", "fct_value_tiers"]
    options = [part for mart in chosen for part in ("--mart", mart)]
    for file_format in ("csv", "xlsx"):
        run = run_clv(
            "export",
            "--warehouse",
            str(shop.warehouse),
            "--format",
            file_format,
            *options,
            str(tmp_path / file_format),
            "--json",
        )
        assert run.exit_code == 0, run.output
        told = json.loads(run.stdout)["marts"]
    for mart in chosen:
        rows = read_mart(shop.published_file, mart)
        assert told[mart] == {"file": f"{mart}.xlsx", "rows": len(rows)}
        assert len(rows) > 3
        # numbers with a fraction may be written in other words: 1e-05
        assert [
            tuple(float(cell) if isinstance(value, float) else cell for cell, value in zip(line, row, strict=True))
            for line, row in zip(read_csv(tmp_path / "csv" / f"{mart}.csv")[1:], rows, strict=True)
        ] == [tuple(value if isinstance(value, float) else as_csv(value) for value in row) for row in rows]
        # a text without characters is read as one or as nothing, by what stands around it
        in_excel = [
            tuple(None if cell == "" else cell for cell in line)
            for line in read_sheet(tmp_path / "xlsx" / f"{mart}.xlsx", mart)[1:]
        ]
        assert in_excel == [tuple(as_excel(value) for value in row) for row in rows]


def test_excel_gets_texts_days_amounts_and_nothing(tricky: Warehouse, tmp_path: Path) -> None:
    export(tricky, tmp_path / "out", "xlsx", ["dim_customers"], ignore_progress)
    sheet = openpyxl.load_workbook(tmp_path / "out" / "dim_customers.xlsx")["dim_customers"]
    cells = {
        (row[0].value, name.value): cell
        for row in sheet.iter_rows(min_row=2)
        for name, cell in zip(sheet[1], row, strict=True)
    }
    # s: a text; f would be a formula
    assert {(cell.value, cell.data_type) for (_, name), cell in cells.items() if name == "note" and cell.value} == {
        (text, "s") for text in ("=1+1", 'Müller, "Ö" | x', "two\nlines", "http://example.com", "1e5")
    }
    assert not any(cell.hyperlink for cell in cells.values())
    assert cells["007", "customer_id"].data_type == "s"
    day, moment = cells["1", "born"], cells["1", "seen_at"]
    assert (day.value, day.number_format) == (datetime(2024, 2, 29), "yyyy-mm-dd")  # noqa: DTZ001
    assert (moment.value, moment.number_format) == (datetime(2025, 6, 30, 23, 59, 58), "yyyy-mm-dd hh:mm:ss")  # noqa: DTZ001
    amount = cells["1", "net_revenue"]
    assert (amount.value, amount.data_type, amount.number_format) == (1234567.8901, "n", "#,##0.00")
    assert (cells["1", "share"].value, cells["1", "share"].number_format) == (0.125, "0.0%")
    assert cells["1", "orders"].value == 9007199254740991
    assert [cells[key, "is_known"].value for key in ("1", "007", "3")] == [True, False, None]
    assert {cell.value for (key, name), cell in cells.items() if key == "4" and name != "customer_id"} == {None}


def test_excel_names_the_columns_and_the_publication(tricky: Warehouse, tmp_path: Path) -> None:
    export(tricky, tmp_path / "out", "xlsx", [], ignore_progress)
    described = read_sheet(tmp_path / "out" / "dim_customers.xlsx", "columns")
    assert ("net_revenue", "DECIMAL(28,4)", "Reporting currency", "Net revenue by v1.2 of the rules.") in described
    assert {row[0]: row[3] for row in described}["run_id"] == "run-7"


def test_csv_tells_nothing_from_an_empty_text_and_has_no_mark_at_its_beginning(
    tricky: Warehouse, tmp_path: Path
) -> None:
    export(tricky, tmp_path / "out", "csv", ["dim_customers"], ignore_progress)
    assert (tmp_path / "out" / "dim_customers.csv").read_bytes().decode("utf-8").splitlines()[:5] == [
        "customer_id,note,currency,born,seen_at,net_revenue,orders,share,is_known",
        "1,'=1+1,EUR,2024-02-29,2025-06-30 23:59:58,1234567.8901,9007199254740991,0.125,true",
        '007,"Müller, ""Ö"" | x",EUR,,,-0.0100,0,,false',
        '3,"",EUR,1970-01-02,1970-01-02 00:00:00,0.0000,,1e-09,',
        "4,,,,,,,,",
    ]


def test_no_text_in_csv_is_a_formula_unless_asked_for(tricky: Warehouse, tmp_path: Path) -> None:
    """What a spreadsheet would run or ask for: the texts alone, and no number or date among them."""
    texts = ["=1+1", '=HYPERLINK("http://x.example","y")', "+cmd|' /C calc'!A0", "-2+3", "@SUM(1)", "\t=1", "＝1+1"]
    harmless = ["-5", "+49", "-1,234.50", "a=b", "", "'=1"]
    with duckdb.connect(str(tricky.published_file)) as connection:
        connection.execute("delete from marts.fct_orders")
        for text in [*texts, *harmless]:
            connection.execute("insert into marts.fct_orders values (?, -2.5)", [text])
    export(tricky, tmp_path / "out", "csv", ["fct_orders"], ignore_progress)
    rows = read_csv(tmp_path / "out" / "fct_orders.csv")[1:]
    assert [row[0] for row in rows] == [*(f"'{text}" for text in texts), *harmless]
    assert {row[1] for row in rows} == {"-2.5"}
    export(tricky, tmp_path / "out", "csv", ["fct_orders"], ignore_progress, keep_formulas=True)
    assert [row[0] for row in read_csv(tmp_path / "out" / "fct_orders.csv")[1:]] == [*texts, *harmless]


def test_readme_says_what_the_files_hold(tricky: Warehouse, tmp_path: Path) -> None:
    export(tricky, tmp_path / "out", "csv", [], ignore_progress)
    readme = (tmp_path / "out" / "README.md").read_text(encoding="utf-8")
    assert "As of 2025-06-30, of run run-7. Reporting currency: EUR." in readme
    assert "| [dim_customers.csv](dim_customers.csv) | 7 | One row per customer. |" in readme
    assert "| share | DOUBLE | Fraction | Share of a \\| b. |" in readme
    assert json.loads((tmp_path / "out" / "manifest.json").read_text(encoding="utf-8"))["marts"][0]["columns"][5] == {
        "name": "net_revenue",
        "type": "DECIMAL(28,4)",
        "description": "Net revenue by v1.2 of the rules.",
        "unit": "Reporting currency",
    }


def test_more_rows_than_a_sheet_holds_are_refused_before_anything_is_written(tricky: Warehouse, tmp_path: Path) -> None:
    with duckdb.connect(str(tricky.published_file)) as connection:
        connection.execute("insert into marts.fct_orders select 'x', 1 from range(1048574)")
    told = []
    with pytest.raises(
        UsageError, match=r"holds 1,048,575 rows below its header; more are in fct_orders \(1,048,576\)"
    ):
        export(tricky, tmp_path / "out", "xlsx", [], lambda *what: told.append(what))
    assert (told, (tmp_path / "out").exists()) == ([], False)
    export(tricky, tmp_path / "out", "xlsx", ["dim_customers"], ignore_progress)
    assert len(export(tricky, tmp_path / "out", "parquet", [], ignore_progress).marts) == 2


def test_a_text_longer_than_a_cell_is_refused(tricky: Warehouse, tmp_path: Path) -> None:
    add_order(tricky, "x" * 32767)
    export(tricky, tmp_path / "out", "xlsx", [], ignore_progress)
    add_order(tricky, "😀" * 16384)  # two of Excel's characters each
    with pytest.raises(UsageError, match=r"A text in fct_orders.order_id is longer than the 32,767 characters"):
        export(tricky, tmp_path / "out", "xlsx", [], ignore_progress)
    assert {path.name for path in (tmp_path / "out").iterdir()} == {
        "README.md",
        "manifest.json",
        "dim_customers.xlsx",
        "fct_orders.xlsx",
    }


def left_beside(folder: Path) -> set[str]:
    return {path.name for path in folder.parent.iterdir() if "clv-export" in path.name} - {
        f".{folder.name}.clv-export-lock"
    }


def test_an_earlier_export_is_replaced_as_a_whole(tricky: Warehouse, tmp_path: Path) -> None:
    folder = tmp_path / "out"
    folder.mkdir()
    export(tricky, folder, "csv", [], ignore_progress)
    export(tricky, folder, "parquet", ["fct_orders"], ignore_progress)
    assert {path.name for path in folder.iterdir()} == {"README.md", "manifest.json", "fct_orders.parquet"}
    assert left_beside(folder) == set()


def test_files_of_others_are_not_touched(tricky: Warehouse, tmp_path: Path) -> None:
    folder = tmp_path / "out"
    export(tricky, folder, "csv", [], ignore_progress)
    (folder / "notes.txt").write_text("mine")
    with pytest.raises(UsageError, match=r"out holds notes.txt, which no export has written"):
        export(tricky, folder, "parquet", [], ignore_progress)
    with pytest.raises(UsageError, match=r"warehouse holds clv.duckdb, which no export has written"):
        export(tricky, tricky.folder, "parquet", [], ignore_progress)
    with pytest.raises(UsageError, match=r"^/ holds .*, which no export has written"):
        export(tricky, Path("/"), "parquet", [], ignore_progress)
    with pytest.raises(UsageError, match=r"notes.txt is a file: name a folder"):
        export(tricky, folder / "notes.txt", "parquet", [], ignore_progress)
    assert (folder / "notes.txt").read_text() == "mine"
    assert (folder / "fct_orders.csv").exists()


def test_a_file_that_is_saved_meanwhile_is_not_touched(tricky: Warehouse, tmp_path: Path) -> None:
    folder = tmp_path / "out"
    export(tricky, folder, "csv", [], ignore_progress)

    def save(done: int, total: int, what: str) -> None:
        (folder / "notes.txt").write_text("mine")

    with pytest.raises(UsageError, match=rf"^{folder} holds notes.txt, which no export has written"):
        export(tricky, folder, "parquet", [], save)
    assert (folder / "notes.txt").read_text() == "mine"
    assert (folder / "fct_orders.csv").exists()
    assert left_beside(folder) == set()


@pytest.mark.parametrize("stop_at", [1, 2])
def test_a_failure_leaves_the_earlier_export(
    tricky: Warehouse, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stop_at: int
) -> None:
    folder = tmp_path / "out"

    def fail(done: int, total: int, what: str) -> None:
        if done == stop_at:
            raise KeyboardInterrupt

    for _ in range(2):
        with pytest.raises(KeyboardInterrupt):
            export(tricky, folder, "parquet", [], fail)
        assert (folder.exists(), left_beside(folder)) == (False, set())
    export(tricky, folder, "csv", ["fct_orders"], ignore_progress)
    with pytest.raises(KeyboardInterrupt):
        export(tricky, folder, "parquet", [], fail)
    assert {path.name for path in folder.iterdir()} == {"README.md", "manifest.json", "fct_orders.csv"}
    assert left_beside(folder) == set()


KILLED = """
import os, pathlib, signal, sys
from pathlib import Path
from clv.commands.export import export
from clv.warehouse.files import Warehouse

renames, rename = [], Path.rename
def killed(path, target):
    renames.append(path)
    if len(renames) == int(sys.argv[3]):
        os.kill(os.getpid(), signal.SIGKILL)
    return rename(path, target)
Path.rename = killed
export(Warehouse(Path(sys.argv[1])), Path(sys.argv[2]), "parquet", [], lambda *what: None)
"""


@pytest.mark.parametrize("at_rename", ["1", "2"])
def test_what_a_kill_has_left_is_put_right_by_the_next_export(
    tricky: Warehouse, tmp_path: Path, at_rename: str
) -> None:
    folder = tmp_path / "out"
    export(tricky, folder, "csv", [], ignore_progress)
    command = [sys.executable, "-c", KILLED, str(tricky.folder), str(folder), at_rename]
    assert subprocess.run(command, check=False).returncode == -9
    with pytest.raises(UsageError, match="no mart 'nosuch'"):
        export(tricky, folder, "parquet", ["nosuch"], ignore_progress)
    assert (folder / "fct_orders.csv").exists()
    export(tricky, folder, "parquet", [], ignore_progress)
    assert (folder / "fct_orders.parquet").exists()
    assert left_beside(folder) == set()


def test_two_exports_to_one_folder_are_refused(tricky: Warehouse, tmp_path: Path) -> None:
    folder = tmp_path / "out"
    with (
        FileLock(tmp_path / ".out.clv-export-lock"),
        pytest.raises(LockedError, match=r"Another export to .*out goes on"),
    ):
        export(tricky, folder, "parquet", [], ignore_progress)


def test_what_is_published_meanwhile_is_not_mixed_in(tricky: Warehouse, tmp_path: Path) -> None:
    later = tmp_path / "later.duckdb"
    shutil.copyfile(tricky.published_file, later)
    with duckdb.connect(str(later)) as connection:
        connection.execute("delete from marts.fct_orders; update main.publication set run_id = 'run-8'")

    def publish_once(done: int, total: int, what: str) -> None:
        if later.exists():
            later.replace(tricky.published_file)

    export(tricky, tmp_path / "out", "csv", [], publish_once)
    assert (len(read_csv(tmp_path / "out" / "fct_orders.csv")), not later.exists()) == (3, True)
    assert "run-7" in (tmp_path / "out" / "README.md").read_text()


FULL = """
import resource, sys
from pathlib import Path
from clv.errors import MachineError
from clv.commands.export import export
from clv.warehouse.files import Warehouse

resource.setrlimit(resource.RLIMIT_FSIZE, (60_000, 60_000))
try:
    export(Warehouse(Path(sys.argv[1])), Path(sys.argv[2]), sys.argv[3], [], lambda *what: None)
except MachineError as error:
    print(error)
"""


@pytest.mark.parametrize("file_format", list(exporting.FORMATS))
def test_a_full_disk_is_told_in_a_sentence(tricky: Warehouse, tmp_path: Path, file_format: str) -> None:
    with duckdb.connect(str(tricky.published_file)) as connection:
        connection.execute(
            "insert into marts.fct_orders select hash(range)::varchar || hash(-range)::varchar, 1 from range(9000)"
        )
    command = [sys.executable, "-c", FULL, str(tricky.folder), str(tmp_path / "out"), file_format]
    told = subprocess.run(command, capture_output=True, text=True, check=True)
    assert (told.stdout, told.stderr) == (
        f"The disk of {tmp_path}/out is full: free some space, or name another folder.\n",
        "",
    )
    assert (left_beside(tmp_path / "out"), (tmp_path / "out").exists()) == (set(), False)


def test_a_folder_that_cannot_be_made_is_named(tricky: Warehouse, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(UsageError, match=r"could not be exported to .*/notes.txt/in/out: .*notes.txt.*: .+\."):
        export(tricky, tmp_path / "notes.txt" / "in" / "out", "csv", [], ignore_progress)


def test_wrong_use_is_told_in_a_sentence(run_clv: RunClv, tricky: Warehouse, tmp_path: Path) -> None:
    for options, sentence in (
        (["--mart", "dim_customer"], "There is no mart 'dim_customer'. Did you mean 'dim_customers'?"),
        (["--mart", "zzz"], "There is no mart 'zzz'. There are: dim_customers, fct_orders."),
        (["--format", "xls"], "--format is 'xls': it must be one of parquet, csv, xlsx."),
        (["--warehouse", str(tmp_path / "nosuch")], "clv.duckdb: publish a warehouse with `clv run`"),
    ):
        run = run_clv("export", *options, "out")
        assert (run.exit_code, (tmp_path / "out").exists()) == (2, False)
        assert sentence in run.stderr.replace("\n", " ")
    tricky.published_file.write_bytes(b"no database" * 1000)
    run = run_clv("export", "out")
    assert run.exit_code == 2
    assert "could not be exported" in run.stderr
