{#- All to the last touchpoint. -#}
{% macro share_by_last_touch(touch, decayed) -%}
    case when {{ touch }} >= touches then 1 else 0 end
{%- endmacro %}
