{{ config(materialized='view') }}
select valued_on as cutoff_date, month, known_before, valued_at = {{ valued_now() }} as is_as_of, is_backtested, fingerprint, is_rebuilt from {{ ref('int_dates_listed') }}
