with source as (
    select * from {{ source('raw', 'inventory_periods') }}
),

renamed as (
    select
        -- text
        upper(currency) as currency,
        -- numbers
        {{ read_money('opening_inventory') }} as opening_inventory,
        {{ read_money('purchases') }} as purchases,
        {{ read_money('closing_inventory') }} as closing_inventory,
        -- dates
        {{ read_date('period_start') }} as period_start,
        {{ read_date('period_end') }} as period_end,
        -- the delivered record
        {{ record_key([read_date('period_start'), read_date('period_end')]) }} as record_key,
        {{ read_timestamp('period_end') }} as known_at,
        cast(null as timestamp) as version_written_at,
        delivered_in,
        delivered_row,
        delivered_row as version_row,
        {{ rejection_reason(
            required=['period_start', 'period_end', 'opening_inventory', 'purchases', 'closing_inventory'],
            numbers=['opening_inventory', 'purchases', 'closing_inventory'],
            timestamps=['period_start', 'period_end'],
            rules={
                'period_end lies before period_start': '(' ~ read_date('period_end') ~ ') < (' ~ read_date('period_start') ~ ')',
                'closing_inventory is more than opening_inventory plus purchases':
                    '(' ~ read_number('closing_inventory') ~ ') > (' ~ read_number('opening_inventory') ~ ') + (' ~ read_number('purchases') ~ ')',
            }
        ) }} as rejection_reason,
        raw_record
    from source
)

select * from renamed
