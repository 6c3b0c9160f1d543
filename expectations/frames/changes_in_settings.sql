-- One row per setting that figures depend on, as text.
with published as (
    select * from published.marts.dim_customers
),

candidate as (
    select * from candidate.marts.dim_customers
),

final as (
    select
        'reporting_currency' as setting,
        (select min(currency) from published) as published,
        (select min(currency) from candidate) as candidate
    union all
    select
        'clv_basis' as setting,
        (select min(clv_basis) from published) as published,
        (select min(clv_basis) from candidate) as candidate
    union all
    select
        'horizon_months' as setting,
        (select cast(min(horizon_months) as text) from published) as published,
        (select cast(min(horizon_months) as text) from candidate) as candidate
    union all
    select
        'annual_discount_rate' as setting,
        (select cast(min(annual_discount_rate) as text) from published) as published,
        (select cast(min(annual_discount_rate) as text) from candidate) as candidate
    union all
    select
        'as_of_date' as setting,
        (select cast(min(as_of_date) as text) from published) as published,
        (select cast(min(as_of_date) as text) from candidate) as candidate
)

select * from final
