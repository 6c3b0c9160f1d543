"""What `make docs` makes: dbt's documentation as one page, and the metric dictionary."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from browser import launched
from conftest import REPOSITORY, TIMEOUT_SECONDS, CommandRun
from soak.builder import parse

from clv.build.dbt import DEFINING_VARS

PAGE = REPOSITORY / "docs" / "reference" / "metrics.md"


OTHER_VALUES = {
    "raw_names": {"orders": "nosuch.csv"},
    "raw_columns": {"orders": {"amount": "price"}},
    "raw_where": {"orders": "{amount} > 0"},
    "raw_queries": {"refunds": "select * from {orders.csv}"},
    "raw_files": {"orders": {"skip_lines": 1}},
    "raw_timestamp_formats": ["%d.%m.%Y"],
    "raw_decimal_mark": ",",
    "spend_model": "mean",
    "publish_contacts": ["email"],
    "counted_order_statuses": ["paid"],
    "uncounted_order_statuses": ["void"],
    "prices_include_tax": True,
    "refund_amounts": "goods",
    "free_orders_count": False,
    "include_shipping_in_revenue": True,
    "orders_delivery": "full_snapshots",
    "order_items_delivery": "changed_lines",
    "max_expanded_gb": 1,
    "max_rejected_share": 1,
    "max_conflicting_keys": 1,
    "max_exchange_rate_age_days": 3,
    "merge_people_by": [],
    "anonymous_customer_ids": ["nobody"],
    "placeholder_contacts": ["nobody@%"],
    "max_ids_per_contact": 2,
    "max_contacts_per_id": 2,
    "max_ids_per_person": 2,
    "max_orders_per_guest": 2,
    "as_of_date": "2024-06-30",
    "reporting_currency": "EUR",
    "reporting_timezone": "Europe/Berlin",
    "assumed_gross_margin": 0.5,
    "kpi_window_months": 3,
    "max_lifetime_years": 3,
    "annual_discount_rate": 0.2,
    "cohort_clv_age_months": 3,
    "campaign_window_days": 30,
    "min_segment_customers": 1,
    "attribution_model": "time_decay",
    "attribution_half_life_days": 3,
    "attribution_lookback_days": 30,
    "business_model": "b2b_services",
    "season_spread": 0.2,
    "level_drift": 0.1,
    "min_repeat_customers": 3,
    "horizon_months": 12,
    "backtest_quarters": 1,
    "history_months": 6,
    "interval": 0.9,
    "value_tiers": [{"name": "some", "up_to": 0.5}, {"name": "others", "up_to": 1}],
}


@pytest.fixture(scope="module")
def site(small_warehouse: CommandRun, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with dbt's documentation of a warehouse that was built: of a copy, since dbt locks it."""
    folder = tmp_path_factory.mktemp("site")
    shutil.copy(small_warehouse.build_file, folder)
    environment = os.environ | {
        "CLV_RAW_DIR": str(small_warehouse.warehouse.with_name("raw")),
        "CLV_WAREHOUSE_DIR": str(folder),
        "DBT_LOG_PATH": str(folder / "logs"),
        "DBT_PROFILES_DIR": str(REPOSITORY),
        "DBT_PROJECT_DIR": str(REPOSITORY),
        "DBT_TARGET_PATH": str(folder / "target"),
    }
    dbt = Path(sys.executable).with_name("dbt")
    subprocess.run(
        [dbt, "docs", "generate", "--static", "--vars", json.dumps(OTHER_VALUES)],
        cwd=folder,
        env=environment,
        check=True,
        timeout=TIMEOUT_SECONDS,
    )
    return folder / "target"


def rows(page: str, section: str) -> list[list[str]]:
    """Cells of the table in a section of the dictionary, without its headings."""
    lines = page.split(f"\n## {section}\n")[1].split("\n## ")[0].splitlines()
    return [re.split(r"(?<!\\) \| ", line[2:-2]) for line in lines if line.startswith("| ")][2:]


