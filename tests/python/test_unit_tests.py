"""dbt's unit tests, which stand beside the models; `clv run` leaves them out, since they test the code and not the data."""

import json
import shutil
from pathlib import Path

from conftest import CommandRun, run_dbt


def test_the_unit_tests_of_the_models_pass(small_warehouse: CommandRun, tmp_path: Path) -> None:
    shutil.copy(small_warehouse.build_file, tmp_path)
    declared = run_dbt(tmp_path, "test", "--select", "test_type:unit")["unit_tests"]
    results = json.loads((tmp_path / "target" / "run_results.json").read_text(encoding="utf-8"))["results"]
    status = {result["unique_id"]: result["status"] for result in results if result["unique_id"] in declared}
    assert status == dict.fromkeys(declared, "pass")
    assert len(status) > 200
