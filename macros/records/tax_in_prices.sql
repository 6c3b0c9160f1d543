{#- tax_amount: SQL money. The part of the prices that is tax: all of tax_amount with var prices_include_tax, else 0. -#}
{% macro tax_in_prices(tax_amount) -%}
    {%- if var('prices_include_tax') -%}coalesce({{ tax_amount }}, 0){%- else -%}0{%- endif -%}
{%- endmacro %}
