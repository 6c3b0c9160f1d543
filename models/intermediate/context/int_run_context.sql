with latest_versions as (
    select
        known_at,
        rank() over (
            partition by record_key
            order by version_written_at desc nulls last, delivered_in desc, version_row desc
        ) as version_rank
    from {{ ref('int_orders_delivered') }}
    where rejection_reason is null
),

-- var as_of_date, else the day of the latest order
as_of as (
    select coalesce({{ configured_as_of_date() }}, max({{ reporting_date('known_at') }})) as as_of_date
    from latest_versions
    where version_rank = 1
),

final as (
    select
        as_of_date,
        {{ end_of_reporting_date('as_of_date') }} as known_before,
        {{ month_of('as_of_date') }} as as_of_month,
        cast('{{ var("reporting_currency") }}' as {{ dbt.type_string() }}) as reporting_currency,
        cast({{ var('annual_discount_rate') }} as double precision) as annual_discount_rate,
        cast({{ var('kpi_window_months') }} as integer) as kpi_window_months
    from as_of
)

select * from final
