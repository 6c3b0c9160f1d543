select
    cast('{{ env_var("CLV_BENCHMARK_AS_OF") }}' as date) as as_of_date,
    cast({{ var('annual_discount_rate') }} as {{ type_double() }}) as annual_discount_rate
