{#- Half as much with every var attribution_half_life_days before the order. -#}
{% macro share_by_time_decay(touch, decayed) -%}
    {{ ratio(decayed, 'decayed_in_all') }}
{%- endmacro %}


{% macro half_life_decay(moment, later_moment) -%}
    power(0.5e0, least({{ dbt.datediff(moment, later_moment, 'second') }} / 86400e0 / {{ var('attribution_half_life_days') }}, 1000e0))
{%- endmacro %}
