select cutoff_date as valued_at, customer_id from {{ ref('int_past_customers_known') }}
union all select distinct {{ valued_now() }}, customer_id from {{ ref('int_customers_resolved') }}
