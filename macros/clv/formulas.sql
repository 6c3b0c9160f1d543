{#- CLV by formula. Rates are fractions per window of var kpi_window_months, money in reporting currency. -#}

{% macro annual_discount_rate() -%}
    cast({{ var('annual_discount_rate') }} as double precision)
{%- endmacro %}

{#- churn_rate: SQL, share of customers lost in a window. 1 / churn_rate windows, in years, at most var max_lifetime_years;
    that maximum too where nobody was lost; null where churn is unknown. -#}
{% macro lifetime_years(churn_rate) -%}
    case
        when {{ churn_rate }} is null then null
        when {{ churn_rate }} <= 0 then cast({{ var('max_lifetime_years') }} as double precision)
        else least({{ var('kpi_window_months') }} / 12.0 / {{ churn_rate }}, {{ var('max_lifetime_years') }})
    end
{%- endmacro %}

{#- churn_rate as above. True where the lifetime is cut to var max_lifetime_years. -#}
{% macro is_lifetime_capped(churn_rate) -%}
    coalesce({{ churn_rate }}, 1) * {{ var('max_lifetime_years') }} * 12 < {{ var('kpi_window_months') }}
{%- endmacro %}

{#- lost_customers, renewals: SQL counts. A subscriber's lifetime in months, 1 / churn per renewal, at most var max_lifetime_years, which
    it is where nobody was lost; null without a renewal. -#}
{% macro lifetime_months(lost_customers, renewals) -%}
    case
        when {{ lost_customers }} * {{ var('max_lifetime_years') }} * 12 >= {{ renewals }} then {{ ratio(renewals, lost_customers) }}
        when {{ renewals }} > 0 then {{ var('max_lifetime_years') }} * 12
    end
{%- endmacro %}

{#- Revenue or margin of a customer over the whole lifetime: order value x orders per window x margin rate x lifetime.
    margin_rate: 1 for revenue. lifetime_years as by the macro above. -#}
{% macro lifetime_value(order_value, frequency, margin_rate, lifetime_years) -%}
    {{ order_value }} * {{ frequency }} * {{ margin_rate }} * {{ lifetime_years }} * 12.0 / {{ var('kpi_window_months') }}
{%- endmacro %}

{#- Discounted value of a yearly margin m at retention r and discount rate d, all per year: m r / (1 + d - r).
    Source: Gupta & Lehmann (2003), Customers as assets, Journal of Interactive Marketing 17(1). -#}
{% macro discounted_value(yearly_margin, yearly_retention, discount_rate) -%}
    {{ yearly_margin }} * {{ yearly_retention }} / nullif(1 + {{ discount_rate }} - {{ yearly_retention }}, 0)
{%- endmacro %}

{#- rate: SQL, a share kept per window. The share kept per year. -#}
{% macro yearly_rate(rate) -%}
    power({{ rate }}, 12.0 / {{ var('kpi_window_months') }})
{%- endmacro %}
