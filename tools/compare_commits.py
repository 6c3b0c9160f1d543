"""Build named shops at two commits and compare every mart row for row: what a redesign must leave as it is.

A side is a commit, or the folder of a checkout as it stands (the working tree: `.`). Builds of a commit are kept.
"""

from __future__ import annotations

import argparse
import contextlib
import importlib
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

REPOSITORY = Path(__file__).parents[1]
sys.path[:0] = [str(REPOSITORY / "src"), str(REPOSITORY / "tests" / "python")]

APPROXIMATE = ("DOUBLE", "FLOAT")
SHOWN_ROWS = 3
ONLINE_RETAIL_COLUMNS = {
    "order_id": "InvoiceNo",
    "product_id": "StockCode",
    "quantity": "Quantity",
    "ordered_at": "InvoiceDate",
    "unit_price": "UnitPrice",
    "customer_id": "CustomerID",
    "country": "Country",
}


@dataclass(frozen=True)
class Shop:
    """Raw data and how it is built. nights: as-of dates, built one after another in one warehouse (None: the last)."""

    raw: str
    nights: tuple[str | None, ...] = (None,)
    variables: Mapping[str, object] = field(default_factory=dict)


ONLINE_RETAIL = {"reporting_currency": "GBP", "raw_columns": {"order_items": ONLINE_RETAIL_COLUMNS}}
CORRECTED = {"min_repeat_customers": 20, "max_rejected_share": 1}
SHOPS = {
    "synthetic": Shop("synthetic"),
    "cdnow": Shop("cdnow"),
    "online_retail": Shop("online_retail", variables=ONLINE_RETAIL),
    "history": Shop("history"),
    "history_2025_06_30": Shop("history", ("2025-06-30",)),
    "corrected_2024_01_31": Shop("corrected", ("2024-01-31",), CORRECTED),
    "corrected_2024_08_31": Shop("corrected", ("2024-08-31",), CORRECTED),
    "corrected_2024_12_31": Shop("corrected", ("2024-12-31",), CORRECTED),
    "nights": Shop("history", ("2025-06-30", "2025-07-01", None)),
}
"""`history` and `corrected` are the shops of tests/python/test_history.py; `nights` is built night after night."""


@dataclass(frozen=True)
class Limits:
    """How far apart equal values may be: decimals by `money`, doubles by the share `relative`, near zero by `floor`."""

    money: float = 0.005
    relative: float = 1e-6
    floor: float = 1e-9


def write_synthetic(folder: Path) -> None:
    """Write the shop that `clv generate --customers 3000` writes."""
    shop = importlib.import_module("clv.shop")
    shop.generate_shop(folder, shop.ShopSettings(customers=3000))


def write_history(folder: Path) -> None:
    """Write the synthetic shop of the tests."""
    shop = importlib.import_module("clv.shop")
    shop.generate_shop(folder, shop.ShopSettings(customers=1500, seed=7, chunk_customers=600))


def write_corrected(folder: Path) -> None:
    """Write the shop of corrections of the tests of history."""
    importlib.import_module("test_history").write_corrected_shop(folder, random.Random(11))  # noqa: S311 (no secret)


def write_cdnow(folder: Path) -> None:
    """Write CDNOW's orders, from the package lifetimes: customer, date, CDs, dollars."""
    log = Path(str(importlib.import_module("lifetimes").__file__)).parent / "datasets" / "CDNOW_master.txt"
    rows = [line.split() for line in log.read_text(encoding="utf-8").splitlines()]
    orders = [(str(number), row[0], row[1], row[3]) for number, row in enumerate(filter(is_order, rows), start=1)]
    text = "\n".join(",".join(row) for row in [("order_id", "customer_id", "ordered_at", "amount"), *orders])
    (folder / "orders.csv").write_text(text + "\n", encoding="utf-8")


def is_order(row: list[str]) -> bool:
    """Whether a line of CDNOW's log is an order, not its heading."""
    return bool(row) and row[0].isdigit()


WRITERS: Mapping[str, Callable[[Path], None]] = {
    "synthetic": write_synthetic,
    "cdnow": write_cdnow,
    "history": write_history,
    "corrected": write_corrected,
}


