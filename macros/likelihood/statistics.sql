{% macro statistics_of(name, model, is_binned) -%}
    (
        select * from {{ ref(model.histories) }}
        where {{ 'is_binned' if is_binned else 'not is_binned' }}{{ " and model_name = '" ~ name ~ "'" if model.is_of_spend }}
    ) as statistics
{%- endmacro %}

{#- The units that a fit has. Whole days, and whole ten-thousandths of money: their sums don't depend on the order of the rows. -#}
{% macro mean_age() -%}
    avg(age_days) / 7
{%- endmacro %}

{% macro mean_value() -%}
    {{ ratio('sum(round(x * mean_repeat_value * 10000)) / 10000', 'sum(case when mean_repeat_value > 0 then x end)') }}
{%- endmacro %}
