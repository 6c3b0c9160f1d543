{#- One order says little about the next, and none is expected to lose more than it brings. -#}
{% macro expected_margin_rate(customers, company_rate, company_order_value) -%}
    {%- set pooled = ratio(
        customers ~ '.gross_margin + ' ~ company_rate ~ ' * ' ~ company_order_value, customers ~ '.net_revenue + ' ~ company_order_value
    ) -%}
    case
        when {{ customers }}.clv_basis = 'revenue' then 1
        when {{ customers }}.gross_margin is null or {{ customers }}.net_revenue < 0 or {{ pooled }} is null then {{ company_rate }}
        when {{ pooled }} < -1 then -1
        else {{ pooled }}
    end
{%- endmacro %}
