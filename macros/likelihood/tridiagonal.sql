{#- Cyclic reduction, all rows at once (Hockney & Jesshope 1981): each layer takes out the neighbours, at twice the distance of the last. -#}
{% macro tridiagonal_solved(name, source, partition, order, system, solved) -%}
    {%- set layers = [system] -%}
    {%- set window = ' over (partition by ' ~ partition ~ ' order by ' ~ order ~ ')' -%}
    {%- for doubling in range(7) -%}
        {%- set distance = 2 ** doubling -%}
        {%- set before = {} -%}
        {%- set after = {} -%}
        {%- for column in ['below', 'above', 'diagonal', 'right'] -%}
            {%- do before.update({column: 'lag(' ~ column ~ '_' ~ doubling ~ ', ' ~ distance ~ ')' ~ window}) -%}
            {%- do after.update({column: 'lead(' ~ column ~ '_' ~ doubling ~ ', ' ~ distance ~ ')' ~ window}) -%}
        {%- endfor -%}
        {%- do layers.append({
            'share_below_' ~ doubling: 'coalesce(below_' ~ doubling ~ ' / ' ~ before.diagonal ~ ', 0)',
            'share_above_' ~ doubling: 'coalesce(above_' ~ doubling ~ ' / ' ~ after.diagonal ~ ', 0)',
        }) -%}
        {%- do layers.append({
            'below_' ~ (doubling + 1): 'coalesce(-share_below_' ~ doubling ~ ' * ' ~ before.below ~ ', 0)',
            'above_' ~ (doubling + 1): 'coalesce(-share_above_' ~ doubling ~ ' * ' ~ after.above ~ ', 0)',
            'diagonal_' ~ (doubling + 1): (
                'diagonal_' ~ doubling ~ ' - coalesce(share_below_' ~ doubling ~ ' * ' ~ before.above ~ ', 0)'
                ~ ' - coalesce(share_above_' ~ doubling ~ ' * ' ~ after.below ~ ', 0)'
            ),
            'right_' ~ (doubling + 1): (
                'right_' ~ doubling ~ ' - coalesce(share_below_' ~ doubling ~ ' * ' ~ before.right ~ ', 0)'
                ~ ' - coalesce(share_above_' ~ doubling ~ ' * ' ~ after.right ~ ', 0)'
            ),
        }) -%}
    {%- endfor -%}
    {%- do layers.append({'solution': 'right_7 / diagonal_7'}) -%}
    {%- do layers.append(solved) -%}
    {{ layered(name, source, layers) }}
{%- endmacro %}
