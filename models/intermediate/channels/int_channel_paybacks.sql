with channel_months as (
    select *
    from {{ ref('int_channel_months') }}
    where attribution_model = '{{ var("attribution_model") }}' and cac is not null
),

margins as (
    select * from {{ ref('int_acquired_margins') }}
),

channels_and_company as (
    select
        cohort_month,
        acquisition_channel,
        age_months,
        gross_margin,
        has_unknown_margin
    from margins
    union all
    select cohort_month, 'all', age_months, gross_margin, has_unknown_margin
    from margins
),

aged as (
    select
        cohort_month,
        acquisition_channel,
        age_months,
        sum(gross_margin) as gross_margin,
        max(has_unknown_margin) as has_unknown_margin
    from channels_and_company
    group by cohort_month, acquisition_channel, age_months
),

-- a month without orders changes nothing; from an unknown margin on nothing is known
cumulated as (
    select
        cohort_month,
        acquisition_channel,
        age_months,
        sum(gross_margin) over so_far as gross_margin,
        max(has_unknown_margin) over so_far as has_unknown_margin
    from aged
    window so_far as (partition by cohort_month, acquisition_channel order by age_months)
),

per_customer as (
    select
        channel_months.month,
        channel_months.acquisition_channel,
        channel_months.cac,
        cumulated.age_months,
        {{ to_money(ratio('cumulated.gross_margin', 'channel_months.new_customers')) }} as margin_per_customer
    from channel_months
    inner join cumulated
        on
            channel_months.month = cumulated.cohort_month
            and channel_months.acquisition_channel = cumulated.acquisition_channel
    where cumulated.has_unknown_margin = 0
),

-- the first age at which the margin of an average customer has paid what the customer cost
final as (
    select
        month,
        acquisition_channel,
        min(case when margin_per_customer >= cac then age_months end) as payback_months,
        max(case when margin_per_customer >= cac then 1 else 0 end) = 1 as is_paid_back
    from per_customer
    group by month, acquisition_channel
)

select * from final
