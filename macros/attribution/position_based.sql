{#- 0.4 to the first touchpoint, 0.4 to the last, 0.2 to those between; all, or one half each, where there are no others. -#}
{% macro share_by_position_based(touch, decayed) -%}
    case
        when {{ touch }} <= 0 then 0
        when {{ touch }} >= touches then 1
        when touches = 2 then 0.5e0
        else 0.4e0 + 0.2e0 * {{ ratio(touch ~ ' - 1', 'touches - 2') }}
    end
{%- endmacro %}