class Builds:
    """Builds of shops, kept below a folder: those of a commit for good, those of a checkout until it is built again."""

    def __init__(self, cache: Path, online_retail: Path | None) -> None:
        """Keep builds in `cache`. online_retail: UCI's Online Retail as Parquet."""
        self.cache = cache
        self.online_retail = online_retail
        self.checkouts = contextlib.ExitStack()
        self.folders: dict[str, Path] = {}

    def raw(self, name: str) -> Path:
        """Return the folder of a shop's raw data, written where it isn't there yet."""
        if name == "online_retail":
            if self.online_retail is None:
                sys.exit("Say with --online-retail where UCI's Online Retail is, as order_items.parquet.")
            return self.online_retail.resolve().parent
        folder = self.cache / "raw" / name
        if not folder.exists():
            with finished(folder) as unfinished:
                WRITERS[name](unfinished)
        return folder

    def build(self, side: str, name: str) -> Path:
        """Return the build database of a shop at a commit, or in the folder of a checkout."""
        is_folder = Path(side).is_dir()
        label = Path(side).resolve().name if is_folder else git("rev-parse", "--short=12", f"{side}^{{commit}}")
        warehouse = self.cache / ("checkouts" if is_folder else "commits") / label / name
        if is_folder:
            shutil.rmtree(warehouse, ignore_errors=True)
        if not warehouse.exists():
            project = Path(side).resolve() if is_folder else self.checkout(label)
            say(f"building {name} at {label}")
            with finished(warehouse) as unfinished:
                run_dbt(project, self.raw(SHOPS[name].raw), unfinished, SHOPS[name], self.cache / "targets" / label)
        return warehouse / "build.duckdb"

    def checkout(self, commit: str) -> Path:
        """Return a worktree of the commit, which is removed at the end."""
        if commit not in self.folders:
            folder = Path(self.checkouts.enter_context(tempfile.TemporaryDirectory())) / commit
            git("worktree", "add", "--detach", str(folder), commit)
            self.checkouts.callback(git, "worktree", "remove", "--force", str(folder))
            self.folders[commit] = folder
        return self.folders[commit]


@contextlib.contextmanager
def finished(folder: Path) -> Iterator[Path]:
    """Give a folder to write in, which becomes `folder` if nothing fails."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    unfinished = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    try:
        yield unfinished
        unfinished.rename(folder)
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)


def git(*arguments: str) -> str:
    """Return what git says in this repository."""
    command = ["git", "-C", str(REPOSITORY), *arguments]
    return subprocess.run(command, check=True, text=True, stdout=subprocess.PIPE).stdout.strip()  # noqa: S603 (ours)


def run_dbt(project: Path, raw: Path, warehouse: Path, shop: Shop, target: Path) -> None:
    """Build all seeds and models of a shop, night after night. Ends the program where dbt fails."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("CLV_", "DBT_"))}
    environment |= {
        "CLV_RAW_DIR": str(raw),
        "CLV_WAREHOUSE_DIR": str(warehouse),
        "CLV_IDENTITY_KEY": "of both commits",
        "DBT_LOG_PATH": str(target),
        "DBT_TARGET_PATH": str(target),
        "PYTHONPATH": str(project / "src"),
    }
    for night in shop.nights:
        variables = json.dumps({**shop.variables, "as_of_date": night})
        command = [str(Path(sys.executable).with_name("dbt")), "--quiet", "build", "--project-dir", str(project)]
        command += ["--profiles-dir", str(project), "--exclude-resource-type", "test", "unit_test", "--vars", variables]
        if subprocess.run(command, env=environment, cwd=warehouse, check=False).returncode:  # noqa: S603 (ours)
            sys.exit(f"dbt failed in {project}.")


