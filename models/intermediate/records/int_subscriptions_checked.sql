with subscriptions as (
    {{ current_records(ref('stg_shop__subscriptions')) }}
),

run_context as (
    select * from {{ ref('int_run_context') }}
),

dated as (
    select
        subscriptions.*,
        {{ reporting_date('subscriptions.started_at') }} as start_date,
        -- an end after the as-of date is not known yet
        case
            when subscriptions.ended_at < run_context.known_before then {{ reporting_date('subscriptions.ended_at') }}
        end as end_date
    from subscriptions
    cross join run_context
),

rated as (
    {{ with_exchange_rate('dated', 'start_date') }}
),

final as (
    select
        subscription_id,
        customer_id as source_customer_id,
        plan,
        billing_period,
        monthly_amount,
        source_currency,
        exchange_rate,
        true as is_known,
        start_date,
        end_date,
        delivered_in,
        delivered_row,
        case
            when plan = 'all' then 'plan is all, the name of all plans together'
            when exchange_rate is null then {{ missing_rate('source_currency', 'start_date') }}
        end as rejection_reason
    from rated
)

select * from final
