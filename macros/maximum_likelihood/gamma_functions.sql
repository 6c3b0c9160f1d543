{#- Gamma functions from arithmetic and ln alone, since not every warehouse has them: the argument is raised by 6 with the
    recurrence, where five terms of the asymptotic series are exact to 1e-11.
    Source: Abramowitz & Stegun (1964), Handbook of Mathematical Functions, 6.1.15, 6.1.41, 6.3.5 and 6.3.18. -#}

{#- x: name of a SQL number > 0. The natural logarithm of the gamma function at x. -#}
{% macro log_gamma(x) -%}
    (({{ x }} + 5.5) * ln({{ x }} + 6) - {{ x }} - 6 + 0.91893853320467274
    + {{ asymptotic_series(x, ['1.0 / 12', '-1.0 / 360', '1.0 / 1260', '-1.0 / 1680', '1.0 / 1188']) }} * ({{ x }} + 6)
    - ln({{ rising_product(x) }} * ({{ rising_product(x) }} + 4) * ({{ rising_product(x) }} + 6)))
{%- endmacro %}

{#- x: name of a SQL number > 0. The derivative of log_gamma at x. -#}
{% macro digamma(x) -%}
    (ln({{ x }} + 6) - 0.5 / ({{ x }} + 6)
    - {{ asymptotic_series(x, ['1.0 / 12', '-1.0 / 120', '1.0 / 252', '-1.0 / 240', '1.0 / 132']) }}
    - (2 * {{ x }} + 5) * (1 / {{ rising_product(x) }} + 1 / ({{ rising_product(x) }} + 4) + 1 / ({{ rising_product(x) }} + 6)))
{%- endmacro %}

{#- x: name of a SQL number; coefficients: SQL numbers c1, c2, … Returns c1 / y^2 + c2 / y^4 + … at y = x + 6. -#}
{% macro asymptotic_series(x, coefficients) -%}
    {% for coefficient in coefficients %}({{ coefficient }}{{ ' + ' if not loop.last }}{% endfor %}
    {%- for _ in coefficients %}) / ({{ x }} + 6) / ({{ x }} + 6){% endfor %}
{%- endmacro %}

{#- x: name of a SQL number. With p = x (x + 5), the product x (x + 1) … (x + 5) is p (p + 4) (p + 6). -#}
{% macro rising_product(x) -%}
    ({{ x }} * ({{ x }} + 5))
{%- endmacro %}
