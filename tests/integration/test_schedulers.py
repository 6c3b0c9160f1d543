"""Runs the command lines of cron and systemd with a command that stands in for clv."""

import re
import shutil
from datetime import date, timedelta
from pathlib import Path

import pytest
from conftest import REPOSITORY, run

UNITS = sorted((REPOSITORY / "orchestration" / "systemd").iterdir())
DOCUMENTATION = REPOSITORY / "docs" / "how-to" / "run-every-night.md"


@pytest.fixture
def stub(tmp_path: Path) -> Path:
    """A command that writes what it was called with, says why it fails, and fails."""
    path = tmp_path / "clv"
    path.write_text(f'#!/bin/sh\necho "$@" > "{tmp_path}/calls.txt"\necho why >&2\nexit 1\n')
    path.chmod(0o755)
    return path


def assert_called_for_yesterday(stub: Path, options: str) -> None:
    [called, day] = stub.with_name("calls.txt").read_text().strip().split(" --as-of ")
    assert called == f"run{options}"
    assert date.today() - date.fromisoformat(day) in (timedelta(days=1), timedelta(days=2))  # noqa: DTZ011


def test_cron_line_passes_yesterday_and_prints_what_failed(stub: Path) -> None:
    [line] = re.findall(r"^0 3 \* \* \*  (.*)$", DOCUMENTATION.read_text(), re.MULTILINE)
    result = run(["/bin/sh", "-c", line.replace(r"\%", "%").replace("/srv/clv/.venv/bin/clv", str(stub))], {})
    assert result.stdout == "exit code 1\nwhy\n"
    assert_called_for_yesterday(stub, " --vars /etc/clv/shop.yml")


def test_service_passes_yesterday(stub: Path) -> None:
    [unit] = [path for path in UNITS if path.name == "clv-nightly.service"]
    [script] = re.findall(r"^ExecStart=/bin/sh -c '(.*)'$", unit.read_text(), re.MULTILINE)
    script = script.replace("$$", "$").replace("%%", "%")
    result = run(["/bin/sh", "-c", script], {"CLV_COMMAND": f"{stub} run"})
    assert (result.returncode, result.stdout) == (1, "why\n")
    assert_called_for_yesterday(stub, "")


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd isn't installed")
def test_systemd_accepts_the_units() -> None:
    result = run(["systemd-analyze", "verify", *UNITS], {})
    assert (result.returncode, result.stdout) == (0, "")
