"""Looks at a folder of raw files, recognises what they are by their columns, and writes the vars that read them."""

import csv
import gzip
import re
import zlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from itertools import islice, takewhile
from pathlib import Path

import yaml
from rich.console import RenderableType
from rich.text import Text

from clv.build.presets import Preset, preset_names, read_preset
from clv.build.project import VARS_FILE
from clv.commands.contents import AS_TEXT, NO_UTF8, is_utf8, why_no_table
from clv.commands.samples import COUNTED_FROM, DATA_ENDINGS, DECIMAL_COMMA, DECIMAL_POINT
from clv.console.terminal import CARE, GOOD
from clv.engines import ENGINE
from clv.engines.protocol import EngineError
from clv.errors import UsageError

ENDINGS = (".csv", ".csv.gz", ".parquet", ".tsv", ".txt")
DELIMITERS = ",;\t|"
TITLE_LINES = 4
"""Some reports have lines above the one that names the columns."""

SAMPLE_ROWS = 500
SHOWN = 5
DATE_BY_NUMBERS = re.compile(r"(\d{1,2})([/.-])(\d{1,2})[/.-](\d{2,4})(\D.*)?")
NUMBER = re.compile(r"[+-]?[\d.,]+")
WORDS: Mapping[str, Mapping[str, Sequence[str]]] = {
    "orders": {
        "order_id": (
            "orderid",
            "ordernumber",
            "orderno",
            "order",
            "invoice",
            "invoiceno",
            "invoicenumber",
            "transactionid",
        ),
        "customer_id": ("customerid", "customer", "clientid", "client", "userid", "buyerid", "customeremail", "email"),
        "ordered_at": (
            "orderedat",
            "orderdate",
            "orderedon",
            "createdat",
            "invoicedate",
            "date",
            "purchasedate",
            "datetime",
        ),
        "amount": (
            "amount",
            "total",
            "ordertotal",
            "totalamount",
            "totalprice",
            "revenue",
            "sales",
            "value",
            "ordervalue",
        ),
        "status": ("status", "orderstatus", "state"),
        "currency": ("currency", "currencycode"),
        "email": ("email", "customeremail"),
        "country": ("country", "countrycode"),
    },
    "order_items": {
        "order_id": ("orderid", "ordernumber", "orderno", "order", "invoice", "invoiceno", "invoicenumber"),
        "product_id": ("productid", "sku", "stockcode", "product", "item", "itemid"),
        "quantity": ("quantity", "qty", "units"),
        "unit_price": ("unitprice", "price", "itemprice"),
        "customer_id": ("customerid", "customer", "clientid", "userid", "email"),
        "ordered_at": ("orderedat", "orderdate", "invoicedate", "createdat", "date"),
        "country": ("country",),
        "currency": ("currency",),
    },
}
"""What shops call the columns of the contract, letters and digits alone; the first that is there is proposed."""

NEEDED = {
    "orders": ("customer_id", "ordered_at", "amount"),
    "order_items": ("order_id", "product_id", "quantity", "unit_price", "customer_id", "ordered_at"),
}


@dataclass(frozen=True)
class RawFile:
    """A file below the raw folder: its name there, its columns, the lines above them, and its first rows.

    trouble: why it can't be read, or not whole, and what to do.
    """

    name: str
    columns: list[str]
    skipped: int = 0
    rows: list[list[str]] = field(default_factory=list)
    trouble: str = ""

    @property
    def known_as(self) -> str:
        """The name by which vars find the file: without the ending, but for one that must be written out."""
        return self.name if self.name.lower().endswith((".tsv", ".txt")) else _without_ending(self.name)

    def values(self, column: str | None) -> list[str]:
        """Return what the first rows hold in a column, blanks left out; nothing where there is no column."""
        if column is None:
            return []
        place = self.columns.index(column)
        return [row[place].strip() for row in self.rows if place < len(row) and row[place].strip()]


@dataclass
class Proposal:
    """What is to be written.

    presets: with the files by which each was recognised. names: of raw_names. skipped: of raw_files, the lines above
    the columns. unsure: sentences for the user.
    """

    presets: dict[str, list[str]] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    skipped: dict[str, int] = field(default_factory=dict)
    variables: dict[str, object] = field(default_factory=dict)
    unsure: list[str] = field(default_factory=list)
    found: list[str] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)


