{% macro double_literal(number) %}{{ return((number | string) ~ ('' if 'e' in (number | string | lower) else 'e0')) }}{% endmacro %}
