"""The report as people meet it: drawn by the nightly, opened in a browser, held against the marts."""

import html
import json
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from urllib.parse import unquote

import duckdb
import pytest
from axe_playwright_python.sync_playwright import Axe
from browser import OpenReport, launched, open_report
from conftest import REPOSITORY, BuildWarehouse, CommandRun, RunClv, run_command
from filelock import FileLock
from playwright.sync_api import Browser

from clv.commands.status import read_status
from clv.console.words import change, compact, listed, plural
from clv.engines.protocol import Database
from clv.report import draw, run_of
from clv.report.data import read_figures, read_headlines
from clv.report.parts import Download, Table, comma_separated
from clv.report.summary import read_summary
from clv.warehouse.files import Warehouse
from clv.warehouse.publish import Publication, publication_in

PHONE, DESKTOP = 390, 1280
DEMO_BYTES, LARGE_BYTES = 2_000_000, 5_000_000
LARGE_CUSTOMERS = 1_000_000
SECTIONS = ["worth", "stay", "cost", "trust", "more"]
SLIPPING = """
    from dim_customers where lifecycle_stage in ('at_risk', 'lapsed')
    and value_tier in (select value_tier from fct_value_tiers where tier_rank <= 2)
"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with launched() as browser:
        yield browser


@pytest.fixture(scope="module")
def orders_alone(
    build_warehouse: BuildWarehouse, shop_folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> CommandRun:
    """The warehouse of a shop that delivers its orders and nothing else."""
    raw = tmp_path_factory.mktemp("orders_alone")
    with duckdb.connect() as connection:
        connection.execute(f"""
            copy (
                select ord.order_id, ord.customer_id, ord.ordered_at, sum(try_cast(item.quantity as double) * try_cast(item.unit_price as double)) as amount
                from read_parquet('{shop_folder}/orders/*.parquet') as ord
                inner join read_parquet('{shop_folder}/order_items/*.parquet') as item using (order_id)
                where try_cast(ord.ordered_at as timestamp) is not null
                group by all
                having amount > 0
            ) to '{raw}/orders.csv'
        """)
    run = build_warehouse(raw)
    assert run.exit_code == 0, run.output
    return run


@pytest.fixture(scope="module")
def opened(browser: Browser, shop: CommandRun) -> OpenReport:
    """The report of the synthetic shop at a desk; tests leave its filters as they found them."""
    report = open_report(browser, report_file(shop))
    report.artifact("report-desktop")
    return report


def report_file(run: CommandRun) -> Path:
    return run.warehouse / "report.html"


def one(run: CommandRun, query: str) -> float:
    with run.connect() as connection:
        connection.execute("use marts")
        return float(connection.execute(query).fetchall()[0][0])


def copied(shop: CommandRun, folder: Path, *statements: str) -> Warehouse:
    """Copy the published file to a warehouse of its own, changed by the statements."""
    warehouse = Warehouse(folder / "warehouse")
    warehouse.folder.mkdir(parents=True)
    shutil.copy(shop.published_file, warehouse.published_file)
    with duckdb.connect(str(warehouse.published_file)) as connection:
        for statement in statements:
            connection.execute(statement)
    return warehouse


def texts(page: str, pattern: str) -> list[str]:
    """What is in elements, with plain spaces."""
    return [" ".join(html.unescape(text).split()) for text in re.findall(pattern, page, re.DOTALL)]


def titles(page: str) -> list[str]:
    return texts(page, r"<h3[^>]*>(.*?)</h3>")


def findings(page: str) -> dict[str, str]:
    """The sentences at the top, with what is said beside them, by name."""
    return {
        name: " ".join(html.unescape(re.sub(r"<[^>]*>", " ", text)).split())
        for name, text in re.findall(r'<li id="finding-(\w+)">(.*?)</li>', page, re.DOTALL)
    }


def drawn(shop: CommandRun, folder: Path, *statements: str) -> str:
    """The page of a copy of the published file that the statements have changed."""
    warehouse = copied(shop, folder, *statements)
    return draw(warehouse.published_file, warehouse)


def notes(page: str) -> list[str]:
    """What stands below the headlines."""
    return [note.strip().replace("\u00a0", " ") for note in re.findall(r'<dd class="note">([^<]*)', page)]


def number(text: str) -> float:
    """Read what the page writes: `48.2 k USD`, `38.2%`."""
    found = re.fullmatch(r"([−-]?)([\d,.]+) ?([kMG]?)( [A-Z]{3})?(%?)", text.replace("\u00a0", " "))
    assert found, text
    factor = {"": 1.0, "k": 1e3, "M": 1e6, "G": 1e9}[found[3]] * (0.01 if found[5] else 1)
    return float(found[2].replace(",", "")) * factor * (-1 if found[1] else 1)


def test_the_run_names_its_report(shop: CommandRun) -> None:
    assert f"Report: {report_file(shop)}" in shop.stdout
    with shop.connect() as connection:
        assert run_of(report_file(shop)) == connection.execute("select run_id from publication").fetchall()[0][0]
    assert not list(shop.warehouse.glob("*.part"))


def test_every_chart_is_drawn_without_a_network(opened: OpenReport) -> None:
    assert opened.messages == []
    assert opened.requests == []
    assert opened.charts == [
        "equity", "cohort_clv", "revenue", "distribution", "tiers", "migrations", "retention", "churn", "alive", "overdue",
        "cac", "channels", "curves", "quarters", "calibration", "rejected", "forecasts",
    ]  # fmt: skip
    assert [chart for chart in opened.charts if len(opened.marks(chart)) < 2] == []
    assert opened.page.locator(".missing").count() == 0
    text = opened.page.inner_text("main")
    assert not re.search(r"\b(NaN|Infinity|None|null|undefined)\b", text)


def test_headlines_are_those_of_the_marts(opened: OpenReport, shop: CommandRun) -> None:
    latest = "from fct_kpi_months where segment_kind = 'company' order by month desc limit 1"
    expected = {
        "Customers": "select count(*) from dim_customers",
        "Customer equity": "select sum(predicted_clv) from dim_customers",
        "CLV": "select sum(clv_36m) / count(clv_36m) from dim_customers",
        "CAC": f"select cac {latest}",
        "CLV : CAC": f"select clv_to_cac {latest}",
        "Churn": f"select churn_rate {latest}",
    }
    shown = opened.headlines()
    for name, query in expected.items():
        assert number(shown[name]) == pytest.approx(one(shop, query), rel=0.006), name
    assert shown["Payback"] == "at once"
    # half of the months are paid back at the first order
    months = "from fct_channel_months where acquisition_channel = 'all' and month > (select max(month) from fct_channel_months) - interval 12 month"
    assert one(shop, f"select count(*) filter (payback_months = 0) {months}") >= 6
    assert opened.page.inner_text(".headlines + p") == "There is no earlier publication to compare with."


def test_charts_draw_what_the_marts_hold(opened: OpenReport, shop: CommandRun) -> None:
    customers = one(shop, "select count(*) from dim_customers")
    equity = one(shop, "select sum(predicted_clv) from dim_customers")
    assert opened.total("distribution", "customers") == customers
    assert opened.total("alive", "customers") == customers
    # those who are not due are said, not drawn
    assert opened.total("overdue", "customers") == one(
        shop, "select count(*) from dim_customers where days_overdue > 0"
    )
    at_stake = one(shop, "select sum(predicted_clv) from dim_customers where days_overdue > 0")
    assert opened.total("overdue", "Sum of predicted_clv") == pytest.approx(at_stake, rel=1e-3)
    waiting = one(shop, "select count(*) from dim_customers where days_overdue <= 0")
    assert f"{waiting:,.0f} customers who are not due" in " ".join(opened.page.inner_text("#overdue-reading").split())
    assert at_stake < equity
    moves = one(
        shop,
        "select sum(customers) from fct_tier_migrations where month > (select max(month) from fct_tier_migrations) - interval 36 month",
    )
    # a cell is drawn, and a number written on it
    assert opened.total("migrations", "customers") == 2 * moves
    shares = [mark for mark in opened.marks("migrations") if mark.get("text")]
    for tier in {mark["from"] for mark in shares}:
        row = [float(mark["of the tier before"].rstrip("%")) for mark in shares if mark["from"] == tier]
        assert sum(row) == pytest.approx(100, abs=0.3), tier
    best = one(shop, "select 100 * equity_share from fct_value_tiers where tier_rank = 1")
    assert opened.title("tiers") == f"The best 5% hold {best:.0f}% of customer equity"
    rejected = one(shop, "select count(*) from fct_rejected_records")
    assert opened.title("rejected").startswith(f"{rejected:,.0f} of ")
    assert sum(number(row[2]) for row in opened.table("rejected")) == rejected
    assert (
        opened.table("tiers")[0][1] == f"{one(shop, 'select customers from fct_value_tiers where tier_rank = 1'):,.0f}"
    )
    assert len(opened.table("reconciliations")) == one(shop, "select count(*) from fct_reconciliations")


def test_retention_has_numbers_sizes_and_totals(opened: OpenReport, shop: CommandRun) -> None:
    """Cells hold quarters whose three months have all reached the age."""
    months = "from fct_cohort_months where acquisition_channel = 'all' and is_month_over"
    quarter = "date_trunc('quarter', cohort_month)"
    whole = f"""
        with sizes as (select {quarter} as cohort, count(*) as months {months} and age_months = 0 group by all),
        cells as (
            select {quarter} as cohort, count(*) as months, sum(active_customers) as active, sum(cohort_size) as size
            {months} and age_months = 6 group by all
        )
    """
    joined = "from cells inner join sizes using (cohort, months)"
    numbers = [mark for mark in opened.marks("retention") if mark.get("text") and mark["column"] == "6"]
    of_all = next(mark for mark in numbers if mark["cohort"] == "together")
    active, size = (one(shop, f"{whole} select sum({name}) {joined}") for name in ("active", "size"))
    assert (int(of_all["of them ordered"]), int(of_all["customers"].replace(",", ""))) == (active, size)
    assert int(of_all["text"]) == round(100 * active / size)
    assert len(numbers) - 1 == one(shop, f"{whole} select count(*) {joined}")
    sizes = {mark["cohort"]: mark for mark in opened.marks("retention") if mark["column"] == "size"}
    of_company = one(shop, f"select sum(cohort_size) {months} and age_months = 0")
    assert int(sizes["together"]["customers"].replace(",", "")) == of_company


def test_the_page_begins_with_findings(opened: OpenReport, shop: CommandRun) -> None:
    """Each sentence has a number of the marts, recomputed here, and leads to a figure that is there."""
    said = findings(report_file(shop).read_text(encoding="utf-8"))
    assert 3 <= len(said) <= 5
    links = opened.page.eval_on_selector_all(".findings a[href^='#']", "links => links.map(link => link.hash)")
    assert len(links) == len(said)
    assert all(opened.page.locator(link).count() == 1 for link in links)
    assert f"{one(shop, f'select count(*) {SLIPPING}'):.0f} customer" in said["win_back"]
    stake = number(re.findall(r"[\d.,]+(?: [kM])? USD", said["win_back"])[0])
    assert stake == pytest.approx(one(shop, f"select sum(predicted_clv) {SLIPPING}"), rel=0.006)
    known = "from fct_orders where is_counted and customer_id is not null"
    known += " and order_date > date '2024-12-31' and order_date <= date '2025-12-31'"
    returning = one(shop, f"select sum(net_revenue) filter (not is_first_order) / sum(net_revenue) {known}")
    assert said["source"].startswith(f"{returning:.0%} of ")
    clvs = [
        one(shop, f"select avg(clv_36m) from dim_customers where extract(year from cohort_month) = {year}")
        for year in (2025, 2024)
    ]
    shown = [number(amount) for amount in re.findall(r"[\d.,]+ USD", said["trend"])]
    assert shown == pytest.approx(clvs, rel=0.006)
    last = "from fct_model_backtests where model_name = 'published' and decile = 'all' and horizon_days < 100"
    last += " order by cutoff_date desc limit 1"
    forecast, came = (one(shop, f"select {name} {last}") for name in ("predicted_orders", "actual_orders"))
    assert f"{forecast:,.0f} orders were forecast for the latest quarter, {came:,.0f} came" in said["trust"]


def test_the_list_of_whom_to_win_back_can_be_saved(opened: OpenReport, shop: CommandRun) -> None:
    with opened.page.expect_download() as saving:
        opened.page.click("#finding-win_back a[download]")
    assert saving.value.suggested_filename == "win-back-2025-12-31.csv"
    with shop.connect() as connection:
        connection.execute("use marts")
        expected = connection.execute(
            f"select customer_id, cast(predicted_clv as double) {SLIPPING}"
            " order by predicted_clv desc, total_clv desc, customer_id limit 1000"
        ).fetchall()
        read = "select customer_id, predicted_clv from read_csv(?, all_varchar = true)"
        saved = connection.execute(read, [str(saving.value.path())]).fetchall()
    assert [row[0] for row in saved] == [row[0] for row in expected]
    assert [float(row[1]) for row in saved] == pytest.approx([row[1] for row in expected])
    assert [row[0] for row in opened.table("slipping")] == [row[0] for row in expected][:10]


def test_a_list_harms_no_spreadsheet() -> None:
    text = comma_separated(["customer_id", "value"], [["=1+1", 1.5], ["-x", None], ['a "b", c', -2]])
    assert text == 'customer_id,value\n\'=1+1,1.5\n\'-x,\n"a ""b"", c",-2\n'
    assert unquote(Download("x.csv", "Save", text).address.partition(",")[2]) == text


def test_advice_on_channels_is_given_where_it_is_sound(shop: CommandRun, tmp_path: Path) -> None:
    """One channel costs more than is affordable, one less; then too few customers, and a poor forecast."""
    budgets = "update marts.fct_channel_budgets set"
    weak = f"{budgets} is_reliable = false"
    sound = (
        f"{weak}, target_clv_to_cac = 3",
        (
            f"{budgets} is_reliable = true, mean_clv_36m = 90, current_cac = 60, affordable_cac = 30, headroom = -1234"
            " where acquisition_channel = 'paid_social'"
        ),
        (
            f"{budgets} is_reliable = true, mean_clv_36m = 200, current_cac = 20, affordable_cac = 66, headroom = 4321"
            " where acquisition_channel = 'paid_search'"
        ),
    )
    cut = findings(drawn(shop, tmp_path / "cut", *sound))["channel"]
    sentence = "Cut paid social: a customer costs 60 USD, where 30 USD is affordable (CLV:CAC 1.5, target 3.0)."
    assert cut.startswith(sentence)
    assert "Paid search has most room: up to 4,321 USD more a year" in cut
    better = f"{budgets} headroom = 10 where acquisition_channel = 'paid_social'"
    grow = findings(drawn(shop, tmp_path / "grow", *sound, better))["channel"]
    assert grow.startswith("Grow paid search: its CLV:CAC is 10.0, the target 3.0; up to 4,321 USD more")
    few = findings(drawn(shop, tmp_path / "few", weak))["channel"]
    assert few.startswith("No advice on channels yet: each paid channel has too few new customers")
    said = findings(drawn(shop, tmp_path / "poor", weak, "update marts.dim_customers set model_quality = 'poor'"))
    assert said["channel"].startswith("No advice on channels yet: the forecast is poor.")
    assert said["trend"].startswith("Whether CLV gets better can't be said: the forecast is poor.")
    assert said["trust"].startswith("Don't decide by the forecast")
    assert "The forecast is poor: take the amounts as an order in which to write." in said["win_back"]
    untested = drawn(shop, tmp_path / "untested", "update marts.dim_customers set model_quality = 'untested'")
    assert findings(untested)["trust"].startswith("The forecast is untested")


def test_clv_gets_better_only_beyond_chance(shop: CommandRun, tmp_path: Path) -> None:
    """A year's customers are given values around 100, those of the year after around 101, 150 or 70."""
    spread = "update marts.dim_customers set clv_36m = {} + 10 * (hash(customer_id) % 11)"
    of_year = spread + " where extract(year from cohort_month) = {}"
    for now, start in ((51, "CLV is about as it was"), (100, "CLV gets better"), (20, "CLV gets worse")):
        page = drawn(shop, tmp_path / str(now), of_year.format(50, 2024), of_year.format(now, 2025))
        assert findings(page)["trend"].startswith(start), now