def init(folder: Path, contract: Mapping[str, Sequence[str]], force: bool) -> tuple[Path, Proposal]:
    """Write shop.yml into a folder of raw files; contract: the required columns of each source.

    Raises UsageError where the file is there already (unless forced), or where nothing is recognised.
    """
    if not folder.is_dir():
        raise UsageError(f"There is no folder {folder}: name the folder with the raw files.")
    target = folder / VARS_FILE
    if target.exists() and not force:
        raise UsageError(f"{target} is there already: --force writes it anew.")
    found = list(read_files(folder))
    files = [file for file in found if file.columns]
    troubles = [f"{file.name} {file.trouble}" for file in found if file.trouble]
    if not files:
        put = f"There is no file with columns below {folder}: put .csv, .csv.gz, .parquet, .tsv or .txt files there."
        raise UsageError("\n".join([put, *troubles[:SHOWN]]))
    proposal = propose(files, contract)
    proposal.unsure += troubles
    if not proposal.found:
        names = ", ".join(file.name for file in files[:SHOWN])
        none = (
            f"None of the files below {folder} is recognised by its columns ({names}): "
            "name them in a shop.yml of your own, as docs/how-to/map-your-export.md says."
        )
        raise UsageError("\n".join([none, *troubles[:SHOWN]]))
    target.write_text(render(proposal), encoding="utf-8")
    return target, proposal


def read_files(folder: Path) -> Iterable[RawFile]:
    """Read the names of the columns of each file, in the order of their names; of none that holds no table."""
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_file() and name.lower().endswith((*ENDINGS, *DATA_ENDINGS)) and "/." not in f"/{name}":
            yield _read_file(path, name)


def _read_file(path: Path, name: str) -> RawFile:
    ending = name.lower()
    try:
        trouble = why_no_table(path)
        if trouble:
            return RawFile(name, [], trouble=trouble)
        if not ending.endswith(ENDINGS):
            return RawFile(name, [], trouble=f"can't be read: {AS_TEXT}.")
        if ending.endswith(".parquet"):
            return RawFile(name, ENGINE.parquet_columns(path))
        return _read_text(path, name)
    except (OSError, EOFError, zlib.error, EngineError, csv.Error):
        kind = "Parquet" if ending.endswith(".parquet") else "gzip" if ending.endswith(".gz") else "CSV"
        return RawFile(name, [], trouble=f"is not a whole {kind} file: deliver it again, or remove it.")


def _read_text(path: Path, name: str) -> RawFile:
    is_packed = name.lower().endswith(".gz")
    encoding = "utf-8-sig" if is_packed or is_utf8(path) else "cp1252"
    with (gzip.open if is_packed else open)(path, "rt", encoding=encoding, errors="replace", newline="") as file:
        lines = [line for line in islice(file, SAMPLE_ROWS) if len(line) < csv.field_size_limit()]
    delimiter = max(
        DELIMITERS, key=lambda mark: max((line.count(mark) for line in lines[: TITLE_LINES + 1]), default=0)
    )
    rows = list(csv.reader(lines, delimiter=delimiter))
    if not any(any(row) for row in rows):
        return RawFile(name, [], trouble="is empty: deliver it again, or remove it.")
    widths = [len(row) for row in rows if len(row) > 1] or [1]  # lines of a title hold one value
    width = Counter(widths).most_common(1)[0][0]
    heads = (place for place, row in enumerate(rows[: TITLE_LINES + 1]) if len(row) == width)
    skipped = next((place for place in heads if sum(map(bool, rows[place])) * 2 > width), 0)
    columns = [column.strip() for column in rows[skipped]]
    return RawFile(name, columns, skipped, rows[skipped + 1 :], trouble=NO_UTF8 if encoding == "cp1252" else "")


def propose(files: Sequence[RawFile], contract: Mapping[str, Sequence[str]]) -> Proposal:
    """Find out what the files are: those of platforms first, then those under the contract's names, then by guess."""
    proposal = Proposal()
    taken: set[str] = set()
    read: set[str] = set()
    for preset, matched in _recognised(files):
        sources = _sources_of(preset)
        if read & sources:
            proposal.unsure.append(
                f"{_files(matched)} may also be {preset.title} (preset {preset.name}), "
                f"which reads {', '.join(sorted(read & sources))}, too."
            )
            continue
        read |= sources
        _take_preset(proposal, preset, matched, files)
        taken |= {file.name for group in matched.values() for file in group}
    for file in files:
        if file.name not in taken and _take_own(proposal, file, contract, read):
            taken.add(file.name)
    for file in files if not read & {"orders", "order_items", "subscriptions"} else ():
        if file.name not in taken and _take_guess(proposal, file):
            taken.add(file.name)
            break
    folders = tuple(f"{source}/" for source in read - set(proposal.names) if not proposal.presets)
    proposal.unread = [file.name for file in files if file.name not in taken and not file.name.startswith(folders)]
    _propose_currency(proposal, [file for file in files if file.name in taken and "rate" not in file.columns])
    return proposal


