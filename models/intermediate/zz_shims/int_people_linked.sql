select cutoff_date as valued_at, source_customer_id, customer_id, identity_size from {{ ref('int_past_customers_linked') }}
union all select {{ valued_now() }}, source_customer_id, customer_id, identity_size from {{ ref('int_customers_resolved') }} where identity_size > 1
