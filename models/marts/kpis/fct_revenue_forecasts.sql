{% set measures = ['orders', 'net_revenue', 'gross_margin'] %}
with months as (
    select * from {{ ref('int_months_ahead') }}
),

run_context as (
    select * from {{ ref('int_run_context') }}
),

customers as (
    select
        customer_id,
        cast(cast(extract(year from cohort_month) as integer) as {{ dbt.type_string() }}) as cohort_year
    from {{ ref('int_customers_known') }}
    where cohort_month is not null
),

observed as (
    select
        customer_months.month,
        customers.cohort_year,
        cast(sum(customer_months.orders) as {{ type_double() }}) as orders,
        cast(sum(customer_months.net_revenue) as {{ type_double() }}) as net_revenue,
        cast({{ complete_sum('customer_months.gross_margin') }} as {{ type_double() }}) as gross_margin,
        1 as is_observed
    from customers
    inner join {{ ref('int_customer_months_summed') }} as customer_months
        on customers.customer_id = customer_months.customer_id
    group by customer_months.month, customers.cohort_year
),

-- the rest of the running month, and those after it
forecast as (
    select
        month,
        cast(cohort_year as {{ dbt.type_string() }}) as cohort_year,
        {{ measures | join(', ') }},
        0 as is_observed
    from {{ ref('int_cohort_forecasts') }}
    where months_ahead > 0 or orders > 0
    union all
    select
        month,
        'customers to come' as cohort_year,
        {{ measures | join(', ') }},
        0 as is_observed
    from {{ ref('int_newcomer_forecasts') }}
    where months_ahead > 0 or orders > 0
),

parts as (
    select * from observed
    union all
    select * from forecast
),

with_all as (
    select * from parts
    union all
    select
        month,
        'all' as cohort_year,
        {{ measures | join(', ') }},
        is_observed
    from parts
),

summed as (
    select
        month,
        cohort_year,
        min(is_observed) as is_observed,
        {% for measure in measures %}
        case when count({{ measure }}) = count(*) then sum({{ measure }}) end as {{ measure }},
        {% endfor %}
        sum(case when is_observed = 0 then orders else 0 end) as forecast_orders,
        sum(case when is_observed = 0 then net_revenue else 0 end) as forecast_revenue
    from with_all
    group by month, cohort_year
),

-- the running month is over on its last day alone
spread as (
    select
        summed.*,
        case
            when summed.is_observed = 0 then {{ interval_factor('spreads.log_variance', 'summed.forecast_orders') }}
        end as factor
    from summed
    left join months
        on summed.month = months.month
    left join {{ ref('int_forecast_spreads') }} as spreads
        on cast(ceil((months.months_ahead + 1) / 3e0) as integer) = spreads.horizon_quarters
),

final as (
    select
        spread.month,
        spread.cohort_year,
        spread.is_observed = 1 and (
            spread.month < run_context.as_of_month or run_context.as_of_date = {{ last_day_of('run_context.as_of_month') }}
        ) as is_observed,
        spread.orders,
        {{ to_money('spread.net_revenue') }} as net_revenue,
        {{ to_money('spread.gross_margin') }} as gross_margin,
        {{ to_money('spread.net_revenue - spread.forecast_revenue * (1 - 1 / spread.factor)') }} as net_revenue_low,
        {{ to_money('spread.net_revenue - spread.forecast_revenue * (1 - spread.factor)') }} as net_revenue_high
    from spread
    cross join run_context
)

select * from final
