"""Where the dbt project stands, and what it is configured with."""

import difflib
import json
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

import yaml

from clv.errors import UsageError
from clv.warehouse.files import KEPT_PUBLICATIONS, Warehouse

PROJECT_NAME = "clv_warehouse"
PROJECT_FILE = "dbt_project.yml"
UNFIT = re.compile("['\"\\\\{}?#\x00-\x1f\x7f]")
"""Characters of a path that an SQL text, a URL, YAML or a template takes for something else."""
VARS_FILE = "shop.yml"
"""Vars of the shop that `clv` finds by itself, in the folder of the raw files or beside it."""


@dataclass(frozen=True)
class RunSettings:
    """What a run works on. All folders are absolute.

    project: folder of dbt_project.yml. raw: folder of the raw files, None where all raw data are tables.
    target: of profiles.yml, None for its default. variables: dbt vars. full_refresh: rebuild incremental models from
    scratch. keep: how many published files are kept. accept_changes: publish although the audit finds that the
    marts moved further than expected since the last publication.
    """

    project: Path
    raw: Path | None
    warehouse: Warehouse
    target: str | None = None
    variables: Mapping[str, Any] = field(default_factory=dict)
    full_refresh: bool = False
    keep: int = KEPT_PUBLICATIONS
    accept_changes: bool = False


def find_project(start: Path | None = None) -> Path:
    """Return the folder of the dbt project: DBT_PROJECT_DIR, else around `start` (the current folder) or this file.

    Raises UsageError if there is none.
    """
    named = os.environ.get("DBT_PROJECT_DIR")
    if named:
        if not (Path(named) / PROJECT_FILE).is_file():
            raise UsageError(f"DBT_PROJECT_DIR is '{named}', but there is no {PROJECT_FILE} in it.")
        return Path(named).absolute()
    here = (start or Path.cwd()).absolute()
    for folder in (here, *here.parents, *Path(__file__).resolve().parents):
        if _is_project(folder / PROJECT_FILE):
            return folder
    raise UsageError(
        f"The dbt project {PROJECT_NAME} was not found: start clv inside its folder, "
        "or set the environment variable DBT_PROJECT_DIR to that folder."
    )


def targets(project: Path) -> list[str]:
    """Return the names of the targets in profiles.yml; none where that can't be read, which dbt will explain."""
    folder = Path(os.environ.get("DBT_PROFILES_DIR") or project)
    try:
        content = yaml.safe_load((folder / "profiles.yml").read_text(encoding="utf-8"))
        return [str(name) for name in content[PROJECT_NAME]["outputs"]]
    except (OSError, UnicodeDecodeError, yaml.YAMLError, KeyError, TypeError):
        return []


def _is_project(path: Path) -> bool:
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError):
        return False
    return isinstance(content, dict) and content.get("name") == PROJECT_NAME


def read_vars(text: str) -> dict[str, Any]:
    """Read dbt variables from inline YAML (`{as_of_date: 2025-06-30}`) or from the YAML file of that path.

    Dates become ISO text, as dbt wants them. Raises UsageError where the text is no mapping of variables.
    """
    if not text.strip():
        return {}
    origin, content = _vars_content(text)
    try:
        _refuse_names_twice(yaml.compose(content))
        variables = yaml.safe_load(content)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = f", line {mark.line + 1}" if mark else ""
        reason = getattr(error, "problem", None) or "it can't be parsed"
        raise UsageError(f"{origin} is not valid YAML{place}: {reason}.") from error
    except ValueError as error:  # YAML takes 2025-02-30 for a date
        raise UsageError(f"{origin} holds a date that is none, or a number that can't be read: {error}.") from error
    if variables is None:
        return {}
    if not isinstance(variables, dict):
        raise UsageError(f"{origin} must map variables to values, as in: {{reporting_currency: EUR}}.")
    return {str(name): _json_value(value) for name, value in variables.items()}


