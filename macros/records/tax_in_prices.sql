{% macro tax_in_prices(tax_amount) -%}
    {%- if var('prices_include_tax') -%}coalesce({{ tax_amount }}, 0){%- else -%}0{%- endif -%}
{%- endmacro %}

{#- A refund gives back the tax within the prices, too, which never was revenue. -#}
{% macro untaxed_share(revenue, tax_amount) -%}
    coalesce({{ ratio(revenue, revenue ~ ' + ' ~ tax_in_prices(tax_amount)) }}, 1)
{%- endmacro %}
