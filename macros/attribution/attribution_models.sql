{% macro attribution_models() %}
    {% set models = [] %}
    {% for name in context if name.startswith('share_by_') %}
        {% do models.append(name[9:]) %}
    {% endfor %}
    {{ return(models | sort) }}
{% endmacro %}


{% macro share_up_to(attribution_model, touch, decayed) -%}
    cast({{ context['share_by_' ~ attribution_model](touch, decayed) }} as {{ type_share() }})
{%- endmacro %}


{% macro type_share() %}{{ return(type_exact(10, 8)) }}{% endmacro %}


{% macro shared(column) -%}
    share * cast({{ column }} as {{ type_money() }})
{%- endmacro %}
