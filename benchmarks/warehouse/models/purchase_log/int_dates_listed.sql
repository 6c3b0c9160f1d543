-- a log is valued once, as of its end
select
    {{ valued_now() }} as valued_at,
    as_of_date as valued_on,
    true as is_rebuilt
from {{ ref('int_run_context') }}