def test_another_model_marks_and_breaks_the_line(browser: Browser, shop: CommandRun, tmp_path: Path) -> None:
    """Before December 2024, what was published ranks customers as another model does."""
    with shop.connect() as connection:
        ((model,),) = connection.execute("select max(purchase_model) from marts.dim_customers").fetchall()
    other = "bg_nbd" if model != "bg_nbd" else "mbg_nbd"
    ranked = """
        update marts.fct_model_backtests as pub
        set rank_correlation = oth.rank_correlation, top_decile_share = oth.top_decile_share
        from marts.fct_model_backtests as oth
        where pub.model_name = 'published' and pub.decile = 'all' and oth.model_name = '{}' and oth.decile = 'all'
            and oth.cutoff_date = pub.cutoff_date and oth.horizon_days = pub.horizon_days
            and pub.cutoff_date {} date '2024-12-01'
    """
    warehouse = copied(shop, tmp_path, ranked.format(other, "<"), ranked.format(model, ">"))
    (tmp_path / "page.html").write_text(draw(warehouse.published_file, warehouse), encoding="utf-8")
    report = open_report(browser, tmp_path / "page.html")
    marks = [mark for mark in report.marks("equity") if "label" in mark]
    assert {mark["month"] for mark in marks} == {"Dec 24"}
    lines = "#chart-equity .mark-line path"
    assert report.page.locator(lines).count() == 2
    assert "From December 2024 on, the model is" in report.page.inner_text("#equity-reading")
    assert Axe().run(report.page).response["violations"] == []
    report.artifact("report-another-model")
    one_model = copied(shop, tmp_path / "one", ranked.format(model, "<"), ranked.format(model, ">"))
    assert "the line is broken there" not in draw(one_model.published_file, one_model)
    report.page.context.close()


