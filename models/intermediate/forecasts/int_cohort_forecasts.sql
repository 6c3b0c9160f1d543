with months as (
    select * from {{ ref('int_months_ahead') }}
),

nodes as (
    select * from {{ ref('int_nodes_weighed') }} where is_elected and varied_parameter = 0 and valued_at = {{ valued_now() }}
),

timed as (
    select * from {{ ref('int_histories_timed') }} where valued_at = {{ valued_now() }}
),

predictions as (
    select * from {{ ref('int_customers_predicted') }} where valued_at = {{ valued_now() }}
),

valued as (
    select * from {{ ref('int_customers_valued') }} where valued_at = {{ valued_now() }}
),

customers as (
    select
        customer_id,
        cast(extract(year from cohort_month) as integer) as cohort_year
    from {{ ref('int_customers_known') }}
    where cohort_month is not null
),

levels as (
    select * from {{ ref('int_forecast_levels') }} where valued_at = {{ valued_now() }}
),

-- how many are still there, and what an occasion of theirs brings, of all with one history
histories as (
    select
        customers.cohort_year,
        timed.clock,
        timed.x,
        timed.age,
        {{ exact_sum('predictions.probability_alive') }} as alive,
        {{ exact_sum('predictions.probability_alive * predictions.expected_order_value') }} as alive_value,
        {{ exact_sum(
            'predictions.probability_alive * predictions.expected_order_value * valued.expected_margin_rate'
        ) }} as alive_margin
    from customers
    inner join timed
        on customers.customer_id = timed.customer_id
    inner join predictions
        on customers.customer_id = predictions.customer_id
    inner join valued
        on customers.customer_id = valued.customer_id
    group by customers.cohort_year, timed.clock, timed.x, timed.age
),

kinds as (
    select distinct
        clock,
        x,
        age
    from histories
),

{% for model in elected_purchase_models() %}
{{ model }}_evaluated as (
    select
        kinds.*,
        nodes.node,
        nodes.weight{% for column, term in purchase_model(model, 'future')(parameters_of(model, 'nodes'), 'kinds').items() %},
        {{ term }} as {{ column }}{% endfor %}
    from kinds
    inner join nodes
        on
            kinds.clock = nodes.clock
            and kinds.x = nodes.x
    where nodes.model_name = '{{ model }}'
),

{{ model }} as (
    select
        evaluated.clock,
        evaluated.x,
        evaluated.age,
        months.months_ahead,
        {{ exact_sum(
            'evaluated.weight * (' ~ purchase_model(model, 'expected_occasions')('months.weeks_ahead') ~ ')'
        ) }} as expected_occasions
    from {{ model }}_evaluated as evaluated
    inner join months
        on months.model_name = '{{ model }}'
    group by evaluated.clock, evaluated.x, evaluated.age, months.months_ahead
),

{% endfor %}
expected as (
    {% for model in elected_purchase_models() %}
    select * from {{ model }}
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

-- up to the end of each month
reached as (
    select
        histories.cohort_year,
        expected.months_ahead,
        {{ exact_sum('expected.expected_occasions * histories.alive') }} as orders,
        {{ exact_sum('expected.expected_occasions * histories.alive_value', 6) }} as net_revenue,
        {{ exact_sum('expected.expected_occasions * histories.alive_margin', 6) }} as gross_margin
    from histories
    inner join expected
        on
            histories.clock = expected.clock
            and histories.x = expected.x
            and histories.age = expected.age
    group by histories.cohort_year, expected.months_ahead
),

final as (
    select
        months.month,
        {% for column in ['orders', 'net_revenue', 'gross_margin'] %}
        levels.level_factor * greatest(
            reached.{{ column }} - coalesce(lag(reached.{{ column }}) over (
                partition by reached.cohort_year order by reached.months_ahead
            ), 0), 0
        ) as {{ column }},
        {% endfor %}
        months.months_ahead,
        reached.cohort_year
    from reached
    inner join months
        on reached.months_ahead = months.months_ahead
    cross join levels
)

select * from final
