"""Has Great Expectations audit a candidate warehouse, beside the one that readers have now, before it is published."""

import json
import logging
import os
import re
import string
import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from clv.audit.bounds import Bound, read_bounds
from clv.audit.contract import Expectation
from clv.audit.pages import SuitePage, write_pages
from clv.engines import ENGINE
from clv.engines.protocol import Comparison, Database, EngineError, sql_name, sql_text
from clv.errors import DataError, UsageError
from clv.warehouse.files import SPILL_FOLDER
from clv.warehouse.publish import MARTS_SCHEMA

if TYPE_CHECKING:
    from great_expectations import ExpectationSuite
    from great_expectations.core import ExpectationValidationResult
    from great_expectations.datasource.fluent.pandas_datasource import PandasDatasource
    from great_expectations.expectations.expectation import Expectation as GxExpectation
    from great_expectations.expectations.expectation_configuration import ExpectationConfiguration

FOLDER = "expectations"
CHANGES_PREFIX = "changes_"
"""Suites so named compare the candidate with what is published."""
SHOWN_ROWS = 3
RESULT_FORMAT = {"result_format": "BASIC", "partial_unexpected_count": SHOWN_ROWS, "include_unexpected_rows": True}
UNIQUENESS = {"expect_column_values_to_be_unique", "expect_compound_columns_to_be_unique"}
SHAPE = ("expect_table_column", "expect_column_to_exist")
"""Types of expectations that look at no rows."""
SHORT_ROWS = 20_000
"""Rows up to which a frame is read as a whole."""
NUMBERS = re.compile(r"U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?|DECIMAL|FLOAT|DOUBLE")


@dataclass(frozen=True)
class FailedExpectation:
    """What the candidate does not meet.

    mart: the mart, or the frame of that name below expectations/frames. expectation: its type in Great Expectations.
    sentence: what is expected, how many rows fail it, and some of them, a line each. failing_rows: None where the
    expectation is about the mart as a whole.
    """

    mart: str
    expectation: str
    sentence: str
    failing_rows: int | None = None
    samples: Sequence[str] = ()

    @property
    def is_change(self) -> bool:
        """Whether it compares with what is published, so that it can be accepted."""
        return self.mart.startswith(CHANGES_PREFIX)


@dataclass(frozen=True)
class Audit:
    """How an audit ended. expectations: how many were checked. skipped: sentences about what was not, and why.

    data_docs: the folder of HTML pages; index.html is the first.
    """

    failures: Sequence[FailedExpectation]
    expectations: int
    data_docs: Path | None
    skipped: Sequence[str] = ()

    @property
    def passed(self) -> bool:
        """Whether the candidate may be published."""
        return not self.failures


@dataclass
class Findings:
    """What came out so far."""

    failures: list[FailedExpectation] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)
    pages: list[SuitePage] = field(default_factory=list)

    def add(
        self,
        suite: str,
        failures: Sequence[FailedExpectation],
        results: Sequence["ExpectationValidationResult"] = (),
        rows: Sequence[Sequence[str]] = (),
    ) -> None:
        """Add what came out of a suite; rows: what its query selects, for the page."""
        self.failures += failures
        self.pages.append(SuitePage(suite, results, [failure.sentence for failure in failures], rows))


def audit(
    project: Path,
    contracts: Mapping[str, Sequence[Expectation]],
    candidate: Path,
    published: Path | None,
    data_docs: Path,
    accept_changes: bool = False,
) -> Audit:
    """Check `candidate` against its marts' contracts and `project`/expectations; write the results to `data_docs`.

    published: the file that readers have now, None before the first publication. accept_changes: don't compare with it.
    Raises UsageError where suites or bounds can't be used, and DataError where the candidate can't be read.
    """
    folder = project / FOLDER
    findings = Findings()
    with _quiet(), ENGINE.compare(candidate.parent / SPILL_FOLDER) as database:
        suites = _read_suites(folder, contracts)
        bounds = read_bounds(folder / "bounds.yml", [suite.name for suite in suites])
        assets = _open_context()
        problem = _attach(database, candidate, published)
        if accept_changes:
            problem = "the changes are accepted"
        if problem:
            findings.skipped.append(f"Nothing was compared with the published warehouse: {problem}.")
        _make_helpers(database, bounds)
        for suite in suites:
            if not (problem and suite.name.startswith(CHANGES_PREFIX)):
                _check(suite, folder / "frames" / f"{suite.name}.sql", database, assets, findings)
        try:
            write_pages(data_docs, findings.pages, findings.skipped)
        except OSError as error:
            raise UsageError(f"The pages of the audit can't be written to {data_docs}: {error.strerror}.") from error
    checked = sum(len(page.results) for page in findings.pages)
    return Audit(findings.failures, checked, data_docs, findings.skipped)


