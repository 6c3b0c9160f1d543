with orders as (
    select
        *,
        {{ reporting_date('known_at') }} as order_date,
        rank() over (
            partition by record_key
            order by version_written_at desc nulls last, delivered_in desc, version_row desc
        ) as version_rank
    from {{ ref('int_orders_delivered') }}
    where rejection_reason is null
),

exchange_rates as (
    select * from {{ ref('int_exchange_rates_filled') }}
),

lines as (
    select order_id
    from {{ ref('stg_raw__order_items') }}
    where rejection_reason is null
),

-- what int_orders_checked will accept, as far as can be told before the as-of date is known
accepted_orders as (
    select orders.order_date
    from orders
    left join exchange_rates
        on
            orders.currency = exchange_rates.currency
            and orders.order_date = exchange_rates.rate_date
    where
        orders.version_rank = 1
        and (
            orders.currency is null
            or orders.currency = {{ reporting_currency() }}
            or exchange_rates.exchange_rate is not null
        )
        and (orders.amount is not null or orders.order_id in (select lines.order_id from lines))
),

-- var as_of_date, else the day of the latest accepted order
as_of as (
    select coalesce({{ configured_as_of_date() }}, max(order_date)) as as_of_date
    from accepted_orders
),

final as (
    select
        as_of_date,
        {{ end_of_reporting_date('as_of_date') }} as known_before,
        {{ month_of('as_of_date') }} as as_of_month,
        {{ reporting_currency() }} as reporting_currency,
        cast({{ var('annual_discount_rate') }} as double precision) as annual_discount_rate,
        cast({{ var('kpi_window_months') }} as integer) as kpi_window_months
    from as_of
)

select * from final
