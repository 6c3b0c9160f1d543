"""The audit of a candidate, for real: a published shop, copied and spoilt by SQL."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml
from browser import launched
from conftest import REPOSITORY, BuildWarehouse
from soak.builder import parse

from clv.audit.audit import Audit, FailedExpectation, audit
from clv.audit.contract import Expectation, read_contracts
from clv.errors import DataError, UsageError
from clv.shop import ShopSettings, generate_shop

AuditSpoilt = Callable[..., Audit]
Contracts = dict[str, list[Expectation]]


@pytest.fixture(scope="module")
def published(build_warehouse: BuildWarehouse, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What readers have now."""
    raw = tmp_path_factory.mktemp("audited")
    generate_shop(raw, ShopSettings(customers=600, seed=11))
    run = build_warehouse(raw)
    assert run.exit_code == 0, run.output
    return run.published_file


@pytest.fixture(scope="module")
def contracts() -> Contracts:
    """What the marts' models say of their columns."""
    return read_contracts(parse())


@pytest.fixture
def audit_spoilt(published: Path, contracts: Contracts, tmp_path: Path) -> AuditSpoilt:
    """Return a function that audits a copy of what is published, spoilt by statements, beside it."""

    def run(*statements: str, before: Path | None = published, accept_changes: bool = False) -> Audit:
        candidate = tmp_path / "candidate.duckdb"
        spoil(published, candidate, *statements)
        return audit(REPOSITORY, contracts, candidate, before, tmp_path / "audit", accept_changes)

    return run


def spoil(source: Path, target: Path, *statements: str) -> None:
    shutil.copy(source, target)
    with duckdb.connect(str(target)) as connection:
        connection.execute("use marts")
        for statement in statements:
            connection.execute(statement)


def one(published: Path, query: str) -> int:
    with duckdb.connect(str(published), read_only=True) as connection:
        connection.execute("use marts")
        rows = connection.execute(query).fetchall()
    return int(rows[0][0])


def failure(found: Audit, mart: str, words: str) -> FailedExpectation:
    matching = [failure for failure in found.failures if failure.mart == mart and words in failure.sentence]
    assert len(matching) == 1, "\n".join(failure.sentence for failure in found.failures)
    return matching[0]


def loaded_from_elsewhere(page: str) -> list[str]:
    return re.findall(r"""(?:src|href)\s*=\s*["']?\s*(?:https?:)?//|url\(|@import|<script|<link""", page)


def test_a_warehouse_passes_beside_itself(audit_spoilt: AuditSpoilt, contracts: Contracts, tmp_path: Path) -> None:
    found = audit_spoilt()
    assert found.passed, found.failures
    assert not found.skipped
    assert found.expectations > 150
    pages = {path.name: path.read_text(encoding="utf-8") for path in (tmp_path / "audit").iterdir()}
    suites = {*contracts, *(path.stem for path in (REPOSITORY / "expectations" / "suites").glob("*.json"))}
    assert set(pages) == {"index.html", *(f"{suite}.html" for suite in suites)}
    assert f"All {found.expectations} expectations are met" in pages["index.html"]
    assert not [name for name, page in pages.items() if loaded_from_elsewhere(page)]
    assert not [name for name, page in pages.items() if "An unexpected Exception occurred" in page]
    assert "Every total is the same both ways" in pages["sums.html"]
    assert "<td>customers</td><td>company</td><td>600</td><td>600</td>" in pages["changes_in_figures.html"]


def test_suites_are_of_marts_or_of_queries(published: Path, contracts: Contracts) -> None:
    with duckdb.connect(str(published), read_only=True) as connection:
        query = "select table_name from duckdb_tables() where schema_name = 'marts'"
        marts = {row[0] for row in connection.execute(query).fetchall()}
    assert set(contracts) == marts
    suites = {path.stem for path in (REPOSITORY / "expectations" / "suites").glob("*.json")}
    queries = {path.stem for path in (REPOSITORY / "expectations" / "frames").glob("*.sql")}
    assert queries <= suites <= marts | queries