def _read_suites(folder: Path, contracts: Mapping[str, Sequence[Expectation]]) -> list["ExpectationSuite"]:
    """Return every suite, in the order of their names: what a mart's contract asks, then what its file adds.

    A contract asks nothing of what a query in `folder`/frames selects.
    """
    os.environ["GX_ANALYTICS_ENABLED"] = "false"
    # takes seconds, so that only an audit imports it
    from great_expectations import ExpectationSuite
    from great_expectations.expectations.expectation_configuration import ExpectationConfiguration

    files = {path.stem: path for path in (folder / "suites").glob("*.json")}
    if not files:
        raise UsageError(f"There are no suites in {folder / 'suites'}: restore them, or sums and changes go unaudited.")
    suites = []
    for name in sorted({*contracts, *files}):
        is_query = (folder / "frames" / f"{name}.sql").exists()
        contract = [] if is_query else contracts.get(name, [])
        asked = [ExpectationConfiguration(**item).to_domain_obj() for item in contract]
        added = _read_suite(files[name]) if name in files else []
        suites.append(ExpectationSuite(name=name, expectations=[*asked, *added]))
    return suites


def _read_suite(path: Path) -> list["GxExpectation"]:
    from great_expectations import ExpectationSuite
    from great_expectations.expectations.expectation_configuration import ExpectationConfiguration

    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        # the suite itself would leave out an expectation that it doesn't know
        expectations = [ExpectationConfiguration(**item).to_domain_obj() for item in content["expectations"]]
        name = ExpectationSuite(name=content["name"], expectations=expectations).name
    # whatever a file that is no suite raises in Great Expectations
    except Exception as error:
        reason = " ".join(str(error).split()) or type(error).__name__
        raise UsageError(
            f"{path} is not a suite of Great Expectations ({reason}): compare it with the suites beside it."
        ) from error
    if name != path.stem:
        raise UsageError(f"{path} names its suite '{name}': the name must be that of the file.")
    return expectations


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep what Great Expectations logs and warns of from the user's terminal."""
    logger = logging.getLogger("great_expectations")
    level = logger.level
    logger.setLevel(logging.CRITICAL)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logger.setLevel(level)


def _attach(database: Comparison, candidate: Path, published: Path | None) -> str:
    """Attach the files as `candidate` and `published`; return why there is nothing to compare with, if that is so."""
    try:
        database.attach(candidate, "candidate")
    except EngineError as error:
        raise DataError(f"The candidate {candidate} can't be read: {error.reason}.") from error
    if published is None or not published.exists():
        return "there is none yet"
    try:
        database.attach(published, "published")
    except EngineError as error:
        return f"{published} can't be read ({error.reason}.)"
    return ""


def _make_helpers(database: Database, bounds: Mapping[str, Bound]) -> None:
    """Make the two tables that frames may read beside the marts: `mart_rows` and `bounds`."""
    database.execute("create temp table mart_rows (edition text, mart text, row_count bigint)")
    marts = database.execute(
        "select table_catalog, table_name from information_schema.tables "
        f"where table_catalog in ('candidate', 'published') and table_schema = {sql_text(MARTS_SCHEMA)}"
    ).fetchall()
    for edition, mart in marts:
        count = f"select count(*) from {edition}.{MARTS_SCHEMA}.{sql_name(mart)}"
        database.execute(f"insert into mart_rows values (?, ?, ({count}))", [edition, mart])
    database.execute("create temp table bounds (name text, fall double, rise double, slack double)")
    for name, bound in bounds.items():
        database.execute("insert into bounds values (?, ?, ?, ?)", [name, bound.fall, bound.rise, bound.slack])


