"""What the rows of the raw data say before a build: what can't be read, what doesn't count, what finds no partner."""

import filecmp
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from rich.console import RenderableType
from rich.text import Text

from clv.console.terminal import CARE, table
from clv.console.words import SPACE, UNKNOWN, count, exact, listed, percent, plural

SAMPLE_ROWS = 500_000
"""Of each source: enough for most shops to be read whole."""
SHOWN = 10
FEW_PARTNERS = 0.5
"""Below this share of keys with a partner two sources are likely to write their ids in different ways."""
STOPS = "A run would stop"
FEW_ROWS = 20
"""Of fewer amounts nothing is concluded."""
DECIMAL_COMMA = re.compile(r"[+-]?\d{1,3}([.]?\d{3})*,(\d|\d\d)")
DECIMAL_POINT = re.compile(r"[+-]?\d{1,3}(,?\d{3})*[.](\d|\d\d)")
COUNTED_FROM = {
    "unix_seconds": re.compile(r"\d{9,10}([.]\d+)?"),
    "unix_milliseconds": re.compile(r"\d{12,13}([.]\d+)?"),
    "spreadsheet_days": re.compile(r"[2-7]\d{4}([.]\d+)?"),
}
COUNTS = {
    "unix_seconds": "Seconds since 1970",
    "unix_milliseconds": "Milliseconds since 1970",
    "spreadsheet_days": "Days as a spreadsheet counts them",
}
DATE_ENDINGS = ("_at", "_date", "_on", "_start", "_end", "_from")
DATA_ENDINGS = (
    ".csv",
    ".gz",
    ".parquet",
    ".tsv",
    ".tab",
    ".txt",
    ".xlsx",
    ".xls",
    ".json",
    ".jsonl",
    ".ndjson",
    ".zip",
)
NOTHING_HAPPENED = ("cancelled", "canceled", "voided", "failed", "draft")
"""Statuses of a credit note that takes nothing back."""

TRUTH = "truth.json"
"""What `clv generate` writes beside a synthetic shop."""

Sample = Mapping[str, Any]


def findings(samples: Mapping[str, Sample], unread: Sequence[str]) -> list[str]:
    """Return a sentence for each thing that is worth a look before a build."""
    sentences = [sentence for source, sample in samples.items() if sample for sentence in _of_source(source, sample)]
    if unread:
        more = f" and {len(unread) - SHOWN} more" if len(unread) > SHOWN else ""
        sentences.append(
            f"Nobody reads {', '.join(unread[:SHOWN])}{more}: "
            "name files after their source, or map them by var raw_names."
        )
    return sentences


def _of_source(source: str, sample: Sample) -> Iterable[str]:
    for lines in sample["lines"]:
        what, advice = "no record of these columns", ""
        if lines["is_encoding"]:
            what, advice = "no UTF-8 text", ": save the file as UTF-8 (it may be Windows-1252)"
        found = f"{plural(lines['rows'], 'line')} {'is' if lines['rows'] == 1 else 'are'} {what}".replace(SPACE, " ")
        yield (
            f"{lines['delivered_in']}: {found} (the first is line {lines['line']}), and would be rejected{advice}."
            f"{_stop(lines['rows'], sample)}"
        )
    yield from _of_values(source, sample)
    yield from _of_dates(source, sample)
    yield from _of_amounts(source, sample)
    yield from _of_orders(source, sample)
    yield from _of_credit_notes(source, sample)
    for match in sample["matches"]:
        if match["keys"] and match["matched"] < FEW_PARTNERS * match["keys"]:
            yield (
                f"{source}.{match['column']}: {count(match['keys'] - match['matched'])} of {count(match['keys'])} keys "
                f'have no partner in {match["partner"]}, as "{match["example"]}": are they written in the same way?'
            )
    for name in sample["names"]:
        spellings = _quoted(name["spellings"])
        yield f"{source}.{name['column']}: {spellings} differ in case or blanks alone, and are taken for one."


