with backtests as (
    select * from {{ ref('int_backtests_listed') }}
),

customers as (
    select * from {{ ref('int_customers_measured') }} where x is not null
),

companies as (
    select * from {{ ref('int_backtest_companies_measured') }}
),

-- as known at the horizon, so that what was found out later doesn't move a backtest
occasions as (
    select * from {{ ref('int_occasions_known') }}
),

bought as (
    select
        backtests.valued_at,
        backtests.horizon_days,
        occasions.customer_id,
        count(*) as orders,
        cast(sum(occasions.occasion_value) as {{ type_double() }}) as revenue,
        {{ complete_sum(
            "case when companies.clv_basis = 'margin' then occasions.occasion_margin else occasions.occasion_value end"
        ) }} as margin
    from backtests
    inner join companies
        on backtests.valued_at = companies.valued_at
    inner join occasions
        on
            backtests.observed_at = occasions.valued_at
            and backtests.valued_at < occasions.occasion_date
    group by backtests.valued_at, backtests.horizon_days, occasions.customer_id
),

-- as known at the date
bought_a_year_before as (
    select
        backtests.valued_at,
        backtests.horizon_days,
        occasions.customer_id,
        count(*) as orders
    from backtests
    inner join occasions
        on
            backtests.valued_at = occasions.valued_at
            and occasions.occasion_date > {{ add_months('backtests.valued_on', '-12') }}
            and occasions.occasion_date <= {{ add_months('backtests.observed_on', '-12') }}
    group by backtests.valued_at, backtests.horizon_days, occasions.customer_id
),

final as (
    select
        backtests.valued_at,
        backtests.horizon_quarters,
        backtests.horizon_days,
        backtests.clock_weeks,
        backtests.observed_on,
        backtests.is_backtested,
        customers.customer_id,
        customers.x,
        customers.age_days,
        customers.mean_repeat_value,
        customers.mean_value,
        case
            when customers.first_occasion_date <= {{ add_months('backtests.valued_on', '-12') }}
                then cast(coalesce(bought_a_year_before.orders, 0) as {{ type_double() }})
        end as orders_a_year_before,
        cast(coalesce(bought.orders, 0) as {{ type_double() }}) as actual_orders,
        coalesce(bought.revenue, 0) as actual_revenue,
        case when bought.customer_id is null then 0 else bought.margin end as actual_margin
    from backtests
    inner join customers
        on backtests.valued_at = customers.valued_at
    left join bought
        on
            backtests.valued_at = bought.valued_at
            and backtests.horizon_days = bought.horizon_days
            and customers.customer_id = bought.customer_id
    left join bought_a_year_before
        on
            backtests.valued_at = bought_a_year_before.valued_at
            and backtests.horizon_days = bought_a_year_before.horizon_days
            and customers.customer_id = bought_a_year_before.customer_id
)

select * from final
