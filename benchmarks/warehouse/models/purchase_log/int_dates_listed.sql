select
    {{ valued_now() }} as valued_at,
    false as is_backtested
