{% macro type_money() %}{{ return(type_exact(28, 4)) }}{% endmacro %}
