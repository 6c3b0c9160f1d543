{{ config(materialized='view') }}
select * from {{ ref('int_customer_days_summed') }} where valued_at = {{ valued_now() }} and customer_id not in (select source_customer_id from {{ ref('int_revised_customers') }})
