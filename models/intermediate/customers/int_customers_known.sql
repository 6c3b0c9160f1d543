with customers as (
    select * from {{ ref('int_customers_measured') }} where valued_at = {{ valued_now() }}
),

run_context as (
    select * from {{ ref('int_run_context') }}
),

first_orders as (
    select
        customer_id,
        country
    from {{ ref('int_orders_sequenced') }}
    where customer_order_number = 1
),

profiles as (
    select * from {{ ref('int_customer_profiles') }}
),

aged as (
    select
        customers.customer_id,
        coalesce(profiles.country, first_orders.country, 'unknown') as country,
        customers.first_order_at,
        customers.last_order_at,
        customers.first_occasion_date as first_order_date,
        {{ month_of('customers.first_occasion_date') }} as cohort_month,
        customers.order_count,
        customers.purchase_occasions,
        customers.net_revenue,
        customers.gross_margin,
        coalesce(customers.margin_basis, 'unknown') as margin_basis,
        customers.clv_basis,
        customers.last_occasion_date as last_order_date,
        {{ dbt.datediff(
            'customers.last_occasion_date', 'run_context.as_of_date', 'day'
        ) }} as days_since_last_order,
        {{ dbt.datediff(
            'customers.first_occasion_date', 'run_context.as_of_date', 'day'
        ) }} as days_since_first_order,
        run_context.as_of_date
    from customers
    cross join run_context
    left join profiles
        on customers.customer_id = profiles.customer_id
    left join first_orders
        on customers.customer_id = first_orders.customer_id
),

final as (
    select
        *,
        {{ ratio('gross_margin', 'net_revenue') }} as gross_margin_rate,
        cast(case when order_count > 0 then {{ to_money(ratio('net_revenue', 'order_count')) }} end as {{ type_money() }})
            as average_order_value,
        -- a tenure under one year counts as one: a first order yesterday is not 365 a year
        case
            when order_count > 0 then order_count / greatest(cast(days_since_first_order as {{ type_double() }}) / 365.25e0, 1)
        end as orders_per_year,
        case when clv_basis = 'margin' then gross_margin else net_revenue end as historical_clv
    from aged
)

select * from final
