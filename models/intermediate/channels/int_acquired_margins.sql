with acquisitions as (
    select *
    from {{ ref('int_acquisitions') }}
    where share > 0
),

customer_months as (
    select * from {{ ref('int_customer_months_summed') }}
),

-- a credit note from before the first counted order belongs to age 0
aged as (
    select
        acquisitions.cohort_month,
        acquisitions.acquisition_channel,
        acquisitions.acquisition_campaign as campaign,
        greatest({{ months_between('acquisitions.cohort_month', 'customer_months.month') }}, 0) as age_months,
        customer_months.gross_margin,
        acquisitions.share
    from acquisitions
    inner join customer_months
        on acquisitions.customer_id = customer_months.customer_id
),

final as (
    select
        cohort_month,
        acquisition_channel,
        campaign,
        age_months,
        sum({{ shared('gross_margin') }}) as gross_margin,
        max(case when gross_margin is null then 1 else 0 end) as has_unknown_margin
    from aged
    group by cohort_month, acquisition_channel, campaign, age_months
)

select * from final