def test_no_suite_repeats_a_contract(contracts: Contracts) -> None:
    for path in (REPOSITORY / "expectations" / "suites").glob("*.json"):
        if not (REPOSITORY / "expectations" / "frames" / f"{path.stem}.sql").exists():
            told = [(item["type"], item["kwargs"]) for item in json.loads(path.read_text())["expectations"]]
            asked = [(item["type"], item["kwargs"]) for item in contracts[path.stem]]
            assert not [item for item in told if item in asked], path.name


def described_marts() -> dict[str, dict[str, Any]]:
    """The marts as their YAML describes them, read without dbt."""
    files = [yaml.safe_load(path.read_text()) for path in (REPOSITORY / "models" / "marts").rglob("*__models.yml")]
    return {model["name"]: model for file in files for model in file["models"]}


def constrained(mart: dict[str, Any], kind: str) -> list[str]:
    return [
        column["name"]
        for column in mart["columns"]
        for constraint in column.get("constraints", [])
        if constraint["type"] == kind
    ]


def test_contracts_are_read_in_full(contracts: Contracts) -> None:
    types = {
        "expect_column_values_to_not_be_null": "not_null",
        "expect_column_values_to_be_between": "check",
    }
    marts = described_marts()
    assert set(contracts) == set(marts)
    for name, mart in marts.items():
        expectations = {item["type"]: item["kwargs"] for item in contracts[name]}
        columns = [column["name"] for column in mart["columns"]]
        assert expectations["expect_table_columns_to_match_set"]["column_set"] == columns
        for kind, constraint in types.items():
            asked = [item["kwargs"]["column"] for item in contracts[name] if item["type"] == kind]
            assert asked == constrained(mart, constraint), name
    assert sum(len(constrained(mart, "check")) for mart in marts.values()) > 90
    keyed = [name for name in marts if any("unique" in item["type"] for item in contracts[name])]
    assert set(marts) - set(keyed) == {"fct_customer_months", "fct_rejected_records"}


def test_every_constraint_of_a_contract_is_audited(audit_spoilt: AuditSpoilt, published: Path) -> None:
    """A NULL in each column that must hold a value, and below its range a number in each column that has one."""
    marts = {
        name: mart
        for name, mart in described_marts().items()
        if name != "fct_customer_months" and one(published, f"select count(*) from {name}") > 1
    }
    assert len(marts) > 15
    statements = []
    broken = set()
    for name, mart in marts.items():
        for kind, spoilt, row in (("not_null", "null", 0), ("check", "-7", 1)):
            columns = constrained(mart, kind)
            broken |= {(name, kind, column) for column in columns}
            statements += [f"update {name} set {column} = {spoilt} where rowid = {row}" for column in columns]
    found = audit_spoilt(*statements, before=None)
    told = set()
    for failed in found.failures:
        for expectation, kind in (("to_not_be_null", "not_null"), ("to_be_between", "check")):
            if failed.mart in marts and failed.expectation == f"expect_column_values_{expectation}":
                told.add((failed.mart, kind, failed.sentence.split(": ")[1].split()[0]))
    assert broken <= told


