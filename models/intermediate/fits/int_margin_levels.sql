with customers as (
    select * from {{ ref('int_customers_measured') }}
),

-- over all orders where nobody's repeats tell
companies as (
    select
        valued_at,
        max(clv_basis) as clv_basis,
        coalesce(
            {{ ratio(exact_sum('repeat_margin', 4), exact_sum('case when repeat_margin is not null then repeat_value end', 4)) }},
            {{ ratio('sum(gross_margin)', 'sum(case when gross_margin is not null then net_revenue end)') }}
        ) as company_rate
    from customers
    group by valued_at
),

-- a rate of each repeat occasion
rated as (
    select
        valued_at,
        cast(count(*) as {{ type_double() }}) as customers,
        cast(sum(rate_occasions) as {{ type_double() }}) as occasions,
        cast(sum(rate_occasions * rate_occasions) as {{ type_double() }}) as squared_occasions,
        {{ exact_sum('rates', 9) }} as rates,
        {{ exact_sum('rates * rates / rate_occasions', 9) }} as squared_means,
        {{ exact_sum('greatest(squared_rates - rates * rates / rate_occasions, 0e0)', 9) }} as squared_deviations
    from customers
    where rate_occasions > 0
    group by valued_at
),

varied as (
    select
        *,
        rates / occasions as mean_rate,
        squared_deviations / nullif(occasions - customers, 0) as variance_within
    from rated
),

-- unbiased for groups of unequal size: Bühlmann & Gisler (2005), A course in credibility theory, section 4.8
final as (
    select
        companies.valued_at,
        companies.clv_basis,
        {{ settled('greatest(least(companies.company_rate, 1e0), -1e0)', 9) }} as company_rate,
        varied.mean_rate,
        varied.variance_within,
        greatest(
            (varied.squared_means - varied.rates * varied.mean_rate - (varied.customers - 1) * varied.variance_within)
            / nullif(varied.occasions - varied.squared_occasions / varied.occasions, 0), 0e0
        ) as variance_between
    from companies
    left join varied
        on companies.valued_at = varied.valued_at
)

select * from final
