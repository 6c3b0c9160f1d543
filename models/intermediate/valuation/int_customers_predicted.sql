with models as (
    select * from {{ ref('int_models_fitted') }} where is_elected
),

histories as (
    select * from {{ ref(timed_histories()) }} where x is not null
),

{% if has_clock() %}
-- how long a day of the clock is, over the year to come
years as (
    select
        valued_at,
        365 / 7e0 / weeks as length_of_day
    from {{ ref('int_horizons_timed') }}
    where horizon = '365d'
),

{% endif %}

expected as (
    select * from {{ ref('int_occasions_expected') }} where varied_parameter = 0
),

scored as (
    select
        histories.valued_at,
        histories.customer_id,
        histories.x,
        histories.age,
        histories.last_occasion_date,
        case when models.is_usable then models.model_name end as purchase_model,
        coalesce(models.model_status, 'too_few_repeat_customers') as model_status,
        case when models.is_usable then {{ by_purchase_model('probability_alive', 'models', ['histories']) }} end
            as probability_alive,
        case
            when models.is_usable
                then {{ expected_value('histories.x', 'histories.mean_repeat_value', 'models.p', 'models.q', 'models.gamma') }}
        end as expected_order_value,
        case
            when models.is_usable then {{ by_purchase_model('days_to_next', 'models', ['5e-1', 'histories.x', 'histories.age']) }}
        end as median_gap_days,
        -- as expected at the last purchase: silence since then must not make it longer. A first purchase tells nothing of gaps
        case
            when models.is_usable and histories.x > 0
                then {{ by_purchase_model('days_to_next', 'models', ['2e-1', 'histories.x', 'histories.t_x']) }}
        end as long_gap_days
    from histories
    left join models
        on histories.valued_at = models.valued_at
),

final as (
    select
        scored.valued_at,
        scored.customer_id,
        scored.last_occasion_date,
        scored.purchase_model,
        scored.model_status,
        scored.probability_alive,
        scored.probability_alive * expected.expected_occasions_30d as expected_orders_30d,
        scored.probability_alive * expected.expected_occasions_90d as expected_orders_90d,
        scored.probability_alive * expected.expected_occasions_365d as expected_orders_365d,
        scored.probability_alive * expected.expected_occasions as expected_orders,
        scored.probability_alive * expected.expected_pairs_of_occasions as expected_pairs_of_orders,
        scored.probability_alive * expected.discounted_occasions as discounted_orders,
        scored.expected_order_value,
        scored.probability_alive * expected.expected_occasions_365d * scored.expected_order_value as expected_revenue_365d,
        scored.probability_alive * expected.discounted_occasions * scored.expected_order_value as predicted_revenue,
        {% if has_clock() %}
        scored.median_gap_days * years.length_of_day as median_gap_days,
        scored.long_gap_days * years.length_of_day as long_gap_days
        {% else %}
        scored.median_gap_days,
        scored.long_gap_days
        {% endif %}
    from scored
    {% if has_clock() %}
    left join years
        on scored.valued_at = years.valued_at
    {% endif %}
    left join expected
        on
            scored.valued_at = expected.valued_at
            and scored.x = expected.x
            and scored.age = expected.age
)

select * from final
