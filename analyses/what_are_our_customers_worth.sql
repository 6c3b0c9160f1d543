-- What are all customers worth, and where does that value lie? Customer equity is what they will bring within the horizon, per channel,
-- country and lifecycle stage.
{% set attributes = {'channel': 'acquisition_channel', 'country': 'country', 'lifecycle stage': 'lifecycle_stage'} %}
with valued as (
    select
        'company' as attribute,
        'all' as attribute_value,
        predicted_clv,
        historical_clv
    from {{ ref('dim_customers') }}
    {% for attribute, column in attributes.items() %}
    union all
    select '{{ attribute }}', coalesce({{ column }}, 'no purchase'), predicted_clv, historical_clv
    from {{ ref('dim_customers') }}
    {% endfor %}
)

select
    attribute,
    attribute_value,
    count(*) as customers,
    sum(historical_clv) as historical_clv,
    sum(predicted_clv) as customer_equity,
    {{ ratio('sum(predicted_clv)', 'count(predicted_clv)') }} as mean_predicted_clv
from valued
group by attribute, attribute_value
order by case when attribute = 'company' then 0 else 1 end, attribute, customer_equity desc nulls last, attribute_value
