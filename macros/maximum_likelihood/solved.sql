{#- CTEs that end with solved_<name>: in every row of `system`, (h + damping) d = g is solved for the symmetric matrix h11, h12, …
    and the vector g1, g2, … by sweeping one pivot after the other. d then stands in the columns that `solution` names, the
    inverse matrix in those that `inverse` names. damping: SQL number, the share by which the diagonal is raised. A pivot that
    isn't positive is replaced by one that is, so that d points uphill.
    Source: Goodnight (1979), A tutorial on the SWEEP operator, The American Statistician 33(3). -#}
{% macro solved(likelihood, name, system, damping=0) -%}
    {%- set size = likelihood.parameters | length -%}
    swept_{{ name }}_0 as (
        select
            *,
            {%- for i in range(1, size + 1) %}
            {%- for j in range(i, size + 1) %}
            h{{ i }}{{ j }}{% if i == j %} + {{ damping }} * (abs(h{{ i }}{{ j }}) + 1e-4){% endif %} as m0_{{ i }}{{ j }},
            {%- endfor %}
            g{{ i }} as m0_{{ i }}{{ size + 1 }}{{ ',' if not loop.last }}
            {%- endfor %}
        from {{ system }}
    ),
    {%- for pivot in range(1, size + 1) %}
    {{ 'solved_' ~ name if loop.last else 'swept_' ~ name ~ '_' ~ pivot }} as (
        select
            *,
            {{ swept_elements(size, pivot) }}
        from (
            select
                *,
                case when abs({{ element(pivot - 1, pivot, pivot) }}) < 1e-9 then 1e-9 else abs({{ element(pivot - 1, pivot, pivot) }}) end
                    as pivot_{{ pivot }}
            from swept_{{ name }}_{{ pivot - 1 }}
        ) as pivoted
    ){{ ',' if not loop.last }}
    {%- endfor %}
{%- endmacro %}

{#- The elements of the bordered matrix of `size` rows after the sweep of `pivot`. -#}
{% macro swept_elements(size, pivot) -%}
    {%- for i in range(1, size + 1) -%}
    {%- for j in range(i, size + 2) -%}
    {%- if i == pivot and j == pivot -%}
    -1 / pivot_{{ pivot }}
    {%- elif i == pivot or j == pivot -%}
    {{ element(pivot - 1, i, j) }} / pivot_{{ pivot }}
    {%- else -%}
    {{ element(pivot - 1, i, j) }} - {{ element(pivot - 1, i, pivot) }} * {{ element(pivot - 1, pivot, j) }} / pivot_{{ pivot }}
    {%- endif %} as {{ element(pivot, i, j) }}
    {%- if not (i == size and j == size + 1) %},
            {% endif -%}
    {%- endfor -%}
    {%- endfor -%}
{%- endmacro %}

{#- The column of row i and column j of the symmetric matrix after the sweep of `pivot`. -#}
{% macro element(pivot, i, j) %}{{ return('m' ~ pivot ~ '_' ~ [i, j] | min ~ [i, j] | max) }}{% endmacro %}

{#- The column that holds parameter i of the solution. -#}
{% macro solution(likelihood, i) %}
    {{ return(element(likelihood.parameters | length, i, likelihood.parameters | length + 1)) }}
{% endmacro %}

{#- The SQL expression of row i and column j of the inverse matrix. -#}
{% macro inverse(likelihood, i, j) %}{{ return('-' ~ element(likelihood.parameters | length, i, j)) }}{% endmacro %}
