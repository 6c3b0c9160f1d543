"""What raw data there is, what is missing, and which marts each gap costs."""

import gzip
import json
import math
import zlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from rich.console import RenderableType
from rich.text import Text

from clv.build.dbt import OperationError, Project, folders, run_operation
from clv.build.project import RunSettings
from clv.build.sources import sources_project
from clv.commands import samples
from clv.commands.contents import LINE_END, NO_UTF8, UNREADABLE_LINE, is_utf8, long_line, why_lines_vanish, why_no_table
from clv.commands.raw_folder import Links, look_for_links
from clv.console.terminal import ABSENT, CARE, table
from clv.engines import ENGINE
from clv.engines.protocol import NOT_GZIP, EngineError
from clv.errors import UsageError
from clv.warehouse.files import Warehouse
from clv.warehouse.records import read_records

CHECK = "checking the raw data"
MEMORY_TARGET = "memory"
RECORDS = 20
"""Records of runs to look at for the last that published."""
REPORT_PREFIX = "raw_sources "
TRIAL_PREFIX = "raw_trial "
"""Before a line of SQL from a var is tried; the last one is the one that failed."""
BLOCK_BYTES = 1 << 20
BYTES_PER_GB = 10**9
TOO_LARGE = (
    "expands to more than {:g} GB: deliver it in parts, or raise var max_expanded_gb if it is meant to be so large."
)
TEXT_ENDINGS = (".csv", ".tsv", ".txt")


@dataclass(frozen=True)
class RawSource:
    """What was found of one source of the contract.

    relation: the table that holds it, if any. formats: number of files by format. missing: columns of the contract
    that the shop's data lacks. archives: gzipped files, below the raw folder. max_expanded_gb: how large they may
    become. without: what each mart lacks when the
    source is absent. problems: why no run can start. files: their paths below the raw folder. sample: what their rows
    say; empty where they were not looked at.
    """

    name: str
    relation: str | None
    formats: Mapping[str, int]
    missing: Sequence[str]
    without: Mapping[str, Sequence[str]]
    problems: Sequence[str]
    archives: Sequence[str] = ()
    max_expanded_gb: float = math.inf
    is_derived: bool = False
    files: Sequence[str] = ()
    sample: samples.Sample = field(default_factory=dict)

    @property
    def is_found(self) -> bool:
        """Whether there is any data of this source."""
        return self.relation is not None or bool(self.formats)


def check_raw(settings: RunSettings, sample_rows: int) -> list[RawSource]:
    """Say what raw data there is, and what its first rows say (0: all of them).

    The build database is opened only if it exists, since it may hold raw tables.
    """
    with sources_project(settings.project, settings.target, settings.variables) as project:
        if not settings.target and not settings.warehouse.build_file.exists():
            project = replace(project, target=MEMORY_TARGET)
        require_files(settings.raw, project)
        with folders(settings.raw, settings.warehouse.folder):
            return inspect_raw(project, settings.raw, sample_rows)


def require_files(raw: Path | None, project: Project) -> Links:
    """Look at links and pipes below `raw`; raise UsageError for what can't be read, before anything is opened."""
    sources = {source.name for source in project.manifest.sources.values()}
    links = look_for_links(raw, sources, project.variables)
    if links.problems:
        raise UsageError("\n".join(links.problems))
    return links


def last_build_seconds(warehouse: Warehouse) -> float | None:
    """Return how long the last run that published took; None where there is none."""
    published = (record for record in read_records(warehouse, RECORDS) if record.published and record.seconds)
    return next((sum(record.seconds.values()) for record in published), None)


def inspect_raw(project: Project, raw: Path | None, sample_rows: int | None = None) -> list[RawSource]:
    """Look at names and headers (or columns) of every source, and whether its gzipped files below `raw` are whole.

    sample_rows: how many rows of each source are read, too; 0 for all, None for none.

    Raises UsageError if they can't be read.
    """
    for line in _report(project, sample_rows):
        if line.startswith(REPORT_PREFIX):
            sources = read_report(line.removeprefix(REPORT_PREFIX))
            return [replace(source, problems=_with_contents(raw, source)) for source in sources]
    raise UsageError("dbt reported nothing about the raw data: is the macro report_raw_sources part of the project?")


