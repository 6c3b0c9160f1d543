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

-- how long a day of the clock is, over the year to come
years as (
    select
        valued_at,
        clock,
        365 / 7e0 / weeks as length_of_day
    from {{ ref('int_horizons_timed') }}
    where horizon = '365d'
),

scored as (
    select
        customers.valued_at,
        customers.customer_id,
        customers.last_occasion_date,
        histories.clock,
        histories.x,
        histories.age,
        case when models.is_usable then models.model_name end as purchase_model,
        coalesce(models.model_status, 'too_few_repeat_customers') as model_status,
        case when models.is_usable then {{ by_purchase_model('probability_alive', 'models', ['histories']) }} end
            as probability_alive,
        case
            when models.is_usable
                then {{ expected_value('customers.x', 'customers.mean_repeat_value', 'models.p', 'models.q', 'models.gamma') }}
        end as expected_order_value,
        case
            when models.is_usable then {{ by_purchase_model('days_to_next', 'models', ['5e-1', 'histories.x', 'histories.age']) }}
        end as median_gap_days,
        -- as expected at the last purchase: silence since then must not make it longer. A first purchase tells nothing of gaps
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
),

-- the level corrects how often is bought, whatever the horizon
levelled as (
    select
        scored.*,
        scored.probability_alive * levels.level_factor as chance,
        years.length_of_day / levels.level_factor as length_of_day,
        levels.level_factor
    from scored
    inner join levels
        on scored.valued_at = levels.valued_at
    left join years
        on
            scored.valued_at = years.valued_at
            and scored.clock = years.clock
),

final as (
    select
        levelled.valued_at,
        levelled.customer_id,
        levelled.last_occasion_date,
        levelled.purchase_model,
        levelled.model_status,
        levelled.probability_alive,
        levelled.chance * expected.expected_occasions_30d as expected_orders_30d,
        levelled.chance * expected.expected_occasions_90d as expected_orders_90d,
        levelled.chance * expected.expected_occasions_365d as expected_orders_365d,
        levelled.chance * expected.expected_occasions as expected_orders,
        levelled.chance * levelled.level_factor * expected.expected_pairs_of_occasions as expected_pairs_of_orders,
        levelled.chance * expected.discounted_occasions as discounted_orders,
        levelled.expected_order_value,
        levelled.chance * expected.expected_occasions_365d * levelled.expected_order_value as expected_revenue_365d,
        levelled.chance * expected.discounted_occasions * levelled.expected_order_value as predicted_revenue,
        levelled.median_gap_days * levelled.length_of_day as median_gap_days,
        levelled.long_gap_days * levelled.length_of_day as long_gap_days
    from levelled
    left join expected
        on
            levelled.valued_at = expected.valued_at
            and levelled.x = expected.x
            and levelled.age = expected.age
)

select * from final
