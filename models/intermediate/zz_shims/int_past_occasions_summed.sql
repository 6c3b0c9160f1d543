{{ config(materialized='view') }}
select valued_at as cutoff_date, * from {{ ref('int_customer_days_summed') }} where valued_at <> {{ valued_now() }} and valued_at in (select valued_at from {{ ref('int_dates_listed') }} where is_rebuilt)
