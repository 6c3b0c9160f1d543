{{ config(materialized='view') }}
select valued_at as cutoff_date, {{ month_of('valued_at') }} as month, * from {{ ref('int_customers_measured') }} where valued_at <> {{ valued_now() }}
