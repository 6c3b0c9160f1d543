"""Runs dbt inside this process, and says in sentences what went wrong."""

import hashlib
import json
import logging
import os
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from dbt.artifacts.resources.types import NodeType
from dbt.cli.main import dbtRunner, dbtRunnerResult
from dbt.contracts.graph.manifest import Manifest
from dbt.contracts.graph.nodes import ModelNode
from dbt_common.events.base_types import EventMsg

from clv.engines import ENGINE
from clv.errors import ClvError, MachineError, UsageError
from clv.warehouse.housekeeping import DISK_FULL, FULL_DISK
from clv.warehouse.publish import MARTS_SCHEMA

OnEvent = Callable[[EventMsg], None]
OnProgress = Callable[[int, int, str], None]

LOG = logging.getLogger(__name__)

DEFINING_VARS = ("purchase_model", "compared_purchase_models")
"""Vars that say which models there are and what they read; all others only say what stands in them."""
SILENT = {"DO_NOT_TRACK": "1", "DBT_SEND_ANONYMOUS_USAGE_STATS": "false"}
"""Nothing is told to anybody."""
DEFAULT_WAREHOUSE = Path("warehouse")
"""As in profiles.yml, so that plain `dbt build` goes on from the same parse."""
FAILED = ("fail", "error", "runtime error")
COMPILATION_ERROR = "Compilation Error"
LEADING_COMMENT = re.compile(r"\s*(?:\{\{\s*config\(.*?\)\s*\}\}\s*)?((?:--[^\n]*\n)+)", re.DOTALL)
MESSAGE_TRAILER = re.compile(r"\s*(> (in|called by) \w|LINE \d+:)")


@dataclass(frozen=True)
class Project:
    """A parsed dbt project, ready for commands. `folder` holds dbt_project.yml; `variables` are its dbt vars."""

    folder: Path
    target: str | None
    variables: Mapping[str, Any]
    manifest: Manifest


@dataclass(frozen=True)
class Failure:
    """A node that failed. kind: test, model, operation, …; compiled_sql: what a test selects."""

    kind: str
    name: str
    description: str
    message: str
    failing_rows: int | None = None
    compiled_sql: str | None = None

    @property
    def is_configuration(self) -> bool:
        """Whether the project's configuration is at fault. A test that raises its own sentence speaks of the data."""
        return self.kind != "test" and self.message.startswith(COMPILATION_ERROR)

    @property
    def is_of_machine(self) -> bool:
        """Whether memory, the disk or a connection failed, so that another try may help."""
        return is_of_machine(self.message)

    @property
    def is_damage(self) -> bool:
        """Whether the build database holds what the engine can't read."""
        return self.kind != "test" and ENGINE.is_damage(self.message)


@dataclass
class Outcome:
    """How a dbt command ended. warnings are tests of severity `warn` that found rows."""

    succeeded: bool
    failures: list[Failure] = field(default_factory=list)
    warnings: list[Failure] = field(default_factory=list)


@contextmanager
def folders(raw: Path | None, warehouse: Path) -> Iterator[None]:
    """Name the folders to dbt by its environment variables for as long as the block lasts."""
    names = {"CLV_RAW_DIR": str(raw) if raw else "", "CLV_WAREHOUSE_DIR": str(warehouse), **SILENT}
    if key := os.environ.get("CLV_IDENTITY_KEY"):
        names["DBT_ENV_SECRET_CLV_IDENTITY_KEY"] = key  # dbt leaves the values of such variables out of its logs
    with environment(names):
        yield


@contextmanager
def environment(names: Mapping[str, str | None]) -> Iterator[None]:
    """Set environment variables for as long as the block lasts; None takes one away."""
    before = {name: os.environ.get(name) for name in names}
    _set(names)
    try:
        yield
    finally:
        _set(before)


def _set(names: Mapping[str, str | None]) -> None:
    for name, value in names.items():
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value


