{% macro log_gamma(x) -%}
    (({{ x }} + 55e-1) * ln({{ x }} + 6) - {{ x }} - 6 + 0.91893853320467274e0
    + {{ asymptotic_series(x, ['1e0 / 12', '-1e0 / 360', '1e0 / 1260', '-1e0 / 1680', '1e0 / 1188']) }} * ({{ x }} + 6)
    - ln({{ rising_product(x) }} * ({{ rising_product(x) }} + 4) * ({{ rising_product(x) }} + 6)))
{%- endmacro %}

{% macro digamma(x) -%}
    (ln({{ x }} + 6) - 5e-1 / ({{ x }} + 6)
    - {{ asymptotic_series(x, ['1e0 / 12', '-1e0 / 120', '1e0 / 252', '-1e0 / 240', '1e0 / 132']) }}
    - (2 * {{ x }} + 5) * (1 / {{ rising_product(x) }} + 1 / ({{ rising_product(x) }} + 4) + 1 / ({{ rising_product(x) }} + 6)))
{%- endmacro %}

{% macro asymptotic_series(x, coefficients) -%}
    {% for coefficient in coefficients %}({{ coefficient }}{{ ' + ' if not loop.last }}{% endfor %}
    {%- for _ in coefficients %}) / ({{ x }} + 6) / ({{ x }} + 6){% endfor %}
{%- endmacro %}

{% macro rising_product(x) -%}
    ({{ x }} * ({{ x }} + 5))
{%- endmacro %}
