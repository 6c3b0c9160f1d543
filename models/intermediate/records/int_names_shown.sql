{% set columns = [
    ('channel', 'marketing_spend', 'channel'),
    ('channel', 'touchpoints', 'channel'),
    ('channel', 'customers', 'acquisition_channel'),
    ('campaign', 'marketing_spend', 'campaign'),
    ('campaign', 'touchpoints', 'campaign'),
    ('campaign', 'customers', 'acquisition_campaign'),
    ('campaign', 'campaign_members', 'campaign'),
] %}
with written as (
    {% for kind, source, column in columns %}
    select
        '{{ kind }}' as name_kind,
        {{ column }} as name_key,
        {{ kind }}_written as spelling,
        count(*) as written_rows
    from {{ ref('stg_shop__' ~ source) }}
    where {{ column }} is not null
    group by {{ column }}, {{ kind }}_written
    {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

spelt as (
    select
        name_kind,
        name_key,
        spelling,
        sum(written_rows) as written_rows
    from written
    group by name_kind, name_key, spelling
),

ranked as (
    select
        *,
        row_number() over (partition by name_kind, name_key order by written_rows desc, spelling asc) as place
    from spelt
),

-- what the marts call all channels, and those that nobody names, keeps its name
final as (
    select
        name_kind,
        name_key,
        max(case when place = 1 then spelling end) as shown_name,
        max(case when place = 2 then spelling end) as other_name,
        count(*) as spellings,
        cast(sum(written_rows) as bigint) as written_rows,
        cast(sum(case when place > 1 then written_rows else 0 end) as bigint) as otherwise_written_rows
    from ranked
    where name_key not in ('all', 'unknown', 'unallocated')
    group by name_kind, name_key
)

select * from final