def parse_project(folder: Path, target: str | None, variables: Mapping[str, Any]) -> Project:
    """Parse the dbt project in `folder` for `target` (None: the profile's default), or go on from dbt's last parse.

    dbt reads its last parse (partial_parse.msgpack in the target folder) and parses changed files alone, as long as
    dbt's version, the target, the variables and the database's path are the same. So what no definition depends on
    is left out: the folders of the data, and all vars but DEFINING_VARS. A build leaves manifest.json in the target
    folder, a parse does not. Raises UsageError with dbt's message.
    """
    ENGINE.check_environment()
    errors: list[str] = []
    lasting = {name: value for name, value in variables.items() if name in DEFINING_VARS}
    with folders(None, DEFAULT_WAREHOUSE):
        command = ["parse", "--no-write-json", *_options(folder, target, lasting)]
        result = _invoke(command, None, _error_collector(errors))
    if not result.success or not isinstance(result.result, Manifest):
        raise _failed(_message(result, errors))
    return Project(folder, target, variables, result.result)


def marts_of(manifest: Manifest) -> list[ModelNode]:
    """Return the models that are published, in the order of their names."""
    marts = [node for node in manifest.nodes.values() if isinstance(node, ModelNode) and node.schema == MARTS_SCHEMA]
    return sorted(marts, key=lambda mart: mart.alias)


def fingerprint(manifest: Manifest) -> str:
    """Return a hash of the project's code: equal as long as no model, seed or macro of it has changed."""
    package = manifest.metadata.project_name
    files = {
        name: node.checksum.checksum
        for name, node in manifest.nodes.items()
        if node.package_name == package and node.resource_type in (NodeType.Model, NodeType.Seed)
    }
    macros = {name: macro.macro_sql for name, macro in manifest.macros.items() if macro.package_name == package}
    return hashlib.sha256(json.dumps([files, macros], sort_keys=True).encode()).hexdigest()


def _failed(message: str) -> ClvError:
    """Return what a command of dbt that failed as a whole raises."""
    return (MachineError if is_of_machine(message) else UsageError)(explain(message))


class OperationError(UsageError):
    """A macro failed, after it had logged `lines`."""

    def __init__(self, message: str, lines: list[str]) -> None:
        """Keep what was logged beside the message."""
        super().__init__(message)
        self.lines = lines


def run_operation(project: Project, macro: str, **arguments: object) -> list[str]:
    """Run a macro and return the lines that it logged.

    Raises OperationError with dbt's message if it fails, MachineError where the machine did.
    """
    lines: list[str] = []
    errors: list[str] = []

    def on_event(event: EventMsg) -> None:
        if event.info.name == "JinjaLogInfo":
            lines.append(_text(event))
        _error_collector(errors)(event)

    command = [
        "run-operation",
        macro,
        "--args",
        json.dumps(arguments),
        "--no-write-json",
        *_options(project.folder, project.target, project.variables),
    ]
    result = _invoke(command, project.manifest, on_event)
    if not result.success:
        message = _message(result, errors)
        if is_of_machine(message):
            raise _failed(message)
        raise OperationError(explain(message), lines)
    return lines


def build(project: Project, full_refresh: bool, on_progress: OnProgress) -> Outcome:
    """Run `dbt build`: land, model and test everything but unit tests, which test the code and not the data.

    on_progress gets (n, of how many, what) as each node starts. The models find the hash of the project's code in the
    environment variable CLV_CODE_FINGERPRINT.
    """
    errors: list[str] = []

    def on_event(event: EventMsg) -> None:
        if event.info.name == "LogHookStartLine":
            on_progress(0, 0, "landing the raw data")
        elif event.info.name == "LogStartLine":
            on_progress(event.data.index, event.data.total, event.data.node_info.node_name)
        if event.info.level in ("warn", "error"):
            LOG.log(logging.getLevelNamesMapping()[event.info.level.upper()], _text(event))
        _error_collector(errors)(event)

    command = ["build", "--selector", "nightly"]
    command += _options(project.folder, project.target, project.variables)
    with environment({"CLV_CODE_FINGERPRINT": fingerprint(project.manifest)}):
        result = _invoke(command + ["--full-refresh"] * full_refresh, project.manifest, on_event)
    outcome = _outcome(result)
    if not outcome.succeeded and not outcome.failures:
        outcome.failures.append(Failure("operation", "dbt build", "", _message(result, errors)))
    return outcome


