{% macro postgres__type_double() %}{{ return('double precision') }}{% endmacro %}

{% macro postgres__type_exact(precision, scale) %}{{ return('numeric(' ~ precision ~ ', ' ~ scale ~ ')') }}{% endmacro %}

{% macro postgres__cast_or_null(value, type) %}
    {% if type != type_double() %}
        {{ exceptions.raise_compiler_error('PostgreSQL has no cast to ' ~ type ~ ' that never stops a query: add one to postgres_functions.') }}
    {% endif %}
    {{ return(landing_schema() ~ '.double_or_null(cast(' ~ value ~ ' as text))') }}
{% endmacro %}

{#- A cast to an exact number keeps 15 digits; its text has them all. -#}
{% macro postgres__exactly_as_written(number) %}
    {{ return('cast(cast(' ~ number ~ ' as text) as ' ~ type_exact(28, 10) ~ ')') }}
{% endmacro %}

{% macro postgres__to_money(number) %}
    {{ return('cast(' ~ landing_schema() ~ '.to_money(' ~ number ~ ') as ' ~ type_money() ~ ')') }}
{% endmacro %}

{% macro postgres__settled(number, decimals) %}
    {{ return('cast(round(cast(' ~ number ~ ' as numeric), ' ~ decimals ~ ') as double precision)') }}
{% endmacro %}

{% macro postgres__is_text(value) %}
    {{ return('cast(pg_typeof(' ~ value ~ ") as text) in ('text', 'character varying', 'unknown')") }}
{% endmacro %}

{% macro postgres__matches(text, pattern) %}{{ return('(' ~ text ~ ' ~ ' ~ string_literal('^(?:' ~ pattern ~ ')$') ~ ')') }}{% endmacro %}

{% macro postgres__digits_of(text) %}{{ return('regexp_replace(' ~ text ~ ", '[^0-9]', '', 'g')") }}{% endmacro %}

{% macro postgres__blanks_collapsed(text) %}{{ return('trim(regexp_replace(' ~ text ~ ", '[\\s\u00a0]+', ' ', 'g'))") }}{% endmacro %}

{% macro postgres__whole_number(text) %}{{ return('regexp_replace(' ~ text ~ ", '^([0-9]+)[.]0+$', '\\1')") }}{% endmacro %}

{#- "$6.62 ", "6,62 €", "CHF 6.62" where it is money; "(6.62)", "6.62-". -#}
{% macro postgres__plain_number(text, is_money) %}
    {% set blanks, currency = '[\\s\u00a0]*', '([A-Z]{0,2}[$\u00a2-\u00a5\u20a0-\u20c0]|[A-Z]{3})' %}
    {% set steps = [('^' ~ blanks ~ '(.*[^\\s\u00a0])' ~ blanks ~ '$', '\\1')] %}
    {% if is_money %}
        {% do steps.append(('^([-+(]?)' ~ currency ~ blanks ~ '([-+]?[0-9(])', '\\1\\3')) %}
        {% do steps.append(('([0-9.,])' ~ blanks ~ currency ~ '([-)]?)$', '\\1\\3')) %}
    {% endif %}
    {% set rewritten = [text] %}
    {% for pattern, replacement in steps + [('^[(]([^-+]*)[)]$', '-\\1'), ('^([^-+]*)-$', '-\\1')] %}
        {% do rewritten.append('regexp_replace(' ~ rewritten[-1] ~ ', ' ~ string_literal(pattern) ~ ', ' ~ string_literal(replacement) ~ ')') %}
    {% endfor %}
    {{ return(rewritten[-1]) }}
{% endmacro %}

{#- of all columns as one text, in which null and nothing differ -#}
{% macro postgres__row_hash(columns) %}
    {{ return('mod(hashtextextended(cast(row(' ~ columns | join(', ') ~ ') as text), 0), 4611686018427387847)') }}
{% endmacro %}

{#- JSON as text, since JSON can't be compared -#}
{% macro postgres__raw_record(columns, is_mixed) %}
    {% if not columns %}{{ return('cast(null as text)') }}{% endif %}
    {% set quoted = [] %}
    {% for name in columns %}{% do quoted.append(adapter.quote(name.replace('"', '""'))) %}{% endfor %}
    {{ return('(select cast(row_to_json(delivered_row_whole) as text) from (select ' ~ quoted | join(', ') ~ ') as delivered_row_whole)') }}
{% endmacro %}

{% macro postgres__raw_record_text(record) %}{{ return(record) }}{% endmacro %}

{#- without it PostgreSQL writes what a CTE computes into each expression that reads it -#}
{% macro postgres__fenced() %}{{ return('materialized') }}{% endmacro %}

{% macro postgres__computed_once() %}{{ return('materialized') }}{% endmacro %}

{% macro postgres__masked_json(record, shown) %}
    {% set conditions = [] %}
    {% for name in shown %}
        {% do conditions.append('lower(pair.key) ' ~ ('like ' if '%' in name else '= ') ~ string_literal(name)) %}
    {% endfor %}
    {{ return(
        "(select cast(json_object_agg(pair.key, case when json_typeof(pair.value) = 'null' or ((" ~ conditions | join(' or ')
        ~ ") and json_typeof(pair.value) not in ('object', 'array') and strpos(cast(pair.value as text), '@') = 0) then pair.value"
        ~ " else cast('\"***\"' as json) end) as text) from json_each(cast(" ~ record ~ " as json)) as pair)"
    ) }}
{% endmacro %}

{% macro postgres__text_form(text) %}
    {{ return("regexp_replace(regexp_replace(" ~ text ~ ", '[[:alpha:]]', 'x', 'g'), '[[:digit:]]', '9', 'g')") }}
{% endmacro %}