def _check(
    suite: "ExpectationSuite",
    query: Path,
    database: Database,
    assets: "PandasDatasource",
    findings: Findings,
) -> None:
    """Check one suite on its frame: what the SQL file `query` selects, or else the mart of the suite's name."""
    frame = f"candidate.{MARTS_SCHEMA}.{sql_name(suite.name)}"
    if query.exists():
        frame = sql_name(suite.name)
        try:
            database.execute(f"create temp table {sql_name(suite.name)} as {query.read_text(encoding='utf-8')}")
        except EngineError as error:
            _report_failed_query(suite.name, error, database, findings)
            return
    columns = database.types(frame)
    if not columns:
        sentence = f"There is no mart {suite.name}, though there are expectations of it: build it, or remove them."
        findings.add(suite.name, [FailedExpectation(suite.name, "mart", sentence)])
        return
    results = _validate(suite, database, assets, frame, columns)
    failures = []
    for result in results:
        if not result.success:
            named = [*_key(suite, columns), *_named(_configuration(result).kwargs, columns)]
            shown = list(dict.fromkeys(columns if query.exists() else named))
            failures.append(_describe(result, suite.name, _samples(database, frame, shown, result)))
    rows = []
    if query.exists():
        found = database.execute(f"select * from {frame}").fetchall()
        rows = [list(columns), *([_value(value) for value in row] for row in found)]
    findings.add(suite.name, failures, results, rows)


def _report_failed_query(name: str, error: EngineError, database: Database, findings: Findings) -> None:
    sentence = f"{name} can't be computed: {error.reason}."
    if name.startswith(CHANGES_PREFIX) and _published_lacks_columns(database):
        findings.skipped.append(f"{sentence} The published warehouse lacks tables or columns that this one has.")
    else:
        findings.add(name, [FailedExpectation(name, "query", sentence)])


def _published_lacks_columns(database: Database) -> bool:
    columns = "select table_name, column_name from information_schema.columns where table_catalog = '{}'"
    query = f"{columns.format('candidate')} except {columns.format('published')}"
    return bool(database.execute(query).fetchall())


def _key(suite: "ExpectationSuite", columns: Iterable[str]) -> list[str]:
    """Return the columns that the suite expects to be unique, which tell rows apart."""
    for configuration in suite.expectation_configurations:
        if configuration.type in UNIQUENESS:
            return _named(configuration.kwargs, columns)
    return []


def _named(value: object, columns: Iterable[str]) -> list[str]:
    """Return the columns that stand anywhere in the arguments of an expectation, conditions included."""
    words = set(re.findall(r"\w+", json.dumps(value, default=str)))
    return [column for column in columns if column in words]


def _open_context() -> "PandasDatasource":
    """Return where frames become assets of Great Expectations. Nothing is written to the repository's own context."""
    import great_expectations as gx
    from great_expectations.data_context.types.base import (
        DataContextConfig,
        InMemoryStoreBackendDefaults,
        ProgressBarsConfig,
    )

    configuration = DataContextConfig(
        store_backend_defaults=InMemoryStoreBackendDefaults(),
        progress_bars=ProgressBarsConfig(globally=False),
    )
    return gx.get_context(mode="ephemeral", project_config=configuration).data_sources.add_pandas("warehouse")


