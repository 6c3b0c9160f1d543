with by_day as (
    select
        customer_id,
        cast(ordered_at as date) as occasion_date,
        sum(cast(net_revenue as {{ type_money() }})) as net_revenue
    from read_parquet('{{ env_var("CLV_BENCHMARK_LOG") }}')
    group by customer_id, cast(ordered_at as date)
)

select
    customer_id,
    occasion_date,
    cast(row_number() over (partition by customer_id order by occasion_date) as integer) as occasion_number,
    {{ money_columns(['net_revenue']) }}
from by_day
