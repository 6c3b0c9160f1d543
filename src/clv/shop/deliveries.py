"""Write sources as deliveries, plant defects as additional rows, and count what each source then holds."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from pathlib import Path

import duckdb
import numpy as np

from clv.shop.law import Array, Columns
from clv.shop.settings import ShopSettings
from clv.shop.sources import Source, sources
from clv.shop.truth import SourceTruth

CLEAN, OLDER = 0, -1
SEPARATED_FROM_CENTS = 100_000


class Deliveries:
    """The files of one shop while they are written; holds back rows that belong to a source's next delivery."""

    def __init__(self, directory: Path, settings: ShopSettings, rng: np.random.Generator) -> None:
        """Write below `directory`; `rng` picks the rows that defects are planted on."""
        self.files: list[str] = []
        self._directory = directory
        self._settings = settings
        self._rng = rng
        self._sources = sources(settings)
        self._connection = duckdb.connect()
        self._held: dict[str, Columns] = {}
        self._rows: Counter[str] = Counter()
        self._parts: Counter[str] = Counter()
        self._rejected: defaultdict[str, Counter[str]] = defaultdict(Counter)
        self._superseded: defaultdict[str, Counter[str]] = defaultdict(Counter)
        self._unusual: defaultdict[str, Counter[str]] = defaultdict(Counter)

    def close(self) -> None:
        """Release the database connection."""
        self._connection.close()

    def deliver(self, name: str, rows: Columns, late: Array | None = None) -> None:
        """Write the next delivery of a source: `rows`, what was held back before, and planted defects.

        late: boolean per row; those rows are held back for the next delivery.
        """
        source = self._sources[name]
        now, later = self._plant(source, rows, late)
        held = self._held.pop(name, None)
        if held is not None:
            now = _concatenate([now, held])
        if source.is_folder:
            self._held[name] = later
        self._write(source, now)

    def deliver_held(self) -> None:
        """Write one last delivery of every source that still has rows held back."""
        for name, rows in list(self._held.items()):
            if _length(rows):
                self._write(self._sources[name], rows)
        self._held.clear()

    def restate(self, name: str, rows: Columns, superseded: int) -> None:
        """Write `rows` as a delivery without planted defects that replaces `superseded` earlier rows."""
        if _length(rows):
            self._superseded[name]["replaced_by_later_delivery"] += superseded
            self._write(self._sources[name], rows | {"defect": np.zeros(_length(rows), dtype=np.int64)})

    def truth(self) -> dict[str, SourceTruth]:
        """What every source holds so far."""
        result = {}
        for name in self._sources:
            rejected, superseded = self._rejected[name], self._superseded[name]
            result[name] = SourceTruth(
                files=self._parts[name],
                rows=self._rows[name],
                accepted=self._rows[name] - rejected.total() - superseded.total(),
                rejected=dict(rejected),
                superseded=dict(superseded),
                unusual=dict(self._unusual[name]),
            )
        return result

    def _plant(self, source: Source, rows: Columns, late: Array | None) -> tuple[Columns, Columns]:
        """Add defective copies of rows; returns this delivery's rows and those of the next one.

        Every row is picked for at most one purpose, and late rows for none, so that planted kinds never meet.
        """
        size = _length(rows)
        late = np.zeros(size, dtype=bool) if late is None else late
        quota = int(size * self._settings.defect_share)
        candidates = self._rng.permutation(np.flatnonzero(~late))
        rejected = candidates[: quota if source.rejected else 0]
        repeated = candidates[len(rejected) :][: 0 if source.is_log else quota // 2]
        versioned = candidates[len(rejected) + len(repeated) :][: quota // 2 if source.older else 0]
        if "updated" in rows:
            versioned = versioned[rows["updated"][versioned] > rows["ordered"][versioned]]
        codes = 1 + np.arange(len(rejected)) % max(1, len(source.rejected))
        repeated_later = repeated[::2] if source.is_folder and not source.is_part else repeated[:0]
        repeated_now = np.setdiff1d(repeated, repeated_later)

        if source.older_is_by_delivery:
            versions_now, versions_later, moved = versioned, versioned[:0], versioned
        else:
            versions_now, versions_later, moved = versioned[::2], versioned[1::2], versioned[:0]
        stays = ~late
        stays[moved] = False
        clean_now, clean_later = np.flatnonzero(stays), np.flatnonzero(~stays)
        now = _take(
            rows,
            ((clean_now, CLEAN), (rejected, codes), (repeated_now, CLEAN), (versions_now, OLDER)),
        )
        later = _take(rows, ((clean_later, CLEAN), (repeated_later, CLEAN), (versions_later, OLDER)))

        kinds = Counter(source.rejected[code - 1].kind for code in codes.tolist())
        self._rejected[source.name].update(kinds)
        self._superseded[source.name].update(
            _positive(exact_duplicate=len(repeated_now), exact_duplicate_in_later_delivery=len(repeated_later))
        )
        self._superseded[source.name].update(_positive(older_version=len(versioned)))
        self._unusual[source.name].update(_positive(late=int(late.sum())))
        if source.separated[0] and self._settings.defect_share > 0:
            separated = int((rows[source.separated[1]] >= SEPARATED_FROM_CENTS).sum())
            self._unusual[source.name].update(_positive(thousands_separator=separated))
        return now, later

    def _write(self, source: Source, rows: Columns) -> None:
        """Write rows to the source's next file unless they are none and the source has a file already."""
        if _length(rows) == 0 and self._parts[source.name] > 0:
            return
        self._parts[source.name] += 1
        self._rows[source.name] += _length(rows)
        name = file_name(source, self._settings.file_format, self._parts[source.name])
        path = self._directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        options = "format csv, header" if self._settings.file_format == "csv" else "format parquet"
        target = str(path).replace("'", "''")
        self._connection.register("generated", rows)
        try:
            self._connection.execute(f"copy ({self._select(source)}) to '{target}' ({options})")
        finally:
            self._connection.unregister("generated")
        self.files.append(name)

    def _select(self, source: Source) -> str:
        """SQL that formats the registered arrays: typed columns without defects, text columns with them."""
        if self._settings.defect_share == 0:
            columns = [f"{sql} as {name}" for name, sql in source.columns.items()]
            return f"select {', '.join(columns)} from generated"
        columns = []
        for name, sql in source.columns.items():
            text = f"({sql})::varchar"
            if source.separated[0] == name:
                cents = source.separated[1]
                separated = f"format('{{:,.2f}}', {cents} / 100)"
                text = f"case when {cents} >= {SEPARATED_FROM_CENTS} then {separated} else {text} end"
            cases = [
                f"when {code} then {defect.replace[name]}"
                for code, defect in enumerate(source.rejected, start=1)
                if name in defect.replace
            ]
            if name in source.older:
                cases.append(f"when {OLDER} then {source.older[name]}")
            columns.append(f"case defect {' '.join(cases)} else {text} end as {name}" if cases else f"{text} as {name}")
        return f"select {', '.join(columns)} from generated"


def file_name(source: Source, file_format: str, part: int) -> str:
    """Path of a source's file below the shop's folder, with forward slashes; `part` counts from one."""
    return f"{source.name}/part-{part:04d}.{file_format}" if source.is_folder else f"{source.name}.{file_format}"


def planned_files(settings: ShopSettings) -> list[str]:
    """Every file that a shop of these settings can have; a source with few rows may have fewer."""
    return [
        file_name(source, settings.file_format, part)
        for source in sources(settings).values()
        for part in range(1, max(2, settings.chunks + 1) + 1 if source.is_folder else 2)
    ]


def _take(rows: Columns, picks: Iterable[tuple[Array, Array | int]]) -> Columns:
    """Rows by index, with each pick's code in the column `defect`."""
    pairs = [(index, np.broadcast_to(np.asarray(code, dtype=np.int64), len(index))) for index, code in picks]
    index = np.concatenate([pair[0] for pair in pairs])
    return {name: values[index] for name, values in rows.items()} | {
        "defect": np.concatenate([pair[1] for pair in pairs])
    }


def _concatenate(parts: list[Columns]) -> Columns:
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


def _length(rows: Columns) -> int:
    return len(next(iter(rows.values())))


def _positive(**counts: int) -> dict[str, int]:
    """The counts that are not zero."""
    return {kind: count for kind, count in counts.items() if count}
