with deliveries as (
    select * from {{ ref('int_deliveries_counted') }}
),

final as (
    select
        source_name,
        delivered_in,
        delivered_rows,
        accepted_rows,
        rejected_rows,
        superseded_rows,
        merged_rows,
        withdrawn_rows,
        not_yet_known_rows,
        filtered_rows,
        forgotten_rows,
        rejected_share
    from deliveries
)

select * from final