def _validate(
    suite: "ExpectationSuite",
    database: Database,
    assets: "PandasDatasource",
    frame: str,
    columns: Mapping[str, str],
) -> list["ExpectationValidationResult"]:
    """Return the result of each expectation, in the suite's order.

    A short frame is read once. Of a long one, expectations see only the columns that they name, and each set of columns
    is read once: so a wide mart of millions of rows is never in memory as a whole.
    """
    from great_expectations.validator.v1_validator import Validator

    definition = assets.add_dataframe_asset(suite.name).add_batch_definition_whole_dataframe("all rows")
    is_short = database.execute(f"select count(*) from {frame}").fetchall()[0][0] <= SHORT_ROWS
    by_selection: dict[str, list[int]] = {}
    for position, expectation in enumerate(suite.expectations):
        configuration = expectation.configuration
        if configuration.type.startswith(SHAPE):
            selection = f"select * from {frame} limit 0"
        else:
            seen = columns if is_short else _named(configuration.kwargs, columns)
            names = [f"{database.row_id} as row_id", *(_selected(name, columns[name]) for name in seen)]
            selection = f"select {', '.join(names)} from {frame}"
        by_selection.setdefault(selection, []).append(position)
    results = {}
    for selection, positions in by_selection.items():
        rows = {"dataframe": database.frame(selection)}
        # Batch.validate would take the rows in, and hash them, once per expectation
        validator = Validator(batch_definition=definition, batch_parameters=rows, result_format=RESULT_FORMAT)
        for position in positions:
            result = validator.validate_expectation(suite.expectations[position])
            observed = result.result.get("observed_value")
            # the pages can't show numbers of NumPy
            if isinstance(observed, np.generic):
                result.result["observed_value"] = observed.item()
            results[position] = result
    return [results[position] for position in range(len(suite.expectations))]


def _selected(name: str, kind: str) -> str:
    # pandas compares doubles at once, other numbers one by one
    return f"cast({sql_name(name)} as double) as {sql_name(name)}" if NUMBERS.match(kind) else sql_name(name)


def _samples(
    database: Database, frame: str, columns: Sequence[str], result: "ExpectationValidationResult"
) -> list[str]:
    """Return some of the rows that fail an expectation, each as `column=value, …`; pages show them, too."""
    rows = result.result.get("unexpected_rows")
    if rows is None or rows.empty:
        return []
    numbers = ", ".join(str(number) for number in rows["row_id"].tolist())
    names = ", ".join(sql_name(column) for column in columns)
    row_id = database.row_id
    found = database.execute(f"select {names} from {frame} where {row_id} in ({numbers}) order by {row_id}").fetchall()
    samples = [
        ", ".join(f"{column}={_value(value)}" for column, value in zip(columns, row, strict=True)) for row in found
    ]
    result.result["partial_unexpected_list"] = samples
    return samples


def _describe(result: "ExpectationValidationResult", mart: str, samples: Sequence[str]) -> FailedExpectation:
    count = result.result.get("unexpected_count")
    text = f"{mart}: {_expected(result)}"
    if count is not None:
        text += f" {count:,} row{'s fail' if count > 1 else ' fails'} it:"
    else:
        text += f" {_found(result)}"
    sentence = "\n".join([text, *(f"    {sample}" for sample in samples)])
    return FailedExpectation(mart, _configuration(result).type, sentence, count, samples)


def _configuration(result: "ExpectationValidationResult") -> "ExpectationConfiguration":
    configuration = result.expectation_config
    if configuration is None:
        raise TypeError("Great Expectations returned a result without its expectation.")
    return configuration


def _expected(result: "ExpectationValidationResult") -> str:
    """Say what was expected: the suite's own description, else what Great Expectations calls it."""
    configuration = _configuration(result)
    if configuration.description:
        return str(configuration.description)
    result.render()
    summary: Any = (configuration.rendered_content or [])[0].value.to_json_dict()
    values = {name: parameter["value"] for name, parameter in summary["params"].items()}
    return string.Template(summary["template"]).safe_substitute(values).rstrip(".") + "."


def _found(result: "ExpectationValidationResult") -> str:
    """Say what was found where that is not a matter of single rows."""
    messages = re.findall(r"'exception_message': (['\"])(.+?)\1, '", str(result.exception_info))
    if messages:
        return str(messages[0][1])
    missing = result.result.get("details", {}).get("mismatched", {}).get("missing")
    if missing:
        return f"Missing: {', '.join(missing)}."
    return f"Found: {result.result.get('observed_value', 'nothing')}."


def _value(value: object) -> str:
    if value is None:
        return "NULL"
    return f"{value:,.10g}" if isinstance(value, float) else str(value)
