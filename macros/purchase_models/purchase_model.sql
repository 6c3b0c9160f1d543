{#- Where models are told apart: each is a file of this folder, a macro <model>__<part> for every part (docs/how-to/add-a-purchase-model.md). -#}

{% macro purchase_model(model, part) %}
    {{ return(context[(clock_model() if model == clocked_model() else model) ~ '__' ~ part]) }}
{% endmacro %}

{% macro purchase_models() %}
    {{ return(macros_ending_with('__probability_alive')) }}
{% endmacro %}

{#- auto leaves out Pareto/NBD, whose fit takes several times as long. -#}
{% macro elected_purchase_models() %}
    {% set auto = [clocked_model()] + (purchase_models() | reject('equalto', 'pareto_nbd') | list) %}
    {{ return(auto if var('purchase_model') == 'auto' else [var('purchase_model')]) }}
{% endmacro %}

{#- The fit on the clock begins with that of its model on the plain clock. -#}
{% macro fitted_purchase_models() %}
    {% set models = elected_purchase_models() + ([clock_model()] if has_clock() else []) + var('compared_purchase_models') %}
    {{ return(models | unique | list) }}
{% endmacro %}

{% macro fitted_models() %}
    {%- set models = {} -%}
    {%- for name in fitted_purchase_models() -%}
        {%- do models.update({name: {
            'likelihood': purchase_model(name, 'likelihood')(),
            'starts': purchase_model(name, 'starts')(),
            'histories': 'int_purchase_histories',
            'customers': 'customers',
            'fitted_to': 'repeat_customers',
            'unit': 'mean_age',
            'events': 'repeat_occasions',
            'is_of_spend': false,
        }}) -%}
    {%- endfor -%}
    {%- for name, customers in {'gamma_gamma': 'spending_customers', 'gamma_gamma_all': 'valued_customers'}.items()
        if name == 'gamma_gamma' or name in candidate_spend_models() -%}
        {%- do models.update({name: {
            'likelihood': gamma_gamma__likelihood(),
            'starts': gamma_gamma__starts() if name == 'gamma_gamma' else gamma_gamma__starts()[2:4],
            'histories': 'int_spend_histories',
            'customers': customers,
            'fitted_to': 'spending_customers',
            'unit': 'mean_value',
            'events': customers,
            'is_of_spend': true,
        }}) -%}
    {%- endfor -%}
    {{ return(models) }}
{% endmacro %}

{#- On the operational clock a fit goes ways of its own. -#}
{% macro searched_models() %}
    {%- set models = fitted_models() -%}
    {%- do models.pop(clocked_model(), none) -%}
    {{ return(models) }}
{% endmacro %}

{% macro most_parameters() %}
    {%- set sizes = [gamma_gamma__parameters() | length] -%}
    {%- for name in purchase_models() -%}{%- do sizes.append(purchase_model(name, 'parameters')() | length) -%}{%- endfor -%}
    {{ return(sizes | max) }}
{% endmacro %}

{% macro parameters_of(model, relation) %}
    {%- set columns = {} -%}
    {%- for parameter in purchase_model(model, 'parameters')() -%}
        {%- do columns.update({parameter: relation ~ '.parameter_' ~ loop.index}) -%}
    {%- endfor -%}
    {{ return(columns) }}
{% endmacro %}

{% macro by_purchase_model(part, fit, arguments) -%}
    case {{ fit }}.model_name
        {%- for model in fitted_purchase_models() %}
        when '{{ model }}' then {{ purchase_model(model, part)(parameters_of(model, fit), *arguments) }}
        {%- endfor %}
    end
{%- endmacro %}

{% macro single_node(source) -%}
    select *, cast(0 as {{ type_double() }}) as node, cast(1 as {{ type_double() }}) as weight from {{ source }}
{%- endmacro %}

{% macro node_keys() %}
    {{ return(
        ['valued_at', 'model_name', 'clock', 'is_elected', 'varied_parameter'] + prefixed('parameter_', range(1, most_parameters() + 1)) + ['x']
    ) }}
{% endmacro %}