def test_unallocated_spend_is_no_channel_and_the_target_is_that_of_the_budgets(
    shop: CommandRun, opened: OpenReport, tmp_path: Path
) -> None:
    assert one(shop, "select sum(spend) from fct_channel_months where acquisition_channel = 'unallocated'") > 0
    assert "unallocated" not in {mark.get("channel") for mark in opened.marks("channels")}
    assert "unallocated" not in " ".join(titles(report_file(shop).read_text(encoding="utf-8")))
    assert "belong to no channel" in opened.page.inner_text("#channels-reading")
    target = one(shop, "select max(target_clv_to_cac) from fct_channel_budgets")
    assert f"the target is {target:.1f}" in notes(report_file(shop).read_text(encoding="utf-8"))
    page = drawn(shop, tmp_path, "update marts.fct_channel_budgets set target_clv_to_cac = 4.5")
    assert "the target is 4.5" in notes(page)
    assert any("4.5 times the" in title or "4.5 times its" in title for title in titles(page))


def test_no_data_is_not_zero(shop: CommandRun, tmp_path: Path) -> None:
    """A month without spend has no CAC, one without customers at its start no churn; who has no value is in no mean."""
    warehouse = copied(
        shop,
        tmp_path,
        "update marts.fct_channel_months set spend = 0 where month = date '2025-05-01'",
        "update marts.fct_kpi_months set customers_at_start = 0, churned_customers = 0 where month = date '2025-05-01'",
        "update marts.dim_customers set clv_36m = null where customer_id < 'C1000005'",
    )
    figures = read_figures(warehouse.published_file)
    cacs = {row["month"]: row["cac"] for row in figures.rows("cac_months") if row["channel"] == "all"}
    assert cacs["2025-05-01"] is None
    assert cacs["2025-06-01"] > 0
    churns = {row["month"]: row["churn_rate"] for row in figures.rows("churn_months") if row["channel"] == "all"}
    assert churns["2025-05-31"] is None
    assert churns["2025-06-30"] > 0
    with duckdb.connect(str(warehouse.published_file), read_only=True) as connection:
        ((mean, known, customers),) = connection.execute(
            "select sum(clv_36m) / count(clv_36m), count(clv_36m), count(*) from marts.dim_customers"
        ).fetchall()
    assert known < customers
    page = draw(warehouse.published_file, warehouse)
    tiles = dict(zip(texts(page, "<dt>(.*?)</dt>"), texts(page, r'<dd class="value">(.*?)</dd>'), strict=True))
    assert number(re.sub("<.*?>", "", tiles["CLV"])) == pytest.approx(float(mean), rel=0.006)


