"""A delivery that can be read and is wrong: the audit stops it, readers keep what they have, and the pages say why."""

import hashlib
import shutil
from pathlib import Path

from conftest import CommandRun, run_command, write_steady_orders


def test_what_differs_too_much_is_not_published(steady_warehouse: CommandRun, tmp_path: Path) -> None:
    """Revenue times 100, half of the customers gone and the currency swapped: one run names each (test_audit.py: one by one)."""
    folder = tmp_path / "steady"
    shutil.copytree(steady_warehouse.warehouse.parent, folder)
    before = hashlib.sha256((folder / "warehouse" / "clv.duckdb").read_bytes()).digest()
    write_steady_orders(folder / "raw", customers=150, amount="5000.00")
    run = run_command(["run", "--raw", str(folder / "raw"), "--vars", "reporting_currency: EUR"], folder)
    assert run.exit_code == 1, run.output
    assert "The audit failed:" in run.stderr
    assert "Nothing was published." in run.stderr
    assert "--accept-changes" in run.stderr
    assert hashlib.sha256(run.published_file.read_bytes()).digest() == before
    pages = "".join(page.read_text(encoding="utf-8") for page in (run.warehouse / "data_docs").rglob("*.html"))
    for reason in (
        "figure=closed_month_revenue, item=2024-01",
        "figure=customers, item=company, published=300, candidate=150",
        "published=USD, candidate=EUR",
    ):
        assert reason in run.stderr
        assert reason in pages
