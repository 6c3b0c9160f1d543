-- a model that is named is not corrected
select
    {{ valued_now() }} as valued_at,
    cast(1 as {{ type_double() }}) as level_factor
