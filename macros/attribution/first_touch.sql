{#- All to the first touchpoint. -#}
{% macro share_by_first_touch(touch, decayed) -%}
    case when {{ touch }} >= 1 then 1 else 0 end
{%- endmacro %}