def _recognised(files: Sequence[RawFile]) -> list[tuple[Preset, dict[str, list[RawFile]]]]:
    """Return the presets whose first file is there: shops first, those that know most columns first."""
    found = []
    for preset in map(read_preset, preset_names()):
        matched = {
            name: [file for file in files if _has(file.columns, columns)]
            for name, columns in preset.recognised_by.items()
        }
        first = next(iter(preset.recognised_by), None)
        if first and matched[first]:
            weight = sum(len(preset.recognised_by[name]) for name, group in matched.items() if group)
            found.append((weight, preset, {name: group for name, group in matched.items() if group}))
    found.sort(key=lambda item: ("orders" not in _sources_of(item[1]), -item[0], item[1].name))
    return [(preset, matched) for _, preset, matched in found]


def _has(columns: Iterable[str], wanted: Iterable[str]) -> bool:
    there = [column.lower() for column in columns]
    return all(any(_fits(column, name.lower()) for column in there) for name in wanted)


def _fits(text: str, pattern: str) -> bool:
    return text == pattern or bool(re.fullmatch(re.escape(pattern).replace(r"\*", ".*"), text))


def _sources_of(preset: Preset) -> set[str]:
    names = [
        name
        for variable in ("raw_names", "raw_queries", "raw_columns")
        for name in preset.variables.get(variable) or {}
    ]
    return set(names)


def _take_preset(
    proposal: Proposal, preset: Preset, matched: Mapping[str, list[RawFile]], files: Sequence[RawFile]
) -> None:
    proposal.presets[preset.name] = [file.name for group in matched.values() for file in group]
    proposal.found.append(f"{_files(matched)}: {preset.title} (preset {preset.name})")
    proposal.unsure += preset.confirm
    for name, group in matched.items():
        found = [file for file in files if fnmatchcase(file.known_as, name) or file.known_as.startswith(f"{name}/")]
        if {file.name for file in found} != {file.name for file in group}:
            proposal.names[name] = _pattern(group)
    if matched.get(next(iter(preset.recognised_by))):
        _propose_reading_of_preset(proposal, preset, matched[next(iter(preset.recognised_by))])
    skipped = {file.skipped for group in matched.values() for file in group}
    options = preset.variables.get("raw_files") or {}
    for source, option in options.items():
        if len(skipped) == 1 and option.get("skip_lines") not in skipped:
            proposal.skipped[source] = skipped.pop()


def _propose_reading_of_preset(proposal: Proposal, preset: Preset, files: Sequence[RawFile]) -> None:
    """Say how dates and decimals are read where the platform's file was saved again by a spreadsheet."""
    said = yaml.safe_dump(dict(preset.variables), width=1_000_000)
    read = [(file, column) for file in files for column in file.columns if column and column in said]
    if "raw_timestamp_formats" not in preset.variables:
        dated = [(file, column) for file, column in read if _are(file.values(column), DATE_BY_NUMBERS)]
        for file, column in dated[:1]:
            _propose_dates(proposal, file, column)
    numbers = [value for file, column in read if _are(file.values(column), NUMBER) for value in file.values(column)]
    _propose_decimals(proposal, numbers)


def _are(values: Sequence[str], pattern: re.Pattern[str]) -> bool:
    return bool(values) and all(map(pattern.fullmatch, values))


def _propose_decimals(proposal: Proposal, numbers: Sequence[str]) -> None:
    if any(map(DECIMAL_COMMA.fullmatch, numbers)) and not any(map(DECIMAL_POINT.fullmatch, numbers)):
        proposal.variables["raw_decimal_mark"] = ","


