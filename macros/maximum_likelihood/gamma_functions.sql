{#- Gamma functions from arithmetic and ln alone, since not every warehouse has them: the argument is raised by 6 with the
    recurrence, where five terms of the asymptotic series are exact to 1e-12.
    Source: Abramowitz & Stegun (1964), Handbook of Mathematical Functions, 6.1.15, 6.1.41, 6.3.5 and 6.3.18. -#}

{#- x: SQL number > 0. The natural logarithm of the gamma function at x. -#}
{% macro log_gamma(x) -%}
    ((({{ x }}) + 5.5) * ln(({{ x }}) + 6) - (({{ x }}) + 6) + 0.91893853320467274
    + {{ inverse_odd_powers(x, ['1.0 / 12', '-1.0 / 360', '1.0 / 1260', '-1.0 / 1680', '1.0 / 1188']) }}
    - ln({% for step in range(6) %}(({{ x }}) + {{ step }}){% if not loop.last %} * {% endif %}{% endfor %}))
{%- endmacro %}

{#- x: SQL number > 0. The derivative of log_gamma at x. -#}
{% macro digamma(x) -%}
    (ln(({{ x }}) + 6) - 0.5 / (({{ x }}) + 6)
    - {{ inverse_even_powers(x, ['1.0 / 12', '-1.0 / 120', '1.0 / 252', '-1.0 / 240', '1.0 / 132']) }}
    - ({% for step in range(6) %}1.0 / (({{ x }}) + {{ step }}){% if not loop.last %} + {% endif %}{% endfor %}))
{%- endmacro %}

{#- x: SQL number; coefficients: SQL numbers c1, c2, … Returns c1 / y + c2 / y^3 + c3 / y^5 + … at y = x + 6. -#}
{% macro inverse_odd_powers(x, coefficients) -%}
    {{ inverse_even_powers(x, coefficients) }} * (({{ x }}) + 6)
{%- endmacro %}

{#- As inverse_odd_powers, but c1 / y^2 + c2 / y^4 + … -#}
{% macro inverse_even_powers(x, coefficients) -%}
    {%- set square = "((" ~ x ~ ") + 6) * ((" ~ x ~ ") + 6)" -%}
    {%- for coefficient in coefficients -%}
    ({{ coefficient }}{% if not loop.last %} + {% endif %}
    {%- endfor -%}
    {%- for coefficient in coefficients -%}
    ) / ({{ square }})
    {%- endfor -%}
{%- endmacro %}
