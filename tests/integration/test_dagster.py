"""Runs the nightly as a Dagster job."""

import json
from collections import Counter
from pathlib import Path

import pytest
from conftest import AS_OF, CLV, REPOSITORY, Nightly, binary, run

DEFINITIONS = REPOSITORY / "orchestration" / "dagster" / "definitions.py"

SCHEDULED = """
import sys
from datetime import datetime
from zoneinfo import ZoneInfo
from dagster import build_schedule_context
from dagster._core.code_pointer import load_python_file
definitions = load_python_file(sys.argv[1], None)
time = datetime(2025, 7, 1, 3, tzinfo=ZoneInfo("Asia/Tokyo"))
request = definitions.every_night(build_schedule_context(scheduled_execution_time=time))
print(definitions.every_night.execution_timezone, request.run_key, request.run_config["ops"]["clv_run"]["config"]["as_of"])
"""

RECORDED = """
import json
from dagster import AssetKey, DagsterInstance, DagsterEventType, EventRecordsFilter, RunsFilter
with DagsterInstance.get() as instance:
    [run] = instance.get_runs()
    events = [entry.dagster_event for entry in instance.all_logs(run.run_id) if entry.is_dagster_event]
    checks = [event.event_specific_data for event in events if event.event_type == DagsterEventType.ASSET_CHECK_EVALUATION]
    print(json.dumps({
        "status": run.status.value,
        "tries": 1 + sum(event.event_type == DagsterEventType.STEP_RESTARTED for event in events),
        "assets": sorted(key.to_user_string() for key in instance.all_asset_keys() if instance.get_latest_materialization_event(key)),
        "checks": len(checks),
        "failed_checks": [check.check_name for check in checks if not check.passed],
    }))
"""


@pytest.fixture(scope="module")
def manifest(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `dbt parse` leaves."""
    folder = tmp_path_factory.mktemp("target")
    options = ["--project-dir", REPOSITORY, "--profiles-dir", REPOSITORY, "--target-path", folder, "--log-path", folder]
    result = run([CLV.with_name("dbt"), "parse", *options], {})
    assert result.returncode == 0, result.stdout
    return folder / "manifest.json"


def environment(nightly: Nightly, manifest: Path) -> dict[str, str]:
    home = nightly.folder / "dagster"
    home.mkdir(exist_ok=True)
    (home / "dagster.yaml").write_bytes((DEFINITIONS.with_name("dagster.yaml")).read_bytes())
    return nightly.environment | {"CLV_MANIFEST": str(manifest), "DAGSTER_HOME": str(home)}


def execute_job(nightly: Nightly, manifest: Path) -> tuple[int, str, dict]:
    """Execute the job as of AS_OF; return the exit code, the output, and what Dagster has recorded of it."""
    config = nightly.folder / "run.yaml"
    config.write_text(json.dumps({"ops": {"clv_run": {"config": {"as_of": AS_OF.isoformat()}}}}))
    settings = environment(nightly, manifest)
    command = [binary("dagster", "dagster"), "job", "execute", "-f", DEFINITIONS, "-j", "clv_nightly", "-c", config]
    result = run(command, settings)
    recorded = run([binary("dagster", "python"), "-c", RECORDED], settings)
    assert recorded.returncode == 0, recorded.stdout + result.stdout
    return result.returncode, result.stdout, json.loads(recorded.stdout.splitlines()[-1])


def test_definitions_load_and_the_schedule_asks_for_the_day_before(sound: Nightly, manifest: Path) -> None:
    settings = environment(sound, manifest) | {"CLV_TIMEZONE": "Asia/Tokyo"}
    result = run([binary("dagster", "dagster"), "definitions", "validate", "-f", DEFINITIONS], settings)
    assert result.returncode == 0, result.stdout
    result = run([binary("dagster", "python"), "-c", SCHEDULED, DEFINITIONS], settings)
    assert result.stdout.splitlines()[-1] == "Asia/Tokyo 2025-06-30 2025-06-30", result.stdout


def test_missing_manifest_is_told(sound: Nightly, tmp_path: Path) -> None:
    settings = environment(sound, tmp_path / "nothing.json")
    result = run([binary("dagster", "dagster"), "definitions", "validate", "-f", DEFINITIONS], settings)
    assert result.returncode != 0
    assert "nothing.json: run `dbt parse` in the project" in result.stdout


def test_job_publishes_and_records_every_model(sound: Nightly, manifest: Path) -> None:
    exit_code, output, recorded = execute_job(sound, manifest)
    assert exit_code == 0, output
    assert sound.published_as_of() == [AS_OF]
    kinds = Counter(node["resource_type"] for node in json.loads(manifest.read_text())["nodes"].values())
    assert (len(recorded["assets"]), recorded["checks"]) == (kinds["model"] + kinds["seed"], kinds["test"])
    assert "marts/dim_customers" in recorded["assets"]
    assert (recorded["status"], recorded["tries"], recorded["failed_checks"]) == ("SUCCESS", 1, [])
    assert sound.alert == ""


def test_failed_data_is_not_tried_again_and_alerts(broken: Nightly, manifest: Path) -> None:
    exit_code, output, recorded = execute_job(broken, manifest)
    assert exit_code != 0
    assert (recorded["status"], recorded["tries"], recorded["assets"]) == ("FAILURE", 1, []), output
    assert recorded["failed_checks"] == ["assert_rejected_share_is_within_limit"]
    assert not broken.published_file.exists()
    assert "ended with exit code 1: the data failed a check, nothing was published." in broken.alert
    assert "4 of 20 rows were rejected" in broken.alert


def test_held_lock_is_waited_for(locked_once: Nightly, manifest: Path) -> None:
    exit_code, output, recorded = execute_job(locked_once, manifest)
    assert exit_code == 0, output
    assert (recorded["status"], recorded["tries"]) == ("SUCCESS", 2)
    assert (locked_once.folder / "calls.txt").read_text() == "run --as-of 2025-06-30\n" * 2
    assert locked_once.alert == ""
