"""dbt's unit tests, which stand beside the models; `clv run` leaves them out, since they test the code and not the data."""

import shutil
from pathlib import Path

from conftest import CommandRun
from soak.builder import Builder


def test_the_unit_tests_of_the_models_pass(small_warehouse: CommandRun, builder: Builder, tmp_path: Path) -> None:
    shutil.copy(small_warehouse.build_file, tmp_path)
    results = builder.invoke(tmp_path, "test", "--select", "test_type:unit").result
    declared = builder.manifest.unit_tests
    status = {one.node.unique_id: one.status for one in results if one.node.unique_id in declared}
    assert status == dict.fromkeys(declared, "pass")
    assert len(status) > 200