def _outcome(result: dbtRunnerResult) -> Outcome:
    outcome = Outcome(succeeded=result.success)
    for node_result in getattr(result.result, "results", None) or []:
        status = str(node_result.status)
        if status in FAILED:
            outcome.failures.append(_failure(node_result))
        elif status == "warn":
            outcome.warnings.append(_failure(node_result))
    return outcome


def log_path(project: Path) -> Path:
    """Return the file that holds all dbt said."""
    return Path(os.environ.get("DBT_LOG_PATH") or project / "logs").absolute() / "dbt.log"


def is_of_machine(message: str) -> bool:
    """Say whether an error of dbt or the engine is the machine's."""
    return bool(DISK_FULL.search(message)) or ENGINE.is_of_machine(message)


def explain(message: str) -> str:
    """Turn an error of dbt or the engine into sentences that say what to do, where the cause is known; else tidy it."""
    if DISK_FULL.search(message):
        return FULL_DISK
    return ENGINE.explain(message) or _without_trailer(message)


def _without_trailer(message: str) -> str:
    """Drop dbt's heading, the macro stack and the excerpt of SQL from a message."""
    lines = [line.rstrip() for line in message.strip().splitlines()]
    if lines and re.match(r"(Compilation|Runtime|Database|Parsing|Dependency|Encountered an) ?[Ee]rror", lines[0]):
        lines = lines[1:] or lines
    kept: list[str] = []
    for line in lines:
        if MESSAGE_TRAILER.match(line):
            break
        kept.append(line.strip())
    return "\n".join(kept).strip()


def _options(folder: Path, target: str | None, variables: Mapping[str, Any]) -> list[str]:
    options = ["--project-dir", str(folder), "--profiles-dir", os.environ.get("DBT_PROFILES_DIR", str(folder))]
    # what the terminal is spared, the file has
    options += ["--log-level", "none", "--log-level-file", os.environ.get("DBT_LOG_LEVEL_FILE", "debug")]
    options += ["--no-use-colors", "--no-use-colors-file"]
    options += ["--vars", json.dumps(dict(variables))]
    return options + (["--target", target] if target else [])


def _invoke(command: list[str], manifest: Manifest | None, on_event: OnEvent) -> dbtRunnerResult:
    try:
        result = dbtRunner(manifest=manifest, callbacks=[on_event]).invoke(command)
    finally:
        ENGINE.release()
    if isinstance(result.exception, KeyboardInterrupt):
        raise result.exception
    return result


def _text(event: EventMsg) -> str:
    return str(getattr(event.info, "msg", ""))


def _error_collector(errors: list[str]) -> OnEvent:
    def on_event(event: EventMsg) -> None:
        if event.info.level == "error" and event.info.name != "MainStackTrace":
            errors.append(_text(event))

    return on_event


def _message(result: dbtRunnerResult, errors: list[str]) -> str:
    """Return the message of a command that failed as a whole, headed by the kind of error as dbt names it."""
    for error in errors:
        text = re.sub(r"^Encountered an error[^:]*:\s*", "", error)
        if text != error:
            return text
    return str(result.exception or (errors[0] if errors else "dbt failed and gave no reason"))


def _leading_comment(sql: str) -> str:
    """Return what a singular test's file says of its failure, above the query."""
    comment = LEADING_COMMENT.match(sql)
    return " ".join(line.removeprefix("--").strip() for line in comment[1].splitlines()) if comment else ""


def _failure(node_result: Any) -> Failure:
    node = node_result.node
    kind = str(node.resource_type)
    return Failure(
        kind=kind,
        name=node.name,
        description=(getattr(node, "description", "") or _leading_comment(getattr(node, "raw_code", ""))).strip(),
        message=(node_result.message or "").strip(),
        failing_rows=node_result.failures,
        compiled_sql=getattr(node, "compiled_code", None) if kind == "test" else None,
    )
