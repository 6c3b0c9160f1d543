with periods as (
    {{ current_records(ref('stg_shop__inventory_periods')) }}
),

rated as (
    {{ with_exchange_rate('periods', 'period_end') }}
),

final as (
    select
        opening_inventory,
        purchases,
        closing_inventory,
        period_start,
        period_end,
        source_currency,
        exchange_rate,
        true as is_known,
        delivered_in,
        delivered_row,
        case
            when exchange_rate is null then {{ missing_rate('source_currency', 'period_end') }}
        end as rejection_reason
    from rated
)

select * from final