def test_orders_and_gaps_are_those_of_the_marts(opened: OpenReport, shop: CommandRun) -> None:
    year = "from fct_orders where is_counted and order_date > date '2024-12-31' and order_date <= date '2025-12-31'"
    row = opened.table("orders")[0]
    assert row[0] == "2025-12-31"
    assert float(row[1].replace(",", "")) == one(shop, f"select count(*) {year}")
    assert float(row[2]) == pytest.approx(one(shop, f"select sum(net_revenue) / count(*) {year}"), abs=0.006)
    repeats = f"select customer_id, count(*) as orders {year} and customer_id is not null group by customer_id"
    share = one(shop, f"select 100 * count(*) filter (orders > 1) / count(*) from ({repeats})")
    assert float(row[5].rstrip("%")) == pytest.approx(share, abs=0.06)
    gaps = """
        select median(later.order_date - earlier.order_date) from fct_orders as earlier
        inner join fct_orders as later on earlier.customer_id = later.customer_id
        where earlier.customer_order_number = 1 and later.customer_order_number = 2
    """
    assert float(opened.table("gaps")[0][3].split()[0]) == pytest.approx(one(shop, gaps), abs=0.51)
    revenue = one(shop, "select sum(net_revenue) from fct_orders where is_counted and order_date >= date '2023-01-01'")
    assert opened.total("revenue", "net revenue (USD)") == pytest.approx(revenue, rel=1e-3)


def test_what_is_doubtful_in_the_data_is_shown(opened: OpenReport, shop: CommandRun) -> None:
    uncounted = one(shop, "select sum(orders) from fct_order_statuses where not is_counted")
    assert opened.title("statuses").startswith(f"{uncounted:,.0f} orders")
    nobody = one(shop, "select count(*) from fct_orders where is_counted and customer_id is null")
    assert next(row[2] for row in opened.table("unmatched") if "no customer is known" in row[1]) == f"{nobody:,.0f}"
    held = one(shop, "select coalesce(sum(customer_ids), 0) from fct_identity_limits")
    assert opened.title("held_back").startswith("Merges held back" if held else "No merge")
    assert not held or opened.title("held_back").endswith(f"{held:,.0f} customer ids")
    rows = opened.table("quarters")
    quarters = "from fct_model_backtests where model_name = 'published' and decile = 'all' and horizon_days < 100"
    assert len(rows) == one(shop, f"select count(distinct cutoff_date) {quarters}")
    came = sum(float(row[4].replace(",", "")) for row in rows)
    assert came == one(shop, f"select sum(actual_orders) {quarters}")


