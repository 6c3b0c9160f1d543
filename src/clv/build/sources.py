"""A small dbt project of the sources and macros alone: raw data are looked at without models, which parse slowly."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import yaml

from clv.build.dbt import Project, environment, parse_project
from clv.build.presets import CONTRACT
from clv.build.project import PROJECT_FILE

FOLDER = "check"
KEPT = ("name", "version", "config-version", "profile", "require-dbt-version", "flags", "vars")


@contextmanager
def sources_project(folder: Path, target: str | None, variables: Mapping[str, Any]) -> Iterator[Project]:
    """Parse what reads raw data, whatever the variables are: dbt goes on from its last parse for any shop."""
    place = _place(folder)
    _write(place, folder)
    names: dict[str, str | None] = {"DBT_TARGET_PATH": str(place), "DBT_PARTIAL_PARSE_FILE_PATH": None}
    for name, default in {"DBT_PROFILES_DIR": folder, "DBT_LOG_PATH": folder / "logs"}.items():
        names[name] = os.environ.get(name) or str(default)
    with environment(names):
        yield replace(parse_project(place, target, {}), variables=variables)


def _place(folder: Path) -> Path:
    """Return the folder of the small project: beside the parse that the shell names, else in dbt's target folder."""
    kept = os.environ.get("DBT_PARTIAL_PARSE_FILE_PATH")
    target = Path(kept).parent if kept else folder / os.environ.get("DBT_TARGET_PATH", "target")
    return target.absolute() / FOLDER


def _write(place: Path, folder: Path) -> None:
    content = yaml.safe_load((folder / PROJECT_FILE).read_text(encoding="utf-8"))
    project = {name: content[name] for name in KEPT if name in content}
    project |= {"model-paths": ["models"], "macro-paths": [os.path.relpath(folder / "macros", place)]}
    for name, text in {
        PROJECT_FILE: yaml.safe_dump(project, sort_keys=False),
        f"models/{CONTRACT.name}": (folder / CONTRACT).read_text(encoding="utf-8"),
    }.items():
        file = place / name
        file.parent.mkdir(parents=True, exist_ok=True)
        if not file.is_file() or file.read_text(encoding="utf-8") != text:
            file.write_text(text, encoding="utf-8")
