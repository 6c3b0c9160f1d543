{% macro with_exchange_rate(records, day) %}
    select
        in_currency.*,
        case
            when in_currency.source_currency = {{ reporting_currency() }} then 1
            else exchange_rates.exchange_rate
        end as exchange_rate
    from (
        select
            *,
            coalesce(currency, {{ reporting_currency() }}) as source_currency
        from {{ records }}
    ) as in_currency
    left join {{ ref('int_exchange_rates_filled') }} as exchange_rates
        on
            in_currency.source_currency = exchange_rates.currency
            and in_currency.{{ day }} = exchange_rates.rate_date
{% endmacro %}