def test_one_clv_is_the_clv_of_the_page(opened: OpenReport, shop: CommandRun) -> None:
    rows = opened.table("clvs")
    assert rows[0][0] == "CLV of this page"
    assert float(rows[0][1]) == pytest.approx(one(shop, "select avg(clv_36m) from dim_customers"), abs=0.006)
    methods = "from fct_clv_by_method where segment_kind = 'company' and clv_per_customer is not null"
    assert len(rows) == 3 + one(shop, f"select count(*) {methods}")
    assert all(len(row[2]) > 20 for row in rows)
    definition = "CLV on this page is the margin of a customer's first 36 months"
    assert opened.page.inner_text(".definition").startswith(definition)
    # who is lost and who is a customer still are two counts, each defined
    assert "It is a count, not a forecast" in opened.page.inner_text("#churn-reading")
    assert "A forecast, not a count" in opened.page.inner_text("#alive-reading")


def test_charts_follow_the_filters(opened: OpenReport, shop: CommandRun) -> None:
    of_email = "from dim_customers where acquisition_channel = 'email'"
    opened.choose("channel", "email")
    assert opened.total("distribution", "customers") == one(shop, f"select count(*) {of_email}")
    assert opened.total("overdue", "customers") == one(shop, f"select count(*) {of_email} and days_overdue > 0")
    assert "Shown: email" in opened.page.inner_text("#figure-distribution")
    assert "from email" in opened.title("alive")
    assert "from email" in opened.title("equity")
    tiles = opened.headlines()
    kpis = "from fct_kpi_months where segment_kind = 'channel' and segment = 'email' order by month desc limit 1"
    for name, query in {
        "Customers": f"select count(*) {of_email}",
        "Customer equity": f"select sum(predicted_clv) {of_email}",
        "CLV": f"select avg(clv_36m) {of_email}",
        "CAC": f"select cac {kpis}",
        "CLV : CAC": f"select clv_to_cac {kpis}",
        "Churn": f"select churn_rate {kpis}",
    }.items():
        assert number(tiles[name]) == pytest.approx(one(shop, query), rel=0.01), name
    opened.choose("tier", "VIP")
    of_best = one(shop, f"select count(*) {of_email} and value_tier = 'VIP'")
    assert opened.total("alive", "customers") == of_best
    assert opened.title("alive").endswith(f"of {of_best:.0f}")
    assert (opened.headlines()["Customers"], opened.headlines()["CAC"]) == (f"{of_best:.0f}", "–")
    # tiers don't divide cohorts: that chart stays with the channel alone
    assert "Shown: email." in opened.page.inner_text("#figure-retention")
    whole = "These sentences are about all customers, whatever is chosen below."
    assert opened.page.inner_text("#findings-whole") == whole
    opened.choose("period", "3")
    spend = one(
        shop,
        "select sum(spend) from fct_channel_months where acquisition_channel = 'email' and month > (select max(month) from fct_channel_months) - interval 3 month",
    )
    bars = {mark["channel"]: mark for mark in opened.marks("channels") if "spend" in mark}
    assert float(bars["email"]["spend"].replace(",", "")) == pytest.approx(spend, abs=0.5)
    assert "(3 months)" in opened.title("migrations")
    opened.artifact("report-filtered")
    opened.page.click("button[type=reset]")
    opened.page.wait_for_function("() => document.querySelector('form [role=status]').textContent.includes('show all')")
    assert opened.total("distribution", "customers") == one(shop, "select count(*) from dim_customers")
    assert opened.page.locator(".shown:visible").count() == 0
    assert opened.page.locator("#findings-whole:visible").count() == 0
    assert number(opened.headlines()["Customers"]) == pytest.approx(one(shop, "select count(*) from dim_customers"))
    assert "email" not in opened.title("alive") + opened.title("equity")


@pytest.mark.parametrize(
    ("width", "scheme"), [(DESKTOP, "light"), (DESKTOP, "dark"), (PHONE, "light"), (PHONE, "dark")]
)
def test_the_page_is_accessible_and_nothing_is_cut_off(
    browser: Browser, shop: CommandRun, width: int, scheme: str
) -> None:
    report = open_report(browser, report_file(shop), width, color_scheme=scheme)
    report.artifact(f"report-{width}-{scheme}")
    page = report.page
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    cut_off = page.evaluate("""
        [...document.querySelectorAll('.chart svg text')].filter(text => {
            const box = text.getBoundingClientRect(), chart = text.closest('.chart').getBoundingClientRect();
            return box.width && (box.left < chart.left - 1 || box.right > chart.right + 1 || box.bottom > chart.bottom + 1);
        }).map(text => text.closest('.chart').id + ': ' + text.textContent)
    """)
    assert cut_off == []
    written = "[...document.querySelectorAll('.chart svg text')].map(text => text.textContent)"
    assert [text for text in page.evaluate(written) if "…" in text] == []
    violations = Axe().run(page).response["violations"]
    assert [(violation["id"], violation["nodes"][0]["target"]) for violation in violations] == []
    brightness = page.evaluate("getComputedStyle(document.body).backgroundColor.match(/\\d+/g).map(Number)")
    assert (max(brightness) < 60) == (scheme == "dark")
    # one colour serves all charts of both schemes: what is drawn must be seen in either
    assert page.evaluate(
        "getComputedStyle(document.querySelector('#chart-retention .mark-rect path')).fill"
    ) == page.evaluate(
        "(() => { const probe = document.body.appendChild(document.createElement('i')); probe.style.color = 'var(--accent)';"
        " const colour = getComputedStyle(probe).color; probe.remove(); return colour; })()"
    )
    page.context.close()


