{% set horizons = {'_30d': '30d', '_90d': '90d', '_365d': '365d', '': var('horizon_months')} %}
with models as (
    select * from {{ ref('int_models_fitted') }} where is_elected
),

customers as (
    select * from {{ ref('int_customers_measured') }} where x is not null
),

histories as (
    select * from {{ ref('int_histories_timed') }}
),

expected as (
    select * from {{ ref('int_occasions_expected') }} where varied_parameter = 0
),

levels as (
    select * from {{ ref('int_forecast_levels') }}
),

order_values as (
    select * from {{ ref('int_order_values_expected') }}
),

timed as (
    select
        valued_at,
        {% for name, horizon in horizons.items() %}
        max(case when horizon = '{{ horizon }}' then weeks end) as weeks{{ name }},
        {% endfor %}
        clock
    from {{ ref('int_horizons_timed') }}
    group by valued_at, clock
),

-- the level corrects how often is bought: a horizon is as much longer
levelled as (
    select
        timed.*,
        levels.level_factor,
        -- how long a day of the clock is, over the year to come
        365 / 7e0 / timed.weeks_365d / levels.level_factor as length_of_day
    from timed
    inner join levels
        on timed.valued_at = levels.valued_at
),

scored as (
    select
        customers.valued_at,
        customers.customer_id,
        customers.last_occasion_date,
        histories.clock,
        histories.x,
        histories.age,
        levelled.level_factor,
        levelled.length_of_day,
        case when models.is_usable then models.model_name end as purchase_model,
        case
            when models.is_usable and order_values.spend_status = 'boundary' then 'boundary'
            when models.is_usable and order_values.spend_status <> 'converged' then 'spend_' || order_values.spend_status
            else coalesce(models.status, 'too_few_repeat_customers')
        end as model_status,
        order_values.spend_model,
        case when models.is_usable then {{ by_purchase_model('probability_alive', 'models', ['histories']) }} end
            as probability_alive,
        {% for name in horizons %}
        case
            when models.is_usable and levelled.weeks{{ name }} is not null
                then {{ by_purchase_model(
                    'probability_silent', 'models', ['histories', '(levelled.weeks' ~ name ~ ' * levelled.level_factor)']
                ) }}
        end as probability_silent{{ name }},
        {% endfor %}
        case when models.is_usable then order_values.expected_order_value end as expected_order_value,
        -- gaps are as expected at the last purchase: silence since then must not make them longer
        case
            when models.is_usable then {{ by_purchase_model('days_to_next', 'models', ['5e-1', 'histories.x', 'histories.t_x']) }}
        end as median_gap_days,
        -- a first purchase tells nothing of gaps
        case
            when models.is_usable and histories.x > 0
                then {{ by_purchase_model('days_to_next', 'models', ['2e-1', 'histories.x', 'histories.t_x']) }}
        end as long_gap_days
    from customers
    left join models
        on customers.valued_at = models.valued_at
    left join histories
        on
            customers.valued_at = histories.valued_at
            and models.clock = histories.clock
            and customers.customer_id = histories.customer_id
    left join levelled
        on
            customers.valued_at = levelled.valued_at
            and models.clock = levelled.clock
    left join order_values
        on
            customers.valued_at = order_values.valued_at
            and customers.customer_id = order_values.customer_id
),

final as (
    select
        scored.valued_at,
        scored.customer_id,
        scored.last_occasion_date,
        scored.purchase_model,
        scored.model_status,
        scored.spend_model,
        scored.probability_alive,
        {% for name in horizons %}
        scored.probability_alive * (1 - scored.probability_silent{{ name }}) as probability_of_order{{ name }},
        {% endfor %}
        {% set chance = 'scored.probability_alive * scored.level_factor' %}
        {{ chance }} * expected.expected_occasions_30d as expected_orders_30d,
        {{ chance }} * expected.expected_occasions_90d as expected_orders_90d,
        {{ chance }} * expected.expected_occasions_365d as expected_orders_365d,
        {{ chance }} * expected.expected_occasions as expected_orders,
        {{ chance }} * scored.level_factor * expected.expected_pairs_of_occasions as expected_pairs_of_orders,
        {{ chance }} * expected.discounted_occasions as discounted_orders,
        {% for age in clv_ages() %}
        {{ chance }} * expected.occasions_to_{{ age }}m * scored.expected_order_value as revenue_to_{{ age }}m,
        {% endfor %}
        scored.expected_order_value,
        {{ chance }} * expected.expected_occasions_365d * scored.expected_order_value as expected_revenue_365d,
        {{ chance }} * expected.discounted_occasions * scored.expected_order_value as predicted_revenue,
        scored.median_gap_days * scored.length_of_day as median_gap_days,
        scored.long_gap_days * scored.length_of_day as long_gap_days
    from scored
    left join expected
        on
            scored.valued_at = expected.valued_at
            and scored.x = expected.x
            and scored.age = expected.age
)

select * from final
