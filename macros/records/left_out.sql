{#- What is said of lines and refunds of an order that var raw_where leaves out. -#}
{% macro left_out_reason() -%}its order is left out by var raw_where{%- endmacro %}