def test_the_page_can_be_used_without_a_mouse_and_without_sight(browser: Browser, shop: CommandRun) -> None:
    opened = open_report(browser, report_file(shop))
    page = opened.page
    levels = page.eval_on_selector_all("h1, h2, h3", "all => all.map(heading => Number(heading.tagName[1]))")
    assert levels[0] == 1 and levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))
    names = page.eval_on_selector_all(
        ".chart[role=img]", "charts => charts.map(chart => chart.getAttribute('aria-label'))"
    )
    assert len(names) == len(opened.charts)
    assert names == [f"Chart: {page.inner_text(f'#figure-{chart} h3')}" for chart in opened.charts]
    assert page.eval_on_selector_all("main h2[id]", "all => all.map(heading => heading.id)")[2:] == SECTIONS
    reached = []
    for _ in range(40):
        page.keyboard.press("Tab")
        reached.append(
            page.evaluate(
                "document.activeElement.name || document.activeElement.className || document.activeElement.tagName"
            )
        )
        if reached[-1] == "SUMMARY":
            break
    assert reached[0] == "skip"
    assert [name for name in reached if name in ("channel", "tier", "period")] == ["channel", "tier", "period"]
    page.keyboard.press("Enter")
    assert page.locator("#figure-equity details[open] tbody tr").count() > 12


def test_the_page_prints(browser: Browser, shop: CommandRun, tmp_path: Path) -> None:
    page = open_report(browser, report_file(shop), color_scheme="dark").page
    page.click("#figure-tiers summary")
    page.emulate_media(media="print", color_scheme="dark")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert not page.is_visible("form.filters")
    # paper has the tables that the reader has opened
    assert page.is_visible("#figure-tiers table")
    assert not page.is_visible("#figure-equity summary")
    page.pdf(path=tmp_path / "report.pdf", format="A4")
    assert 4 <= (tmp_path / "report.pdf").read_bytes().count(b"/Type /Page\n") <= 20


def test_a_shop_of_orders_alone_says_what_it_lacks(browser: Browser, orders_alone: CommandRun) -> None:
    report = open_report(browser, report_file(orders_alone))
    report.artifact("report-orders-alone")
    assert report.messages == []
    assert report.headlines()["CAC"] == "–"
    assert "source marketing_spend" in report.page.inner_text("#figure-channels .missing")
    assert "order_items" in report.page.inner_text("#figure-curves")
    assert "net revenue" in report.title("curves")
    assert "no spend of a channel was delivered" in report.page.inner_text("#finding-channel")
    assert report.page.inner_text(".definition").startswith("CLV on this page is the revenue of")
    # where revenue alone is known, no figure that is drawn says margin
    figures = report.page.eval_on_selector_all(
        "article:has(.chart)", "all => all.map(figure => figure.innerText + figure.textContent)"
    )
    assert [text for text in figures if re.search(r"\bmargin\b", text)] == []
    assert report.total("distribution", "customers") == one(orders_alone, "select count(*) from dim_customers")
    assert [chart for chart in report.charts if not report.marks(chart)] == []
    # with one channel there is nothing to choose
    assert report.page.locator("select[name=channel]").count() == 0
    assert not Axe().run(report.page).response["violations"]


def test_a_tiny_shop_says_why_nothing_is_predicted(browser: Browser, small_warehouse: CommandRun) -> None:
    report = open_report(browser, report_file(small_warehouse), PHONE)
    report.artifact("report-tiny")
    assert report.messages == []
    assert report.headlines()["Customer equity"] == "–"
    assert "nothing is predicted yet" in report.page.inner_text("#finding-win_back")
    assert "no forecast to trust" in report.page.inner_text("#finding-trust")
    assert report.page.locator("a[download]").count() == 0
    for figure in ("distribution", "alive", "overdue"):
        assert "too few customers have bought more than once" in report.page.inner_text(f"#figure-{figure} .missing")
    assert [chart for chart in report.charts if not report.marks(chart)] == []
    assert report.page.evaluate("document.documentElement.scrollWidth") <= PHONE
    assert not Axe().run(report.page).response["violations"]


def test_the_page_stays_small(shop: CommandRun, tmp_path: Path) -> None:
    assert report_file(shop).stat().st_size < DEMO_BYTES
    large = Warehouse(tmp_path)
    shutil.copy(shop.published_file, large.published_file)
    with duckdb.connect(str(large.published_file)) as connection:
        connection.execute("use marts")
        # as many customers, in many more channels than a page can hold
        connection.execute(f"""
            insert into dim_customers by name
            select cus.* replace (cus.customer_id || '-' || num.range as customer_id, 'channel ' || hash(cus.customer_id, num.range) % 200 as acquisition_channel)
            from dim_customers as cus cross join range({LARGE_CUSTOMERS} // (select count(*) from dim_customers)) as num
        """)
    page = draw(large.published_file, large)
    assert len(page.encode()) < LARGE_BYTES
    # a million and at most one more shop
    assert re.findall(r'<dd class="value">([^<]*)', page)[0].strip() == "1.00\u00a0M"


def test_a_table_shows_what_a_page_has_room_for() -> None:
    """Of 100,000 channels 500, and how many more there are."""
    rows = [(f"channel {number}", "1") for number in range(100_000)]
    long, short = Table(["channel", "customers"], rows), Table(["channel"], rows[:500])
    assert (list(long.shown), long.left_out) == (rows[:500], "99,500")
    assert (len(short.shown), short.left_out) == (500, "")


