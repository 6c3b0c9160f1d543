"""Asks MetricFlow for metrics, and the published marts for the same numbers."""

import csv
import math
import shutil
from dataclasses import replace
from datetime import date

import duckdb
import pytest
from conftest import REPOSITORY, Nightly, binary, run

PROJECT = ("dbt_project.yml", "profiles.yml", "selectors.yml", "analyses", "macros", "models", "seeds", "tests")

# metrics, what they are split by, and the same from the marts
QUERIES = {
    "money and orders by year": (
        "revenue,orders,average_order_value,gross_margin,gross_margin_rate,refunds",
        "metric_time__year",
        """
        select
            date_trunc('year', order_date), sum(net_revenue), count(*) filter (is_counted), sum(net_revenue) / count(*) filter (is_counted),
            sum(gross_margin), sum(gross_margin) / sum(net_revenue) filter (gross_margin is not null), sum(refund_amount)
        from fct_orders group by 1
        """,
    ),
    "orders by whether they are the first": (
        "orders,revenue",
        "order__is_first_order",
        "select is_first_order, count(*) filter (is_counted), sum(net_revenue) from fct_orders group by 1",
    ),
    "how often customers buy in a quarter": (
        "active_customers,purchase_frequency",
        "metric_time__quarter",
        """
        select
            date_trunc('quarter', order_date), count(distinct customer_id) filter (is_counted),
            count(*) filter (is_counted and customer_id is not null) / nullif(count(distinct customer_id) filter (is_counted), 0)
        from fct_orders group by 1
        """,
    ),
    "revenue by the channel that the customer came by": (
        "revenue,orders",
        "customer__acquisition_channel",
        """
        select acquisition_channel, sum(fct_orders.net_revenue), count(*) filter (is_counted)
        from fct_orders left join dim_customers using (customer_id) group by 1
        """,
    ),
    "what customers are worth, in all": (
        "customers,buyers,historical_clv,customer_equity,total_clv,mean_total_clv",
        "",
        """
        select
            count(*), count(cohort_month), sum(historical_clv), sum(predicted_clv), sum(total_clv), avg(total_clv)
        from dim_customers
        """,
    ),
    "what tiers are worth": (
        "customers,customer_equity",
        "customer__value_tier",
        "select value_tier, customers, customer_equity from fct_value_tiers",
    ),
    "what customers of a month are worth": (
        "buyers,mean_total_clv",
        "metric_time__month",
        "select cohort_month, count(cohort_month), avg(total_clv) from dim_customers group by 1",
    ),
    "what a customer costs by channel": (
        "spend,new_customers,cac",
        "channel_month__acquisition_channel",
        """
        select acquisition_channel, sum(spend), sum(new_customers), case when count(cac) > 0 then sum(spend) / sum(new_customers) end
        from fct_channel_months group by 1
        """,
    ),
    "whether it pays": (
        "mean_clv_36m,cac,clv_to_cac",
        "",
        """
        with customers as (select avg(clv_36m) as clv from dim_customers),
        months as (select sum(spend) / sum(new_customers) as cac from fct_channel_months where acquisition_channel <> 'all')
        select clv, cac, clv / cac from customers cross join months
        """,
    ),
    "who leaves": (
        "customers_lost,customers_at_start,churn_rate,retention_rate,equity_at_month_end",
        "metric_time__month",
        """
        select date_trunc('month', month), churned_customers, customers_at_start, churn_rate, retention_rate, customer_equity
        from fct_kpi_months where segment_kind = 'company'
        """,
    ),
    "equity at the last month end": (
        "equity_at_month_end",
        "",
        "select customer_equity from fct_kpi_months where segment_kind = 'company' order by month desc limit 1",
    ),
}


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory, first_night: Nightly) -> Nightly:
    """A published warehouse, and beside it the project, parsed by the dbt that comes with MetricFlow."""
    nightly = replace(first_night, folder=tmp_path_factory.mktemp("metrics"))
    shutil.copytree(first_night.folder / "warehouse", nightly.folder / "warehouse")
    for name in PROJECT:
        (nightly.folder / name).symlink_to(REPOSITORY / name)
    parsed = run([binary("metricflow", "dbt"), "parse"], nightly.environment, folder=nightly.folder)
    assert parsed.returncode == 0, parsed.stdout
    return nightly


def test_the_semantic_layer_is_valid(project: Nightly) -> None:
    result = run([binary("metricflow", "mf"), "validate-configs"], project.environment, folder=project.folder)
    assert result.returncode == 0, result.stdout
    assert "ERRORS: 0" in result.stdout, result.stdout


@pytest.mark.parametrize("name", QUERIES)
def test_metrics_equal_the_marts(project: Nightly, name: str) -> None:
    metrics, split, sql = QUERIES[name]
    answer = project.folder / "answer.csv"
    command = [binary("metricflow", "mf"), "query", "--metrics", metrics, "--csv", answer]
    command += ["--group-by", split] if split else []
    result = run(command, project.environment, folder=project.folder)
    assert result.returncode == 0, result.stdout
    with answer.open(encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file)
    names = metrics.split(",")
    assert sorted(header) == sorted([*([split] if split else []), *names])
    with duckdb.connect(str(project.published_file), read_only=True) as connection:
        connection.execute("use marts")
        expected = connection.execute(sql).fetchall()
    numbers = {read(row[0]): row[1:] for row in expected} if split else {None: expected[0]}
    answers = {
        read(row[header.index(split)]) if split else None: [read(row[header.index(name)]) for name in names]
        for row in rows
    }
    # where no time is told, and for the channels' sum, the marts have a row that is none of MetricFlow's
    for left_out in (None, "all") if split else ():
        numbers.pop(left_out, None)
        answers.pop(left_out, None)
    assert numbers
    assert answers.keys() == numbers.keys()
    for key, row in numbers.items():
        found, marts = (
            [math.nan if value is None else value for value in values] for values in (answers[key], map(read, row))
        )
        assert found == pytest.approx(marts, rel=1e-9, abs=1e-9, nan_ok=True), key


def read(value: object) -> str | float | None:
    """Return what stands in a CSV or a mart in one form: a number, a text, a day as text; None for nothing."""
    if value is None or value in ("", "None", "nan", "NaT"):
        return None
    if isinstance(value, bool) or value in ("True", "False"):
        return str(value)
    if isinstance(value, date):
        return str(value)[:10]
    try:
        return float(value)  # type: ignore[arg-type]
    except ValueError:
        text = str(value)
        return text.removesuffix(" 00:00:00")
