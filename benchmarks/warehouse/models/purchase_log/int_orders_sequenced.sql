select
    file_row_number as order_id,
    customer_id,
    cast(ordered_at as date) as order_date,
    cast(net_revenue as {{ type_money() }}) as net_revenue,
    true as is_counted_status,
    false as is_fully_refunded
from read_parquet('{{ env_var("CLV_BENCHMARK_LOG") }}', file_row_number = true)
