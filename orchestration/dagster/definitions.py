"""The nightly of the CLV warehouse as Dagster assets. Set up: docs/how-to/run-every-night.md."""

import json
import os
import sys
from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import dagster as dg
from dagster_dbt import DagsterDbtTranslator, dbt_assets

sys.path.append(str(Path(__file__).resolve().parents[1]))
import clv_trigger

PROJECT = Path(__file__).resolve().parents[2]
MANIFEST_FILE = Path(os.environ.get("CLV_MANIFEST") or PROJECT / "target" / "manifest.json")
UNIQUE_ID = "dagster_dbt/unique_id"


def read_manifest(path: Path) -> dict[str, Any]:
    """Read dbt's manifest. A test of several models is attached to the first of them, so that it is shown, too."""
    if not path.is_file():
        raise FileNotFoundError(f"There is no {path}: run `dbt parse` in the project, or set CLV_MANIFEST to its path.")
    manifest: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    for node in manifest["nodes"].values():
        if node["resource_type"] == "test" and not node.get("attached_node"):
            node["attached_node"] = next(iter(node["depends_on"]["nodes"]), None)
    return manifest


class ByLayer(DagsterDbtTranslator):
    """Groups the models by the project's layers: staging, intermediate, marts."""

    def get_group_name(self, dbt_resource_props: Mapping[str, Any]) -> str:
        """Return a model's first folder below models/, and for all else what it is."""
        kind = dbt_resource_props["resource_type"]
        return str(dbt_resource_props["fqn"][1]) if kind == "model" else f"{kind}s"


class NightlyConfig(dg.Config):
    """as_of: compute as known at the end of this day; by default the latest order's."""

    as_of: str | None = None


@dbt_assets(
    manifest=read_manifest(MANIFEST_FILE),
    name="clv_run",
    dagster_dbt_translator=ByLayer(),
    retry_policy=dg.RetryPolicy(max_retries=clv_trigger.RETRIES, delay=clv_trigger.RETRY_DELAY.total_seconds()),
)
def warehouse(
    context: dg.AssetExecutionContext, config: NightlyConfig
) -> Iterator[dg.MaterializeResult[Any] | dg.AssetCheckResult]:
    """Run the nightly once; whatever is selected, all is built, tested and published together."""
    with TemporaryDirectory() as folder:
        try:
            clv_trigger.run_nightly(config.as_of, context.log.info, Path(folder))
        except clv_trigger.NightlyError as error:
            yield from check_results(context, Path(folder))
            raise dg.Failure(str(error), allow_retries=error.can_retry) from error
        yield from materializations(context, Path(folder))
        yield from check_results(context, Path(folder))


def materializations(context: dg.AssetExecutionContext, artifacts: Path) -> Iterator[dg.MaterializeResult[Any]]:
    """Report the models that dbt built, as far as they were selected."""
    keys = {context.assets_def.specs_by_key[key].metadata[UNIQUE_ID]: key for key in context.selected_asset_keys}
    for result in run_results(artifacts):
        if result["unique_id"] in keys:
            yield dg.MaterializeResult(
                asset_key=keys[result["unique_id"]], metadata={"execution_seconds": result["execution_time"]}
            )


def check_results(context: dg.AssetExecutionContext, artifacts: Path) -> Iterator[dg.AssetCheckResult]:
    """Report dbt's tests, as far as they were selected."""
    specs = context.assets_def.check_specs_by_output_name.values()
    keys = {spec.metadata[UNIQUE_ID]: spec.key for spec in specs if spec.key in context.selected_asset_check_keys}
    for result in run_results(artifacts):
        if result["unique_id"] in keys and result["status"] != "skipped":
            key = keys[result["unique_id"]]
            yield dg.AssetCheckResult(
                asset_key=key.asset_key,
                check_name=key.name,
                passed=result["status"] == "pass",
                severity=dg.AssetCheckSeverity.WARN if result["status"] == "warn" else dg.AssetCheckSeverity.ERROR,
                metadata={"failing_rows": result["failures"] or 0},
            )


def run_results(artifacts: Path) -> list[dict[str, Any]]:
    """Read what dbt left of the run; nothing if it didn't come that far."""
    path = artifacts / "run_results.json"
    return json.loads(path.read_text(encoding="utf-8"))["results"] if path.is_file() else []


@dg.failure_hook(name="raise_alarm")
def raise_alarm(context: dg.HookContext) -> None:
    """Alert, once the last try has failed."""
    error = context.op_exception
    clv_trigger.alert(f"Dagster: run {context.run_id} failed.\n{getattr(error, 'description', None) or error}\n")


clv_nightly = dg.define_asset_job(
    "clv_nightly",
    selection=dg.AssetSelection.assets(warehouse),
    hooks={raise_alarm},
    tags={"dagster/max_runtime": str(int(clv_trigger.TIMEOUT.total_seconds()))},
)


@dg.schedule(job=clv_nightly, cron_schedule=clv_trigger.SCHEDULE, execution_timezone=clv_trigger.TIMEZONE)
def every_night(context: dg.ScheduleEvaluationContext) -> dg.RunRequest:
    """Compute the day that is over."""
    day = (context.scheduled_execution_time.date() - timedelta(days=1)).isoformat()
    return dg.RunRequest(
        run_key=day,
        run_config=dg.RunConfig(ops={"clv_run": NightlyConfig(as_of=day)}),
        tags={"clv/as_of": day},
    )


defs = dg.Definitions(assets=[warehouse], jobs=[clv_nightly], schedules=[every_night])
