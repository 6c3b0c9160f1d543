"""What the rows of the raw data say before a build: what can't be read, what doesn't count, what finds no partner."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from rich.console import RenderableType
from rich.text import Text

from clv.console.terminal import CARE, table
from clv.console.words import UNKNOWN, count, exact, listed, percent

SAMPLE_ROWS = 500_000
"""Of each source: enough for most shops to be read whole."""
SHOWN = 10
FEW_PARTNERS = 0.5
"""Below this share of keys with a partner two sources are likely to write their ids in different ways."""
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
    yield from _of_values(source, sample)
    yield from _of_orders(source, sample)
    for match in sample["matches"]:
        if match["keys"] and match["matched"] < FEW_PARTNERS * match["keys"]:
            yield (
                f"{source}.{match['column']}: {count(match['keys'] - match['matched'])} of {count(match['keys'])} keys "
                f'have no partner in {match["partner"]}, as "{match["example"]}": are they written in the same way?'
            )
    for name in sample["names"]:
        fate = "" if name["column"] == "sales_channel" else ", and are taken for one"
        yield f"{source}.{name['column']}: {_quoted(name['spellings'])} differ in case or blanks alone{fate}."


def _of_values(source: str, sample: Sample) -> Iterable[str]:
    rows = count(sample["rows"])
    for column, found in sample["unreadable"].items():
        examples = _quoted(found["examples"])
        yield f"{source}.{column}: {count(found['rows'])} of {rows} values can't be read, as {examples}."
    for column, found in sample["blank"].items():
        yield f"{source}.{column} is blank in {count(found['rows'])} of {rows} rows, which are rejected."
    for column, found in sample["float_ids"].items():
        example = _quoted(found["examples"][:1])
        yield (
            f"{source}.{column}: {count(found['rows'])} of {rows} ids are written as decimals, as {example}; "
            "they are read as whole numbers where all ids of a file are."
        )


def _of_orders(source: str, sample: Sample) -> Iterable[str]:
    for status in sample["statuses"]:
        if not status["is_known"]:
            money = "" if status["amount"] is None else f", worth {exact(status['amount'])}"
            yield (
                f'{source}: orders of status "{status["status"]}" do not count ({count(status["orders"])}{money}): '
                "name it in var counted_order_statuses if it is a sale, else in uncounted_order_statuses."
            )
    for currency in sample["currencies"]:
        yield f"{source}: there is no exchange rate for {currency['currency']} (rows: {count(currency['rows'])})."


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
