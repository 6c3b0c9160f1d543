{#- What the models of purchases are fitted from, and how. -#}

{#- first_day, last_day: SQL dates. The time between them in weeks, to the day. -#}
{% macro weeks_between(first_day, last_day) -%}
    cast({{ dbt.datediff(first_day, last_day, 'day') }} as double precision) / 7
{%- endmacro %}

{#- x: SQL number of repeat occasions. Numbers above 8 are put together by eighths of their logarithm, for a coarse search. -#}
{% macro count_bin(x) -%}
    case when {{ x }} <= 8 then {{ x }} else round(8 * exp((floor(8 * ln(greatest({{ x }}, 8) / 8)) + 0.5) / 8)) end
{%- endmacro %}

{#- Which purchase models var purchase_model lets compete, as rows of is_mbg. -#}
{% macro fitted_purchase_models() %}
    {{ return({'bg_nbd': [['0.0']], 'mbg_nbd': [['1.0']], 'auto': [['0.0'], ['1.0']]}[var('purchase_model')]) }}
{% endmacro %}

{#- Starting points as rows of r; alpha as a share of the one at which everybody's rate is the average; a; b. -#}
{% macro purchase_starts() %}
    {{ return([
        [0.3, 0.5, 0.1, '1.0'],
        [0.3, 0.5, '1.0', '4.0'],
        ['1.0', 0.7, 0.1, '1.0'],
        ['1.0', 0.7, '1.0', '4.0'],
        ['4.0', '1.0', 0.1, '1.0'],
        ['4.0', '1.0', '1.0', '4.0'],
        ['2.0', 0.2, 0.2, 0.1],
    ]) }}
{% endmacro %}

{#- is_mbg: SQL number. The name of the model. -#}
{% macro purchase_model_name(is_mbg) -%}
    case when {{ is_mbg }} = 1 then 'mbg_nbd' else 'bg_nbd' end
{%- endmacro %}

{% macro purchase_fit_id(cutoff_date, is_mbg) -%}
    cast({{ cutoff_date }} as {{ dbt.type_string() }}) || ' ' || {{ purchase_model_name(is_mbg) }}
{%- endmacro %}

{#- Starting points as rows of p and q. -#}
{% macro spend_starts() %}
    {{ return([['1.0', '2.0'], ['1.0', '6.0'], ['6.0', '2.0'], ['6.0', '6.0'], ['40.0', '2.0'], ['40.0', '6.0']]) }}
{% endmacro %}
