-- a log is valued once, as of its end
select
    {{ valued_now() }} as valued_at,
    cast('{{ env_var("CLV_BENCHMARK_AS_OF") }}' as date) as valued_on,
    true as is_rebuilt
