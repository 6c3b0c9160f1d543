{% macro duckdb__type_double() %}{{ return('double precision') }}{% endmacro %}

{% macro duckdb__type_exact(precision, scale) %}{{ return('numeric(' ~ precision ~ ', ' ~ scale ~ ')') }}{% endmacro %}

{% macro duckdb__cast_or_null(value, type) %}{{ return('try_cast(' ~ value ~ ' as ' ~ type ~ ')') }}{% endmacro %}

{#- A cast multiplies the double by 1e10, which it can't hold beyond 1e15: from there by its digits. -#}
{% macro duckdb__exactly_as_written(number) %}
    {% set exact = type_exact(28, 10) %}
    {{ return(
        '(case when abs(' ~ number ~ ') < 1e5 then cast(' ~ number ~ ' as ' ~ exact ~ ')'
        ~ ' else cast(cast(' ~ number ~ ' as varchar) as ' ~ exact ~ ') end)'
    ) }}
{% endmacro %}

{#- halves away from zero -#}
{% macro duckdb__to_money(number) %}{{ return('cast(' ~ number ~ ' as ' ~ type_money() ~ ')') }}{% endmacro %}

{% macro duckdb__is_text(value) %}{{ return('typeof(' ~ value ~ ") = 'VARCHAR'") }}{% endmacro %}

{% macro duckdb__matches(text, pattern) %}{{ return('regexp_full_match(' ~ text ~ ', ' ~ string_literal(pattern) ~ ')') }}{% endmacro %}

{% macro duckdb__digits_of(text) %}{{ return('regexp_replace(' ~ text ~ ", '[^0-9]', '', 'g')") }}{% endmacro %}

{% macro duckdb__blanks_collapsed(text) %}{{ return('trim(regexp_replace(' ~ text ~ ", '[\\s\u00a0]+', ' ', 'g'))") }}{% endmacro %}

{% macro duckdb__whole_number(text) %}{{ return('regexp_replace(' ~ text ~ ", '^([0-9]+)[.]0+$', '\\1')") }}{% endmacro %}

{#- "$6.62 ", "6,62 €", "CHF 6.62" where it is money; "(6.62)", "6.62-". -#}
{% macro duckdb__plain_number(text, is_money) %}
    {% set blanks, currency = '[\\s\u00a0]*', '([A-Z]{0,2}\\p{Sc}|[A-Z]{3})' %}
    {% set steps = [('^' ~ blanks ~ '(.*[^\\s\u00a0])' ~ blanks ~ '$', '\\1')] %}
    {% if is_money %}
        {% do steps.append(('^([-+(]?)' ~ currency ~ blanks ~ '([-+]?[0-9(])', '\\1\\3')) %}
        {% do steps.append(('([0-9.,])' ~ blanks ~ currency ~ '([-)]?)$', '\\1\\3')) %}
    {% endif %}
    {{ return(duckdb_replaced(text, steps + [('^[(]([^-+]*)[)]$', '-\\1'), ('^([^-+]*)-$', '-\\1')])) }}
{% endmacro %}

{% macro duckdb_replaced(text, steps) %}
    {% set rewritten = [text] %}
    {% for pattern, replacement in steps %}
        {% do rewritten.append('regexp_replace(' ~ rewritten[-1] ~ ', ' ~ string_literal(pattern) ~ ', ' ~ string_literal(replacement) ~ ')') %}
    {% endfor %}
    {{ return(rewritten[-1]) }}
{% endmacro %}

{% macro duckdb__row_hash(columns) %}
    {{ return('cast(hash(' ~ columns | join(', ') ~ ') % 4611686018427387847 as bigint)') }}
{% endmacro %}

{#- a struct; JSON where rows differ in type -#}
{% macro duckdb__raw_record(columns, is_mixed) %}
    {% set pairs = [] %}
    {% for name in columns %}
        {% do pairs.append(string_literal(name) ~ ': ' ~ duckdb_quote(name)) %}
    {% endfor %}
    {% set record = '{' ~ pairs | join(', ') ~ '}' if pairs else 'cast(null as varchar)' %}
    {{ return('to_json(' ~ record ~ ')' if is_mixed else record) }}
{% endmacro %}

{% macro duckdb__raw_record_text(record) %}{{ return('cast(to_json(' ~ record ~ ') as varchar)') }}{% endmacro %}

{% macro duckdb__masked_json(record, shown) %}
    {% set conditions = [] %}
    {% for name in shown %}
        {% do conditions.append('lower(pair.key) ' ~ ('like ' if '%' in name else '= ') ~ string_literal(name)) %}
    {% endfor %}
    {{ return(
        "(select cast(json_group_object(pair.key, case when pair.type = 'NULL' or ((" ~ conditions | join(' or ')
        ~ ") and pair.type not in ('OBJECT', 'ARRAY') and not contains(cast(pair.value as varchar), '@')) then pair.value"
        ~ " else cast('\"***\"' as json) end) as varchar) from json_each(try_cast(" ~ record ~ " as json)) as pair)"
    ) }}
{% endmacro %}

{% macro duckdb__text_form(text) %}
    {{ return("regexp_replace(regexp_replace(" ~ text ~ ", '[\\p{L}\\p{M}]', 'x', 'g'), '\\p{N}', '9', 'g')") }}
{% endmacro %}

{% macro duckdb__landed_text(column, type) %}
    {% set text = 'cast(' ~ column ~ ' as varchar)' %}
    {{ return('coalesce(try(decode(' ~ column ~ ')), ' ~ text ~ ')' if type == 'BLOB' else text) }}
{% endmacro %}

{% macro duckdb__computed_once() %}{{ return('materialized') }}{% endmacro %}
