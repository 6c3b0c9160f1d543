"""Tests what all orchestrators share, with commands that stand in for clv."""

import shlex
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from clv_trigger import NightlyError, alert, run_nightly

SetCommand = Callable[[str], None]


@pytest.fixture
def set_command(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> SetCommand:
    """Return a function that makes a line of Python the nightly's command."""
    monkeypatch.setenv("CLV_RAW_DIR", str(tmp_path))
    monkeypatch.setenv("CLV_WAREHOUSE_DIR", str(tmp_path))

    def set_line(line: str) -> None:
        monkeypatch.setenv("CLV_COMMAND", shlex.join([sys.executable, "-c", line]))

    return set_line


def test_the_day_is_passed_and_every_line_is_logged(set_command: SetCommand) -> None:
    set_command("import sys; print(sys.argv[1:]); print('to stderr', file=sys.stderr)")
    lines: list[str] = []
    run_nightly("2025-06-30", lines.append)
    assert lines[0].endswith("--as-of 2025-06-30")
    assert sorted(lines[1:]) == ["['--as-of', '2025-06-30']", "to stderr"]


def test_without_a_day_the_command_chooses_it(set_command: SetCommand) -> None:
    set_command("import sys; print(sys.argv[1:])")
    lines: list[str] = []
    run_nightly(None, lines.append)
    assert lines[1:] == ["[]"]


def test_artifacts_go_to_the_folder_asked_for(set_command: SetCommand, tmp_path: Path) -> None:
    set_command("import os; print(os.environ['DBT_TARGET_PATH'])")
    lines: list[str] = []
    run_nightly(None, lines.append, tmp_path)
    assert lines[1:] == [str(tmp_path)]


@pytest.mark.parametrize(
    ("line", "can_retry", "sentence"),
    [
        ("exit(1)", False, "ended with exit code 1: the data failed a check, nothing was published."),
        ("exit(2)", False, "ended with exit code 2: wrong use or configuration, nothing was published."),
        ("exit(3)", True, "ended with exit code 3: another run holds the lock."),
        ("exit(130)", True, "ended with exit code 130: it was stopped or broke down."),
        ("import os; os.kill(os.getpid(), 9)", True, "ended with exit code -9: it was stopped or broke down."),
    ],
)
def test_only_what_may_pass_is_tried_again(set_command: SetCommand, line: str, can_retry: bool, sentence: str) -> None:
    set_command(f"print('why', flush=True); {line}")
    with pytest.raises(NightlyError) as error:
        run_nightly("2025-06-30", print)
    assert error.value.can_retry == can_retry
    assert sentence in str(error.value)
    assert str(error.value).endswith("\nwhy")


def test_missing_command_is_told(set_command: SetCommand, monkeypatch: pytest.MonkeyPatch) -> None:
    set_command("")
    monkeypatch.setenv("CLV_COMMAND", "/nowhere/clv run")
    with pytest.raises(NightlyError, match="/nowhere/clv can't be started: No such file or directory") as error:
        run_nightly(None, print)
    assert not error.value.can_retry


@pytest.mark.parametrize("name", ["CLV_RAW_DIR", "CLV_WAREHOUSE_DIR"])
@pytest.mark.parametrize(
    ("folder", "state"),
    [("", "is not set"), ("data", "is 'data', which depends on where the command is started")],
)
def test_folders_must_be_absolute(
    set_command: SetCommand, monkeypatch: pytest.MonkeyPatch, name: str, folder: str, state: str
) -> None:
    set_command("")
    monkeypatch.setenv(name, folder)
    with pytest.raises(NightlyError, match=f"^{name} {state}: give the orchestrator an absolute path.$") as error:
        run_nightly(None, print)
    assert not error.value.can_retry


def test_a_stopped_orchestrator_stops_the_run(set_command: SetCommand) -> None:
    set_command("import time; print('started', flush=True); time.sleep(600)")

    def stop_at_start(line: str) -> None:
        if line == "started":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_nightly(None, stop_at_start)


def test_alert_is_handed_to_the_command(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("CLV_ALERT_COMMAND", f"tee '{tmp_path}/the alert'")
    alert("it failed")
    assert (tmp_path / "the alert").read_text() == "it failed"


def test_without_an_alert_command_nothing_is_done(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CLV_ALERT_COMMAND", raising=False)
    alert("it failed")