class Comparison:
    """Two build databases, as `before` and `after`, and what may differ between them."""

    def __init__(
        self, before: Path, after: Path, limits: Limits, excepted: Collection[str], renamed: Mapping[str, str]
    ) -> None:
        """Open both. excepted: `mart` or `mart.column`. renamed: `mart.column` of before, to the column of after."""
        self.limits = limits
        self.excepted = excepted
        self.renamed = renamed
        self.connection = duckdb.connect()
        for name, file in (("before", before), ("after", after)):
            self.connection.execute(f"attach '{file}' as {name} (read_only)")

    def run(self) -> int:
        """Say how each mart compares; return how many of them differ."""
        before, after = (self.marts(side) for side in ("before", "after"))
        different = 0
        for mart in sorted(before | after):
            if mart in self.excepted:
                say(f"{mart:<28} excepted")
                continue
            sides = [side for side, found in (("before", before), ("after", after)) if mart in found]
            findings = self.compare(mart) if len(sides) == 2 else [f"only {sides[0]}"]
            rows = " -> ".join(str(self.rows(f"select count(*) from {side}.marts.{mart}")[0][0]) for side in sides)
            say(f"{mart:<28} {rows} rows: {findings[0] if findings else 'equal'}")
            for finding in findings[1:]:
                say(f"    {finding}")
            different += bool(findings)
        return different

    def marts(self, side: str) -> set[str]:
        """Return the names of a side's marts."""
        found = self.rows(
            "select table_name from information_schema.tables"
            f" where table_schema = 'marts' and table_catalog = '{side}'"
        )
        return {str(name) for (name,) in found}

    def compare(self, mart: str) -> list[str]:
        """Return what differs in a mart, nothing where it is equal: how many rows and columns, then single rows."""
        before, after = (self.columns(side, mart) for side in ("before", "after"))
        names = [name for name in before if name in after]
        findings = [f"column {name} only before" for name in before if name not in after]
        findings += [f"column {name} only after" for name in after if name not in before]
        findings += [
            f"type of {name}: {before[name]} -> {after[name]}" for name in names if before[name] != after[name]
        ]
        key = self.prepare(mart, {name: after[name] for name in names})
        values = [name for name in names if name not in key]
        differs = {name: self.differs(name, after[name]) for name in values}
        missing = "has_before is null or has_after is null"
        total, lost, added, *counts = self.rows(
            "select count(*), count(*) filter (has_after is null), count(*) filter (has_before is null)"
            + "".join(f", count(*) filter (not ({missing}) and ({differs[name]}))" for name in values)
            + f" from compared where {missing} or "
            + " or ".join(differs.values() or ["false"])
        )[0]
        if not total:
            return findings
        columns = ", ".join(f"{name} {count}" for name, count in zip(values, counts, strict=True) if count)
        summary = f"{total} differ ({lost} only before, {added} only after{'; ' if columns else ''}{columns})"
        return [summary, *findings, *self.examples(key, differs, missing)]

    def columns(self, side: str, mart: str) -> dict[str, str]:
        """Return a mart's columns and their types, but the excepted; those of before under their names of after."""
        described = self.rows(f"describe {side}.marts.{mart}")
        columns = {str(name): str(kind) for name, kind, *_ in described}
        if side == "before":
            columns = {self.renamed.get(f"{mart}.{name}", name): kind for name, kind in columns.items()}
        return {name: kind for name, kind in columns.items() if f"{mart}.{name}" not in self.excepted}

    def prepare(self, mart: str, columns: Mapping[str, str]) -> list[str]:
        """Make views `before_rows` and `after_rows`, and table `compared` of both by their key; return the key."""
        names = {new: old.split(".")[1] for old, new in self.renamed.items() if old.startswith(f"{mart}.")}
        lists = {
            "before": ", ".join(f"{names.get(name, name)} as {name}" for name in columns),
            "after": ", ".join(columns),
        }
        for side, selected in lists.items():
            self.connection.execute(
                f"create or replace temp view {side}_rows as select {selected} from {side}.marts.{mart}"
            )
        key = self.unique_key(columns)
        if key is None:  # rows are numbered among those that are equal in all that is exact
            exact = [name for name, kind in columns.items() if is_exact(kind)]
            partition, order = ", ".join(exact) or "true", ", ".join(columns)
            number = f"row_number() over (partition by {partition} order by {order}) as number_among_equals"
            for side, selected in lists.items():
                self.connection.execute(
                    f"create or replace temp view {side}_rows as select *, {number}"
                    f" from (select {selected} from {side}.marts.{mart})"
                )
            key = [*exact, "number_among_equals"]
        joined = " and ".join(f"before_rows.{name} is not distinct from after_rows.{name}" for name in key)
        shown = [
            *(f"coalesce(before_rows.{name}, after_rows.{name}) as {name}" for name in key),
            *(
                f"before_rows.{name} as {name}_before, after_rows.{name} as {name}_after"
                for name in columns
                if name not in key
            ),
            "before_rows.is_there as has_before, after_rows.is_there as has_after",
        ]
        self.connection.execute(
            f"create or replace temp table compared as select {', '.join(shown)}"
            " from (select *, true as is_there from before_rows) as before_rows"
            f" full outer join (select *, true as is_there from after_rows) as after_rows on {joined}"
        )
        return key

    def unique_key(self, columns: Mapping[str, str]) -> list[str] | None:
        """Return the fewest leading columns that are unique on both sides, if they are exact and there are any."""
        key: list[str] = []
        for name, kind in columns.items():
            if not is_exact(kind):
                return None
            key.append(name)
            unique = f"count(distinct ({', '.join(key)},)) = count(*)"
            if self.rows(f"select (select {unique} from before_rows) and (select {unique} from after_rows)") == [
                (True,)
            ]:
                return key
        return None

    def differs(self, name: str, kind: str) -> str:
        """Return the condition that a column differs between the sides."""
        one, other = f"{name}_before", f"{name}_after"
        if is_exact(kind):
            return f"{one} is distinct from {other}"
        allowed = str(self.limits.money)
        if kind in APPROXIMATE:
            allowed = f"{self.limits.floor} + {self.limits.relative} * greatest(abs({one}), abs({other}))"
        return f"{one} is distinct from {other} and coalesce(abs({one} - {other}) <= {allowed}, false) = false"

    def examples(self, key: Sequence[str], differs: Mapping[str, str], missing: str) -> Iterator[str]:
        """Say of the first rows that differ which columns do, with both values."""
        shown = ", ".join(
            f"case when not ({missing}) and ({condition}) then"
            f" concat('{name} ', coalesce(cast({name}_before as text), 'NULL'),"
            f" ' -> ', coalesce(cast({name}_after as text), 'NULL')) end"
            for name, condition in differs.items()
        )
        which = ", ', ', ".join(f"'{name} ', coalesce(cast({name} as text), 'NULL')" for name in key)
        rows = self.rows(
            f"select concat({which}), case when has_after is null then 'only before'"
            f" when has_before is null then 'only after' else concat_ws(', ', {shown or 'null'}) end"
            f" from compared where {missing} or {' or '.join(differs.values() or ['false'])}"
            f" order by {', '.join(key)} limit {SHOWN_ROWS}"
        )
        for row, found in rows:
            yield f"{row}: {found}"

    def rows(self, query: str) -> list[tuple[object, ...]]:
        """Return the rows of a query."""
        return self.connection.execute(query).fetchall()