def _refuse_names_twice(node: yaml.Node | None) -> None:
    """Raise an error for a name that stands twice in a mapping, of which YAML keeps the last value."""
    if isinstance(node, yaml.SequenceNode):
        for value in node.value:
            _refuse_names_twice(value)
    if isinstance(node, yaml.MappingNode):
        names: set[str] = set()
        for key, value in node.value:
            if isinstance(key, yaml.ScalarNode) and key.value in names:
                raise yaml.MarkedYAMLError(problem=f"'{key.value}' stands twice", problem_mark=key.start_mark)
            names.add(str(key.value))
            _refuse_names_twice(value)


def vars_beside(raw: Path | None) -> str:
    """Return the path of a shop.yml in the folder of the raw files or beside it; an empty text if there is none."""
    for folder in (raw, raw.parent) if raw else ():
        if (folder / VARS_FILE).is_file():
            return str(folder / VARS_FILE)
    return ""


def is_file(text: str) -> bool:
    """Say whether --vars names a file, rather than holding YAML itself."""
    path = Path(text)
    is_inline = text.lstrip().startswith("{") or "\n" in text or ": " in text
    return not is_inline and (path.suffix in (".yml", ".yaml") or path.is_file())


def _vars_content(text: str) -> tuple[str, str]:
    path = Path(text)
    if not is_file(text):
        return "--vars", text
    try:
        return text, path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise UsageError(f"--vars {text} can't be read: {reason}.") from error


def _json_value(value: Any) -> Any:
    return json.loads(json.dumps(value, default=_iso_text))


def _iso_text(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat(sep=" ")
    return value.isoformat() if isinstance(value, date) else str(value)


def check_vars(project: Path, variables: Mapping[str, Any]) -> None:
    """Raise UsageError for a variable that dbt_project.yml doesn't declare, and for an as-of date that is none."""
    content = yaml.safe_load((project / PROJECT_FILE).read_text(encoding="utf-8"))
    declared = list(content.get("vars") or {})
    for name in variables:
        if name not in declared:
            near = difflib.get_close_matches(name, declared, n=1)
            hint = f"Did you mean '{near[0]}'?" if near else f"The variables are: {', '.join(declared)}."
            raise UsageError(f"There is no variable '{name}'. {hint}")
    as_of_date = variables.get("as_of_date")
    if as_of_date is not None:
        parse_date(str(as_of_date), "as_of_date")


def parse_date(text: str, name: str) -> date:
    """Read a date written as 2025-06-30; `name` is what the message calls it. Raises UsageError."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = None
    if day is None or day.isoformat() != text:
        raise UsageError(f"{name} is '{text}', which is not a date: write it as YYYY-MM-DD, as in 2025-06-30.")
    return day


def raw_folder(given: Path | None) -> Path | None:
    """Return the absolute folder with the raw files: `given`, else CLV_RAW_DIR, else None (tables only).

    Raises UsageError if there is no such folder.
    """
    named = str(given) if given is not None else os.environ.get("CLV_RAW_DIR", "")
    if not named:
        return None
    folder = Path(named).expanduser().absolute()
    if not folder.exists():
        raise UsageError(
            f"There is no folder {folder}: --raw (or CLV_RAW_DIR) must name the folder with the raw files."
        )
    if not folder.is_dir():
        raise UsageError(f"{folder} is a file: --raw (or CLV_RAW_DIR) must name the folder with the raw files.")
    return folder


def find_warehouse(given: Path | None) -> Warehouse:
    """Return the warehouse in the folder `given`, else CLV_WAREHOUSE_DIR, else `warehouse` in the project."""
    named = str(given) if given is not None else os.environ.get("CLV_WAREHOUSE_DIR", "")
    folder = Path(named).expanduser().resolve() if named else find_project() / "warehouse"
    strange = UNFIT.search(str(folder))
    if strange:
        raise UsageError(
            f"The folder of the warehouse, {str(folder)!r}, holds the character {strange[0]!r}, which dbt or the "
            "engine can't have in the path of a database: name another one with --warehouse (or CLV_WAREHOUSE_DIR)."
        )
    return Warehouse(folder)
