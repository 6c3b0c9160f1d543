{#- tax_amount: SQL money. The part of the prices that is tax: all of tax_amount with var prices_include_tax, else 0. -#}
{% macro tax_in_prices(tax_amount) -%}
    {%- if var('prices_include_tax') -%}coalesce({{ tax_amount }}, 0){%- else -%}0{%- endif -%}
{%- endmacro %}

{#- revenue, tax_amount: SQL money of an order. The part of its payment that is revenue: a refund gives back the tax within the
    prices, too, which never was revenue. 1 where there is nothing to divide by. -#}
{% macro untaxed_share(revenue, tax_amount) -%}
    coalesce({{ ratio(revenue, revenue ~ ' + ' ~ tax_in_prices(tax_amount)) }}, 1)
{%- endmacro %}
