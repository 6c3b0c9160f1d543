-- a log alone says nothing of who is late
select
    {{ valued_now() }} as valued_at,
    cast(null as {{ type_double() }}) as median_gap_days
