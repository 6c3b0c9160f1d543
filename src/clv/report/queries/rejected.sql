-- "no exchange rate for EUR on 2025-06-30": the day makes no reason of its own
select
    source_name,
    regexp_replace(reason, ' on [0-9-]+$', '') as reason,
    count(*) as rejected_rows
from fct_rejected_records
group by source_name, regexp_replace(reason, ' on [0-9-]+$', '')
order by count(*) desc, source_name, reason
