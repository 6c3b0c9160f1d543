with orders as (
    select * from {{ ref('fct_orders') }}
),

summed as (
    select
        status,
        count(*) as orders,
        cast(sum(gross_item_revenue) as {{ type_money() }}) as gross_item_revenue,
        min(order_date) as first_ordered_on,
        max(order_date) as last_ordered_on
    from orders
    group by status
),

final as (
    select
        status,
        orders,
        gross_item_revenue,
        {{ is_counted_status('status') }} as is_counted,
        {{ is_counted_status('status') }} or {{ is_status_of('status', var('uncounted_order_statuses')) }} as is_known,
        first_ordered_on,
        last_ordered_on
    from summed
)

select * from final
