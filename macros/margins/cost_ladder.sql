{% macro cogs_by_ratio(revenue, inventory_ratio, company_rate) -%}
    {{ to_money(revenue ~ ' * coalesce(' ~ inventory_ratio ~ ', ' ~ company_rate ~ ', ' ~ assumed_cogs_ratio() ~ ')') }}
{%- endmacro %}
