{% macro annual_discount_rate() -%}
    cast({{ var('annual_discount_rate') }} as {{ type_double() }})
{%- endmacro %}

{% macro lifetime_years(churn_rate) -%}
    case
        when {{ churn_rate }} is null then null
        when {{ churn_rate }} <= 0 then cast({{ var('max_lifetime_years') }} as {{ type_double() }})
        else least({{ var('kpi_window_months') }} / 12e0 / {{ churn_rate }}, {{ var('max_lifetime_years') }})
    end
{%- endmacro %}

{% macro lifetime_months(lost_customers, renewals) -%}
    case
        when {{ lost_customers }} * {{ var('max_lifetime_years') }} * 12 >= {{ renewals }} then {{ ratio(renewals, lost_customers) }}
        when {{ renewals }} > 0 then {{ var('max_lifetime_years') }} * 12
    end
{%- endmacro %}

{% macro lifetime_value(order_value, frequency, margin_rate, lifetime_years) -%}
    {{ order_value }} * {{ frequency }} * {{ margin_rate }} * {{ lifetime_years }} * 12e0 / {{ var('kpi_window_months') }}
{%- endmacro %}
