{% macro duckdb__parsed_timestamp(value, formats) -%}
    coalesce(
        try_cast({{ value }} as timestamptz) at time zone 'UTC',
        try_strptime(cast({{ value }} as varchar), {{ duckdb_list(formats) }})
    )
{%- endmacro %}

{#- letters alone would be taken for themselves -#}
{% macro duckdb__is_timestamp_format(text) %}{{ return(modules.re.search('%[-]?[a-zA-Z]', text) is not none) }}{% endmacro %}

{% macro duckdb__is_known_timezone(name) %}
    {{ return(run_query('select count(*) from pg_timezone_names() where name = ' ~ string_literal(name)).rows[0][0] > 0) }}
{% endmacro %}

{% macro duckdb__shift_timezone(moment, from_zone, to_zone) %}
    {{ return('(' ~ moment ~ " at time zone '" ~ from_zone ~ "' at time zone '" ~ to_zone ~ "')") }}
{% endmacro %}
