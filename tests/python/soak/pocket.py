"""A dbt project with the real one's macros and settings, and few, small models: a run of it takes seconds."""

import shutil
from pathlib import Path

from clv.audit.bounds import FIGURES
from soak import REPOSITORY

MODELS = {
    "fct_orders": """
        select
            order_id,
            customer_id,
            true as is_counted,
            cast(amount as numeric(28, 4)) as gross_item_revenue,
            cast(amount as numeric(28, 4)) as net_revenue,
            cast(null as numeric(28, 4)) as gross_margin,
            'unknown' as margin_basis,
            cast('{{ var("as_of_date") }}' as date) as as_of_date
        from {{ source('raw', 'orders') }}
        where cast(cast(ordered_at as timestamp) as date) <= cast('{{ var("as_of_date") }}' as date)
    """,
    "dim_customers": """
        select
            customer_id,
            'USD' as currency,
            sum(net_revenue) as net_revenue,
            cast(null as numeric(28, 4)) as predicted_clv,
            36 as horizon_months,
            cast(null as varchar) as purchase_model,
            'too_few_repeat_customers' as model_status,
            'untested' as model_quality,
            '' as model_warnings,
            count(*) as purchase_occasions,
            cast(null as date) as cohort_month,
            max(as_of_date) as as_of_date
        from {{ ref('fct_orders') }}
        group by customer_id
    """,
    "fct_customer_months": "select current_date as month where 1 = 0",
    "fct_deliveries": """
        select
            'orders' as source_name,
            'orders.csv' as delivered_in,
            count(*) as delivered_rows,
            count(*) as accepted_rows,
            0 as rejected_rows
        from {{ ref('fct_orders') }}
    """,
    "fct_reconciliations": """
        select
            '{{ env_var("CLV_CODE_FINGERPRINT", "none") if execute }}' as check_name,
            true as is_reconciled
    """,
    "fct_record_warnings": "select '' as source_name, '' as warning, '' as column_name, '' as sentence where 1 = 0",
    "fct_rejected_records": "select '' as source_name, '' as reason where 1 = 0",
    "fct_identity_limits": (
        "select '' as reason, 0 as customer_ids, 0 as contacts, 0 as orders, '' as set_by where 1 = 0"
    ),
    "fct_subscription_cohorts": "select current_date as as_of_date, '' as currency where 1 = 0",
    "fct_value_tiers": """
        select
            'all' as value_tier,
            1 as tier_rank,
            count(*) as customers,
            1.0 as customer_share,
            sum(net_revenue) as net_revenue,
            1.0 as revenue_share,
            cast(null as numeric(28, 4)) as customer_equity,
            cast(null as double precision) as equity_share,
            cast(null as numeric(28, 4)) as mean_total_clv
        from {{ ref('dim_customers') }}
    """,
    "fct_channel_months": """
        select
            '' as acquisition_channel,
            current_date as month,
            0 as spend,
            0 as new_customers,
            0 as net_revenue,
            0 as gross_margin,
            0 as mean_total_clv,
            0 as mean_clv_36m
        where 1 = 0
    """,
    "fct_clv_by_method": """
        select
            '' as clv_method,
            'company' as segment_kind,
            0 as clv_per_customer,
            0 as clv_low,
            0 as clv_high,
            '' as clv_basis,
            0 as customers,
            true as is_reliable
        where 1 = 0
    """,
}

SUITE = """{
  "name": "dim_customers",
  "expectations": [
    {"type": "expect_column_values_to_be_unique", "kwargs": {"column": "customer_id"}},
    {"type": "expect_column_values_to_be_between", "kwargs": {"column": "net_revenue", "max_value": 1000000}}
  ]
}
"""
BOUNDS = "\n".join(f"{name}: {{fall: 1, rise: 9, slack: 9}}" for name in FIGURES)

POCKET_NIGHTS = ("2023-06-30", "2023-09-30", "2024-12-31")


def write_pocket_orders(raw: Path, orders: int = 40) -> None:
    """Write the log that the project reads: orders of 12 customers over two years, 100.00 each."""
    raw.mkdir(parents=True)
    lines = [f"o{n},c{n % 12},{2023 + n // 20 % 2}-{1 + n % 12:02d}-15 10:00:00,100.00" for n in range(orders)]
    (raw / "orders.csv").write_text("\n".join(["order_id,customer_id,ordered_at,amount", *lines]) + "\n")


def copy_base(folder: Path) -> Path:
    """Copy the project's settings, macros, seeds and sources to `folder`; return the folder for models of marts."""
    for part in ("macros", "seeds"):
        shutil.copytree(REPOSITORY / part, folder / part)
    for part in ("dbt_project.yml", "profiles.yml", "selectors.yml", "models/staging/shop/_shop__sources.yml"):
        (folder / part).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(REPOSITORY / part, folder / part)
    marts = folder / "models" / "marts"
    marts.mkdir()
    return marts


def make_pocket_project(folder: Path) -> Path:
    """Write the project, whose one test fails for an order of a negative amount, and return its folder."""
    marts = copy_base(folder)
    for name, sql in MODELS.items():
        (marts / f"{name}.sql").write_text(sql)
    models = ", ".join(f"{{name: {name}, config: {{contract: {{enforced: false}}}}}}" for name in MODELS)
    (marts / "_marts.yml").write_text(f"models: [{models}]\n")
    shutil.copytree(REPOSITORY / "tests" / "generic", folder / "tests" / "generic")
    (folder / "tests" / "assert_orders_bring_something.sql").write_text(
        "-- A failure means that an order brings less than nothing. Look at its amount.\n"
        "select order_id, net_revenue from {{ ref('fct_orders') }} where net_revenue < 0\n"
    )
    suites = folder / "expectations" / "suites"
    suites.mkdir(parents=True)
    (suites / "dim_customers.json").write_text(SUITE)
    (suites.parent / "bounds.yml").write_text(BOUNDS)
    return folder
