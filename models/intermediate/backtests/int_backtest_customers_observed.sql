with backtests as (
    select * from {{ ref('int_backtests_listed') }}
),

histories as (
    select * from {{ ref('int_customer_histories_counted') }}
),

occasions as (
    select * from {{ ref('int_purchase_occasions') }}
),

basis as (
    select max(clv_basis) as clv_basis
    from {{ ref('int_customers_measured') }}
),

bought as (
    select
        backtests.cutoff_date,
        backtests.horizon_days,
        occasions.customer_id,
        count(*) as orders,
        {{ complete_sum("case when basis.clv_basis = 'margin' then occasions.gross_margin else occasions.net_revenue end") }}
            as margin
    from occasions
    inner join backtests
        on
            occasions.occasion_date > backtests.cutoff_date
            and occasions.occasion_date <= backtests.horizon_date
    cross join basis
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