def test_the_marts_themselves_are_audited(audit_spoilt: AuditSpoilt, published: Path, tmp_path: Path) -> None:
    found = audit_spoilt(
        "update fct_cohort_months set churn_rate = -0.25 where age_months = 3",
        "insert into fct_orders select * from fct_orders order by order_id limit 2",
        "update dim_customers set country = null where customer_id = (select min(customer_id) from dim_customers)",
        "alter table fct_channel_months drop column roas",
        "alter table fct_campaigns drop column new_customers",
        "delete from fct_deliveries",
        "drop table fct_clv_by_method",
        "update fct_model_fits set status = 'lucky' where model_name = 'gamma_gamma'",
        "update dim_customers set order_count = 0 where customer_id = (select max(customer_id) from dim_customers)",
    )
    rates = failure(found, "fct_cohort_months", "churn_rate")
    assert rates.expectation == "expect_column_values_to_be_between"
    assert rates.failing_rows == one(published, "select count(*) from fct_cohort_months where age_months = 3")
    assert rates.sentence.splitlines()[0].endswith(f" {rates.failing_rows} rows fail it:")
    assert re.match(
        r"    cohort_month=\S+, acquisition_channel=\w+, age_months=3, churn_rate=-0.25$",
        rates.sentence.splitlines()[1],
    )
    assert len(rates.samples) == 3

    doubles = failure(found, "fct_orders", "one row per order_id")
    assert doubles.failing_rows == 4
    assert doubles.samples[0].startswith("order_id=")

    nobody = failure(found, "dim_customers", "country")
    assert nobody.sentence.splitlines()[0].endswith(" 1 row fails it:")
    assert nobody.samples[0].endswith(", country=NULL")

    assert failure(found, "fct_channel_months", "Missing: roas").failing_rows is None
    assert failure(found, "fct_campaigns", "Missing: new_customers")
    assert len([other for other in found.failures if other.mart == "fct_campaigns"]) > 1
    assert failure(found, "fct_deliveries", "is not empty. Found: 0.")
    assert failure(found, "fct_clv_by_method", "There is no mart fct_clv_by_method")
    assert failure(found, "fct_model_fits", "status").samples[0].endswith("status=lucky")
    assert failure(found, "dim_customers", "no more purchase occasions than orders").failing_rows == 1

    page = (tmp_path / "audit" / "fct_cohort_months.html").read_text(encoding="utf-8")
    assert "churn_rate=-0.25" in page
    assert not loaded_from_elsewhere(page)
    index = (tmp_path / "audit" / "index.html").read_text(encoding="utf-8")
    assert f"{len(found.failures)} of " in index
    assert "There is no mart fct_clv_by_method" in index


def test_revenue_that_one_mart_alone_has_is_no_sum(audit_spoilt: AuditSpoilt) -> None:
    found = audit_spoilt("update fct_orders set net_revenue = net_revenue * 100")
    assert [failure.mart for failure in found.failures] == ["sums"]
    assert found.failures[0].failing_rows == 4
    assert "net revenue: orders = customers + unattributed orders" in found.failures[0].sentence


def test_revenue_that_all_marts_have_is_a_change(audit_spoilt: AuditSpoilt, published: Path) -> None:
    """As if cents had been delivered for whole units: everything adds up, but not to what was published."""
    found = audit_spoilt(
        "update fct_orders set net_revenue = net_revenue * 100",
        "update dim_customers set net_revenue = net_revenue * 100, predicted_clv = predicted_clv * 100",
        "update fct_kpi_months set month_net_revenue = month_net_revenue * 100, customer_equity = customer_equity * 100",
        "update fct_value_tiers set net_revenue = net_revenue * 100, customer_equity = customer_equity * 100",
        "update fct_channel_months set net_revenue = net_revenue * 100",
        "update fct_cohort_months set cumulative_revenue_per_customer = cumulative_revenue_per_customer * 100",
        "update fct_reconciliations set left_amount = left_amount * 100",
    )
    changed = failure(found, "changes_in_figures", "risen")
    assert [failure.mart for failure in found.failures if not failure.is_change] == ["sums"]
    closed_months = """
        select count(*) from fct_kpi_months
        where segment_kind = 'company' and month_net_revenue * 99 > 500
            and month < (select date_trunc('month', max(as_of_date)) from dim_customers)
    """
    assert changed.failing_rows == one(published, closed_months) + 1
    assert changed.samples[0].startswith("figure=customer_equity, item=company")
    assert changed.samples[1].startswith("figure=closed_month_revenue, item=20")


def test_a_closed_month_that_moved_is_named(audit_spoilt: AuditSpoilt, published: Path) -> None:
    month = "(select max(month) from fct_kpi_months where month < (select max(as_of_date) - 60 from dim_customers))"
    found = audit_spoilt(
        f"update fct_kpi_months set month_net_revenue = -5000 where month = {month} and segment_kind = 'company'"
    )
    fallen = failure(found, "changes_in_figures", "fallen")
    assert fallen.failing_rows == 1
    assert re.match(
        r"figure=closed_month_revenue, item=\d{4}-\d\d, published=\S+, candidate=-5,000, ", fallen.samples[0]
    )
    assert fallen.is_change


