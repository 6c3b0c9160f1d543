{% macro goes_on() %}{{ return(this and is_incremental()) }}{% endmacro %}


{% macro records_to_judge(source_name, columns, key='record_key', event=none, rows=none, all_keys=false) %}
    {%- set columns = columns + ['record_key', 'known_at', 'version_written_at', 'delivered_in', 'delivered_row', 'version_row'] -%}
    {%- set relation = ref(rows or 'stg_shop__' ~ source_name) -%}
    {#- dbt looks for references before it knows whether the build goes on -#}
    {%- set builds, run_context, deliveries = ref('stg_builds__builds'), ref('int_run_context'), ref('stg_builds__deliveries') -%}
    select
        {{ columns | join(', ') }},
        rejection_reason
    from {{ relation }}
    {%- if goes_on() %}
    where delivered_in in {{ new_deliveries(source_name) }}
    union all
    select
        {{ columns | join(', ') }},
        {% if event %}
        case
            when rejection_reason is not null and rejection_reason not like '%{{ future_reason() }}' then rejection_reason
            when known_at >= {{ first_future_moment() }} then '{{ event }} {{ future_reason() }}'
        end as rejection_reason
        {% else %}
        rejection_reason
        {% endif %}
    from {{ this }}
    {% if all_keys %}
    where {{ key }} is not null
    {% else %}
    where {{ key }} in (
        select {{ key }} from {{ relation }} where delivered_in in {{ new_deliveries(source_name) }}
        union
        select records.{{ key }}
        from {{ this }} as records
        cross join {{ run_context }} as run_context
        cross join {{ builds }} as builds
        where {{ is_judged_anew('records') }}
    )
    {% endif %}
    {%- endif %}
{%- endmacro %}


{#- Literals, so that what was delivered earlier is not even read. -#}
{% macro new_deliveries(source_name) -%}
    {%- set literals = ['null'] -%}
    {%- set query -%}
        select delivered_in from {{ ref('stg_builds__deliveries') }} where is_new and source_name = '{{ source_name }}' order by delivered_in
    {%- endset -%}
    {%- if execute and this and flags.WHICH in ['build', 'run'] -%}
    {%- for row in run_query(query).rows -%}{%- do literals.append(string_literal(row[0])) -%}{%- endfor -%}
    {%- endif -%}
    ({{ literals | join(', ') }})
{%- endmacro %}


{% macro is_judged_anew(records) -%}
    {%- for column in ['known_at', 'version_written_at'] -%}
    {{ records }}.{{ column }} >= least(builds.known_before, run_context.known_before, {{ first_future_moment() }}){% if not loop.last %} or {% endif %}
    {%- endfor -%}
{%- endmacro %}


{% macro left_by_last_build(model_name) %}
    {% if execute and this and flags.WHICH in ['build', 'run'] %}
        {% set built = built_relation(model_name) %}
        {{ return(load_cached_relation(built)) }}
    {% endif %}
    {{ return(none) }}
{% endmacro %}
