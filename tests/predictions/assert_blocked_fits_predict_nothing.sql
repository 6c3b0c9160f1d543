-- A failure means that a customer has a prediction from a model that did not converge or had too little to go on, or has none
-- from one that did.
select
    customer_id,
    model_status,
    probability_alive,
    predicted_clv
from {{ ref('dim_customers') }}
where
    (model_status in ('converged', 'boundary') and (probability_alive is null or expected_orders_365d is null))
    or (model_status not in ('converged', 'boundary') and predicted_clv is not null)
    or (model_status in ('no_purchase', 'not_converged', 'too_few_repeat_customers') and probability_alive is not null)
