select
    source_name,
    count(*) as deliveries,
    sum(delivered_rows) as delivered_rows,
    sum(accepted_rows) as accepted_rows,
    sum(rejected_rows) as rejected_rows,
    max(delivered_in) as latest_delivery
from fct_deliveries
group by source_name
order by source_name
