{{ config(severity='warn') }}
-- A failure means that a channel or campaign is written in several ways, which differ in case or blanks alone. They are
-- taken for one.
with names as (
    select * from {{ ref('int_names_shown') }}
)

select
    'The ' || name_kind || ' "' || shown_name || '" is also written "' || other_name || '"'
    || case when spellings > 2 then ' and in ' || (spellings - 2) || ' more ways' else '' end
    || ' (' || otherwise_written_rows || ' of ' || written_rows || ' rows): they are taken for one.' as sentence
from names
where spellings > 1
order by name_kind, name_key
