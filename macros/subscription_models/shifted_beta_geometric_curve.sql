{#- What the shifted beta-geometric says of a customer who is there after any number of renewals. alpha, beta: SQL numbers > 0. -#}

{#- renewal: SQL number of the renewal from 1. The share of the customers up for it who stay; 1 for number 0, the start.
    Source: Fader & Hardie (2007), How to project customer retention, Journal of Interactive Marketing 21(1), equation 8. -#}
{% macro shifted_beta_geometric_retention(alpha, beta, renewal) -%}
    case
        when {{ renewal }} = 0 then cast(1 as double precision)
        else ({{ beta }} + ({{ renewal }} - 1)) / ({{ alpha }} + {{ beta }} + ({{ renewal }} - 1))
    end
{%- endmacro %}

{#- ln_survival, age: SQL of the logarithm of the share that survives `age` renewals; ln_survival_later, age_later: of more of them;
    discount_rate: SQL, per renewal. The share of those still there at `age` who pay then, at its value just before renewal age + 1.
    Source: Fader & Hardie (2010), Customer-base valuation in a contractual setting, Marketing Science 29(1): the terms of DERL. -#}
{% macro discounted_survival(ln_survival, age, ln_survival_later, age_later, discount_rate) -%}
    {{ bounded_exp(
        ln_survival_later ~ ' - ' ~ ln_survival ~ ' - (' ~ age_later ~ ' - ' ~ age ~ ' - 1) * ln(1 + ' ~ discount_rate ~ ')'
    ) }}
{%- endmacro %}
