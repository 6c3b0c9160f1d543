with customers as (
    select *
    from {{ ref('int_customers_measured') }}
    where valued_at = {{ valued_now() }} and purchase_occasions > 0
),

segments as (
    select * from {{ ref('rfm_segments') }}
),

-- customers who are alike score alike: the share of customers strictly below, in fifths
scored as (
    select
        customer_id,
        {{ quintile('last_occasion_date asc') }} as rfm_recency,
        {{ quintile('purchase_occasions asc') }} as rfm_frequency,
        {{ quintile('net_revenue asc') }} as rfm_monetary
    from customers
),

final as (
    select
        scored.customer_id,
        scored.rfm_recency,
        scored.rfm_frequency,
        scored.rfm_monetary,
        segments.rfm_segment
    from scored
    left join segments
        on
            scored.rfm_recency = segments.rfm_recency
            and scored.rfm_frequency = segments.rfm_frequency
)

select * from final