def _report(project: Project, sample_rows: int | None) -> list[str]:
    try:
        return run_operation(project, "report_raw_sources", sample_rows=sample_rows)
    except OperationError as error:
        if not error.lines or not error.lines[-1].startswith(TRIAL_PREFIX):
            raise
        trial = json.loads(error.lines[-1].removeprefix(TRIAL_PREFIX))
        sql, reason = " ".join(trial["sql"].split()), str(error).partition("\n")[0].rstrip(".!")
        raise UsageError(f"{trial['what']} is SQL that the warehouse refuses: {sql} ({reason}).") from error


def read_report(text: str) -> list[RawSource]:
    """Read the JSON that the macro report_raw_sources logs."""
    findings = json.loads(text)
    found = {finding["source"] for finding in findings if finding["files"] or finding["relation"]}
    return [
        RawSource(
            name=finding["source"],
            relation=finding["relation"],
            formats=Counter(file["format"] for file in finding["files"]),
            missing=finding["missing"],
            without=finding["without"],
            problems=list(dict.fromkeys(finding["problems"])),
            archives=[
                file["delivered_in"] for file in finding["files"] if file["delivered_in"].lower().endswith(".gz")
            ],
            max_expanded_gb=finding.get("max_expanded_gb", math.inf),
            files=[file["delivered_in"] for file in finding["files"]],
            sample=finding.get("sample") or {},
            is_derived=finding["source"] == "orders" and "orders" not in found and "order_items" in found,
        )
        for finding in findings
    ]


def problems(sources: Iterable[RawSource]) -> list[str]:
    """Return every reason why no run can start, each a sentence, each once."""
    return list(dict.fromkeys(problem for source in sources for problem in source.problems))


def _with_contents(raw: Path | None, source: RawSource) -> list[str]:
    """Return the problems of a source; of a file that is no table of text what it is, and nothing besides."""
    if raw is None:
        return list(source.problems)
    kinds = {name: why_no_table(raw / name) for name in source.files}
    kinds |= {
        name: why_lines_vanish(raw / name)
        for name in source.files
        if not kinds[name] and name.lower().endswith(TEXT_ENDINGS)
    }
    kinds |= _expanding(raw, source)
    kinds |= {
        name: NO_UTF8
        for name in source.files
        if not kinds[name] and any(problem.startswith(f"{name} ") for problem in source.problems)
        if name.lower().endswith(TEXT_ENDINGS) and not is_utf8(raw / name)
    }
    told = {name: f"{name} {kind}" for name, kind in kinds.items() if kind}
    kept = [problem for problem in source.problems if not problem.startswith(tuple(f"{name} " for name in told))]
    return [*kept, *told.values(), *broken_archives(raw, source)]


def _expanding(raw: Path, source: RawSource) -> dict[str, str]:
    """Return the Parquet files that hold more than they may, with a sentence; what is none is told elsewhere."""
    tables = [raw / name for name in source.files if name.lower().endswith(".parquet")]
    try:
        sizes = ENGINE.expanded_sizes(tables) if tables else {}
    except EngineError:
        return {}
    most = source.max_expanded_gb * BYTES_PER_GB
    told = TOO_LARGE.format(source.max_expanded_gb)
    return {path.relative_to(raw).as_posix(): told for path, size in sizes.items() if size > most}


def broken_archives(raw: Path, source: RawSource) -> list[str]:
    """Read gzipped files below `raw` to their checksum, which engines ignore; return a sentence for each that fails."""
    told = {name: _archive_problem(raw / name, source.max_expanded_gb) for name in source.archives}
    return [f"{name} {problem}" for name, problem in told.items() if problem]