def _of_values(source: str, sample: Sample) -> Iterable[str]:
    rows = count(sample["rows"])
    dated = [date["column"] for date in sample["dates"]]
    for column, found in sample["unreadable"].items():
        examples = _quoted(found["examples"])
        hint = _decimal_hint(found["examples"]) if column not in dated else ""
        hint = _clock_hint(found["examples"]) if column.endswith(DATE_ENDINGS) else hint
        stop = _stop(found["rows"], sample)
        yield f"{source}.{column}: {count(found['rows'])} of {rows} values can't be read, as {examples}.{hint}{stop}"
    for column, found in sample["negative"].items():
        stop = _stop(found["rows"], sample)
        yield (
            f"{source}.{column} is below zero in {count(found['rows'])} of {rows} rows, which are rejected. Where the "
            f"file writes it so throughout, write raw_columns: {{{source}: {{{column}: "
            f'{{sql: "-{{NAME}}"}}}}}} into shop.yml.{stop}'
        )
    for column, found in sample["blank"].items():
        stop = _stop(found["rows"], sample)
        yield f"{source}.{column} is blank in {count(found['rows'])} of {rows} rows, which are rejected.{stop}"
    for column, found in sample["float_ids"].items():
        example = _quoted(found["examples"][:1])
        yield (
            f"{source}.{column}: {count(found['rows'])} of {rows} ids are written as decimals, as {example}; "
            "they are read as whole numbers where all ids of a file are."
        )


def _stop(rows: int, sample: Sample) -> str:
    """Say that a run would stop where more rows are rejected than may be."""
    share = sample["max_rejected_share"]
    if rows <= share * max(sample["rows"], rows):
        return ""
    return f" {STOPS}: more than {percent(share)} of the rows would be rejected (var max_rejected_share)."


def _decimal_hint(examples: Iterable[str]) -> str:
    if any(DECIMAL_COMMA.fullmatch(example) for example in examples):
        return ' Where the comma marks the decimals, write raw_decimal_mark: "," into shop.yml.'
    if any(DECIMAL_POINT.fullmatch(example) for example in examples):
        return ' Where the point marks the decimals, take raw_decimal_mark: "," out of shop.yml.'
    return ""


def _clock_hint(examples: Iterable[str]) -> str:
    """Say how days and moments are read that are written as a count."""
    units = [unit for unit, pattern in COUNTED_FROM.items() if all(map(pattern.fullmatch, examples))]
    if not units:
        return ""
    return f" {COUNTS[units[0]]} would be read by raw_timestamp_formats: [{units[0]}] in shop.yml."


def _of_dates(source: str, sample: Sample) -> Iterable[str]:
    proposed = [date["column"] for date in sample["dates"] if not date["is_set"]]
    for date in sample["dates"]:
        column, written, swapped = f"{source}.{date['column']}", f'["{date["format"]}"]', f'["{date["swapped"]}"]'
        best = max(date["read"], date["read_swapped"])
        if not date["is_set"] and best and date["read"] == date["read_swapped"]:
            yield (
                f"{column}: what can't be read may be day and month, or month and day; no date tells which. Ask who "
                f"wrote it, and write raw_timestamp_formats: {written} or {swapped} into shop.yml."
            )
        elif not date["is_set"] and best:
            better = written if date["read"] == best else swapped
            yield (
                f"{column}: raw_timestamp_formats: {better} in shop.yml would read {count(best)} of what can't be read."
            )
        elif date["is_swapped_set"] and date["differ"]:
            yield (
                f"{column}: {count(date['differ'])} dates are read by {written}, and would be other days by {swapped}: "
                "leave one of them out of var raw_timestamp_formats."
            )
        elif date["read"] == date["read_by_both"] and date["differ"] and date["column"] not in proposed:
            yield (
                f"{column}: no date tells whether {written} or {swapped} is right, since no day is after the 12th: "
                "make sure that var raw_timestamp_formats names the right one."
            )


def _of_amounts(source: str, sample: Sample) -> Iterable[str]:
    amounts, totals, again = sample["amounts"], sample["totals"], sample["numbers_again"]
    if amounts and amounts["rows"] >= FEW_ROWS and amounts["whole"] == amounts["rows"] <= 2 * amounts["large"]:
        column = amounts["column"]
        yield (
            f"{source}.{column}: all {count(amounts['rows'])} amounts are whole numbers, most of them above 1,000. If "
            f'they are cents, write raw_columns: {{{source}: {{{column}: {{sql: "{{NAME}} / 100"}}}}}}.'
        )
    if amounts and amounts["grouped"] and amounts["grouped"] + amounts["whole"] == amounts["rows"]:
        other = "," if amounts["mark"] == "." else "."
        yield (
            f'{source}.{amounts["column"]}: every fraction has three digits, as "{amounts["example"]}" '
            f'(rows: {count(amounts["grouped"])}). If these are thousands, write raw_decimal_mark: "{other}".'
        )
    if totals and totals["rows"]:
        yield (
            f'{source}: the order "{totals["example"]}" is a total of the others by its name, and is rejected: '
            f"leave it out by var raw_where, or remove the line."
        )
    if again and again["again"] > again["allowed"] * again["numbers"]:
        yield (
            f"{source}: {count(again['again'])} of {count(again['numbers'])} order numbers come again with another "
            f"customer, and another day or amount, as {again['example']}. If two shops number alike, give the sources "
            f"a column store (var raw_columns). {STOPS}."
        )


