-- Did the campaign pay? From fct_campaign_uplifts: what treated customers brought beyond the control group, what that cost,
-- and whether it can be told from chance.
select
    campaign,
    variant,
    value_tier,
    customers,
    uplift,
    uplift_low,
    uplift_high,
    cost,
    roi,
    reactivation_rate,
    control_reactivation_rate,
    case
        when not is_reliable then 'too few customers'
        when uplift_low * customers > cost then 'paid'
        when uplift_high * customers < cost then 'did not pay'
        when uplift is not null then 'not decided'
        else 'no control group'
    end as answer
from {{ ref('fct_campaign_uplifts') }}
order by campaign asc, variant asc, customers desc