def _take_own(proposal: Proposal, file: RawFile, contract: Mapping[str, Sequence[str]], read: set[str]) -> bool:
    """Take a file that has a source's required columns under the contract's names."""
    fitting = [
        name for name, columns in contract.items() if columns and name not in read and _has(file.columns, columns)
    ]
    stem = Path(file.known_as).name.lower()
    named = [name for name in fitting if stem.startswith(name) or file.known_as.lower().startswith(f"{name}/")]
    sure = [name for name in fitting if len(contract[name]) > 1]
    if not named and len(sure) != 1:
        return False
    source = (named or sure)[0]
    if not (file.known_as == source or file.known_as.startswith(f"{source}/")):
        proposal.names[source] = file.known_as
        proposal.unsure.append(f"{file.name} is taken for {source}, by its columns.")
    proposal.found.append(f"{file.name}: {source}")
    named_as = {name.lower(): name for name in file.columns}
    _propose_reading(proposal, file, source, {name: named_as.get(name) for name in WORDS.get(source, ())})
    read.add(source)
    return True


def _take_guess(proposal: Proposal, file: RawFile) -> bool:
    """Take a file whose columns are called as shops often call those of orders, or of lines."""
    for source in ("order_items", "orders"):
        guessed = {column: _first(file.columns, words) for column, words in WORDS[source].items()}
        if not all(guessed[column] for column in NEEDED[source]):
            continue
        mapped = {column: name for column, name in guessed.items() if name and name != column}
        if file.known_as != source:
            proposal.names[source] = file.known_as
        if mapped:
            proposal.variables["raw_columns"] = {source: mapped}
        proposal.found.append(f"{file.name}: {source}, by a guess")
        proposal.unsure.append(
            f"The columns of {file.name} were guessed from their names: look at each line of raw_columns."
        )
        if source == "orders" and not guessed["order_id"]:
            proposal.unsure.append(f"{file.name} has no number of orders: each row is taken for an order.")
        if guessed["status"] if source == "orders" else False:
            words = sorted({value.lower() for value in file.values(str(guessed["status"]))})[:12]
            proposal.unsure.append(
                f"Of the statuses {', '.join(words)}, name those that are sales in counted_order_statuses."
            )
        _propose_reading(proposal, file, source, guessed)
        return True
    return False


def _propose_reading(proposal: Proposal, file: RawFile, source: str, columns: Mapping[str, str | None]) -> None:
    """Say how the lines, dates and decimals of a file are read. columns: what it calls those of the contract."""
    if file.skipped:
        proposal.skipped[source] = file.skipped
    if columns.get("ordered_at"):
        _propose_dates(proposal, file, str(columns["ordered_at"]))
    _propose_decimals(
        proposal, [value for name in ("amount", "unit_price") for value in file.values(columns.get(name))]
    )


def _first(columns: Sequence[str], words: Sequence[str]) -> str | None:
    plain = {re.sub(r"[^a-z0-9]", "", column.lower()): column for column in reversed(columns)}
    return next((plain[word] for word in words if word in plain), None)


def _propose_dates(proposal: Proposal, file: RawFile, column: str) -> None:
    """Tell day and month apart where dates are written with / or dots; say so where nothing tells them."""
    parts = [found for value in file.values(column) if (found := DATE_BY_NUMBERS.match(value))]
    counted = [unit for unit, pattern in COUNTED_FROM.items() if _are(file.values(column), pattern)]
    if counted:
        proposal.variables["raw_timestamp_formats"] = counted[:1]
    if not parts:
        return
    mark, year = parts[0][2], "%Y" if len(parts[0][4]) == 4 else "%y"
    clock = (
        " %H:%M:%S" if (parts[0][5] or "").count(":") == 2 else " %H:%M" if (parts[0][5] or "").count(":") == 1 else ""
    )
    day_first = any(int(found[1]) > 12 for found in parts) or (
        mark == "." and all(int(found[3]) <= 12 for found in parts)
    )
    month_first = any(int(found[3]) > 12 for found in parts)
    order = ("%m", "%d") if month_first and not day_first else ("%d", "%m")
    proposal.variables["raw_timestamp_formats"] = [f"{order[0]}{mark}{order[1]}{mark}{year}{clock}"]
    if day_first == month_first:
        proposal.unsure.append(
            f"Whether the day or the month comes first in {column} of {file.name} can't be told from its dates."
        )


