with subscriptions as (
    select *
    from {{ ref('int_subscriptions_checked') }}
    where rejection_reason is null
),

identities as (
    select * from {{ ref('int_identities_resolved') }}
),

-- who has neither an account nor an order is known by the subscription alone
final as (
    select
        subscriptions.subscription_id,
        coalesce(identities.customer_id, subscriptions.source_customer_id) as customer_id,
        coalesce(subscriptions.plan, 'unknown') as plan,
        subscriptions.billing_period,
        {{ to_money('subscriptions.monthly_amount * subscriptions.exchange_rate') }} as monthly_revenue,
        subscriptions.start_date,
        subscriptions.end_date
    from subscriptions
    left join identities
        on subscriptions.source_customer_id = identities.source_customer_id
)

select * from final
