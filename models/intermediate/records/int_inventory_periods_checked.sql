with periods as (
    {{ current_records(ref('stg_shop__inventory_periods')) }}
),

exchange_rates as (
    select * from {{ ref('int_exchange_rates_filled') }}
),

in_currency as (
    select
        periods.*,
        coalesce(periods.currency, {{ reporting_currency() }}) as source_currency,
        {{ reporting_currency() }} as reporting_currency
    from periods
),

rated as (
    select
        in_currency.*,
        case
            when in_currency.source_currency = in_currency.reporting_currency then 1
            else exchange_rates.exchange_rate
        end as exchange_rate
    from in_currency
    left join exchange_rates
        on
            in_currency.source_currency = exchange_rates.currency
            and in_currency.period_end = exchange_rates.rate_date
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
