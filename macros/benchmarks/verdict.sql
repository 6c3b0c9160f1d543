{% macro verdict(clv_to_cac, payback_months, is_paid_back, age_months, benchmark) -%}
    case
        when {{ benchmark }}.clv_to_cac_low is not null
            then case
                when {{ clv_to_cac }} < {{ benchmark }}.clv_to_cac_low then 'below_benchmark'
                when {{ clv_to_cac }} > {{ benchmark }}.clv_to_cac_high then 'above_benchmark'
                when {{ clv_to_cac }} is not null then 'within_benchmark'
            end
        when {{ payback_months }} < {{ benchmark }}.payback_months_low then 'above_benchmark'
        when {{ payback_months }} <= {{ benchmark }}.payback_months_high then 'within_benchmark'
        when {{ payback_months }} is not null then 'below_benchmark'
        when not {{ is_paid_back }} and {{ age_months }} > {{ benchmark }}.payback_months_high then 'below_benchmark'
    end
{%- endmacro %}
