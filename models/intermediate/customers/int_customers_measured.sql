with run_context as (
    select * from {{ ref('int_run_context') }}
),

customers as (
    select distinct customer_id
    from {{ ref('int_customers_resolved') }}
),

profiles as (
    select * from {{ ref('int_customers_profiled') }}
),

acquisitions as (
    select * from {{ ref('int_customer_channels') }}
),

orders as (
    select
        customer_id,
        max(case when customer_order_number = 1 then country end) as country,
        sum(net_revenue) as net_revenue,
        {{ complete_sum('gross_margin') }} as gross_margin,
        {{ weakest_margin_basis('margin_basis') }} as margin_basis,
        sum(case when is_counted then 1 else 0 end) as order_count,
        min(case when is_counted then ordered_at end) as first_order_at,
        max(case when is_counted then ordered_at end) as last_order_at,
        min(case when is_counted then order_date end) as first_order_date,
        max(case when is_counted then order_date end) as last_order_date
    from {{ ref('int_orders_sequenced') }}
    where customer_id is not null
    group by customer_id
),

occasions as (
    select
        customer_id,
        count(*) as purchase_occasions
    from {{ ref('int_purchase_occasions') }}
    group by customer_id
),

-- where no margin is known at all, every CLV is on net revenue
basis as (
    select case when count(gross_margin) > 0 then 'margin' else 'revenue' end as clv_basis
    from {{ ref('int_orders_sequenced') }}
    where is_counted_status
),

joined as (
    select
        customers.customer_id,
        coalesce(profiles.country, orders.country, 'unknown') as country,
        coalesce(acquisitions.acquisition_channel, 'unknown') as acquisition_channel,
        acquisitions.acquisition_campaign,
        orders.first_order_at,
        orders.last_order_at,
        orders.first_order_date,
        {{ month_of('orders.first_order_date') }} as cohort_month,
        coalesce(orders.order_count, 0) as order_count,
        coalesce(occasions.purchase_occasions, 0) as purchase_occasions,
        coalesce(orders.net_revenue, 0) as net_revenue,
        case
            when orders.customer_id is not null then orders.gross_margin
            when basis.clv_basis = 'margin' then 0
        end as gross_margin,
        coalesce(orders.margin_basis, 'unknown') as margin_basis,
        basis.clv_basis,
        orders.last_order_date,
        run_context.annual_discount_rate,
        run_context.reporting_currency as currency,
        run_context.as_of_date
    from customers
    cross join run_context
    cross join basis
    left join acquisitions on customers.customer_id = acquisitions.customer_id
    left join profiles on customers.customer_id = profiles.customer_id
    left join orders on customers.customer_id = orders.customer_id
    left join occasions on customers.customer_id = occasions.customer_id
),

aged as (
    select
        *,
        {{ dbt.datediff(
            'last_order_date', 'as_of_date', 'day'
        ) }} as days_since_last_order,
        {{ dbt.datediff(
            'first_order_date', 'as_of_date', 'day'
        ) }} as days_since_first_order
    from joined
),

final as (
    select
        *,
        {{ ratio('gross_margin', 'net_revenue') }} as gross_margin_rate,
        cast(case when order_count > 0 then {{ to_money(ratio('net_revenue', 'order_count')) }} end as {{ type_money() }})
            as average_order_value,
        -- a tenure under one year counts as one: a first order yesterday is not 365 a year
        case when order_count > 0 then order_count / greatest(days_since_first_order / 365.25, 1) end as orders_per_year,
        case when clv_basis = 'margin' then gross_margin else net_revenue end as historical_clv
    from aged
)

select * from final
