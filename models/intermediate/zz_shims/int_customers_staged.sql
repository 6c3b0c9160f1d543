{{ config(materialized='view') }}
select * from {{ ref('int_customers_placed') }} where valued_at = {{ valued_now() }}
