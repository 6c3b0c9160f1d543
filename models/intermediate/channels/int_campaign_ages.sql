with acquired as (
    select *
    from {{ ref('int_acquired_customers') }}
    where attribution_model = '{{ var("attribution_model") }}' and campaign is not null
),

margins as (
    select *
    from {{ ref('int_acquired_margins') }}
    where campaign is not null
),

run_context as (
    select * from {{ ref('int_run_context') }}
),

cohorts as (
    select
        campaign,
        month as cohort_month,
        sum(new_customers) as new_customers
    from acquired
    group by campaign, month
),

numbers as (
    select generated_number - 1 as age_months
    from ({{ dbt.generate_series(1200) }}) as generated
),

-- the ages that each cohort of a campaign has reached
ages as (
    select
        cohorts.campaign,
        cohorts.cohort_month,
        cohorts.new_customers,
        numbers.age_months
    from cohorts
    cross join numbers
    cross join run_context
    where {{ add_months('cohorts.cohort_month', 'numbers.age_months') }} <= run_context.as_of_month
),

activity as (
    select
        campaign,
        cohort_month,
        age_months,
        sum(gross_margin) as gross_margin,
        max(has_unknown_margin) as has_unknown_margin
    from margins
    group by campaign, cohort_month, age_months
),

cumulated as (
    select
        ages.campaign,
        ages.age_months,
        ages.new_customers,
        sum(coalesce(activity.gross_margin, 0)) over (
            partition by ages.campaign, ages.cohort_month order by ages.age_months
        ) as gross_margin,
        coalesce(activity.has_unknown_margin, 0) as has_unknown_margin
    from ages
    left join activity
        on
            ages.campaign = activity.campaign
            and ages.cohort_month = activity.cohort_month
            and ages.age_months = activity.age_months
),

-- at each age the customers old enough to have reached it
final as (
    select
        campaign,
        age_months,
        cast(sum(new_customers) as {{ type_double() }}) as new_customers,
        {{ to_money(
            'case when max(max(has_unknown_margin)) over (partition by campaign) = 0 then '
            ~ ratio('sum(gross_margin)', 'sum(new_customers)') ~ ' end'
        ) }} as cumulative_margin_per_customer
    from cumulated
    group by campaign, age_months
)

select * from final
