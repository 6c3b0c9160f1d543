{{ config(materialized='incremental', incremental_strategy='delete+insert', unique_key='order_id') }}

with records as (
    {{ records_to_judge('orders', [
        'order_id', 'customer_id', 'status', 'currency', 'sales_channel', 'country', 'email',
        'amount', 'discount_amount', 'shipping_amount', 'tax_amount', 'total_amount', 'tax_included', 'ordered_at',
    ], key='order_id', event='ordered_at') }}
),

versions as (
    {{ record_versions('records') }}
),

-- of versions written at one time only the last delivered was ever in force
final as (
    select
        *,
        case
            when
                is_readable and version_rank > 1
                and row_number() over (
                    partition by record_key, is_readable, version_written_at
                    order by delivered_in desc, version_row desc
                ) = 1
                then version_rank - 1
        end as superseded_version
    from versions
)

select * from final
