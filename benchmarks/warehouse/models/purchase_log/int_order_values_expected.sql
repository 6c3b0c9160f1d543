-- spend by a model that is named, of net revenue
select
    spending.valued_at,
    spending.customer_id,
    spend_models.spend_model,
    spend_models.status as spend_status,
    {{ by_spend_model('expected_value', 'spend_models', 'spending') }} as expected_order_value,
    cast(1 as {{ type_double() }}) as expected_margin_rate
from {{ ref('int_spend_measured') }} as spending
inner join {{ ref('int_spend_fitted') }} as spend_models
    on spending.valued_at = spend_models.valued_at
where spend_models.is_usable and spend_models.spend_model = '{{ var("spend_model") }}'
