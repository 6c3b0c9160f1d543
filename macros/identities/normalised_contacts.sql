{#- email: SQL text. Lower case without blanks around it; null for what has no @. -#}
{% macro normalised_email(email) -%}
    case when {{ email }} like '%_@_%' then lower(trim({{ email }})) end
{%- endmacro %}

{#- phone: SQL text. Its digits without the international prefix 00; null for fewer than 7, or one digit all along. -#}
{% macro normalised_phone(phone) -%}
    {%- set digits = digits_of(phone) -%}
    {%- set number = "case when " ~ digits ~ " like '00%' then substr(" ~ digits ~ ", 3) else " ~ digits ~ " end" -%}
    case
        when length({{ number }}) >= 7 and replace({{ number }}, substr({{ number }}, 1, 1), '') <> '' then {{ number }}
    end
{%- endmacro %}

{#- email: SQL text, normalised. The id of a guest who gave it; shows nothing of the address. -#}
{% macro guest_id(email) -%}
    'guest-' || {{ dbt.hash(email) }}
{%- endmacro %}


{#- Over an order with source_customer_id and email: the id it was made under, a guest's where there is none. -#}
{% macro shop_customer_id() -%}
    coalesce(source_customer_id, {{ guest_id(normalised_email('email')) }})
{%- endmacro %}
