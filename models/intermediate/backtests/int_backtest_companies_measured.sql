with dates as (
    select distinct valued_at
    from {{ ref('int_backtests_listed') }}
),

customers as (
    select * from {{ ref('int_customers_measured') }}
),

occasions as (
    select
        *,
        {{ months_between('occasion_date', 'valued_at') }} as months_ago
    from {{ ref('int_occasions_known') }}
    where valued_at in (select dates.valued_at from dates)
),

bases as (
    select
        valued_at,
        max(clv_basis) as clv_basis
    from customers
    group by valued_at
),

active as (
    select
        valued_at,
        customer_id,
        max(case when months_ago < {{ var('kpi_window_months') }} then 1 else 0 end) as is_active,
        max(
            case
                when months_ago >= {{ var('kpi_window_months') }} and months_ago < {{ 2 * var('kpi_window_months') }} then 1
                else 0
            end
        ) as was_active
    from occasions
    group by valued_at, customer_id
),

churn_rates as (
    select
        valued_at,
        {{ ratio('sum(was_active * (1 - is_active))', 'sum(was_active)') }} as churn_rate
    from active
    group by valued_at
),

margin_rates as (
    select
        valued_at,
        {{ ratio('sum(occasion_margin)', 'sum(case when occasion_margin is not null then occasion_value end)') }}
            as gross_margin_rate
    from occasions
    group by valued_at
),

final as (
    select
        dates.valued_at,
        bases.clv_basis,
        margin_rates.gross_margin_rate,
        {{ lifetime_years('churn_rates.churn_rate') }} as lifetime_years
    from dates
    inner join bases
        on dates.valued_at = bases.valued_at
    left join margin_rates
        on dates.valued_at = margin_rates.valued_at
    left join churn_rates
        on dates.valued_at = churn_rates.valued_at
)

select * from final
