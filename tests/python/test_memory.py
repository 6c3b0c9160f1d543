"""DuckDB holds to the limit that is set, and what it spills is gone afterwards."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import RunClv, parsed_project
from soak.builder import Builder

from clv.engines import ENGINE

SORTING = """
import sys
from pathlib import Path
from clv.engines import ENGINE
with ENGINE.compare(Path(sys.argv[1])) as database:
    numbers = "(select sha256(i::varchar) as sha from range(4000000) as numbers (i))"
    count = database.execute(f"select count(*) from (select distinct sha from {numbers})").fetchall()[0][0]
# of this program alone: what getrusage says holds the memory of the one that started it
(peak,) = [line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM")]
print(count, int(peak.split()[1]) // 1024)
"""


def peak_of_sorting(spill: Path, limit: str) -> int:
    """Sort four million texts in a process of its own; return the most megabytes that it took."""
    command = [sys.executable, "-c", SORTING, str(spill)]
    environment = os.environ | {"CLV_MEMORY_LIMIT": limit}
    printed = subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout
    count, peak = map(int, printed.split()[-2:])  # below a bar of progress
    assert count == 4_000_000
    return peak


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="Linux says how much memory a program took.")
def test_what_does_not_fit_is_spilled_and_gone_afterwards(tmp_path: Path) -> None:
    spill = tmp_path / "spill"
    assert peak_of_sorting(spill, "100MB") < 300 < peak_of_sorting(spill, "4GB")
    assert not spill.exists()


def test_a_build_has_the_limit_of_the_environment(
    builder: Builder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def limit() -> str:
        query = "select current_setting('memory_limit') as memory_limit"
        result = builder.invoke(tmp_path, "show", "--quiet", "--inline", query).result
        return str(result.results[0].agate_table.rows[0][0])

    with ENGINE.compare(tmp_path / "spill") as database:
        assert database.execute("select current_setting('memory_limit')").fetchall() == [(limit(),)]
    monkeypatch.setenv("CLV_MEMORY_LIMIT", "512MiB")
    assert limit() == "512.0 MiB"


@pytest.mark.parametrize("limit", ["much", "0%", "140%", "4", ""])
@pytest.mark.usefixtures("purchase_log")
def test_a_limit_that_is_none_ends_with_2(call_clv: RunClv, monkeypatch: pytest.MonkeyPatch, limit: str) -> None:
    parsed_project()
    monkeypatch.setenv("CLV_MEMORY_LIMIT", limit)
    run = call_clv("run", "--raw", "raw")
    assert run.exit_code == 2
    assert f"The environment variable CLV_MEMORY_LIMIT is '{limit}': give a share" in run.stderr


def test_too_little_memory_is_said_in_a_sentence() -> None:
    told = ENGINE.explain("Runtime Error in model x\n  Out of Memory Error: failed to allocate data of size 32.0 KiB")
    assert told is not None
    assert told.startswith("DuckDB needed more memory than 60%")
