with chains as (
    select * from {{ ref('int_subscriptions_chained') }}
),

run_context as (
    select * from {{ ref('int_run_context') }}
),

joined as (
    select
        plan,
        billing_period,
        customer_id,
        first_start_date,
        -- who changes between periods is followed in the longest of them
        max(billing_months) as billing_months,
        case when count(end_date) = count(*) then max(end_date) end as last_end_date
    from chains
    group by plan, billing_period, customer_id, first_start_date
),

-- a period that has begun is paid; who leaves in it is lost at the renewal that would have followed, and be it the first
counted as (
    select
        joined.plan,
        joined.billing_period,
        joined.billing_months,
        joined.customer_id,
        joined.first_start_date,
        cast(floor(
            {{ whole_months('joined.first_start_date', 'run_context.as_of_date') }} / (joined.billing_months * 1e0)
        ) as integer) as renewals_reached,
        {{ periods_paid('joined.first_start_date', 'joined.last_end_date', 'joined.billing_months') }} as periods_paid,
        joined.last_end_date is not null as has_ended
    from joined
    cross join run_context
),

-- a renewal counts once its day has come, for those who left before it as for those who stay
final as (
    select
        plan,
        billing_period,
        billing_months,
        customer_id,
        {{ month_of('first_start_date') }} as cohort_month,
        first_start_date,
        renewals_reached,
        case when has_ended and periods_paid < renewals_reached then periods_paid else renewals_reached end as renewals_decided,
        has_ended and periods_paid <= renewals_reached as is_lost
    from counted
)

select * from final
