{{ config(severity='warn') }}
-- A failure means that orders have a status that neither var counted_order_statuses nor var uncounted_order_statuses names:
-- they do not count, and nobody has said that they should not.
with statuses as (
    select * from {{ ref('fct_order_statuses') }}
)

select
    'Orders of status "' || status || '" do not count (' || orders || ', worth '
    || cast(cast(gross_item_revenue as {{ type_exact(28, 2) }}) as {{ dbt.type_string() }})
    || ' {{ var("reporting_currency") | upper }}):'
    || ' name it in var counted_order_statuses if it is a sale, else in uncounted_order_statuses.' as sentence
from statuses
where not is_known
order by gross_item_revenue desc, status asc
