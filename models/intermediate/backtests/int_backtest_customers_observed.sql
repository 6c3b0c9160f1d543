with backtests as (
    select * from {{ ref('int_backtests_listed') }}
),

histories as (
    select * from {{ ref(timed_histories()) }} where x is not null
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
        cast(coalesce(bought.orders, 0) as {{ type_double() }}) as actual_orders,
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
