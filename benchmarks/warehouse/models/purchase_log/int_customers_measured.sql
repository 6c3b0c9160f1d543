with by_day as (
    select
        customer_id,
        cast(ordered_at as date) as occasion_date,
        sum(cast(net_revenue as {{ type_money() }})) as net_revenue,
        row_number() over (partition by customer_id order by cast(ordered_at as date)) as occasion_number
    from read_parquet('{{ env_var("CLV_BENCHMARK_LOG") }}')
    group by customer_id, cast(ordered_at as date)
)

select
    {{ valued_now() }} as valued_at,
    customer_id,
    count(*) as purchase_occasions,
    min(occasion_date) as first_occasion_date,
    max(occasion_date) as last_occasion_date,
    cast(sum(net_revenue) as {{ type_money() }}) as occasion_value,
    cast(sum(case when occasion_number = 1 then net_revenue end) as {{ type_money() }}) as first_occasion_value
from by_day
group by customer_id