def test_no_definition_depends_on_the_folders_or_on_other_vars_than_two(site: Path) -> None:
    """`clv` parses without them, so that a run can go on from the last parse."""
    variables = yaml.safe_load((REPOSITORY / "dbt_project.yml").read_text(encoding="utf-8"))["vars"]
    assert {*OTHER_VALUES, *DEFINING_VARS, "raw_preset"} == variables.keys()
    assert not [name for name, value in OTHER_VALUES.items() if value == variables[name]]
    parts = ("config", "database", "schema", "alias", "columns")

    def definitions(manifest: dict[str, Any]) -> dict[str, list[Any]]:
        nodes = json.loads(json.dumps(manifest["nodes"], default=str))
        return {
            name: [*(node[part] for part in parts), node["depends_on"].get("nodes")]
            for name, node in nodes.items()
            if node["config"]["enabled"]
        }

    told = definitions(json.loads((site / "manifest.json").read_text(encoding="utf-8")))
    assert told == definitions(parse().writable_manifest().to_dict(omit_none=False))
    assert len(told) > 300


def test_the_metric_dictionary_is_that_of_the_project(site: Path, tmp_path: Path) -> None:
    written = tmp_path / "metrics.md"
    command = [sys.executable, str(REPOSITORY / "docs" / "metrics.py"), str(site / "manifest.json"), str(written)]
    subprocess.run(command, check=True, timeout=TIMEOUT_SECONDS)
    assert written.read_text(encoding="utf-8") == PAGE.read_text(encoding="utf-8"), "`make docs` writes it anew"


def test_the_metric_dictionary_holds_every_metric_and_every_published_column(
    site: Path, small_warehouse: CommandRun
) -> None:
    page = PAGE.read_text(encoding="utf-8")
    manifest: dict[str, Any] = json.loads((site / "manifest.json").read_text(encoding="utf-8"))
    metrics = rows(page, "Metrics")
    assert [row[0].strip("`") for row in metrics] == sorted(node["name"] for node in manifest["metrics"].values())
    with small_warehouse.connect() as connection:
        published = connection.execute(
            "select table_name, column_name from duckdb_columns() where schema_name = 'marts'"
        ).fetchall()
    columns = rows(page, "Columns")
    listed = [(mart.strip("`"), row[0].strip("`")) for row in columns for mart in row[3].split(", ")]
    assert sorted(listed) == sorted(published)
    assert not [row for row in [*metrics, *columns] if not all(cell.strip() for cell in row)]
    for line in (
        "| Count | `count(distinct case when is_counted then customer_id end)` of `fct_orders` |",
        "| Ratio | `mean_clv_36m / cac` |",
        "| Count | `sum(churned_customers)` of `fct_kpi_months` where `segment_kind = 'company'`, at the latest `month` |",
        "unknown where either is 0. | Reporting currency | `case when spend > 0 then spend end / nullif(new_customers, 0)` |",
    ):
        assert line in page


def test_links_of_the_metric_dictionary_lead_somewhere() -> None:
    links = re.findall(r"\]\((\.\./[^)]+)\)", PAGE.read_text(encoding="utf-8"))
    assert len(links) > 20
    assert not [link for link in links if not (PAGE.parent / link).exists()]


def test_the_documentation_is_one_page_that_needs_no_network(site: Path) -> None:
    page = site / "static_index.html"
    requests: list[str] = []
    with launched() as browser:
        opened = browser.new_page()
        opened.on("request", lambda request: requests.append(request.url))
        opened.goto(page.as_uri())
        opened.wait_for_selector("text=Where to begin")
        opened.click("a:text-is('dim_customers'):visible")
        opened.wait_for_selector("h1:has-text('dim_customers')")
        shown = opened.inner_text("body")
    assert "everybody with an account or an identifiable order" in shown
    assert "decimal(28,4)" in shown.lower(), "types are those of the warehouse"
    assert requests
    assert not [address for address in requests if not address.startswith(("file:", "data:", "blob:"))]