def test_an_earlier_publication_is_compared_with(browser: Browser, shop: CommandRun, tmp_path: Path) -> None:
    """The earlier file has a tenth of the customers less, each of half the predicted value."""
    warehouse = Warehouse(tmp_path / "warehouse")
    warehouse.publications.mkdir(parents=True)
    shutil.copy(shop.published_file, warehouse.published_file)
    earlier = warehouse.publications / "clv-2025-01-31-20000101-000000-1.duckdb"
    shutil.copy(shop.published_file, earlier)
    with duckdb.connect(str(earlier)) as connection:
        connection.execute("update main.publication set run_id = '20000101-000000-1', as_of_date = date '2025-01-31'")
        connection.execute("update marts.dim_customers set predicted_clv = predicted_clv / 2")
        connection.execute(
            "update marts.fct_kpi_months set churn_rate = churn_rate - 0.02 where segment_kind = 'company'"
        )
    run = run_command(
        ["report", "--warehouse", str(warehouse.folder), "--output", str(tmp_path / "page.html")], tmp_path
    )
    assert run.exit_code == 0, run.output
    report = open_report(browser, tmp_path / "page.html")
    changes = dict(
        report.page.eval_on_selector_all(
            ".headlines > div:has(.change)",
            "boxes => boxes.map(box => [box.querySelector('dt').innerText, box.querySelector('.change').innerText])",
        )
    )
    assert changes["Customers"] == "unchanged"
    assert changes["Customer equity"] == "+100.0\u00a0%"
    assert changes["Churn"] == "+2.0\u00a0points"
    assert "as of 2025-01-31" in report.page.inner_text(".headlines + p")
    assert not warehouse.report_file.exists()


@pytest.mark.parametrize(
    "otherwise",
    [
        "dim_customers set currency = 'XXX'",
        "dim_customers set annual_discount_rate = annual_discount_rate + 0.01",
        "dim_customers set purchase_model = 'other'",
        "fct_kpi_months set window_months = 6",
    ],
)
def test_what_was_counted_otherwise_is_not_compared_with(shop: CommandRun, tmp_path: Path, otherwise: str) -> None:
    warehouse = copied(shop, tmp_path, "update main.publication set run_id = '20000101-000000-1'")
    warehouse.publications.mkdir()
    earlier = warehouse.publications / "clv-2025-01-31-20000101-000000-1.duckdb"
    warehouse.published_file.rename(earlier)
    assert "Changes are since the publication" in draw(shop.published_file, warehouse)
    with duckdb.connect(str(earlier)) as connection:
        connection.execute(f"update marts.{otherwise}")
    page = draw(shop.published_file, warehouse)
    assert "The publication before was computed otherwise" in page
    assert 'class="change"' not in page
    earlier.unlink()
    assert "There is no earlier publication to compare with." in draw(shop.published_file, warehouse)


def test_ids_that_are_emails_are_not_on_the_page(shop: CommandRun, tmp_path: Path) -> None:
    warehouse = copied(shop, tmp_path, "update marts.dim_customers set customer_id = customer_id || '@mail.test'")
    page = draw(warehouse.published_file, warehouse)
    assert "win-back-" in page
    assert "@mail.test" not in page


def test_the_page_tells_the_window_of_kpis(shop: CommandRun, tmp_path: Path) -> None:
    assert {"of the last 12 months", "without an order in the last 12 months"} <= set(
        notes(report_file(shop).read_text(encoding="utf-8"))
    )
    warehouse = copied(shop, tmp_path, "update marts.fct_kpi_months set window_months = 6")
    assert {"of the last 6 months", "without an order in the last 6 months"} <= set(
        notes(draw(warehouse.published_file, warehouse))
    )
    # a file of an earlier version doesn't tell it, but has a CAC
    with duckdb.connect(str(warehouse.published_file)) as connection:
        connection.execute("alter table marts.fct_kpi_months drop column window_months")
    assert "of the window of KPIs" in notes(draw(warehouse.published_file, warehouse))


def test_a_channel_that_brought_nobody_is_no_good_one(shop: CommandRun, tmp_path: Path) -> None:
    """A year's spend in a channel of its own, beside those that bring customers."""
    warehouse = copied(
        shop,
        tmp_path,
        "insert into marts.fct_channel_months by name select * replace ('skywriting' as acquisition_channel, 0 as new_customers)"
        " from marts.fct_channel_months where acquisition_channel = 'email'",
    )
    title = next(title for title in titles(draw(warehouse.published_file, warehouse)) if "times their cost" in title)
    assert not title.startswith("All ")
    assert "skywriting (brought nobody)" in title


def test_the_running_month_is_valued_at_the_as_of_date(shop: CommandRun, tmp_path: Path) -> None:
    warehouse = copied(shop, tmp_path, "update marts.dim_customers set as_of_date = date '2025-12-20'")
    page = draw(warehouse.published_file, warehouse)
    equity = page[page.index('id="figure-equity"') : page.index('id="figure-cohort_clv"')]
    assert ">2025-12-20</th>" in equity
    assert ">2025-12-31</th>" not in equity


def test_the_running_month_is_not_compared(small_warehouse: CommandRun) -> None:
    """Orders of 100.00 on the 15th: one in November 2023, two in November 2024; the data end within December 2024."""
    page = report_file(small_warehouse).read_text(encoding="utf-8").replace("\u00a0", " ")
    assert "Net revenue rose by 100.0% since November 2023, to 200 USD" in page
    equity = page[page.index('id="figure-equity"') : page.index('id="figure-cohort_clv"')]
    assert ">2024-11-30</th><td>200</td>" in equity
    assert "2024-12-31" not in equity


def test_the_page_and_the_summary_do_not_guess_what_a_month_was_worth(shop: CommandRun, tmp_path: Path) -> None:
    latest = "month = (select max(month) from marts.fct_channel_months where acquisition_channel = 'email' and new_customers > 0)"
    warehouse = copied(
        shop,
        tmp_path,
        f"update marts.fct_channel_months set mean_clv_36m = null where acquisition_channel = 'email' and {latest}",
    )
    told = {row[0]: row[-1] for row in read_summary(warehouse.published_file).channels}
    drawn = {
        row["channel"]: row["clv_to_cac"]
        for row in read_figures(warehouse.published_file).rows("channel_costs")
        if row["period"] == 12
    }
    assert told == drawn
    assert told["email"] is None
    # Σ CLV / Σ spend of the last 12 months
    months = "from fct_channel_months where acquisition_channel = 'paid_search' and month > (select max(month) from fct_channel_months) - interval 12 month"
    assert told["paid_search"] == pytest.approx(
        one(shop, f"select sum(mean_clv_36m * new_customers) / sum(spend) {months}")
    )


