{#- For incremental models: which rows to process, and which to replace. -#}

{#- Whether the model goes on from the last build. A unit test has no table to go on from. -#}
{% macro goes_on() %}{{ return(this and is_incremental()) }}{% endmacro %}


{#- The records of a source whose version_status has to be found: all of them or, where the build goes on from the last one, what is
    newly delivered, what is judged anew, and all that was delivered before with the same keys, which the model itself keeps.
    source_name: one with `versions` in raw_sources. columns: of the staging model, without those that describe the record.
    key: the column whose rows are judged together. event: the column that may not lie in the future, if one may not. -#}
{% macro records_to_judge(source_name, columns, key='record_key', event=none) %}
    {%- set columns = columns + ['record_key', 'known_at', 'version_written_at', 'delivered_in', 'delivered_row', 'version_row'] -%}
    {%- set relation = ref('stg_shop__' ~ source_name) -%}
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
    where {{ key }} in (
        select {{ key }} from {{ relation }} where delivered_in in {{ new_deliveries(source_name) }}
        union
        select records.{{ key }}
        from {{ this }} as records
        cross join {{ run_context }} as run_context
        cross join {{ builds }} as builds
        where {{ is_judged_anew('records') }}
    )
    {%- endif %}
{%- endmacro %}


{#- source_name: a source of the contract. Returns SQL of the names of its deliveries that the last build lacks, as a list in parentheses:
    literals, so that what was delivered earlier is not even read. -#}
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


{#- records: name in the query of a relation with known_at and version_written_at. True where the as-of date, or what counts as the
    future, may judge the record otherwise than in the last build. Needs builds and run_context in the query. -#}
{% macro is_judged_anew(records) -%}
    {%- for column in ['known_at', 'version_written_at'] -%}
    {{ records }}.{{ column }} >= least(builds.known_before, run_context.known_before, {{ first_future_moment() }}){% if not loop.last %} or {% endif %}
    {%- endfor -%}
{%- endmacro %}


{#- The relation of a model as the last build left it, for models that tell what changed in it before it is built itself; none where
    it is built whole. -#}
{% macro left_by_last_build(model_name) %}
    {% if execute and this and flags.WHICH in ['build', 'run'] %}
        {% set built = built_relation(model_name) %}
        {{ return(load_cached_relation(built)) }}
    {% endif %}
    {{ return(none) }}
{% endmacro %}
