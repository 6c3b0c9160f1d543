"""`clv init`: raw files are recognised by their columns, and shop.yml says how they are read and what is unsure."""

import json
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml
from conftest import CommandRun, RunClv, write_csv

from clv.build.presets import read_preset

SHOPIFY = ["Name", "Email", "Financial Status", "Currency", "Subtotal", "Lineitem name"]
META = ["Reporting starts", "Reporting ends", "Campaign name", "Amount spent (EUR)"]


def written(run: CommandRun, raw: Path) -> dict[str, Any]:
    assert run.exit_code == 0, run.output
    content = yaml.safe_load((raw / "shop.yml").read_text(encoding="utf-8"))
    assert isinstance(content, dict)
    return content


def test_platforms_are_recognised_whatever_their_files_are_called(call_clv: RunClv, tmp_path: Path) -> None:
    raw = tmp_path / "raw"
    write_csv(raw, "2024 sales", SHOPIFY, [("#1", "a@mail.invalid", "paid", "EUR", 5, "Mug")])
    write_csv(raw, "2025 sales", SHOPIFY, [("#2", "a@mail.invalid", "paid", "EUR", 5, "Mug")])
    write_csv(raw, "meta ads may", META, [("2024-05-01", "2024-05-01", "Reach", 3)])
    write_csv(raw, "notes", ["a", "b"], [(1, 2)])
    run = call_clv("init", str(raw))
    assert written(run, raw) == {
        "raw_preset": ["shopify_export", "meta_ads"],
        "reporting_currency": "EUR",
        "raw_names": {"orders_export*": "202*"},
    }
    text = (raw / "shop.yml").read_text(encoding="utf-8")
    assert "# Not recognised, and read by nobody: notes.csv" in text
    assert "# - Orders that are `pending` do not count." in text
    assert "Please confirm:" in run.stdout


def test_lines_above_the_header_and_parquet_are_seen(call_clv: RunClv, tmp_path: Path) -> None:
    raw = tmp_path / "raw"
    raw.mkdir()
    report = 'Campaign report\n"May 1, 2024"\nlast line\nDay,Campaign,Currency code,Cost\n2024-05-01,Brand,EUR,1\n2024-05-02,Brand,EUR,1\n'
    (raw / "Campaign report.csv").write_text(report, encoding="utf-8")
    duckdb.sql("select 'c1' as customer_id, date '2024-01-01' as ordered_at, 5 as amount").write_parquet(
        str(raw / "orders.parquet")
    )
    content = written(call_clv("init", str(raw)), raw)
    assert content["raw_preset"] == ["google_ads"]
    assert content["raw_files"] == {"marketing_spend.google_ads": {"skip_lines": 3}}


def test_a_log_of_no_platform_is_guessed_at(call_clv: RunClv, tmp_path: Path) -> None:
    raw = tmp_path / "raw"
    write_csv(
        raw, "till", ["Order No", "Client", "Date", "Total", "State"], [(1, "ann", "31/01/2024 10:20", 5, "done")]
    )
    run = call_clv("init", str(raw), "--json")
    assert written(run, raw) == {
        "raw_names": {"orders": "till"},
        "raw_columns": {
            "orders": {
                "order_id": "Order No",
                "customer_id": "Client",
                "ordered_at": "Date",
                "amount": "Total",
                "status": "State",
            }
        },
        "raw_timestamp_formats": ["%d/%m/%Y %H:%M"],
    }
    answer = json.loads(run.stdout)
    assert answer["recognised"] == ["till.csv: orders, by a guess"]
    assert "Of the statuses done, name those that are sales in counted_order_statuses." in answer["confirm"]


def test_a_date_that_may_be_either_is_said_to_be_unsure(call_clv: RunClv, tmp_path: Path) -> None:
    write_csv(tmp_path / "raw", "till", ["Client", "Date", "Total"], [("ann", "01/02/2024", 5)])
    run = call_clv("init", str(tmp_path / "raw"))
    assert "Whether the day or the month comes first in Date of till.csv can't be told from its dates." in run.stdout
    assert "till.csv has no number of orders: each row is taken for an order." in run.stdout


def test_the_currency_is_the_one_that_amounts_are_read_in(call_clv: RunClv, tmp_path: Path) -> None:
    columns = ["id", "Created date (UTC)", "Amount", "Amount Refunded", "Currency", "Converted Amount"]
    columns += ["Converted Amount Refunded", "Converted Currency", "Status"]
    row = ("ch1", "2024-05-01 10:00:00", 10, 0, "eur", 11, 0, "usd", "Paid")
    write_csv(tmp_path / "raw", "unified_payments", columns, [row])
    answer = json.loads(call_clv("init", str(tmp_path / "raw"), "--json").stdout)
    assert answer["vars"]["reporting_currency"] == "USD"
    assert not any("exchange_rates" in sentence for sentence in answer["confirm"])


def test_own_files_are_read_as_they_are_written(call_clv: RunClv, tmp_path: Path) -> None:
    raw = tmp_path / "raw"
    raw.mkdir()
    (raw / "orders.csv").write_text(
        "All sales;;;\n2024;;;\norder_id;customer_id;ordered_at;amount\n1;ann;31.01.2024;1.234,50\n2;bob;01.02.2024;7,00\n",
        encoding="utf-8",
    )
    assert written(call_clv("init", str(raw)), raw) == {
        "raw_files": {"orders": {"skip_lines": 2}},
        "raw_timestamp_formats": ["%d.%m.%Y"],
        "raw_decimal_mark": ",",
    }


