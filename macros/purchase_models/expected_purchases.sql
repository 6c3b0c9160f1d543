{#- What a customer will do who bought x times again, was last seen at age t_x (weeks) and is `age` weeks old.

    Given that the customer is still there, the rate of buying is gamma with shape r_x = r + x and rate alpha_age = alpha + age, and
    the probability p of leaving after an occasion is beta with a and b_x = b + x (+ 1 for MBG/NBD). For a given p, expectations
    have a closed form; over p they are summed at nodes (model int_dropout_nodes_weighed). Unlike the hypergeometric function
    of the paper the sum holds wherever the parameters lie, a = 1 and the boundary included.
    Source: Fader, Hardie & Lee (2005), equations 7 to 10, before p is integrated out. -#}

{#- Arguments: SQL numbers, as above. The probability that the customer has not left. -#}
{% macro probability_alive(x, t_x, age, r, alpha, a, b, is_mbg) -%}
    case
        when {{ x }} + {{ is_mbg }} = 0 then cast(1 as double precision)
        else 1 / (1 + {{ a }} / ({{ b }} + {{ x }} + {{ is_mbg }} - 1)
            * {{ bounded_exp('(' ~ r ~ ' + ' ~ x ~ ') * ln((' ~ alpha ~ ' + ' ~ age ~ ') / (' ~ alpha ~ ' + ' ~ t_x ~ '))') }})
    end
{%- endmacro %}

{#- weeks: SQL number; in columns: p, r_x, alpha_age. Expected occasions in the next weeks of a customer who is there:
    (1 - (1 + p weeks / alpha_age)^-r_x) / p, by its series where p is too small for that. -#}
{% macro expected_occasions(weeks) -%}
    case
        when (r_x + 1) * p * ({{ weeks }}) / alpha_age < 1e-3
            then r_x * ({{ weeks }}) / alpha_age * (1 - (r_x + 1) * p * ({{ weeks }}) / alpha_age
                * (0.5 - (r_x + 2) * p * ({{ weeks }}) / alpha_age / 6))
        else (1 - {{ bounded_exp('-r_x * ln(1 + p * (' ~ weeks ~ ') / alpha_age)') }}) / p
    end
{%- endmacro %}

{#- As expected_occasions: the expectation of n (n - 1) for the number n of occasions, from which its variance follows. -#}
{% macro expected_pairs_of_occasions(weeks) -%}
    case
        when (r_x + 1) * p * ({{ weeks }}) / alpha_age < 1e-3
            then (1 - p) * r_x * (r_x + 1) * ({{ weeks }}) / alpha_age * ({{ weeks }}) / alpha_age
                * (1 - (r_x + 2) * p * ({{ weeks }}) / alpha_age * (2.0 / 3 - (r_x + 3) * p * ({{ weeks }}) / alpha_age / 4))
        else 2 * (1 - p) / p / p * (1 - {{ bounded_exp('-r_x * ln(1 + p * (' ~ weeks ~ ') / alpha_age)') }}
            * (1 + r_x * p * ({{ weeks }}) / alpha_age / (1 + p * ({{ weeks }}) / alpha_age)))
    end
{%- endmacro %}

{#- months: whole number; discount_rate: SQL number per year. Expected occasions of each of the next months, each
    discounted to today from the month's end. A month has 365.25 / 12 days. -#}
{% macro discounted_occasions(months, discount_rate) -%}
    {%- for month in range(1, months + 1) -%}
    ({{ expected_occasions(weeks_of_months(month)) }}) * (power(1 + {{ discount_rate }}, -{{ month }} / 12.0)
    {%- if not loop.last %} - power(1 + {{ discount_rate }}, -{{ month + 1 }} / 12.0){% endif %})
    {%- if not loop.last %} + {% endif %}
    {%- endfor -%}
{%- endmacro %}

{% macro weeks_of_months(months) -%}
    {{ months * 365.25 / 12 / 7 }}
{%- endmacro %}

{#- x, mean_value: SQL numbers, of repeat occasions; p, q, gamma: parameters of Gamma-Gamma. Expected value of an occasion, null where the model has
    no finite mean. Source: Fader & Hardie (2013), equation 5. -#}
{% macro expected_value(x, mean_value, p, q, gamma) -%}
    case
        when {{ x }} > 0 and {{ p }} * {{ x }} + {{ q }} > 1
            then {{ p }} * ({{ gamma }} + {{ x }} * {{ mean_value }}) / ({{ p }} * {{ x }} + {{ q }} - 1)
        when {{ q }} > 1 then {{ p }} * {{ gamma }} / ({{ q }} - 1)
    end
{%- endmacro %}

{#- share: number in (0, 1); r, alpha, x, age: SQL numbers. Days within which a customer who is there buys again with probability
    1 - share: (alpha + age) (share^(-1 / (r + x)) - 1) weeks. -#}
{% macro days_to_next_occasion(share, r, alpha, x, age) -%}
    7 * ({{ alpha }} + {{ age }}) * (exp(least(-ln({{ share }}) / ({{ r }} + {{ x }}), 100)) - 1)
{%- endmacro %}
