{#- gaps: SQL, days between occasions. Aggregate: the gap that four of five don't exceed. -#}
{% macro usual_gap(gaps) -%}
    percentile_cont(0.8) within group (order by {{ gaps }})
{%- endmacro %}


{#- long_gap: SQL days, the customer's 80th percentile where there is a model of it; usual_gap: everybody's; window_months: SQL months.
    The days of silence after which a customer is at risk. -#}
{% macro at_risk_after_days(long_gap, usual_gap, window_months) -%}
    coalesce({{ long_gap }}, {{ usual_gap }}, 365.25 * {{ window_months }} / 12)
{%- endmacro %}


{#- Arguments: as of at_risk_after_days. The days of silence after which a customer has lapsed: the window of the KPIs, or longer. -#}
{% macro lapsed_after_days(long_gap, usual_gap, window_months) -%}
    greatest(365.25 * {{ window_months }} / 12, coalesce({{ long_gap }}, {{ usual_gap }}, 0))
{%- endmacro %}


{#- occasions, silent_days, latest_gap, at_risk_after, lapsed_after: SQL numbers. Where the customer is in life, null before a purchase. -#}
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
