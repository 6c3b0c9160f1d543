{{ config(materialized='view') }}

with orders as (
    select * from {{ ref('int_orders_totalled') }} where superseded_version is null
),

inventory_ratios as (
    select * from {{ ref('int_inventory_ratios_derived') }}
),

company_rate as (
    select * from {{ ref('int_company_cost_rate_derived') }}
),

final as (
    select
        orders.*,
        {{ order_cogs('orders', 'inventory_ratios.cogs_ratio', 'company_rate.cogs_ratio') }} as cogs_before_refunds,
        {{ order_margin_basis('orders', 'inventory_ratios.cogs_ratio', 'company_rate.cogs_ratio') }} as margin_basis
    from orders
    cross join company_rate
    left join inventory_ratios
        on orders.order_date = inventory_ratios.order_date
)

select * from final