def _archive_problem(path: Path, max_gb: float) -> str:
    expanded = line_start = 0
    try:
        with gzip.open(path) as archive:
            while block := archive.read(BLOCK_BYTES):
                ends = [found.start() for found in LINE_END.finditer(block)][-1:]
                if not ends and expanded - line_start > UNREADABLE_LINE:
                    return long_line(line_start)
                line_start = expanded + ends[0] if ends else line_start
                expanded += len(block)
                if expanded > max_gb * BYTES_PER_GB:
                    return TOO_LARGE.format(max_gb)
    except (EOFError, gzip.BadGzipFile, zlib.error):
        return NOT_GZIP
    return ""


def describe_found(source: RawSource) -> str:
    """Say what there is of a source, as in `3 files (csv)`."""
    if source.relation:
        return f"table {source.relation}".replace('"', "")
    if not source.formats:
        return "derived from order_items" if source.is_derived and not source.problems else "absent"
    count = sum(source.formats.values())
    return f"{count} file{'s' if count > 1 else ''} ({', '.join(sorted(source.formats))})"


def absent_sources(sources: Iterable[RawSource]) -> list[RawSource]:
    """Return the sources whose absence costs something."""
    return [source for source in sources if not source.is_found and not source.is_derived and source.without]


def findings(sources: Sequence[RawSource], raw: Path | None) -> list[str]:
    """Return a sentence for each thing in the raw data that is worth a look; none where no rows were read."""
    rows = {source.name: source.sample for source in sources if source.sample}
    unread = samples.unread_files(raw, (name for source in sources for name in source.files))
    told = "\n".join(problems(sources))
    same = samples.same_files(raw, (sorted(source.files) for source in sources))
    links = look_for_links(raw, (source.name for source in sources), {}).followed
    return [*samples.findings(rows, [name for name in unread if name not in told]), *same, *links]


def would_stop(sentences: Iterable[str]) -> bool:
    """Say whether one of the findings is sure to stop a run."""
    return any(samples.STOPS in sentence for sentence in sentences)


def to_json(sources: Sequence[RawSource], sentences: Sequence[str], build_seconds: float | None) -> dict[str, Any]:
    """Return what `clv check --json` prints. costs: by mart, the columns that stay empty without the source."""
    reasons = problems(sources)
    costly = absent_sources(sources)
    return {
        "can_run": not reasons,
        "problems": reasons,
        "findings": sentences,
        "last_build_seconds": build_seconds,
        "sources": [
            {
                "source": source.name,
                "is_found": source.is_found,
                "is_derived": source.is_derived,
                "table": source.relation,
                "files": source.formats,
                "missing_columns": source.missing if source.is_found else [],
                "costs": source.without if source in costly else {},
                "sample": source.sample,
            }
            for source in sources
        ],
    }


def render_costs(sources: Iterable[RawSource]) -> list[RenderableType]:
    """Return a table of the absent sources and what they cost; none where nothing is lacking."""
    absent = absent_sources(sources)
    if not absent:
        return []
    costs = table("Absent sources, and what stays empty without them", ["source", "costs"], prose=["costs"])
    for source in absent:
        costs.add_row(source.name, "\n".join(f"{mart}: {', '.join(lacks)}" for mart, lacks in source.without.items()))
    return [costs]


def render_check(
    sources: Sequence[RawSource], sentences: Sequence[str] = (), build_seconds: float | None = None
) -> list[RenderableType]:
    """Return the tables and sentences that `clv check` prints."""
    found = table("Raw data", ["source", "found", "rows", "columns missing"], ["rows"], prose=["columns missing"])
    for source in sources:
        missing = ", ".join(source.missing) if source.is_found else ""
        style = "" if source.is_found or source.is_derived else ABSENT
        rows = samples.describe_rows(source.sample)
        found.add_row(source.name, Text(describe_found(source), style), rows, Text(missing, CARE))
    said = samples.render({source.name: source.sample for source in sources if source.sample}, sentences)
    took = [] if build_seconds is None else [f"The last build took {timedelta(seconds=round(build_seconds))}."]
    return [found, *render_costs(sources), *said, *took]
