{% macro gauss_legendre() %}
    {{ return([
        ['0.0052995325041750307e0', '0.013576229705877088e0'],
        ['0.0277124884633837e0', '0.031126761969323728e0'],
        ['0.067184398806084122e0', '0.047579255841246303e0'],
        ['0.1222977958224985e0', '0.062314485627767036e0'],
        ['0.19106187779867811e0', '0.074797994408288354e0'],
        ['0.27099161117138632e0', '0.084578259697501323e0'],
        ['0.35919822461037054e0', '0.09130170752246182e0'],
        ['0.45249374508118129e0', '0.09472530522753432e0'],
        ['0.54750625491881877e0', '0.09472530522753432e0'],
        ['0.64080177538962946e0', '0.09130170752246182e0'],
        ['0.72900838882861363e0', '0.084578259697501323e0'],
        ['0.80893812220132189e0', '0.074797994408288354e0'],
        ['0.87770220417750155e0', '0.062314485627767036e0'],
        ['0.93281560119391593e0', '0.047579255841246303e0'],
        ['0.9722875115366163e0', '0.031126761969323728e0'],
        ['0.99470046749582497e0', '0.013576229705877088e0'],
    ]) }}
{% endmacro %}

{#- In the term, <node>, <weight> and <number> stand for a node, its weight and its number from 1. -#}
{% macro sum_over_nodes(term) -%}
    {%- set terms = [] -%}
    {%- for node, weight in gauss_legendre() -%}
        {%- do terms.append(at_node(term, loop.index, node, weight)) -%}
    {%- endfor -%}
    ({{ terms | join(' + ') }})
{%- endmacro %}

{% macro at_nodes(columns) %}
    {%- set layer = {} -%}
    {%- for node, weight in gauss_legendre() -%}
        {%- set number = loop.index -%}
        {%- for name, term in columns.items() -%}
            {%- do layer.update({name ~ number: at_node(term, number, node, weight)}) -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ return(layer) }}
{% endmacro %}

{% macro at_node(term, number, node, weight) %}
    {{ return(term | replace('<number>', number) | replace('<node>', node) | replace('<weight>', weight)) }}
{% endmacro %}
