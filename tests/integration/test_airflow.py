"""Runs the nightly as an Airflow DAG."""

import sqlite3
from pathlib import Path

import pytest
from conftest import AS_OF, REPOSITORY, Nightly, binary, run

DAGS = REPOSITORY / "orchestration" / "airflow" / "dags"

# three in the morning in Tokyo is 18:00 UTC of the day before
DAYS = """
from datetime import UTC, datetime
from clv_nightly import day_of

morning, noon = datetime(2025, 6, 30, 18, tzinfo=UTC), datetime(2025, 7, 1, 3, tzinfo=UTC)
print("scheduled", day_of(datetime(2025, 6, 29, 18, tzinfo=UTC), morning))
print("by hand, for a day", day_of(datetime(2025, 6, 14, 15, tzinfo=UTC), noon))
print("by hand, now", day_of(noon, noon))
print("by hand, without a date", day_of(None, noon))
"""
SAID_DAYS = [
    "scheduled 2025-06-30",
    "by hand, for a day 2025-06-15",
    "by hand, now 2025-06-30",
    "by hand, without a date 2025-06-30",
]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An Airflow with a database of its own."""
    folder = tmp_path_factory.mktemp("airflow")
    result = run([binary("airflow", "airflow"), "db", "migrate"], settings(folder))
    assert result.returncode == 0, result.stdout
    return folder


def settings(home: Path) -> dict[str, str]:
    return {
        "AIRFLOW_HOME": str(home),
        "AIRFLOW__CORE__DAGS_FOLDER": str(DAGS),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
    }


def execute_dag(nightly: Nightly, home: Path) -> tuple[str, str, int]:
    """Run the DAG for AS_OF; return the output, the task's state and its number of tries."""
    command = [binary("airflow", "airflow"), "dags", "test", "clv_nightly", AS_OF.isoformat()]
    result = run(command, settings(home) | nightly.environment)
    with sqlite3.connect(home / "airflow.db") as database:
        [(state, tries)] = database.execute(
            "select state, try_number from task_instance order by start_date desc limit 1"
        ).fetchall()
    return result.stdout, state, tries


def test_dag_imports_without_errors(home: Path) -> None:
    result = run([binary("airflow", "airflow"), "dags", "list-import-errors"], settings(home))
    assert result.returncode == 0
    assert "No data found" in result.stdout, result.stdout


def test_day_is_the_last_that_is_over_or_the_one_asked_for() -> None:
    own = {"PYTHONPATH": str(DAGS), "CLV_TIMEZONE": "Asia/Tokyo"}
    result = run([binary("airflow", "python"), "-c", DAYS], own)
    assert result.stdout.splitlines()[-4:] == SAID_DAYS, result.stdout


def test_dag_publishes(sound: Nightly, home: Path) -> None:
    output, state, tries = execute_dag(sound, home)
    assert (state, tries) == ("success", 1), output
    assert sound.published_as_of() == [AS_OF]
    assert sound.alert == ""


def test_failed_data_is_not_tried_again_and_alerts(broken: Nightly, home: Path) -> None:
    output, state, tries = execute_dag(broken, home)
    assert (state, tries) == ("failed", 1), output
    assert not broken.published_file.exists()
    assert "ended with exit code 1: the data failed a check, nothing was published." in broken.alert
    assert "4 of 20 rows were rejected" in broken.alert


def test_held_lock_is_waited_for(locked_once: Nightly, home: Path) -> None:
    output, state, tries = execute_dag(locked_once, home)
    assert (state, tries) == ("success", 2), output
    assert (locked_once.folder / "calls.txt").read_text() == "run --as-of 2025-06-30\n" * 2
    assert locked_once.alert == ""
