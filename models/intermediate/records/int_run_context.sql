-- not looked for where var as_of_date tells it
{% set is_asked = '1 = 0' if var('as_of_date') else '1 = 1' %}
with withdrawn as (
    select order_id
    from {{ ref('int_order_rows_merged') }}
    where {{ (var('orders_delivery') == 'full_snapshots') | lower }} and order_id is not null
    group by order_id
    having max(delivered_in) < (
        select max(deliveries.delivered_in)
        from {{ ref('stg_builds__deliveries') }} as deliveries
        where deliveries.source_name = 'orders'
    )
),

order_versions as (
    select
        order_id,
        currency,
        amount,
        {{ reporting_date('known_at') }} as order_date,
        rank() over (
            partition by record_key
            order by version_written_at desc nulls last, delivered_in desc, version_row desc
        ) as version_rank
    from {{ ref('int_order_rows_merged') }}
    where
        rejection_reason is null
        and merged_into is null
        and {{ is_asked }}
        and order_id not in (select withdrawn.order_id from withdrawn)
),

orders as (
    select order_id, currency, amount, order_date
    from order_versions
    where version_rank = 1
    union all
    select order_id, currency, null as amount, {{ reporting_date('ordered_at') }} as order_date
    from {{ ref('int_flat_orders_derived') }}
    where {{ is_asked }}
),

exchange_rates as (
    select * from {{ ref('int_exchange_rates_filled') }}
),

lines as (
    select order_id
    from {{ ref('stg_shop__order_items') }}
    where rejection_reason is null and {{ is_asked }}
),

-- what int_orders_checked will accept, as far as can be told before the as-of date is known
last_order as (
    select max(orders.order_date) as day
    from orders
    left join exchange_rates
        on
            orders.currency = exchange_rates.currency
            and orders.order_date = exchange_rates.rate_date
    where
        (
            orders.currency is null
            or orders.currency = {{ reporting_currency() }}
            or exchange_rates.exchange_rate is not null
        )
        and (orders.amount is not null or orders.order_id in (select lines.order_id from lines))
),

subscription_versions as (
    select
        *,
        {{ reporting_date('started_at') }} as start_date,
        case when ended_at < {{ first_future_moment() }} then {{ reporting_date('ended_at') }} end as end_date,
        rank() over (partition by record_key order by delivered_in desc, version_row desc) as version_rank
    from {{ ref('stg_shop__subscriptions') }}
    where rejection_reason is null and {{ is_asked }}
),

-- likewise what int_subscriptions_checked will accept; an end ahead has not come yet
last_subscription as (
    select max(greatest(subscriptions.start_date, coalesce(subscriptions.end_date, subscriptions.start_date))) as day
    from subscription_versions as subscriptions
    left join exchange_rates
        on
            subscriptions.currency = exchange_rates.currency
            and subscriptions.start_date = exchange_rates.rate_date
    where
        subscriptions.version_rank = 1
        and coalesce(subscriptions.plan, '') <> 'all'
        and (
            subscriptions.currency is null
            or subscriptions.currency = {{ reporting_currency() }}
            or exchange_rates.exchange_rate is not null
        )
),

-- a shop without orders is seen as of its subscriptions
as_of as (
    select coalesce({{ configured_as_of_date() }}, last_order.day, last_subscription.day) as as_of_date
    from last_order
    cross join last_subscription
),

identity_keys as (
    select * from {{ ref('stg_builds__identity_keys') }}
),

final as (
    select
        as_of_date,
        {{ end_of_reporting_date('as_of_date') }} as known_before,
        {{ month_of('as_of_date') }} as as_of_month,
        (select max(identity_keys.identity_key) from identity_keys) as identity_key
    from as_of
)

select * from final
