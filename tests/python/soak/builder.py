"""dbt in this process: it builds warehouses and compiles SQL from a project that was parsed before."""

from __future__ import annotations

import datetime as dt
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from unittest.mock import patch

from dbt.cli.main import dbtRunner, dbtRunnerResult
from dbt.contracts.graph.manifest import Manifest
from filelock import FileLock

from clv.build.dbt import FAILED, folders, parse_project
from clv.engines import ENGINE
from soak import REPOSITORY

PARSED = REPOSITORY / ".state" / "parsed"
"""dbt's target folder for the parse that all processes go on from; dbt parses again what has changed."""


def parse() -> Manifest:
    """Return the parsed project, of one's own to change."""
    PARSED.mkdir(parents=True, exist_ok=True)
    with FileLock(PARSED / "lock"), patch.dict(os.environ, DBT_TARGET_PATH=str(PARSED), DBT_LOG_PATH=str(PARSED)):
        return parse_project(REPOSITORY, None, {}).manifest


KEYS = "clv_warehouse.*.assert_keys_of_*"


@dataclass
class Builder:
    """Runs dbt in this process, which keeps state: one command at a time. scratch: folder for dbt's target."""

    scratch: Path
    variables: Mapping[str, object] = field(default_factory=dict)
    manifest: Manifest = field(default_factory=parse)

    def only(self, *models: str) -> Builder:
        """Return a builder of a project that has nothing but these models and what they are made from.

        A build of it is a whole one, which the next can go on from, and takes as long as these models do.
        """
        manifest = parse()
        nodes = manifest.nodes
        kept = [key for key, node in nodes.items() if node.name in models or node.resource_type == "operation"]
        for key in kept:
            kept += [parent for parent in nodes[key].depends_on_nodes if parent in nodes and parent not in kept]
        manifest.nodes = {key: nodes[key] for key in kept}
        for readers in ("exposures", "metrics", "saved_queries", "semantic_models", "unit_tests"):
            getattr(manifest, readers).clear()
        manifest.build_parent_and_child_maps()
        manifest.build_flat_graph()
        return replace(self, manifest=manifest)

    def build(self, raw: Path, warehouse: Path, as_of: dt.date | None, *arguments: str) -> Path:
        """Build the models with further arguments of `dbt build`; return the build database, or fail with what dbt said."""
        return self._build(raw, warehouse, as_of, "test", "unit_test", *arguments)

    def build_and_test(self, raw: Path, warehouse: Path, as_of: dt.date | None, *arguments: str) -> Path:
        """Do as `build` does, and fail where a test of the data does; of a selection those that ask for nothing beyond it.

        A test of the keys of a folder looks at the models of the selection.
        """
        if "--select" in arguments:
            arguments += ("--select", KEYS)
        return self._build(raw, warehouse, as_of, "unit_test", "--indirect-selection", "cautious", *arguments)

    def _build(self, raw: Path, warehouse: Path, as_of: dt.date | None, *arguments: str) -> Path:
        command = ["build", "--threads", "1", "--exclude-resource-type"]
        self.invoke(warehouse, *command, *arguments, raw=raw, as_of=as_of)
        return warehouse / "build.duckdb"

    def invoke(
        self, warehouse: Path, *command: str, raw: Path | None = None, as_of: dt.date | None = None
    ) -> dbtRunnerResult:
        """Run a command of dbt on the build database of `warehouse`; fail with what dbt said."""
        warehouse.mkdir(parents=True, exist_ok=True)
        variables = {**self.variables, "as_of_date": as_of.isoformat() if as_of else None}
        options = ["--project-dir", str(REPOSITORY), "--profiles-dir", str(REPOSITORY), "--vars", json.dumps(variables)]
        options += ["--log-level", "none", "--log-level-file", "none", "--no-write-json"]
        options += ["--target-path", str(self.scratch / "target")]
        with folders(raw, warehouse):
            result = dbtRunner(manifest=self.manifest).invoke([*command, *options])
            ENGINE.release()
        failed = [f"{one.node.name}: {one.message}" for one in result.result or [] if one.status in FAILED]
        assert result.success, failed or result.exception
        return result
