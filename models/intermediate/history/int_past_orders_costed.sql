with orders as (
    select * from {{ ref('int_past_orders_totalled') }}
),

inventory_ratios as (
    select * from {{ ref('int_past_inventory_ratios_derived') }}
),

company_rates as (
    select * from {{ ref('int_past_company_rates_derived') }}
),

final as (
    select
        orders.cutoff_date,
        orders.order_id,
        orders.superseded_version,
        orders.source_customer_id,
        orders.email,
        orders.is_counted_status,
        orders.source_currency,
        orders.exchange_rate,
        orders.quantity,
        orders.tax_amount,
        orders.revenue_before_refunds,
        orders.known_cogs,
        orders.costed_revenue,
        orders.uncosted_revenue,
        orders.order_date,
        inventory_ratios.cogs_ratio as inventory_ratio,
        company_rates.cogs_ratio as company_rate,
        {{ order_cogs('orders', 'inventory_ratios.cogs_ratio', 'company_rates.cogs_ratio') }} as cogs_before_refunds
    from orders
    inner join company_rates
        on orders.cutoff_date = company_rates.cutoff_date
    left join inventory_ratios
        on
            orders.cutoff_date = inventory_ratios.cutoff_date
            and orders.order_date = inventory_ratios.order_date
)

select * from final
