with backtests as (
    select * from {{ ref('int_backtests_listed') }}
),

histories as (
    select * from {{ ref('int_customer_histories_counted') }}
),

companies as (
    select * from {{ ref('int_backtest_companies_measured') }}
),

horizons as (
    select distinct horizon_date
    from backtests
),

-- as known at the horizon, so that what was found out later doesn't move a backtest
occasions as (
    select
        horizon_date,
        customer_id,
        order_date as occasion_date,
        occasion_value as net_revenue,
        occasion_margin as gross_margin
    from ({{ occasions_known_at('horizons', 'horizon_date') }}) as past_occasions
    union all
    select
        run_context.as_of_date as horizon_date,
        occasions.customer_id,
        occasions.occasion_date,
        occasions.net_revenue,
        occasions.gross_margin
    from {{ ref('int_purchase_occasions') }} as occasions
    cross join {{ ref('int_run_context') }} as run_context
),

bought as (
    select
        backtests.cutoff_date,
        backtests.horizon_days,
        occasions.customer_id,
        count(*) as orders,
        {{ complete_sum(
            "case when companies.clv_basis = 'margin' then occasions.gross_margin else occasions.net_revenue end"
        ) }} as margin
    from backtests
    inner join companies
        on backtests.cutoff_date = companies.cutoff_date
    inner join occasions
        on
            backtests.horizon_date = occasions.horizon_date
            and backtests.cutoff_date < occasions.occasion_date
    group by backtests.cutoff_date, backtests.horizon_days, occasions.customer_id
),

final as (
    select
        backtests.cutoff_date,
        backtests.horizon_days,
        histories.customer_id,
        histories.x,
        histories.t_x,
        histories.age,
        histories.mean_repeat_value,
        histories.mean_value,
        cast(coalesce(bought.orders, 0) as double precision) as actual_orders,
        case when bought.customer_id is null then 0 else bought.margin end as actual_margin
    from backtests
    inner join histories
        on backtests.cutoff_date = histories.cutoff_date
    left join bought
        on
            backtests.cutoff_date = bought.cutoff_date
            and backtests.horizon_days = bought.horizon_days
            and histories.customer_id = bought.customer_id
)

select * from final
