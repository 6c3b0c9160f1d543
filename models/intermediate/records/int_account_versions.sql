{{ config(materialized='incremental', incremental_strategy='delete+insert', unique_key='record_key') }}

with records as (
    {{ records_to_judge('customers', [
        'customer_id', 'email', 'phone', 'first_name', 'last_name', 'birth_date', 'country', 'acquisition_channel', 'acquisition_campaign',
        'created_at', 'loyalty_joined_at',
    ]) }}
),

final as (
    {{ record_versions('records') }}
)

select * from final