def test_files_that_hold_no_table_are_said_to_be_what_they_are(call_clv: RunClv, tmp_path: Path) -> None:
    raw = tmp_path / "raw"
    raw.mkdir()
    (raw / "logo.csv").write_bytes(b"\x89PNG\r\n\x1a\n")
    (raw / "old.xls").write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")
    (raw / "wide.csv").write_bytes("a,b\n1,2\n".encode("utf-16-le"))
    run = call_clv("init", str(raw))
    assert run.exit_code == 2
    assert "logo.csv is a picture: remove it" in run.stderr
    assert "old.xls is an Excel workbook: save it as CSV in UTF-8 and deliver that." in run.stderr
    assert "wide.csv is no UTF-8 text (UTF-16, perhaps)" in run.stderr
    (raw / "orders.csv").write_bytes("customer_id,ordered_at,amount\nZoë,2024-01-31,5\n".encode("latin-1"))
    run = call_clv("init", str(raw), "--json")
    assert run.exit_code == 0, run.output
    assert "orders.csv is no UTF-8 text (Windows-1252, perhaps): save it as CSV" in " ".join(
        json.loads(run.stdout)["confirm"]
    )


def test_all_deliveries_of_a_folder_are_read(call_clv: RunClv, tmp_path: Path) -> None:
    for name in ("may", "june"):
        write_csv(tmp_path / "raw/orders", name, ["customer_id", "ordered_at", "amount"], [("a", "2024-05-01", 5)])
    assert json.loads(call_clv("init", str(tmp_path / "raw"), "--json").stdout)["unread"] == []


def test_nothing_is_overwritten_unless_it_is_meant(call_clv: RunClv, purchase_log: Path) -> None:
    (purchase_log / "shop.yml").write_text("{reporting_currency: CHF}", encoding="utf-8")
    run = call_clv("init", str(purchase_log))
    assert run.exit_code == 2
    assert f"{purchase_log / 'shop.yml'} is there already: --force writes it anew." in run.stderr
    assert (purchase_log / "shop.yml").read_text(encoding="utf-8") == "{reporting_currency: CHF}"
    assert call_clv("init", str(purchase_log), "--force").exit_code == 0
    assert "# - orders.csv: orders" in (purchase_log / "shop.yml").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("files", "sentence"),
    [
        ({}, "There is no file with columns below "),
        ({"notes": ["a", "b"]}, "is recognised by its columns (notes.csv): name them in a shop.yml of your own"),
    ],
)
def test_what_is_not_recognised_is_one_sentence(
    call_clv: RunClv, tmp_path: Path, files: dict[str, list[str]], sentence: str
) -> None:
    raw = tmp_path / "raw"
    raw.mkdir()
    for name, header in files.items():
        write_csv(raw, name, header, [])
    run = call_clv("init", str(raw))
    assert run.exit_code == 2
    assert sentence in run.stderr
    assert not (raw / "shop.yml").exists()


def test_an_export_that_a_spreadsheet_saved_again_is_read(call_clv: RunClv, tmp_path: Path) -> None:
    head = [
        "Name",
        "Email",
        "Financial Status",
        "Currency",
        "Subtotal",
        "Created at",
        "Lineitem name",
        "Lineitem price",
    ]
    rows = [("#1", "a@mail.invalid", "paid", "EUR", "1.012,50", "31.05.2024 09:15", "Tea", "12,50")]
    raw = tmp_path / "raw"
    raw.mkdir()
    text = "\n".join(";".join(row) for row in [head, *rows])
    (raw / "orders_export_1.csv").write_text(f"{text}\n", encoding="utf-8-sig")
    proposed = json.loads(call_clv("init", str(raw), "--json").stdout)
    assert proposed["presets"] == ["shopify_export"]
    assert proposed["vars"]["raw_decimal_mark"] == ","
    assert proposed["vars"]["raw_timestamp_formats"] == ["%d.%m.%Y %H:%M"]


def test_a_file_of_another_platform_is_kept_out_of_a_pattern(call_clv: RunClv, tmp_path: Path) -> None:
    raw = tmp_path / "raw"
    stripe = read_preset("stripe_subscriptions").recognised_by
    for name, columns in stripe.items():
        write_csv(raw, f"stripe_{name[1:]}", columns, [])
    write_csv(raw, "recurly_subscription_history", read_preset("recurly").recognised_by["*subscription_history"], [])
    proposed = json.loads(call_clv("init", str(raw), "--json").stdout)
    assert proposed["presets"] == ["stripe_subscriptions"]
    assert proposed["vars"]["raw_names"] == {"*subscription_history": "stripe_subscription_history"}
    assert proposed["unread"] == ["recurly_subscription_history.csv"]


@pytest.mark.parametrize(
    ("moment", "format_"),
    [("1714557600", "unix_seconds"), ("1714557600000", "unix_milliseconds"), ("45413.5", "spreadsheet_days")],
)
def test_a_count_of_days_or_seconds_is_recognised(call_clv: RunClv, tmp_path: Path, moment: str, format_: str) -> None:
    write_csv(tmp_path / "raw", "orders", ["customer_id", "ordered_at", "amount"], [("a", moment, 5), ("b", moment, 6)])
    proposed = json.loads(call_clv("init", str(tmp_path / "raw"), "--json").stdout)
    assert proposed["vars"]["raw_timestamp_formats"] == [format_]
