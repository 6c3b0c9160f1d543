-- a month of a subscription has no cost of its own: its rung of the cost ladder is the company's rate over goods of known cost
with company_rate as (
    select max(cogs_ratio) as cogs_ratio
    from {{ ref('int_company_rates_derived') }}
    where valued_at = {{ valued_now() }}
),

laddered as (
    select
        1 - coalesce(cogs_ratio, {{ assumed_cogs_ratio() }}) as margin_rate,
        case
            when cogs_ratio is not null then 'company_rate'
            when {{ assumed_cogs_ratio() }} is not null then 'assumed_margin'
            else 'unknown'
        end as margin_basis
    from company_rate
),

final as (
    select
        margin_rate,
        margin_basis,
        case when margin_rate is not null then 'margin' else 'revenue' end as clv_basis,
        coalesce(margin_rate, 1) as value_rate
    from laddered
)

select * from final