def test_customers_and_equity_that_are_gone_are_a_change(audit_spoilt: AuditSpoilt) -> None:
    found = audit_spoilt("delete from dim_customers where hash(customer_id) % 2 = 0")
    fallen = failure(found, "changes_in_figures", "fallen")
    assert [re.findall("(?:figure|item)=(\\w+)", sample) for sample in fallen.samples] == [
        ["customers", "company"],
        ["customer_equity", "company"],
        ["rows", "dim_customers"],
    ]


def test_an_intended_change_is_accepted_once(audit_spoilt: AuditSpoilt) -> None:
    changes = (
        "update dim_customers set currency = 'EUR', as_of_date = as_of_date - 40",
        "delete from fct_rejected_records",
    )
    found = audit_spoilt(*changes)
    assert all(failure.is_change for failure in found.failures)
    currency = failure(found, "changes_in_settings", "published settings")
    assert currency.samples == ["setting=reporting_currency, published=USD, candidate=EUR"]
    assert failure(found, "changes_in_settings", "as-of date").failing_rows == 1
    accepted = audit_spoilt(*changes, accept_changes=True)
    assert accepted.passed
    assert accepted.skipped == ["Nothing was compared with the published warehouse: the changes are accepted."]


def test_without_a_readable_published_warehouse_nothing_is_compared(
    audit_spoilt: AuditSpoilt, published: Path, tmp_path: Path
) -> None:
    first = audit_spoilt(before=None)
    assert first.passed
    assert first.skipped == ["Nothing was compared with the published warehouse: there is none yet."]
    broken = tmp_path / "broken.duckdb"
    broken.write_bytes(b"no database" * 1000)
    unreadable = audit_spoilt(before=broken)
    assert unreadable.passed
    assert f"{broken} can't be read" in unreadable.skipped[0]
    older = tmp_path / "older.duckdb"
    spoil(published, older, "drop table fct_kpi_months")
    compared = audit_spoilt("update dim_customers set currency = 'EUR'", before=older)
    assert [failure.mart for failure in compared.failures] == ["changes_in_settings"]
    assert compared.skipped[0].startswith("changes_in_figures can't be computed")


def test_pages_replace_the_former_ones(audit_spoilt: AuditSpoilt, tmp_path: Path) -> None:
    (tmp_path / "audit").mkdir()
    (tmp_path / "audit" / "of_last_year.html").touch()
    audit_spoilt(before=None)
    assert not (tmp_path / "audit" / "of_last_year.html").exists()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["audit", "candidate.duckdb"]


SCRIPT = "<script>document.title = 'run'</script>"


def test_a_script_in_an_id_is_text_on_the_pages(audit_spoilt: AuditSpoilt, tmp_path: Path) -> None:
    """Nothing runs, and a comment that is opened in a value swallows nothing of the page."""
    evil = f"<!-- {SCRIPT} <img src=x onerror=document.title=1>".replace("'", "''")
    found = audit_spoilt(f"update dim_customers set customer_id = '{evil}' where rowid < 5")
    assert not found.passed
    for page in (tmp_path / "audit").iterdir():
        text = page.read_text(encoding="utf-8")
        assert "<script" not in text
        assert "<!--" not in text
        assert "<img" not in text
        assert "default-src 'none'" in text
    with launched() as browser:
        opened = browser.new_page()
        opened.goto((tmp_path / "audit" / "dim_customers.html").as_uri())
        assert opened.title() == "dim_customers"
        assert opened.inner_text("body").count("<!-- <script>") >= 3


def test_a_candidate_that_is_no_database_is_refused(contracts: Contracts, tmp_path: Path) -> None:
    candidate = tmp_path / "candidate.duckdb"
    candidate.write_bytes(b"no database" * 1000)
    with pytest.raises(DataError, match="can't be read"):
        audit(REPOSITORY, contracts, candidate, None, tmp_path / "audit")


