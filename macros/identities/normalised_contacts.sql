{% macro normalised_email(email) -%}
    case when {{ email }} like '%_@_%' then lower(trim({{ email }})) end
{%- endmacro %}

{#- A number that a spreadsheet wrote as 4.9E+11 has lost its digits. -#}
{% macro normalised_phone(phone) -%}
    {%- set digits = digits_of(phone) -%}
    {%- set number = "case when " ~ digits ~ " like '00%' then substr(" ~ digits ~ ", 3) else " ~ digits ~ " end" -%}
    case
        when {{ matches('trim(' ~ phone ~ ')', '[+-]?[0-9]+([.,][0-9]+)?[eE][+]?[0-9]+') }} then null
        when length({{ number }}) >= 7 and replace({{ number }}, substr({{ number }}, 1, 1), '') <> '' then {{ number }}
    end
{%- endmacro %}

{% macro is_placeholder(contact) -%}
    coalesce(
        {%- for pattern in var('placeholder_contacts') %}
        {{ contact }} like {{ string_literal(pattern | lower) }}{% if not loop.last %} or{% endif %}
        {%- else %} false{% endfor %}, false
    )
{%- endmacro %}

{% macro names_nobody(customer_id) -%}
    coalesce(
        {%- if var('anonymous_customer_ids') %} lower(trim({{ customer_id }})) in (
            {%- for word in var('anonymous_customer_ids') -%}
            {{ string_literal(word | string | lower | trim) }}{% if not loop.last %}, {% endif %}
            {%- endfor -%}
        ){% else %} false{% endif %}, false
    )
{%- endmacro %}

{% macro known_customer(customer_id) -%}
    case when not {{ names_nobody(customer_id) }} then {{ read_id(customer_id) }} end
{%- endmacro %}

{#- As HMAC: hashed twice with the key, so that nothing can be added to what was hashed. -#}
{% macro guest_id(email, key) -%}
    'guest-' || {{ dbt.hash(key ~ ' || ' ~ dbt.hash(key ~ ' || ' ~ email)) }}
{%- endmacro %}
