{% macro normalised_email(email) -%}
    case when {{ email }} like '%_@_%' then lower(trim({{ email }})) end
{%- endmacro %}

{% macro normalised_phone(phone) -%}
    {%- set digits = digits_of(phone) -%}
    {%- set number = "case when " ~ digits ~ " like '00%' then substr(" ~ digits ~ ", 3) else " ~ digits ~ " end" -%}
    case
        when length({{ number }}) >= 7 and replace({{ number }}, substr({{ number }}, 1, 1), '') <> '' then {{ number }}
    end
{%- endmacro %}

{% macro guest_id(email) -%}
    'guest-' || {{ dbt.hash(email) }}
{%- endmacro %}


{% macro shop_customer_id() -%}
    coalesce(source_customer_id, {{ guest_id(normalised_email('email')) }})
{%- endmacro %}
