{{ config(materialized='incremental', incremental_strategy='delete+insert', unique_key='record_key') }}

with records as (
    {{ records_to_judge('touchpoints', ['customer_id', 'channel', 'campaign', 'touched_at'], event='touched_at') }}
),

final as (
    {{ record_versions('records') }}
)

select * from final
