with source as (
    select * from {{ source('raw', 'campaign_members') }}
),

read as {{ fenced() }} (
    select
        *,
        {{ read_money('cost') }} as cost_read,
        {{ read_timestamp('assigned_at') }} as assigned_at_read
    from source
),

renamed as (
    select
        -- ids
        {{ known_customer('customer_id') }} as customer_id,
        -- text
        {{ name_key('campaign') }} as campaign,
        campaign as campaign_written,
        variant,
        -- numbers
        cost_read as cost,
        -- dates
        assigned_at_read as assigned_at,
        -- the delivered record: another variant is no correction of the first, it is a second assignment
        {{ record_key(['campaign', read_id('customer_id'), name_key('variant')]) }} as record_key,
        assigned_at_read as known_at,
        cast(null as timestamp) as version_written_at,
        delivered_in,
        delivered_row,
        delivered_row as version_row,
        {{ rejection_reason(
            required=['campaign', 'customer_id', 'assigned_at', 'variant'],
            numbers=['cost'],
            money=['cost'],
            currency=reporting_currency(),
            timestamps=['assigned_at'],
            event='assigned_at',
            rules={'cost is negative': 'cost_read < 0'}
        ) }} as rejection_reason,
        raw_record
    from read
)

select * from renamed
