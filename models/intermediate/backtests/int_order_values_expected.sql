{{ config(materialized='view') }}

with customers as (
    select * from {{ ref('int_customers_measured') }}
),

spend_models as (
    select * from {{ ref('int_spend_elected') }}
),

spending as (
    select * from {{ ref('int_spend_measured') }}
),

margins as (
    select * from {{ ref('int_margin_elected') }}
),

final as (
    select
        customers.valued_at,
        customers.customer_id,
        spend_models.spend_model,
        coalesce(spend_models.status, 'too_few_repeat_customers') as spend_status,
        case when spend_models.is_usable then {{ by_spend_model('expected_value', 'spend_models', 'spending') }} end
            as expected_order_value,
        {{ expected_margin_rate('margins.margin_model', 'margins', 'customers') }} as expected_margin_rate
    from customers
    left join spend_models
        on customers.valued_at = spend_models.valued_at
    left join spending
        on
            customers.valued_at = spending.valued_at
            and customers.customer_id = spending.customer_id
    left join margins
        on customers.valued_at = margins.valued_at
)

select * from final
