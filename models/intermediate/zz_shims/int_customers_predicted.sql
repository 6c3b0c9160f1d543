{{ config(materialized='table') }}
select {{ valued_now() }} as valued_at, customer_id, predicted_revenue, long_gap_days from {{ ref('int_customers_predicted_now') }}
union all
select histories.cutoff_date, histories.customer_id,
 {{ probability_alive(
            'histories.x', 'histories.t_x', 'histories.age', 'models.r', 'models.alpha', 'models.a', 'models.b', 'models.is_mbg'
        ) }} * expected.discounted_occasions
        * {{ expected_value('histories.x', 'histories.mean_repeat_value', 'models.p', 'models.q', 'models.gamma') }},
        case
            when histories.x > 0
                then {{ days_to_next_occasion('0.2', 'models.r', 'models.alpha', 'histories.x', 'histories.t_x') }}
        end
from {{ ref('int_customer_histories_counted') }} as histories
inner join (select * from {{ ref('int_purchase_models_chosen') }} where not is_as_of and is_chosen) as models
 on histories.cutoff_date = models.cutoff_date
 left join {{ ref('int_past_occasions_expected') }} as expected
        on
            histories.cutoff_date = expected.cutoff_date
            and histories.x = expected.x
            and histories.age = expected.age