@pytest.mark.parametrize(
    ("file", "content", "message"),
    [
        ("bounds.yml", "customers: {fall: 2", "can't be read from .*bounds.yml"),
        ("bounds.yml", "- customers", "must map figures to bounds"),
        ("bounds.yml", "customers: {fall: 0.02}", "'customers' must have fall, rise and slack"),
        ("bounds.yml", "customers: {fall: 2%, rise: 1, slack: 0}", "fall of 'customers' is '2%'"),
        ("bounds.yml", "customers: {fall: 0.1, rise: 1, slack: 0}", "has no bounds for 'customer_equity'"),
        ("bounds.yml", "costumers: {fall: 0.1, rise: 1, slack: 0}", "there is no figure 'costumers'"),
        ("bounds.yml", "rows of fct_ordres: {fall: 0.1, rise: 1, slack: 0}", "there is no figure 'rows of fct_ordres'"),
        ("suites/fct_orders.json", "{", "fct_orders.json is not a suite"),
        ("suites/fct_orders.json", "[]", "fct_orders.json is not a suite"),
        ("suites/fct_orders.json", '{"name": "orders", "expectations": []}', "names its suite 'orders'"),
        (
            "suites/fct_orders.json",
            '{"name": "fct_orders", "expectations": [{"type": "expect_luck", "kwargs": {}}]}',
            "expect_luck",
        ),
        (
            "suites/fct_orders.json",
            '{"name": "fct_orders", "expectations": [{"type": "expect_column_values_to_be_between", "kwargs": {"colum": "x"}}]}',
            "fct_orders.json is not a suite",
        ),
    ],
)
def test_configuration_that_can_not_be_used_is_named(
    published: Path, contracts: Contracts, tmp_path: Path, file: str, content: str, message: str
) -> None:
    shutil.copytree(REPOSITORY / "expectations", tmp_path / "expectations")
    (tmp_path / "expectations" / file).write_text(content, encoding="utf-8")
    with pytest.raises(UsageError, match=message) as raised:
        audit(tmp_path, contracts, published, None, tmp_path / "audit")
    assert "\n" not in str(raised.value)


def test_a_suite_of_its_own_is_enough_for_a_table(published: Path, contracts: Contracts, tmp_path: Path) -> None:
    shutil.copytree(REPOSITORY / "expectations", tmp_path / "expectations")
    suite = {
        "name": "fct_gifts",
        "expectations": [
            {"type": "expect_column_values_to_be_unique", "kwargs": {"column": "gift_id"}},
            {"type": "expect_column_values_to_be_between", "kwargs": {"column": "price", "min_value": 0}},
        ],
    }
    (tmp_path / "expectations" / "suites" / "fct_gifts.json").write_text(json.dumps(suite), encoding="utf-8")
    candidate = tmp_path / "candidate.duckdb"
    spoil(published, candidate, "create table fct_gifts as select 'g1' as gift_id, cast(-1 as decimal(28, 4)) as price")
    found = audit(tmp_path, contracts, candidate, published, tmp_path / "audit")
    assert [failure.samples for failure in found.failures] == [["gift_id=g1, price=-1.0000"]]


def test_the_context_opens_in_great_expectations(tmp_path: Path) -> None:
    """In a process of its own, as a user would, and on a copy: opening makes folders."""
    shutil.copytree(REPOSITORY / "expectations", tmp_path / "expectations")
    program = """
import great_expectations as gx
context = gx.get_context(context_root_dir="expectations")
print(*sorted(suite.name for suite in context.suites.all()))
print(len(context.suites.get("dim_customers").expectations))
"""
    result = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", program], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stderr
    names, count = result.stdout.splitlines()
    assert names.split() == sorted(path.stem for path in (REPOSITORY / "expectations" / "suites").glob("*.json"))
    assert int(count) == 8


def test_great_expectations_is_imported_by_an_audit_alone() -> None:
    program = "import sys, clv.cli, clv.audit.audit; sys.exit('great_expectations' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
