with backtests as (
    select * from {{ ref('int_backtests_listed') }}
),

histories as (
    select * from {{ ref('int_customer_histories_counted') }}
),

companies as (
    select * from {{ ref('int_backtest_companies_measured') }}
),

observed as (
    select distinct observed_at
    from backtests
),

-- as known at the horizon, so that what was found out later doesn't move a backtest
occasions as (
    select
        observed_at,
        customer_id,
        order_date as occasion_date,
        occasion_value as net_revenue,
        occasion_margin as gross_margin
    from ({{ occasions_known_at('observed', 'observed_at') }}) as past_occasions
    union all
    select
        {{ valued_now() }} as observed_at,
        customer_id,
        occasion_date,
        net_revenue,
        gross_margin
    from {{ ref('int_purchase_occasions') }}
),

bought as (
    select
        backtests.valued_at,
        backtests.horizon_days,
        occasions.customer_id,
        count(*) as orders,
        {{ complete_sum(
            "case when companies.clv_basis = 'margin' then occasions.gross_margin else occasions.net_revenue end"
        ) }} as margin
    from backtests
    inner join companies
        on backtests.valued_at = companies.valued_at
    inner join occasions
        on
            backtests.observed_at = occasions.observed_at
            and backtests.valued_at < occasions.occasion_date
    group by backtests.valued_at, backtests.horizon_days, occasions.customer_id
),

final as (
    select
        backtests.valued_at,
        backtests.horizon_days,
        backtests.horizon_weeks,
        histories.customer_id,
        histories.x,
        histories.t_x,
        histories.age,
        histories.age_days,
        histories.mean_repeat_value,
        histories.mean_value,
        cast(coalesce(bought.orders, 0) as double precision) as actual_orders,
        case when bought.customer_id is null then 0 else bought.margin end as actual_margin
    from backtests
    inner join histories
        on backtests.valued_at = histories.valued_at
    left join bought
        on
            backtests.valued_at = bought.valued_at
            and backtests.horizon_days = bought.horizon_days
            and histories.customer_id = bought.customer_id
)

select * from final
