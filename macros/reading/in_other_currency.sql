{#- A sign that many currencies share contradicts those alone that have another. -#}
{% macro in_other_currency(amount, currency) -%}
    {%- set text = 'cast(' ~ amount ~ ' as ' ~ dbt.type_string() ~ ')' -%}
    (
        {{ cast_or_null(amount, type_double()) }} is null
        and (
            {{ matches(text, '.*[A-Z][A-Z][A-Z].*') }} and {{ text }} not like '%' || {{ currency }} || '%'
            {%- for sign, codes in currencies_by_sign().items() %}
            or {{ text }} like '%{{ sign }}%' and {{ currency }} not in ('{{ codes | join("', '") }}')
            {%- endfor %}
        )
    )
{%- endmacro %}


{% macro currencies_by_sign() %}
    {{ return({
        '€': ['EUR'],
        '£': ['GBP', 'EGP', 'FKP', 'GIP', 'LBP', 'SHP', 'SSP', 'SYP', 'SDG'],
        '¥': ['JPY', 'CNY'],
        '₹': ['INR'],
        '$': ['USD', 'CAD', 'AUD', 'NZD', 'SGD', 'HKD', 'TWD', 'MXN', 'ARS', 'BRL', 'CLP', 'COP', 'UYU', 'DOP', 'BBD', 'BMD', 'BND', 'BSD', 'BZD', 'FJD', 'GYD',
            'JMD', 'KYD', 'LRD', 'NAD', 'NIO', 'SBD', 'SRD', 'TTD', 'XCD', 'ZWL', 'CUP', 'CVE', 'TOP', 'WST', 'MOP'],
    }) }}
{% endmacro %}
