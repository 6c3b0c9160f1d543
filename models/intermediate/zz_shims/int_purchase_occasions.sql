{{ config(materialized='view') }}
select customer_id, order_date as occasion_date, month as occasion_month, purchase_occasions as occasion_number, days_since_previous, orders, occasion_value as net_revenue, occasion_margin as gross_margin from {{ ref('int_customer_days_summed') }} where valued_at = {{ valued_now() }} and orders > 0
