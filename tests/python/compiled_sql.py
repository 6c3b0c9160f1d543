"""The project's own SQL as dbt compiles it for the warehouse's build database."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
from conftest import REPOSITORY, TIMEOUT_SECONDS

DATABASE = "build"
"""What the compiled SQL calls its database."""

VARIABLES = "min_repeat_customers: 2"
"""The same for all, so that dbt parses the project once."""


def compile_for_build(factory: pytest.TempPathFactory, models: Sequence[str]) -> dict[str, str]:
    """Return the SQL of `models` by name, which fits wherever two customers have repeated."""
    folder = _folder(factory)
    _compile(folder, "--select", *models)
    nodes = json.loads((folder / "target" / "manifest.json").read_text(encoding="utf-8"))["nodes"].values()
    return {node["name"]: node["compiled_code"] for node in nodes if node["name"] in models}


def compile_analyses(factory: pytest.TempPathFactory) -> dict[str, str]:
    """Return the SQL of all analyses by name."""
    folder = _folder(factory)
    _compile(folder, "--select", "resource_type:analysis")
    nodes = json.loads((folder / "target" / "manifest.json").read_text(encoding="utf-8"))["nodes"].values()
    return {node["name"]: node["compiled_code"] for node in nodes if node["resource_type"] == "analysis"}


def compile_query(factory: pytest.TempPathFactory, query: str) -> str:
    """Return what `query`, SQL with Jinja in it, becomes."""
    return str(json.loads(_compile(_folder(factory), "--inline", query, "--output", "json", "--quiet"))["compiled"])


def _folder(factory: pytest.TempPathFactory) -> Path:
    folder = factory.getbasetemp() / "compiled_sql"
    folder.mkdir(exist_ok=True)
    return folder


def _compile(folder: Path, *arguments: str) -> str:
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("CLV_", "DBT_"))}
    environment |= {
        "CLV_WAREHOUSE_DIR": str(folder),
        "DBT_LOG_PATH": str(folder / "logs"),
        "DBT_TARGET_PATH": str(folder / "target"),
    }
    dbt = Path(sys.executable).with_name("dbt")
    places = ["--project-dir", str(REPOSITORY), "--profiles-dir", str(REPOSITORY)]
    result = subprocess.run(
        [str(dbt), "compile", *places, "--vars", VARIABLES, *arguments],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=TIMEOUT_SECONDS,
        check=False,
    )
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout
