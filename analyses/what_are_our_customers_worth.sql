-- What are all customers worth, and where does that value lie? Customer equity is what they will bring within the horizon, per
-- channel, country and lifecycle stage.
{% set segment_kinds = {'channel': 'acquisition_channel', 'country': 'country', 'lifecycle stage': 'lifecycle_stage'} %}
with valued as (
    select
        'company' as segment_kind,
        'all' as segment,
        predicted_clv,
        historical_clv
    from {{ ref('dim_customers') }}
    {% for segment_kind, column in segment_kinds.items() %}
    union all
    select '{{ segment_kind }}', coalesce({{ column }}, 'no purchase'), predicted_clv, historical_clv
    from {{ ref('dim_customers') }}
    {% endfor %}
)

select
    segment_kind,
    segment,
    count(*) as customers,
    sum(historical_clv) as historical_clv,
    sum(predicted_clv) as customer_equity,
    {{ ratio('sum(predicted_clv)', 'count(predicted_clv)') }} as mean_predicted_clv
from valued
group by segment_kind, segment
order by
    case when segment_kind = 'company' then 0 else 1 end asc,
    segment_kind asc,
    customer_equity desc nulls last,
    segment asc