def is_exact(kind: str) -> bool:
    """Whether values of a type are compared as they are: all but doubles and decimals."""
    return kind not in APPROXIMATE and not kind.startswith("DECIMAL")


def say(text: str) -> None:
    """Print a line at once."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("before", help="commit or folder of a checkout; with --files a build database")
    parser.add_argument("after", help="likewise")
    parser.add_argument("--files", action="store_true", help="compare two databases that are there")
    parser.add_argument("--shop", action="append", choices=SHOPS, help="again for more; all of them if left out")
    parser.add_argument(
        "--cache", type=Path, default=REPOSITORY / ".state" / "compared", help="folder that keeps builds"
    )
    parser.add_argument("--online-retail", type=Path, help="UCI's Online Retail, as order_items.parquet")
    parser.add_argument("--except", action="append", default=[], dest="excepted", metavar="MART[.COLUMN]")
    parser.add_argument("--renamed", action="append", default=[], metavar="MART.COLUMN=COLUMN")
    parser.add_argument("--money", type=float, default=Limits.money, help="by which decimals may differ")
    parser.add_argument("--relative", type=float, default=Limits.relative, help="share by which doubles may differ")
    return parser.parse_args()


def main() -> None:
    """Compare; end with 1 where something differs."""
    chosen = arguments()
    limits = Limits(money=chosen.money, relative=chosen.relative)
    renamed = dict(pair.split("=", 1) for pair in chosen.renamed)
    different = 0
    if chosen.files:
        different += Comparison(Path(chosen.before), Path(chosen.after), limits, chosen.excepted, renamed).run()
    else:
        builds = Builds(chosen.cache.resolve(), chosen.online_retail)
        with builds.checkouts:
            for name in chosen.shop or SHOPS:
                before, after = (builds.build(side, name) for side in (chosen.before, chosen.after))
                say(f"== {name}")
                different += Comparison(before, after, limits, chosen.excepted, renamed).run()
    sys.exit(min(different, 1))


if __name__ == "__main__":
    main()
