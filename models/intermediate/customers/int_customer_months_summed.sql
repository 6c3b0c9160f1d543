with orders as (
    select *
    from {{ restated(ref('int_orders_sequenced'), by='int_changed_customers') }}
    where customer_id is not null and not {{ is_settled_note() }}
),

final as (
    select
        customer_id,
        {{ month_of('order_date') }} as month,
        cast(sum(case when is_counted then 1 else 0 end) as integer) as orders,
        cast(sum(net_revenue) as {{ type_money() }}) as net_revenue,
        cast({{ complete_sum('gross_margin') }} as {{ type_money() }}) as gross_margin
    from orders
    group by customer_id, {{ month_of('order_date') }}
)

select * from final
