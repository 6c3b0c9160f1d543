with customers as (
    select * from {{ ref('int_customers_measured') }}
),

acquisitions as (
    select * from {{ ref('int_customer_channels') }}
),

valued as (
    select * from {{ ref('int_customers_valued') }}
),

lifecycles as (
    select * from {{ ref('int_customers_staged') }}
),

rfm as (
    select * from {{ ref('int_customers_rfm_scored') }}
),

tiers as (
    select * from {{ ref('int_customers_tiered') }}
),

channel_months as (
    select *
    from {{ ref('int_channel_months') }}
    where attribution_model = '{{ var("attribution_model") }}'
),

company as (
    select lifetime_years
    from {{ ref('int_segments') }}
    where segment_kind = 'company'
),

final as (
    select
        customers.customer_id,
        customers.country,
        acquisitions.acquisition_channel,
        acquisitions.acquisition_campaign,
        customers.cohort_month,
        customers.first_order_at,
        customers.last_order_at,
        cast(customers.order_count as integer) as order_count,
        cast(customers.purchase_occasions as integer) as purchase_occasions,
        cast(customers.net_revenue as {{ type_money() }}) as net_revenue,
        cast(customers.gross_margin as {{ type_money() }}) as gross_margin,
        customers.gross_margin_rate,
        customers.margin_basis,
        customers.average_order_value,
        customers.orders_per_year,
        cast(customers.days_since_last_order as integer) as days_since_last_order,
        lifecycles.lifecycle_stage,
        rfm.rfm_recency,
        rfm.rfm_frequency,
        rfm.rfm_monetary,
        rfm.rfm_segment,
        tiers.value_tier,
        {{ to_money('customers.historical_clv') }} as historical_clv,
        -- the customer's own order value, frequency and margin, over the lifetime of the company's average customer
        {{ to_money(
            "customers.average_order_value * customers.orders_per_year * company.lifetime_years"
            ~ " * case when customers.clv_basis = 'margin' then customers.gross_margin_rate else 1 end"
        ) }} as formula_clv,
        valued.predicted_clv,
        valued.total_clv,
        valued.probability_alive,
        valued.expected_orders_30d,
        valued.expected_orders_90d,
        valued.expected_orders_365d,
        valued.expected_revenue_30d,
        valued.expected_revenue_90d,
        valued.expected_revenue_365d,
        valued.expected_margin_30d,
        valued.expected_margin_90d,
        valued.expected_margin_365d,
        valued.expected_order_value,
        valued.median_days_to_next_order,
        valued.next_order_expected_on,
        cast(valued.days_overdue as integer) as days_overdue,
        channel_months.cac,
        {{ ratio('valued.total_clv', 'channel_months.cac') }} as clv_to_cac,
        customers.clv_basis,
        valued.purchase_model,
        valued.model_status,
        cast({{ var('horizon_months') }} as integer) as horizon_months,
        {{ annual_discount_rate() }} as annual_discount_rate,
        {{ reporting_currency() }} as currency,
        customers.as_of_date
    from customers
    inner join acquisitions
        on customers.customer_id = acquisitions.customer_id
    inner join valued
        on customers.customer_id = valued.customer_id
    inner join lifecycles
        on customers.customer_id = lifecycles.customer_id
    inner join tiers
        on customers.customer_id = tiers.customer_id
    left join rfm
        on customers.customer_id = rfm.customer_id
    left join channel_months
        on
            customers.cohort_month = channel_months.month
            and acquisitions.acquisition_channel = channel_months.acquisition_channel
    left join company
        on true
)

select * from final
