{% macro usual_gaps(counted, keys) %}
ranked as (
    select
        {% for key in keys %}
        {{ key }},
        {% endfor %}
        days_since_previous,
        sum(occasions) over ({{ partition_by(keys) }}order by days_since_previous) as occasions_so_far,
        0.8 * (sum(occasions) over ({{ partition_by(keys) }}order by days_since_previous rows between unbounded preceding and unbounded following) - 1) as place
    from {{ counted }}
),

placed as (
    select
        {% for key in keys %}
        {{ key }},
        {% endfor %}
        max(place) as place,
        min(case when occasions_so_far >= floor(place) + 1 then days_since_previous end) as gap_below,
        min(case when occasions_so_far >= ceil(place) + 1 then days_since_previous end) as gap_above
    from ranked
    {%- if keys %}
    group by {{ keys | join(', ') }}
    {%- endif %}

),

usual_gaps as (
    select
        {% for key in keys %}
        {{ key }},
        {% endfor %}
        gap_below + (gap_above - gap_below) * (place - floor(place)) as usual_gap_days
    from placed
)
{% endmacro %}

{% macro partition_by(keys) -%}
    {%- if keys %}partition by {{ keys | join(', ') }} {% endif -%}
{%- endmacro %}

{% macro at_risk_after_days(long_gap, usual_gap, window_months) -%}
    coalesce({{ long_gap }}, {{ usual_gap }}, 365.25 * {{ window_months }} / 12)
{%- endmacro %}

{% macro lapsed_after_days(long_gap, usual_gap, window_months) -%}
    greatest(365.25 * {{ window_months }} / 12, coalesce({{ long_gap }}, {{ usual_gap }}, 0))
{%- endmacro %}

{% macro lifecycle_stage(occasions, silent_days, latest_gap, at_risk_after, lapsed_after) -%}
    case
        when {{ occasions }} = 0 then null
        when {{ silent_days }} > {{ lapsed_after }} then 'lapsed'
        when {{ silent_days }} > {{ at_risk_after }} then 'at_risk'
        when {{ occasions }} = 1 then 'new'
        when {{ latest_gap }} > {{ lapsed_after }} then 'reactivated'
        else 'active'
    end
{%- endmacro %}
