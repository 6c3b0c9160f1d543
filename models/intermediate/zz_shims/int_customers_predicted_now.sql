with models as (
    select * from {{ ref('int_purchase_models_chosen') }} where is_as_of and is_chosen
),

histories as (
    select histories.*
    from {{ ref('int_customer_histories_counted') }} as histories
    inner join {{ ref('int_cutoffs_listed') }} as cutoffs
        on histories.cutoff_date = cutoffs.cutoff_date
    where cutoffs.is_as_of
),

expected as (
    select * from {{ ref('int_occasions_expected') }}
),

statuses as (
    select * from {{ ref('int_model_statuses_found') }}
),

scored as (
    select
        histories.*,
        models.model_name as purchase_model,
        statuses.model_status,
        {{ probability_alive(
            'histories.x', 'histories.t_x', 'histories.age', 'models.r', 'models.alpha', 'models.a', 'models.b', 'models.is_mbg'
        ) }} as probability_alive,
        {{ expected_value('histories.x', 'histories.mean_repeat_value', 'models.p', 'models.q', 'models.gamma') }}
            as expected_order_value,
        {{ days_to_next_occasion('0.5', 'models.r', 'models.alpha', 'histories.x', 'histories.age') }} as median_gap_days,
        -- as expected at the last purchase: silence since then must not make it longer. A first purchase tells nothing of gaps
        case
            when histories.x > 0
                then {{ days_to_next_occasion('0.2', 'models.r', 'models.alpha', 'histories.x', 'histories.t_x') }}
        end as long_gap_days
    from histories
    cross join statuses
    left join models
        on histories.cutoff_date = models.cutoff_date
),

final as (
    select
        scored.customer_id,
        scored.cutoff_date as as_of_date,
        scored.x,
        scored.t_x,
        scored.age,
        scored.mean_repeat_value,
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
        scored.median_gap_days,
        scored.long_gap_days
    from scored
    left join expected
        on
            scored.x = expected.x
            and scored.age = expected.age
)

select * from final