def _of_credit_notes(source: str, sample: Sample) -> Iterable[str]:
    for status in sample["statuses"]:
        if status["below_zero"] and not status["is_counted"] and status["status"] not in NOTHING_HAPPENED:
            yield (
                f'{source}: {count(status["below_zero"])} orders of status "{status["status"]}" are below zero and '
                "take nothing back, since it does not count. "
                "If they are credit notes, name it in var counted_order_statuses."
            )


def _of_orders(source: str, sample: Sample) -> Iterable[str]:
    for status in sample["statuses"]:
        if not status["is_known"]:
            money = "" if status["amount"] is None else f", worth {exact(status['amount'])}"
            yield (
                f'{source}: orders of status "{status["status"]}" do not count ({count(status["orders"])}{money}): '
                "name it in var counted_order_statuses if it is a sale, else in uncounted_order_statuses."
            )
    orders = sum(status["orders"] for status in sample["statuses"])
    counted = sum(status["orders"] for status in sample["statuses"] if status["is_counted"])
    if orders and not counted:
        yield f"{source}: none of the {count(orders)} orders counts, by var counted_order_statuses. {STOPS}."
    elif counted * 2 <= orders and orders:
        yield f"{source}: only {count(counted)} of {count(orders)} orders count, by var counted_order_statuses."
    if source == "orders" and not sample["rows"] and not sample["lines"]:
        yield "orders: there are no rows, so that a run would have nothing to publish."
    for currency in sample["currencies"]:
        days = f" on the days of some rows, as {currency['day']}" if currency["day"] else ""
        yield f"{source}: there is no exchange rate for {currency['currency']}{days} (rows: {count(currency['rows'])})."


def _quoted(examples: Iterable[str]) -> str:
    return listed([f'"{example}"' for example in examples])


def unread_files(raw: Path | None, read: Iterable[str]) -> list[str]:
    """Return the data files below the raw folder that no source reads, by their path there."""
    if raw is None:
        return []
    known = set(read)
    files = (path.relative_to(raw).as_posix() for path in sorted(raw.rglob("*")) if path.is_file())
    return [
        name
        for name in files
        if name not in known and name != TRUTH and name.lower().endswith(DATA_ENDINGS) and "/." not in f"/{name}"
    ]


def same_files(raw: Path | None, sources: Iterable[Sequence[str]]) -> list[str]:
    """Return a sentence for each file of a source that holds what another of it holds; sources: their files."""
    return [sentence for files in sources if raw is not None for sentence in _same_of_one(raw, files)]


def _same_of_one(raw: Path, files: Sequence[str]) -> Iterable[str]:
    by_size: dict[int, list[str]] = {}
    for name in files:
        alike = by_size.setdefault((raw / name).stat().st_size, [])
        same = next((earlier for earlier in alike if filecmp.cmp(raw / earlier, raw / name, shallow=False)), None)
        if same:
            yield f"{name} is the same file as {same}: remove one of them."
        else:
            alike.append(name)


def render(samples: Mapping[str, Sample], sentences: Sequence[str]) -> list[RenderableType]:
    """Return the tables of statuses and partners, and the findings."""
    statuses = table("Statuses of orders", ["status", "orders", "money", "counts"], ["orders", "money"])
    partners = table("Keys that find their partner", ["key", "partner", "keys", "found"], ["keys", "found"])
    for source, sample in samples.items():
        for status in sample.get("statuses", [])[:SHOWN]:
            verdict = Text("yes") if status["is_counted"] else Text("no", "" if status["is_known"] else CARE)
            statuses.add_row(status["status"], count(status["orders"]), exact(status["amount"]), verdict)
        for match in sample.get("matches", []):
            share = match["matched"] / match["keys"] if match["keys"] else None
            partners.add_row(
                f"{source}.{match['column']}",
                match["partner"],
                count(match["keys"]),
                percent(share) if share else UNKNOWN,
            )
    tables = [made for made in (statuses, partners) if made.row_count]
    return [*tables, *(Text(sentence, CARE) for sentence in sentences)]


def describe_rows(sample: Sample | None) -> str:
    """Write how many rows were read; `500,000+` where there may be more."""
    return f"{count(sample['rows'])}{'' if sample['is_whole'] else '+'}" if sample else ""
