select
    segment_kind,
    segment,
    respondents,
    response_rate,
    nps,
    nps_low,
    nps_high,
    is_reliable
from fct_segment_loyalty
where segment_kind in ('company', 'tier', 'channel') and respondents > 0
order by segment_kind = 'company' desc, segment_kind = 'tier' desc, respondents desc, segment
limit 25
