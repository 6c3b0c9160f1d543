-- known whenever they were delivered: the as-of date is found with their help
with versions as (
    select
        *,
        rank() over (partition by record_key order by delivered_in desc, version_row desc) as version_rank
    from {{ ref('stg_shop__exchange_rates') }}
    where rejection_reason is null
),

rates as (
    select * from versions
    where version_rank = 1
),

days as (
    select generated_number - 1 as age_days
    from ({{ dbt.generate_series(var('max_exchange_rate_age_days') + 1) }}) as numbers
),

bounded as (
    select
        currency,
        rate_date,
        rate,
        lead(rate_date) over (partition by currency order by rate_date) as next_rate_date
    from rates
),

-- a rate also serves the days after it that have none, up to var max_exchange_rate_age_days
filled as (
    select
        bounded.currency,
        bounded.rate as exchange_rate,
        cast({{ dbt.dateadd('day', 'days.age_days', 'bounded.rate_date') }} as date) as rate_date,
        bounded.next_rate_date
    from bounded
    cross join days
),

final as (
    select
        currency,
        rate_date,
        exchange_rate
    from filled
    where next_rate_date is null or rate_date < next_rate_date
)

select * from final
