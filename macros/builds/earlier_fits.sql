{#- Before parameters had a mart of their own, they stood in columns of fct_model_fits. A table of that form is set aside before the
    build, which makes the marts anew, and told again in their form after it: a night's fits can't be computed again. -#}

{% macro earlier_fits() %}
    {% set fits = built_relation('fct_model_fits') %}
    {{ return(fits.incorporate(path={'identifier': fits.identifier ~ '__earlier'}, type='table')) }}
{% endmacro %}


{% macro has_fits() %}
    {% set names = own_models() | map(attribute='name') | list %}
    {{ return('fct_model_fits' in names and 'fct_model_parameters' in names) }}
{% endmacro %}


{% macro set_earlier_fits_aside() %}
    {% if not has_fits() %}{{ return('') }}{% endif %}
    {% set fits = load_cached_relation(built_relation('fct_model_fits')) %}
    {% if fits and own_model('fct_model_fits').unique_id in selected_resources
        and 'parameter_1_name' in adapter.get_columns_in_relation(fits) | map(attribute='name') %}
        {% do adapter.rename_relation(fits, earlier_fits()) %}
    {% endif %}
{% endmacro %}


{% macro tell_earlier_fits() %}
    {% if not has_fits() %}{{ return('') }}{% endif %}
    {% set fits, parameters = load_cached_relation(built_relation('fct_model_fits')), load_cached_relation(built_relation('fct_model_parameters')) %}
    {% set earlier = load_cached_relation(earlier_fits()) %}
    {% if fits and parameters and earlier %}
        {% do run_query(told_fits(fits, earlier)) %}
        {% do run_query(told_parameters(parameters, earlier)) %}
        {% do adapter.drop_relation(earlier) %}
    {% endif %}
{% endmacro %}


{% macro told_fits(fits, earlier) %}
    insert into {{ fits }} (
        model_name, model_group, as_of_date, log_likelihood, iterations, gradient_norm, customers, status, is_elected
    )
    with judged as (
        select
            *,
            status in ('converged', 'boundary') as is_usable,
            model_name in ('{{ purchase_models() | join("', '") }}') as is_of_purchases
        from {{ earlier }}
    ),

    compared as (
        select
            *,
            row_number() over (
                partition by as_of_date, is_of_purchases
                order by case when is_usable then 0 else 1 end asc, log_likelihood desc nulls last, model_name asc
            ) as likelihood_rank,
            max(case when is_of_purchases and is_usable then 1 else 0 end) over (partition by as_of_date) as predicts
        from judged
    )

    select
        model_name,
        'all' as model_group,
        as_of_date,
        log_likelihood,
        iterations,
        gradient_norm,
        customers,
        status,
        is_usable
        and case
            when is_of_purchases then likelihood_rank = 1
            when model_name = 'gamma_gamma' then predicts = 1 and coalesce(parameter_2, 2) > 1
            else true
        end as is_elected
    from compared
    where as_of_date not in (select known.as_of_date from {{ fits }} as known)
{% endmacro %}


{% macro told_parameters(parameters, earlier) %}
    insert into {{ parameters }} (model_name, model_group, as_of_date, parameter, value, standard_error)
    {% for number in range(1, 5) %}
    select
        model_name,
        'all' as model_group,
        as_of_date,
        parameter_{{ number }}_name as parameter,
        parameter_{{ number }} as value,
        cast(null as {{ type_double() }}) as standard_error
    from {{ earlier }}
    where parameter_{{ number }} is not null and as_of_date not in (select known.as_of_date from {{ parameters }} as known)
    {{ 'union all' if not loop.last }}
    {% endfor %}
{% endmacro %}
