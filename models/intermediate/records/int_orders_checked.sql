with orders as (
    select *
    from {{ restated(ref('int_order_versions_delivered'), by='int_changed_documents') }}
),

exchange_rates as (
    select * from {{ ref('int_exchange_rates_filled') }}
),

orders_with_lines as (
    select distinct order_id
    from {{ restated(ref('int_order_items_versioned'), by='int_changed_documents') }}
    where version_status = 'current'
),

dated as (
    select
        orders.*,
        {{ reporting_date('orders.ordered_at') }} as order_date,
        {{ reporting_date('orders.version_written_at') }} as written_on,
        coalesce(orders.currency, {{ reporting_currency() }}) as source_currency,
        {{ reporting_currency() }} as reporting_currency
    from orders
),

rated as (
    select
        dated.*,
        orders_with_lines.order_id is not null as has_lines,
        case
            when dated.source_currency = dated.reporting_currency then 1
            else exchange_rates.exchange_rate
        end as exchange_rate
    from dated
    left join exchange_rates
        on
            dated.source_currency = exchange_rates.currency
            and dated.order_date = exchange_rates.rate_date
    left join orders_with_lines
        on dated.order_id = orders_with_lines.order_id
),

final as (
    select
        source_name,
        order_id,
        customer_id as source_customer_id,
        coalesce(status, 'completed') as status,
        source_currency,
        sales_channel,
        country,
        email,
        amount,
        discount_amount,
        shipping_amount,
        tax_amount,
        exchange_rate,
        has_lines,
        is_known,
        superseded_version,
        ordered_at,
        order_date,
        -- the earliest version stands in for the time before it was written
        case
            when
                written_on > order_date
                and min(order_date) over (
                    partition by order_id order by version_written_at nulls first
                    rows between unbounded preceding and 1 preceding
                ) <= order_date
                then written_on
            else order_date
        end as known_on,
        delivered_in,
        delivered_row,
        case
            when not is_known then null
            when amount is null and not has_lines then 'the order has neither lines nor an amount'
            when exchange_rate is null then {{ missing_rate('source_currency', 'order_date') }}
        end as rejection_reason
    from rated
)

select * from final
