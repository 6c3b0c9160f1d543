-- A failure means that rows of a delivery were lost or counted twice between the raw data and the marts.
select *
from {{ ref('fct_deliveries') }}
where
    delivered_rows
    <> accepted_rows + rejected_rows + superseded_rows + merged_rows + withdrawn_rows + not_yet_known_rows + filtered_rows
    + forgotten_rows
