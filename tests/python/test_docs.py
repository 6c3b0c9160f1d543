"""The documentation against what is really there: models, columns, macros, and the public contract of the marts."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import prose
import pytest
from conftest import REPOSITORY, CommandRun

LONGEST_MODEL = 163
LONGEST_DECISION = 8

# functions that PostgreSQL or Spark lack or spell differently: they belong in macros
ENGINE_ONLY = (
    "approx_\\w+|arg_m(in|ax)|array_\\w+|beta|date_diff|date_part|datediff|epoch\\w*|exclude|gamma|isfinite|isnan|lgamma|"
    "list_\\w+|mad|median|mode|pow|quantile\\w*|range|read_(csv|parquet|json)|regexp_\\w+|strftime|strptime|struct_\\w+|tgamma|"
    "try_cast|unnest"
)

UNITS = ("Reporting currency.", "Count.", "Fraction.", "Ratio.", "Orders per customer.")

# the columns that readers may rely on
CONTRACT = {
    "dim_customers": """
        customer_id country acquisition_channel acquisition_campaign cohort_month first_order_at
        last_order_at order_count purchase_occasions net_revenue gross_margin gross_margin_rate
        margin_basis average_order_value orders_per_year days_since_last_order lifecycle_stage
        rfm_recency rfm_frequency rfm_monetary rfm_segment value_tier historical_clv formula_clv predicted_clv total_clv clv_12m clv_24m clv_36m
        probability_alive expected_orders_30d expected_orders_90d expected_orders_365d expected_margin_365d
        expected_order_value next_order_expected_on next_order_basis days_overdue cac clv_to_cac clv_basis purchase_model spend_model
        model_status horizon_months annual_discount_rate currency as_of_date
    """,
    "fct_orders": """
        order_id customer_id ordered_at order_date status is_counted gross_item_revenue discount_amount
        refund_amount net_revenue cogs gross_margin margin_basis customer_order_number is_first_order
        source_currency
    """,
    "fct_customer_months": """
        customer_id month orders net_revenue cumulative_net_revenue cumulative_gross_margin total_clv value_tier lifecycle_stage
    """,
    "fct_tier_migrations": """
        month from_tier to_tier customers total_clv_change
    """,
    "fct_cohort_months": """
        cohort_month acquisition_channel age_months cohort_size active_customers retention_rate
        churn_rate orders_per_customer cumulative_revenue_per_customer cumulative_margin_per_customer
    """,
    "fct_channel_months": """
        month acquisition_channel attribution_model spend new_customers attributed_orders cac cpa
        net_revenue gross_margin roas roi mean_total_clv mean_clv_36m clv_to_cac payback_months is_paid_back verdict
    """,
    "fct_campaigns": """
        campaign acquisition_channel spend new_customers cac mean_total_clv mean_clv_36m clv_to_cac roi payback_months
        is_paid_back
    """,
    "fct_campaign_uplifts": """
        campaign variant value_tier customers margin_per_customer control_margin_per_customer uplift uplift_low uplift_high
        cost roi is_reliable
    """,
    "fct_channel_budgets": """
        acquisition_channel affordable_cac current_cac planned_new_customers yearly_budget headroom
    """,
    "fct_kpi_months": """
        month valued_on segment_kind segment window_months customers_at_start customers_at_end new_customers orders net_revenue
        gross_margin average_order_value purchase_frequency gross_margin_rate churn_rate retention_rate
        net_customer_change lifetime_years is_lifetime_capped cac clv_to_cac customer_equity weakest_kpi
        clv_at_benchmark is_reliable
    """,
    "fct_clv_by_method": """
        segment_kind segment clv_method clv_per_customer customers is_reliable
    """,
    "fct_value_tiers": """
        value_tier tier_rank customers customer_share net_revenue revenue_share gross_margin
        margin_share customer_equity equity_share mean_total_clv average_order_value is_reliable
    """,
    "fct_subscription_cohorts": """
        cohort_month plan billing_period age_months customers_at_start survivors retention_rate projected_retention_rate
        is_observed monthly_revenue_per_customer discounted_residual_clv
    """,
    "fct_subscription_months": """
        month plan subscribers_at_start recurring_revenue_at_start new_revenue expansion_revenue contraction_revenue
        churned_revenue reactivated_revenue recurring_revenue_at_end logo_churn_rate revenue_churn_rate
        net_revenue_retention
    """,
    "fct_clv_drivers": """
        attribute attribute_value customers mean_clv_36m lift lift_low lift_high is_reliable
    """,
    "fct_segment_loyalty": """
        segment_kind segment customers loyalty_members loyalty_share respondents response_rate promoters passives
        detractors nps nps_low nps_high is_reliable
    """,
    "fct_model_fits": """
        model_name model_group as_of_date log_likelihood iterations gradient_norm customers status is_elected
    """,
    "fct_model_parameters": """
        model_name model_group as_of_date parameter value standard_error
    """,
    "fct_model_backtests": """
        model_name cutoff_date horizon_days decile customers predicted_orders actual_orders predicted_margin
        actual_margin bias mean_absolute_error
    """,
    "fct_rejected_records": """
        source_name record_key reason raw_record delivered_in as_of_date
    """,
    "fct_reconciliations": """
        check_name left_amount right_amount difference is_reconciled
    """,
}


@pytest.fixture(scope="module")
def manifest(small_warehouse: CommandRun) -> dict[str, Any]:
    return dict(json.loads((small_warehouse.warehouse.parent / "target" / "manifest.json").read_text(encoding="utf-8")))


def project_nodes(manifest: dict[str, Any], kind: str) -> Iterator[dict[str, Any]]:
    project = manifest["metadata"]["project_name"]
    groups = {"macro": manifest["macros"], "unit_test": manifest["unit_tests"]}
    for node in groups.get(kind, manifest["nodes"]).values():
        if node["package_name"] == project and node["resource_type"] == kind:
            yield node


def columns_by_relation(run: CommandRun) -> dict[tuple[str, str], list[str]]:
    columns: dict[tuple[str, str], list[str]] = {}
    with duckdb.connect(str(run.build_file), read_only=True) as connection:
        for schema, table, column in connection.execute(
            "select table_schema, table_name, column_name from information_schema.columns order by ordinal_position"
        ).fetchall():
            columns.setdefault((schema, table), []).append(column)
    return columns


def test_every_model_says_what_its_rows_are(manifest: dict[str, Any]) -> None:
    descriptions = {node["name"]: node["description"] for node in project_nodes(manifest, "model")}
    assert len(descriptions) > 50
    assert not {name for name, text in descriptions.items() if not re.match("One row( per .+)?[:.]", text)}


def test_every_column_of_a_mart_is_documented_and_every_documented_column_is_there(
    small_warehouse: CommandRun, manifest: dict[str, Any]
) -> None:
    """A mart's contract describes all of its columns; an inner model those whose names don't say all."""
    actual = columns_by_relation(small_warehouse)
    differences = {}
    for node in project_nodes(manifest, "model"):
        there = set(actual[node["schema"], node["name"]])
        documented = {name for name, column in node["columns"].items() if column["description"].strip()}
        difference = documented ^ there if node["path"].startswith("marts/") else documented - there
        if difference:
            differences[node["name"]] = sorted(difference)
    assert not differences


def test_every_column_is_described_with_its_unit(manifest: dict[str, Any]) -> None:
    """A description ends with a sentence of its own for the unit: "Count.", "Fraction.", "Reporting currency."."""
    without = [
        f"{node['name']}.{name}"
        for node in project_nodes(manifest, "model")
        for name, column in node["columns"].items()
        if not re.search(r"[.] [A-Z0-9(-][^.]*[.]$", column["description"].strip())
    ]
    assert not without


def test_every_model_with_a_key_tests_it(manifest: dict[str, Any]) -> None:
    # their rows may be equal in all columns
    keyless = {
        "int_records_rejected",
        "stg_shop__unreadable_lines",
        "int_delivered_amounts_summed",
        "int_order_lines_valued",
        "fct_rejected_records",
    }
    # every row of theirs is a row of a tested one, or was when it last changed: of itself before the last build, of the next model
    tested_elsewhere = {
        "stg_builds__identities",
        "stg_shop__customers",
        "stg_shop__orders",
        "stg_shop__order_items",
        "stg_shop__touchpoints",
        "int_flat_orders_derived",
        "int_customer_orders_known",
        "int_occasions_known",
        "int_order_values_expected",
        "int_order_states_costed",
        "int_orders_attributed",
        "int_orders_sequenced",
        "int_spend_measured",
    }
    tested = {
        node["attached_node"].split(".")[-1]
        for node in project_nodes(manifest, "test")
        if (node.get("test_metadata") or {}).get("name") in {"unique", "unique_key"}
    }
    for node in project_nodes(manifest, "test"):
        if node["name"].startswith("assert_keys_of_"):
            tested |= {parent.split(".")[-1] for parent in node["depends_on"]["nodes"]}
    assert {node["name"] for node in project_nodes(manifest, "model")} - tested == keyless | tested_elsewhere


def signature(macro: dict[str, Any]) -> list[str]:
    arguments = re.search(rf"macro {macro['name']}\((.*?)\)\s*-?%}}", macro["macro_sql"], re.DOTALL)
    assert arguments, macro["name"]
    return re.findall(r"(\w+)\s*(?:=[^,]*)?(?:,|$)", arguments[1])


def documentation_problem(macro: dict[str, Any], macros: dict[str, dict[str, Any]]) -> str | None:
    name = macro["name"]
    path = REPOSITORY / macro["original_file_path"]
    part = name.partition("__")[2]
    # what an engine supplies is documented once, where it is dispatched; the parts of a model at the first of them
    models = {"purchase_models": "bg_nbd", "spend_models": "gamma_gamma"}
    first = macros.get(part) or macros.get(f"{models.get(path.parent.name)}__{part}")
    if first and first is not macro and signature(macro) != signature(first):
        return f"{name} takes {signature(macro)}"
    # found by its name: its file says what it does, and share_up_to what an attribution model takes
    if name.startswith("share_by_") or (first and first is not macro and path.parent.name in models):
        return None if path.read_text(encoding="utf-8").startswith("{#- ") else f"{name} has no comment"
    if first and first is not macro:
        return None
    if not macro["description"].strip():
        return f"{name} has no description"
    # dbt keeps no arguments of generic tests, and a materialization has none
    if name.startswith(("test_", "materialization_")):
        return None
    documented = [argument["name"] for argument in macro["arguments"] if argument["description"] and argument["type"]]
    return None if documented == signature(macro) else f"{name} takes {signature(macro)}, documented are {documented}"


def test_every_macro_is_documented_with_its_arguments(manifest: dict[str, Any]) -> None:
    macros = {macro["name"]: macro for macro in project_nodes(manifest, "macro")}
    assert not [problem for macro in macros.values() if (problem := documentation_problem(macro, macros))]


def test_every_unit_test_says_what_it_verifies(manifest: dict[str, Any]) -> None:
    tests = list(project_nodes(manifest, "unit_test"))
    assert len(tests) > 80
    assert not [test["name"] for test in tests if not re.match(r"Verifies that\b", test["description"])]


def test_the_marts_hold_what_the_contract_names(small_warehouse: CommandRun) -> None:
    with small_warehouse.connect() as connection:
        rows = connection.execute("select table_name, column_name from duckdb_columns() where schema_name = 'marts'")
        actual = set(rows.fetchall())
    missing = [
        (mart, column) for mart, names in CONTRACT.items() for column in names.split() if (mart, column) not in actual
    ]
    assert not missing


def test_models_use_no_function_of_one_engine() -> None:
    # what Jinja computes is no SQL
    queries = {
        path.name: re.sub(r"{%.*?%}|{{.*?}}", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
        for path in (REPOSITORY / "models").rglob("*.sql")
    }
    calls = {name: re.findall(rf"(?<![\w.])({ENGINE_ONLY})\s*\(", query) for name, query in queries.items()}
    assert not {name: found for name, found in calls.items() if found}


def test_models_are_sql_and_short_enough_to_read() -> None:
    models = REPOSITORY / "models"
    assert not list(models.rglob("*.py"))
    lengths = {path.name: len(path.read_text(encoding="utf-8").splitlines()) for path in models.rglob("*.sql")}
    assert not {name: length for name, length in lengths.items() if length > LONGEST_MODEL}


def test_every_decision_is_short_and_has_a_heading_of_its_own() -> None:
    page = REPOSITORY / "DECISIONS.md"
    anchors = prose.headings(page.read_text(encoding="utf-8"))
    assert sorted(anchors) == sorted(set(anchors))
    _, *entries = re.split(r"^### ", re.sub(r"^## .*$", "", page.read_text(encoding="utf-8"), flags=re.M), flags=re.M)
    assert len(entries) > 140
    bodies = {entry.split("\n", 1)[0]: entry.split("\n", 1)[1].strip() for entry in entries}
    assert not [title for title, body in bodies.items() if not body.startswith("**")]
    assert not [title for title, body in bodies.items() if len(body.splitlines()) > LONGEST_DECISION]


def test_doc_blocks_are_used(manifest: dict[str, Any]) -> None:
    blocks = re.findall(r"{% docs (\w+) %}", Path(REPOSITORY / "models/marts/_columns.md").read_text(encoding="utf-8"))
    yaml = "".join(path.read_text(encoding="utf-8") for path in (REPOSITORY / "models").rglob("*.yml"))
    assert blocks == sorted(set(blocks))
    assert not [block for block in blocks if f"doc('{block}')" not in yaml]
    assert not [
        node["name"] for node in project_nodes(manifest, "model") if re.search(r"{{|{%", json.dumps(node["columns"]))
    ]


def test_exposures_depend_on_the_marts_that_they_read(manifest: dict[str, Any]) -> None:
    exposures = {
        node["name"]: {parent.split(".")[-1] for parent in node["depends_on"]["nodes"]}
        for node in manifest["exposures"].values()
    }
    marts = {node["name"] for node in project_nodes(manifest, "model") if node["path"].startswith("marts/")}
    queries = (REPOSITORY / "src" / "clv" / "report" / "queries").glob("*.sql")
    words = {word for path in queries for word in re.findall(r"\w+", path.read_text(encoding="utf-8"))}
    assert exposures == {"report": words & marts, "audit": marts}


def test_every_metric_says_what_it_is_and_in_what_unit(manifest: dict[str, Any]) -> None:
    metrics = list(manifest["metrics"].values())
    assert len(metrics) > 20
    assert not [
        metric["name"] for metric in metrics if not metric["description"].endswith(UNITS) or not metric["label"]
    ]