def test_what_is_published_meanwhile_is_not_mixed_in(
    shop: CommandRun, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another night is published right after the mark of this one was read."""
    customers = one(shop, "select count(*) from dim_customers")
    warehouse = copied(shop, tmp_path)
    later = copied(
        shop,
        tmp_path / "later",
        "delete from marts.dim_customers",
        "update main.publication set run_id = 'later'",
    ).published_file

    def read_then_publish(database: Database) -> Publication | None:
        found = publication_in(database)
        shutil.copy(later, warehouse.folder / "next")
        (warehouse.folder / "next").replace(warehouse.published_file)
        return found

    for module in ("clv.warehouse.publish", "clv.report.data", "clv.commands.status"):
        monkeypatch.setattr(f"{module}.publication_in", read_then_publish, raising=False)
    content = read_status(warehouse).content
    assert content is not None
    assert (content.publication.run_id != "later", content.customers) == (True, customers)
    shutil.copy(shop.published_file, warehouse.published_file)
    figures = read_headlines(warehouse.published_file)
    assert figures.publication is not None
    assert (figures.publication.run_id != "later", figures.first("customers")["customers"]) == (True, customers)


def test_the_report_is_never_of_an_earlier_night(shop: CommandRun, run_clv: RunClv, tmp_path: Path) -> None:
    warehouse = Warehouse(tmp_path / "warehouse")
    shutil.copytree(shop.warehouse, warehouse.folder)
    latest = run_of(warehouse.report_file)
    earlier = warehouse.publications / "clv-2025-01-31-20000101-000000-1.duckdb"
    shutil.copy(shop.published_file, earlier)
    with duckdb.connect(str(earlier)) as connection:
        connection.execute("update main.publication set run_id = '20000101-000000-1', as_of_date = date '2025-01-31'")
    assert run_clv("rollback").exit_code == 0
    assert run_of(warehouse.report_file) == "20000101-000000-1" != latest

    # what can't be drawn is published all the same, and no older page stands beside it
    with duckdb.connect(str(next(warehouse.publications.glob(f"*{latest}*")))) as connection:
        connection.execute("create schema if not exists marts")
        connection.execute("alter table marts.fct_value_tiers alter column customers type text")
        connection.execute("update marts.fct_value_tiers set customers = 'many'")
    back = run_clv("rollback", "--to", str(latest))
    assert back.exit_code == 0, back.output
    assert not warehouse.report_file.exists()
    status = run_clv("status")
    assert f"There is no {warehouse.report_file}" in " ".join(status.stdout.split())


def test_mistakes_are_said_in_a_sentence(run_clv: RunClv, tmp_path: Path) -> None:
    missing = run_clv("report")
    assert missing.exit_code == 2
    assert "There is no" in missing.stderr and "clv run" in missing.stderr
    (tmp_path / "warehouse").mkdir()
    (tmp_path / "warehouse" / "clv.duckdb").write_text("no database")
    broken = run_clv("report")
    assert broken.exit_code == 2
    assert "can't be read" in broken.stderr
    unnamed = run_clv("report", "--file", "x.duckdb")
    assert unnamed.exit_code == 2
    assert "--output" in unnamed.stderr


def test_the_report_is_guarded_by_whatever_name(shop: CommandRun, run_clv: RunClv, tmp_path: Path) -> None:
    warehouse = copied(shop, tmp_path)
    (tmp_path / "link").symlink_to(warehouse.folder)
    named = str(tmp_path / "link" / "report.html")
    with FileLock(warehouse.lock_file):
        held = run_clv("report", "--output", named, "--json")
        assert held.exit_code == 3, held.output
        assert json.loads(held.stdout)["error"]["exit_code"] == 3
        assert run_clv("report", "--output", "page.html").exit_code == 0
    other = run_clv("report", "--file", str(shop.published_file), "--output", named)
    assert other.exit_code == 2, other.output
    assert "--file needs an --output that is not" in other.stderr
    assert not warehouse.report_file.exists()
    drawn = run_clv("report", "--output", named, "--json")
    assert drawn.exit_code == 0, drawn.output
    assert json.loads(drawn.stdout) == {"file": named, "run_id": run_of(report_file(shop))}
    assert warehouse.report_file.exists()


def test_the_wheel_carries_the_page(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(tmp_path)]
    subprocess.run(command, cwd=REPOSITORY, check=True, capture_output=True)
    names = zipfile.ZipFile(next(tmp_path.glob("*.whl"))).namelist()
    here = REPOSITORY / "src"
    files = [
        path.relative_to(here).as_posix() for path in (here / "clv" / "report").rglob("*.*") if path.suffix != ".pyc"
    ]
    assert len(files) > 20
    assert not set(files) - set(names)


def test_numbers_are_written_short() -> None:
    written = {None: "–", 0: "0", 3.14159: "3.14", 99.96: "100", 987.6: "988", 9999.4: "9,999", 9999.6: "10.0 k"}
    written |= {48213: "48.2 k", 999_600: "1.00 M", 1_234_567: "1.23 M", -1_500_000: "-1.50 M", 2.5e9: "2.50 G"}
    assert {value: compact(value).replace("\u00a0", " ") for value in written} == written
    assert change(110, 100) == "+10.0\u00a0%"
    assert change(-50, -100) == "+50.0\u00a0%"
    assert change(0.44, 0.46, is_share=True) == "−2.0\u00a0points"
    assert change(1, 1.0001) == "unchanged"
    assert change(1, 0) == change(None, 1) == ""
    assert [listed(names) for names in (["a"], ["a", "b"], ["a", "b", "c"])] == ["a", "a and b", "a, b and c"]
    assert [plural(number, "day") for number in (1, 2000)] == ["1\u00a0day", "2,000\u00a0days"]
