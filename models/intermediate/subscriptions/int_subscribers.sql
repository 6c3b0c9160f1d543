with chains as (
    select * from {{ ref('int_subscriptions_chained') }}
),

run_context as (
    select * from {{ ref('int_run_context') }}
),

joined as (
    select
        plan,
        customer_id,
        first_start_date,
        case when count(end_date) = count(*) then max(end_date) end as last_end_date
    from chains
    group by plan, customer_id, first_start_date
),

-- a month that has begun is paid; who leaves in it is lost at the renewal that would have followed, and be it the first
counted as (
    select
        joined.plan,
        joined.customer_id,
        joined.first_start_date,
        {{ whole_months('joined.first_start_date', 'run_context.as_of_date') }} as months_reached,
        greatest({{ begun_months('joined.first_start_date', 'joined.last_end_date') }}, 1) as months_paid,
        joined.last_end_date is not null as has_ended
    from joined
    cross join run_context
),

-- a renewal counts once its day has come, for those who left before it as for those who stay
final as (
    select
        plan,
        customer_id,
        {{ month_of('first_start_date') }} as cohort_month,
        first_start_date,
        months_reached,
        case when has_ended and months_paid < months_reached then months_paid else months_reached end as renewals_decided,
        has_ended and months_paid <= months_reached as is_lost
    from counted
)

select * from final
