with spend as (
    {{ current_records(ref('stg_shop__marketing_spend')) }}
),

rated as (
    {{ with_exchange_rate('spend', 'spend_date') }}
),

final as (
    select
        channel,
        campaign,
        amount,
        spend_date,
        source_currency,
        exchange_rate,
        true as is_known,
        delivered_in,
        delivered_row,
        case
            when exchange_rate is null then {{ missing_rate('source_currency', 'spend_date') }}
        end as rejection_reason
    from rated
)

select * from final
