-- keys that name nothing: rows that were rejected for it, warnings of it, and orders of nobody
select
    source_name,
    regexp_replace(reason, ' on [0-9-]+$', '') as what,
    count(*) as number
from fct_rejected_records
where reason like 'no %with this%'
group by source_name, regexp_replace(reason, ' on [0-9-]+$', '')
union all
select
    'orders' as source_name,
    'no customer is known: they count as revenue, and as nobody''s' as what,
    count(*) as number
from fct_orders
where is_counted and customer_id is null
having count(*) > 0
order by number desc, source_name, what
