{#- The models by which touchpoints share what they led to: values of var attribution_model, columns of shares. -#}
{% macro attribution_models() %}
    {{ return(['first_touch', 'last_touch', 'linear', 'time_decay', 'position_based']) }}
{% endmacro %}


{#- What the touchpoints from the first up to number `touch` have earned of 1 together, by an attribution model. A touchpoint's
    own share is what it adds: so rounded shares still sum to exactly 1.
    touch: SQL integer, 0 for none. decayed: SQL sum of the decays up to it. Of a row with columns touches, decayed_in_all. -#}
{% macro share_up_to(attribution_model, touch, decayed) -%}
    {%- set shares = {
        'first_touch': 'case when ' ~ touch ~ ' >= 1 then 1 else 0 end',
        'last_touch': 'case when ' ~ touch ~ ' >= touches then 1 else 0 end',
        'linear': ratio(touch, 'touches'),
        'time_decay': ratio(decayed, 'decayed_in_all'),
        'position_based': 'case when ' ~ touch ~ ' <= 0 then 0 when ' ~ touch ~ ' >= touches then 1 when touches = 2 then 0.5'
            ~ ' else 0.4 + 0.2 * ' ~ ratio(touch ~ ' - 1', 'touches - 2') ~ ' end',
    } -%}
    cast({{ shares[attribution_model] }} as {{ type_share() }})
{%- endmacro %}


{#- moment, later_moment: SQL timestamps. 1 where they are one, half of it for every var attribution_half_life_days between them. -#}
{% macro half_life_decay(moment, later_moment) -%}
    power(0.5, least({{ dbt.datediff(moment, later_moment, 'second') }} / 86400.0 / {{ var('attribution_half_life_days') }}, 1000.0))
{%- endmacro %}


{#- moment, later_moment: SQL timestamps. Whether there are no more than var attribution_lookback_days between them. -#}
{% macro is_within_lookback(moment, later_moment) -%}
    {%- if var('attribution_lookback_days') is none -%}
    1 = 1
    {%- else -%}
    {{ moment }} >= {{ dbt.dateadd('day', -1 * var('attribution_lookback_days'), later_moment) }}
    {%- endif -%}
{%- endmacro %}


{#- The type of a share of a customer or an order: exact, so that shares sum to 1. -#}
{% macro type_share() -%}numeric(10, 8){%- endmacro %}


{#- column: exact amount of money. The part of it that falls to a `share`. -#}
{% macro shared(column) -%}
    share * cast({{ column }} as {{ type_money() }})
{%- endmacro %}
