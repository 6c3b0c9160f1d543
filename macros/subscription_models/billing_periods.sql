{#- Billing periods as shops write them, each with the months from one renewal to the next. Weeks are followed month by month. -#}
{% macro billing_periods() %}
    {{ return({
        'month': {'months': 1, 'words': ['month', 'months', 'monthly', '1 month', '1 months', 'every month', 'per month']},
        'two_months': {'months': 2, 'words': ['two months', 'bimonthly', '2 month', '2 months', 'every 2 months']},
        'quarter': {'months': 3, 'words': ['quarter', 'quarters', 'quarterly', '1 quarter', '3 month', '3 months', 'every 3 months']},
        'four_months': {'months': 4, 'words': ['four months', '4 month', '4 months', 'every 4 months']},
        'half_year': {'months': 6, 'words': ['half year', 'half yearly', 'semiannual', 'semi annual', 'semiannually', '6 month', '6 months', 'every 6 months']},
        'year': {'months': 12, 'words': [
            'year', 'years', 'yearly', 'annual', 'annually', '1 year', '1 years', '12 month', '12 months', 'every year', 'per year',
        ]},
        'two_years': {'months': 24, 'words': ['two years', 'biennial', '2 year', '2 years', '24 month', '24 months']},
        'week': {'months': 1, 'words': ['week', 'weeks', 'weekly', '1 week', '1 weeks', '7 day', '7 days', 'every week', 'per week']},
    }) }}
{% endmacro %}

{% macro read_billing_period(column) -%}
    case
        when {{ column }} is null then 'month'
        {%- for period, described in billing_periods().items() %}
        when lower(trim(replace(replace({{ column }}, '_', ' '), '-', ' '))) in ('{{ described.words | join("', '") }}') then '{{ period }}'
        {%- endfor %}
    end
{%- endmacro %}

{% macro billing_months(period) -%}
    case {{ period }}
        {%- for name, described in billing_periods().items() if described.months > 1 %}
        when '{{ name }}' then {{ described.months }}
        {%- endfor %}
        else 1
    end
{%- endmacro %}

{#- How fits and values of a plan are called: a plan that is billed by the month by its own name alone. -#}
{% macro plan_label(plan, billing_period) -%}
    {{ plan }} || case when {{ billing_period }} = 'month' then '' else ' (' || replace({{ billing_period }}, '_', ' ') || ')' end
{%- endmacro %}
