{#- The same to each touchpoint. -#}
{% macro share_by_linear(touch, decayed) -%}
    {{ ratio(touch, 'touches') }}
{%- endmacro %}
