{#- Rows that only a whole delivery replaces share a version_row, and stay together. A record whose versions were all written later keeps
    its first. -#}
{% macro record_versions(relation) %}
    select
        ranked.*,
        case
            when not ranked.is_readable then 'rejected'
            when ranked.is_known_event and ranked.version_rank = 1 then 'current'
            when ranked.is_known_event and ranked.is_known_version then 'superseded'
            else 'not yet known'
        end as version_status
    from (
        select
            dated.*,
            rank() over (
                partition by dated.record_key, dated.is_readable
                order by
                    case when dated.is_known_event then 0 else 1 end,
                    {{ version_order('dated.is_known_version') }}
            ) as version_rank
        from (
            select
                records.*,
                records.rejection_reason is null as is_readable,
                coalesce(records.known_at < run_context.known_before, true) as is_known_event,
                coalesce(records.version_written_at < run_context.known_before, true) as is_known_version
            from {{ relation }} as records
            cross join {{ ref('int_run_context') }} as run_context
        ) as dated
    ) as ranked
{% endmacro %}


{% macro current_records(relation) %}
    select *
    from ({{ record_versions(relation) }}) as versions
    where version_status = 'current'
{% endmacro %}


{#- is_known_version: SQL boolean. In which order the versions of a record are taken to be in force: the one written last of those that
    are known; of equals the later delivery by name, then the later row; where none is known, the one written first. -#}
{% macro version_order(is_known_version) -%}
    case when {{ is_known_version }} then 0 else 1 end,
    case when {{ is_known_version }} then version_written_at end desc nulls last,
    version_written_at asc nulls last,
    delivered_in desc,
    version_row desc
{%- endmacro %}
