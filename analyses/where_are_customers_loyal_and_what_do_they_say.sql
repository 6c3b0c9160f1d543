-- Where are customers loyal, and what do they say? From fct_segment_loyalty: the share in the loyalty programme, who answers,
-- and the Net Promoter Score with its interval.
select
    segment_kind,
    segment,
    customers,
    loyalty_share,
    response_rate,
    nps,
    nps_low,
    nps_high,
    is_reliable
from {{ ref('fct_segment_loyalty') }}
where segment_kind <> 'cohort'
order by segment_kind asc, customers desc
