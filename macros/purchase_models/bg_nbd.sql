{% macro bg_nbd__parameters() %}{{ return(beta_dropout_parameters()) }}{% endmacro %}

{% macro bg_nbd__likelihood() %}{{ return(beta_dropout_likelihood(leaves_at_once=false)) }}{% endmacro %}

{% macro bg_nbd__starts() %}{{ return(beta_dropout_starts()) }}{% endmacro %}

{% macro bg_nbd__probability_alive(fit, history) -%}
    case
        when {{ history }}.x = 0 then cast(1 as {{ type_double() }})
        else {{ beta_dropout_alive(fit, history, fit.b ~ ' + ' ~ history ~ '.x') }}
    end
{%- endmacro %}

{% macro bg_nbd__nodes(fit, source) -%}
    {{ beta_nodes(source, fit.a, fit.b ~ ' + x') }}
{%- endmacro %}

{% macro bg_nbd__future(fit, history) %}{{ return(beta_dropout_future(fit, history)) }}{% endmacro %}

{% macro bg_nbd__expected_occasions(weeks) -%}{{ beta_dropout_occasions(weeks) }}{%- endmacro %}

{% macro bg_nbd__expected_pairs(weeks) -%}{{ beta_dropout_pairs(weeks) }}{%- endmacro %}

{% macro bg_nbd__days_to_next(fit, share, x, age) -%}{{ gamma_rate_gap(fit, share, x, age) }}{%- endmacro %}

{% macro bg_nbd__probability_silent(fit, history, weeks) -%}{{ gamma_rate_silent(fit, history, weeks) }}{%- endmacro %}

{% macro bg_nbd__spans(fit, source) -%}{{ whole_span(fit, source) }}{%- endmacro %}

{% macro bg_nbd__keeps_buying(fit, history, number) -%}
    {{ beta_dropout_keeps_buying(fit, fit.b ~ ' + ' ~ history ~ '.x', number) }}
{%- endmacro %}
