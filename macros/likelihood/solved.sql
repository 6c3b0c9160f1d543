{% macro solved(size, right_sides) %}
    {%- set layers = [] -%}
    {%- for pivot in range(1, size) -%}
        {%- do layers.append(eliminated(size, pivot, right_sides)) -%}
    {%- endfor -%}
    {%- for row in range(size, 0, -1) -%}
        {%- do layers.append(substituted(size, row, right_sides)) -%}
    {%- endfor -%}
    {{ return(layers) }}
{% endmacro %}

{% macro eliminated(size, pivot, right_sides) %}
    {%- set layer = {} -%}
    {%- for i in range(pivot + 1, size + 1) -%}
        {%- set share = ' - u' ~ (pivot - 1) ~ '_' ~ pivot ~ i ~ ' / ' ~ guarded_pivot(pivot) ~ ' * ' -%}
        {%- for j in range(i, size + 1) -%}
            {%- do layer.update({'u' ~ pivot ~ '_' ~ i ~ j: 'u' ~ (pivot - 1) ~ '_' ~ i ~ j ~ share ~ 'u' ~ (pivot - 1) ~ '_' ~ pivot ~ j}) -%}
        {%- endfor -%}
        {%- for side in right_sides -%}
            {%- do layer.update({side ~ pivot ~ '_' ~ i: side ~ (pivot - 1) ~ '_' ~ i ~ share ~ side ~ (pivot - 1) ~ '_' ~ pivot}) -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ return(layer) }}
{% endmacro %}

{% macro substituted(size, row, right_sides) %}
    {%- set layer = {} -%}
    {%- for side in right_sides -%}
        {%- set known = [] -%}
        {%- for j in range(row + 1, size + 1) -%}
            {%- do known.append(' - u' ~ (row - 1) ~ '_' ~ row ~ j ~ ' * ' ~ side ~ '_' ~ j) -%}
        {%- endfor -%}
        {%- do layer.update({side ~ '_' ~ row: '(' ~ side ~ (row - 1) ~ '_' ~ row ~ known | join ~ ') / ' ~ guarded_pivot(row)}) -%}
    {%- endfor -%}
    {{ return(layer) }}
{% endmacro %}

{% macro guarded_pivot(pivot) %}
    {{ return('greatest(abs(u' ~ (pivot - 1) ~ '_' ~ pivot ~ pivot ~ '), 1e-9)') }}
{% endmacro %}
