with cutoffs as (
    select distinct cutoff_date
    from {{ ref('int_backtests_listed') }}
),

customers as (
    select * from {{ ref('int_past_customers_measured') }}
),

occasions as (
    select
        cutoff_date,
        customer_id,
        order_date,
        occasion_value,
        occasion_margin,
        {{ dbt.datediff(
            'order_date', 'cutoff_date', 'month'
        ) }} as months_ago
    from ({{ occasions_known_at('cutoffs', 'cutoff_date') }}) as occasions
),

bases as (
    select
        cutoff_date,
        max(clv_basis) as clv_basis
    from customers
    group by cutoff_date
),

active as (
    select
        cutoff_date,
        customer_id,
        max(case when months_ago < {{ var('kpi_window_months') }} then 1 else 0 end) as is_active,
        max(
            case
                when months_ago >= {{ var('kpi_window_months') }} and months_ago < {{ 2 * var('kpi_window_months') }} then 1
                else 0
            end
        ) as was_active
    from occasions
    group by cutoff_date, customer_id
),

churn_rates as (
    select
        cutoff_date,
        {{ ratio('sum(was_active * (1 - is_active))', 'sum(was_active)') }} as churn_rate
    from active
    group by cutoff_date
),

margin_rates as (
    select
        cutoff_date,
        {{ ratio('sum(occasion_margin)', 'sum(case when occasion_margin is not null then occasion_value end)') }}
            as gross_margin_rate
    from occasions
    group by cutoff_date
),

final as (
    select
        cutoffs.cutoff_date,
        bases.clv_basis,
        margin_rates.gross_margin_rate,
        {{ lifetime_years('churn_rates.churn_rate') }} as lifetime_years
    from cutoffs
    inner join bases
        on cutoffs.cutoff_date = bases.cutoff_date
    left join margin_rates
        on cutoffs.cutoff_date = margin_rates.cutoff_date
    left join churn_rates
        on cutoffs.cutoff_date = churn_rates.cutoff_date
)

select * from final
