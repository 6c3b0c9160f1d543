{% macro margin_models() %}{{ return(['company', 'own']) }}{% endmacro %}

{#- A customer's own repeats move the company's rate as far as they are believed; none is expected to lose more than it brings. -#}
{% macro expected_margin_rate(model, levels, customers) -%}
    case
        when {{ levels }}.clv_basis = 'revenue' then 1e0
        when {{ model }} = 'own' and {{ customers }}.rate_occasions > 0 and {{ levels }}.variance_within is not null
            then greatest(least({{ levels }}.company_rate + ({{ credibility(
                customers ~ '.rate_occasions', levels ~ '.variance_within', levels ~ '.variance_between'
            ) }}) * ({{ customers }}.rates / {{ customers }}.rate_occasions - {{ levels }}.mean_rate), 1e0), -1e0)
        else {{ levels }}.company_rate
    end
{%- endmacro %}
