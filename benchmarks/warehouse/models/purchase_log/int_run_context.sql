select
    cast('{{ env_var("CLV_BENCHMARK_AS_OF") }}' as date) as as_of_date
