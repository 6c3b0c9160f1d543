with source as (
    select * from {{ source('raw', 'inventory_periods') }}
),

read as {{ fenced() }} (
    select
        *,
        {{ read_money('opening_inventory') }} as opening_inventory_read,
        {{ read_money('purchases') }} as purchases_read,
        {{ read_money('closing_inventory') }} as closing_inventory_read,
        {{ read_date('period_start') }} as period_start_read,
        {{ read_date('period_end') }} as period_end_read
    from source
),

renamed as (
    select
        -- text
        upper(currency) as currency,
        -- numbers
        opening_inventory_read as opening_inventory,
        purchases_read as purchases,
        closing_inventory_read as closing_inventory,
        -- dates
        period_start_read as period_start,
        period_end_read as period_end,
        -- the delivered record
        {{ record_key(['period_start_read', 'period_end_read']) }} as record_key,
        {{ start_of_reporting_date('period_end_read') }} as known_at,
        cast(null as timestamp) as version_written_at,
        delivered_in,
        delivered_row,
        delivered_row as version_row,
        {{ rejection_reason(
            required=['period_start', 'period_end', 'opening_inventory', 'purchases', 'closing_inventory'],
            numbers=['opening_inventory', 'purchases', 'closing_inventory'],
            money=['opening_inventory', 'purchases', 'closing_inventory'],
            timestamps=['period_start', 'period_end'],
            rules={
                'period_end lies before period_start': 'period_end_read < period_start_read',
                'closing_inventory is more than opening_inventory plus purchases':
                    'closing_inventory_read > opening_inventory_read + purchases_read',
            }
        ) }} as rejection_reason,
        raw_record
    from read
)

select * from renamed
