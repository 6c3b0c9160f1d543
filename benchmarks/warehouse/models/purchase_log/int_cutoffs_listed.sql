-- a log is valued once, as of its end
select
    as_of_date as cutoff_date,
    true as is_as_of
from {{ ref('int_run_context') }}
