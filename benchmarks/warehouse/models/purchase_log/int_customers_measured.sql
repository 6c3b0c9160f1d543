with by_day as (
    select
        customer_id,
        cast(ordered_at as date) as occasion_date,
        sum(cast(net_revenue as {{ type_money() }})) as net_revenue
    from read_parquet('{{ env_var("CLV_BENCHMARK_LOG") }}')
    group by customer_id, cast(ordered_at as date)
),

numbered as (
    select
        *,
        row_number() over (partition by customer_id order by occasion_date) as occasion_number
    from by_day
),

dated as (
    select
        *,
        cast(occasion_date - min(occasion_date) over (partition by customer_id) as {{ type_double() }}) as occasion_days
    from numbered
),

summed as (
    select
        customer_id,
        count(*) as purchase_occasions,
        min(occasion_date) as first_occasion_date,
        max(occasion_date) as last_occasion_date,
        sum(net_revenue) as occasion_value,
        sum(case when occasion_number = 1 then cast(net_revenue as {{ type_double() }}) end) as first_value,
        sum(power(cast(net_revenue as {{ type_double() }}), 2)) as squared_values,
        count(case when net_revenue > 0 then 1 end) as log_occasions,
        sum(case when net_revenue > 0 then ln(net_revenue) end) as log_values,
        sum(case when net_revenue > 0 then power(ln(net_revenue), 2) end) as squared_logs,
        sum(case when occasion_number = 1 and net_revenue > 0 then ln(net_revenue) end) as first_log_value,
        sum(case when net_revenue > 0 then occasion_days end) as log_days,
        sum(case when net_revenue > 0 then power(occasion_days, 2) end) as squared_log_days,
        sum(case when net_revenue > 0 then ln(net_revenue) * occasion_days end) as aged_logs,
        sum(net_revenue * occasion_days) as aged_values,
        sum(case when occasion_number > 1 then net_revenue end) as repeat_value
    from dated
    group by customer_id
)

-- a log is valued once, as of its end
select
    {{ valued_now() }} as valued_at,
    customer_id,
    last_occasion_date,
    cast(purchase_occasions - 1 as {{ type_double() }}) as x,
    {{ weeks_between('first_occasion_date', 'last_occasion_date') }} as t_x,
    {{ weeks_between('first_occasion_date', "cast('" ~ env_var('CLV_BENCHMARK_AS_OF') ~ "' as date)") }} as age,
    {{ dbt.datediff('first_occasion_date', "cast('" ~ env_var('CLV_BENCHMARK_AS_OF') ~ "' as date)", 'day') }} as age_days,
    {{ ratio('repeat_value', 'purchase_occasions - 1') }} as mean_repeat_value,
    {{ ratio('occasion_value', 'purchase_occasions') }} as mean_value,
    first_value,
    squared_values,
    log_occasions,
    log_values,
    squared_logs,
    first_log_value,
    log_days,
    squared_log_days,
    aged_logs,
    aged_values
from summed
