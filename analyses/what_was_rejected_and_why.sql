-- Which delivered rows were not counted, and why? The most frequent reasons first, with one of the rows as it was delivered.
select
    source_name,
    reason,
    count(*) as rejected_rows,
    count(distinct delivered_in) as deliveries,
    min(delivered_in) as first_delivery,
    min(raw_record) as an_example
from {{ ref('fct_rejected_records') }}
group by source_name, reason
order by rejected_rows desc, source_name asc, reason asc