def _propose_currency(proposal: Proposal, files: Sequence[RawFile]) -> None:
    """Take the currency that the amounts of orders are read in: files may name that of the buyer beside it."""
    read = {
        str(columns.get("currency")).removesuffix("?").lower()
        for name in proposal.presets
        for source, columns in (read_preset(name).variables.get("raw_columns") or {}).items()
        if source in ("orders", "order_items")
    }
    named = [(file, column) for file in files for column in file.columns if "currency" in column.lower()]
    for file, column in sorted(named, key=lambda it: (it[1].lower() not in read, it[1].lower() != "currency")):
        codes = Counter(value.upper() for value in file.values(column) if re.fullmatch("[A-Za-z]{3}", value))
        if codes:
            proposal.variables["reporting_currency"] = codes.most_common(1)[0][0]
            others = sorted(set(codes) - {codes.most_common(1)[0][0]})
            if others:
                proposal.unsure.append(
                    f"There are amounts in {', '.join(others)}, too: deliver exchange_rates for them."
                )
            return


def _pattern(files: Sequence[RawFile]) -> str:
    """Return a name that finds the files, and those that come after them."""
    names = [file.known_as for file in files]
    if len(names) == 1:
        return names[0]
    ending = ".tsv" if names[0].endswith(".tsv") else ".txt" if names[0].endswith(".txt") else ""
    same = len(list(takewhile(lambda letters: len(set(letters)) == 1, zip(*names, strict=False))))
    return f"{names[0][:same]}*{ending}"


def _without_ending(name: str) -> str:
    return next(
        name[: -len(ending)] for ending in sorted(ENDINGS, key=len, reverse=True) if name.lower().endswith(ending)
    )


def _files(matched: Mapping[str, list[RawFile]]) -> str:
    names = list(dict.fromkeys(file.name for group in matched.values() for file in group))
    return ", ".join(names[:6]) + (f" and {len(names) - 6} more" if len(names) > 6 else "")


def render(proposal: Proposal) -> str:
    """Return the text of shop.yml, with what was recognised and what to look at as comments."""
    lines = ["# Written by clv init. What was recognised:"]
    lines += [f"# - {sentence}" for sentence in proposal.found]
    if proposal.unread:
        lines.append(f"# Not recognised, and read by nobody: {', '.join(proposal.unread)}")
    if proposal.unsure:
        lines += ["#", "# Please confirm:", *(f"# - {sentence}" for sentence in proposal.unsure)]
    lines.append("")
    if proposal.presets:
        lines.append("# ready mappings; what you write here about a source or a column comes before what they say")
        lines.append(_yaml({"raw_preset": list(proposal.presets)}))
    if "reporting_currency" not in proposal.variables:
        lines.append("# reporting_currency: EUR      # no file names a currency; without this line it is USD")
    lines += [_yaml({name: value}) for name, value in _variables(proposal).items()]
    lines.append("# reporting_timezone: Europe/Berlin")
    lines.append("# assumed_gross_margin: 0.4    # where no cost is delivered; a fraction")
    return "\n".join(lines) + "\n"


def _variables(proposal: Proposal) -> dict[str, object]:
    skipped = {source: {"skip_lines": lines} for source, lines in proposal.skipped.items()}
    mappings = {"raw_names": proposal.names, "raw_files": skipped}
    return {name: value for name, value in mappings.items() if value} | proposal.variables


def _yaml(value: object) -> str:
    return str(yaml.safe_dump(value, sort_keys=False, allow_unicode=True, width=1000)).rstrip()


def to_json(target: Path, proposal: Proposal) -> dict[str, object]:
    """Return what `clv init --json` prints."""
    return {
        "file": target,
        "recognised": proposal.found,
        "presets": list(proposal.presets),
        "vars": _variables(proposal),
        "confirm": proposal.unsure,
        "unread": proposal.unread,
    }


def render_init(target: Path, proposal: Proposal) -> list[RenderableType]:
    """Return what `clv init` prints."""
    parts: list[RenderableType] = ["Recognised:", *(f"  {sentence}" for sentence in proposal.found)]
    if proposal.unread:
        parts.append(Text(f"Not recognised, and read by nobody: {', '.join(proposal.unread)}", CARE))
    if proposal.unsure:
        parts += [Text("Please confirm:", CARE), *(f"  {sentence}" for sentence in proposal.unsure)]
    parts.append(Text(f"Written: {target}. Now: clv check --raw {target.parent}", GOOD))
    return parts
