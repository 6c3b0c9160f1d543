{% set months = var('horizon_months') %}
{% set horizons = predicted_horizons() %}
with nodes as (
    select * from {{ ref('int_nodes_weighed') }} where is_elected
),

histories as (
    select
        valued_at,
        clock,
        x,
        age,
        max({{ months_of_age('age_days') }}) as age_months
    from {{ ref('int_histories_timed') }}
    group by valued_at, clock, x, age
),

timed as (
    select
        valued_at,
        {% for horizon in horizons %}
        max(case when horizon = '{{ horizon }}' then weeks end) as weeks_{{ horizon }},
        {% endfor %}
        clock
    from {{ ref('int_horizons_timed') }}
    group by valued_at, clock
),

{% for model in fitted_purchase_models() %}
{% set expected = purchase_model(model, 'expected_occasions') %}
{{ model }}_evaluated as {{ fenced() }} (
    select
        nodes.valued_at,
        nodes.varied_parameter,
        histories.x,
        histories.age,
        histories.age_months,
        nodes.node,
        nodes.weight,
        {% for column, term in purchase_model(model, 'future')(parameters_of(model, 'nodes'), 'histories').items() %}
        {{ term }} as {{ column }},
        {% endfor %}
        {% for horizon in horizons %}
        timed.weeks_{{ horizon }},
        {% endfor %}
        {{ annual_discount_rate() }} as annual_discount_rate
    from histories
    inner join nodes
        on
            histories.valued_at = nodes.valued_at
            and histories.clock = nodes.clock
            and histories.x = nodes.x
    inner join timed
        on
            nodes.valued_at = timed.valued_at
            and nodes.clock = timed.clock
    where nodes.model_name = '{{ model }}'
),

{{ model }}_reached as {{ fenced() }} (
    select
        valued_at,
        varied_parameter,
        x,
        age,
        age_months,
        weight,
        annual_discount_rate,
        {% for horizon in horizons %}
        {% set occasions = expected('weeks_' ~ horizon) %}
        {{ occasions if horizon == months else 'case when varied_parameter = 0 then ' ~ occasions ~ ' end' }}
            as occasions_{{ horizon }},
        {% endfor %}
        case when varied_parameter = 0 then {{ purchase_model(model, 'expected_pairs')('weeks_' ~ months) }} end as pairs
    from {{ model }}_evaluated
),

{{ model }} as {{ fenced() }} (
    select
        valued_at,
        varied_parameter,
        x,
        age,
        weight * occasions_{{ months }} as expected_occasions,
        weight * occasions_30d as expected_occasions_30d,
        weight * occasions_90d as expected_occasions_90d,
        weight * occasions_365d as expected_occasions_365d,
        weight * pairs as expected_pairs_of_occasions,
        {% for age in clv_ages() %}
        weight * {{ occasions_to_age(age, 'age_months', 'annual_discount_rate') }} as occasions_to_{{ age }}m,
        {% endfor %}
        weight * ({{ discounted_occasions(months, 'annual_discount_rate') }}) as discounted_occasions
    from {{ model }}_reached
),
{% endfor %}

weighed as (
    {% for model in fitted_purchase_models() %}
    select * from {{ model }}
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

final as (
    select
        valued_at,
        varied_parameter,
        x,
        age,
        {{ exact_sum('expected_occasions_30d') }} as expected_occasions_30d,
        {{ exact_sum('expected_occasions_90d') }} as expected_occasions_90d,
        {{ exact_sum('expected_occasions_365d') }} as expected_occasions_365d,
        {{ exact_sum('expected_occasions') }} as expected_occasions,
        {{ exact_sum('expected_pairs_of_occasions') }} as expected_pairs_of_occasions,
        {% for age in clv_ages() %}
        {{ exact_sum('occasions_to_' ~ age ~ 'm') }} as occasions_to_{{ age }}m,
        {% endfor %}
        {{ exact_sum('discounted_occasions') }} as discounted_occasions
    from weighed
    group by valued_at, varied_parameter, x, age
)

select * from final
