with periods as (
    select *
    from {{ ref('int_inventory_periods_checked') }}
    where rejection_reason is null
),

revenue_by_day as (
    select
        order_date,
        sum({{ item_revenue_of_order() }}) as net_item_revenue
    from {{ ref('int_orders_totalled') }}
    where is_counted_status and superseded_version is null
    group by order_date
),

{{ inventory_ratios([]) }}

select * from final
