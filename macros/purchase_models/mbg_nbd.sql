{#- MBG/NBD: as BG/NBD, but that the customer may leave after the first occasion, too. Source: Batislam, Denizel & Filiztekin (2007),
    International Journal of Research in Marketing 24(3), before p is integrated out. -#}
{% macro mbg_nbd__parameters() %}{{ return(beta_dropout_parameters()) }}{% endmacro %}

{% macro mbg_nbd__likelihood() %}{{ return(beta_dropout_likelihood(leaves_at_once=true)) }}{% endmacro %}

{% macro mbg_nbd__starts() %}{{ return(beta_dropout_starts()) }}{% endmacro %}

{% macro mbg_nbd__probability_alive(fit, history) -%}
    {{ beta_dropout_alive(fit, history, fit.b ~ ' + ' ~ history ~ '.x + 1') }}
{%- endmacro %}

{% macro mbg_nbd__nodes(fit, source) -%}
    {{ beta_nodes(source, fit.a, fit.b ~ ' + x + 1') }}
{%- endmacro %}

{% macro mbg_nbd__future(fit, history) %}{{ return(beta_dropout_future(fit, history)) }}{% endmacro %}

{% macro mbg_nbd__expected_occasions(weeks) -%}{{ beta_dropout_occasions(weeks) }}{%- endmacro %}

{% macro mbg_nbd__expected_pairs(weeks) -%}{{ beta_dropout_pairs(weeks) }}{%- endmacro %}

{% macro mbg_nbd__days_to_next(fit, share, x, age) -%}{{ gamma_rate_gap(fit, share, x, age) }}{%- endmacro %}

{% macro mbg_nbd__probability_silent(fit, history, weeks) -%}{{ gamma_rate_silent(fit, history, weeks) }}{%- endmacro %}

{% macro mbg_nbd__spans(fit, source) -%}{{ whole_span(fit, source) }}{%- endmacro %}

{% macro mbg_nbd__keeps_buying(fit, history, number) -%}
    {{ beta_dropout_keeps_buying(fit, fit.b ~ ' + ' ~ history ~ '.x + 1', number) }}
{%- endmacro %}
