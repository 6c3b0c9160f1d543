with customers as (
    select * from {{ ref('int_customers_known') }}
),

acquisitions as (
    select * from {{ ref('int_customer_channels') }}
),

valued as (
    select * from {{ ref('int_customers_valued') }} where valued_at = {{ valued_now() }}
),

-- a date beyond a century is none
placed as (
    select
        *,
        {{ dbt.dateadd(
            'day', 'cast(case when expected_gap_days < 36525 then round(expected_gap_days) end as integer)', 'last_occasion_date'
        ) }} as next_order_expected_at
    from {{ ref('int_customers_placed') }}
    where valued_at = {{ valued_now() }}
),

predictions as (
    select * from {{ ref('int_customers_predicted') }} where valued_at = {{ valued_now() }}
),

intervals as (
    select * from {{ ref('int_customer_intervals_derived') }}
),

rfm as (
    select * from {{ ref('int_rfm_scores') }}
),

quality as (
    select * from {{ ref('int_model_quality') }}
),

channel_months as (
    select *
    from {{ ref('int_channel_months') }}
    where attribution_model = '{{ var("attribution_model") }}'
),

company as (
    select kpi_months.lifetime_years
    from {{ ref('int_kpi_months_measured') }} as kpi_months
    inner join {{ ref('int_run_context') }} as run_context
        on kpi_months.month = run_context.as_of_month
    where kpi_months.segment_kind = 'company'
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
        {{ money_columns(['net_revenue', 'gross_margin'], 'customers') }},
        customers.gross_margin_rate,
        customers.margin_basis,
        customers.average_order_value,
        customers.orders_per_year,
        cast(customers.days_since_last_order as integer) as days_since_last_order,
        placed.lifecycle_stage,
        rfm.rfm_recency,
        rfm.rfm_frequency,
        rfm.rfm_monetary,
        rfm.rfm_segment,
        valued.value_tier,
        {{ to_money('customers.historical_clv') }} as historical_clv,
        -- the customer's own order value, frequency and margin, over the lifetime of the company's average customer
        {{ to_money(
            "customers.average_order_value * customers.orders_per_year * company.lifetime_years"
            ~ " * case when customers.clv_basis = 'margin' then customers.gross_margin_rate else 1 end"
        ) }} as formula_clv,
        valued.predicted_clv,
        valued.total_clv,
        {% for age in clv_ages() %}
        valued.clv_{{ age }}m,
        {% endfor %}
        {{ to_money('intervals.value_low') }} as predicted_clv_low,
        {{ to_money('intervals.value_high') }} as predicted_clv_high,
        predictions.probability_alive,
        predictions.probability_of_order_30d,
        predictions.probability_of_order_90d,
        predictions.probability_of_order_365d,
        {% for days in ['30d', '90d', '365d'] %}
        {% set revenue = 'predictions.expected_orders_' ~ days ~ ' * predictions.expected_order_value' %}
        predictions.expected_orders_{{ days }},
        {{ to_money(revenue) }} as expected_revenue_{{ days }},
        {{ to_money("case when customers.clv_basis = 'margin' then " ~ revenue ~ ' * valued.expected_margin_rate end') }}
            as expected_margin_{{ days }},
        {% endfor %}
        {{ to_money('predictions.expected_order_value') }} as expected_order_value,
        placed.expected_gap_days as median_days_to_next_order,
        cast(placed.next_order_expected_at as date) as next_order_expected_on,
        placed.next_order_basis,
        cast(case
            when placed.next_order_expected_at is not null
                then greatest({{ dbt.datediff('placed.next_order_expected_at', 'customers.as_of_date', 'day') }}, 0)
        end as integer) as days_overdue,
        channel_months.cac,
        {{ ratio('valued.clv_36m', 'channel_months.cac') }} as clv_to_cac,
        customers.clv_basis,
        predictions.purchase_model,
        predictions.spend_model,
        coalesce(predictions.model_status, 'no_purchase') as model_status,
        quality.model_quality,
        quality.model_warnings,
        cast({{ var('horizon_months') }} as integer) as horizon_months,
        {{ annual_discount_rate() }} as annual_discount_rate,
        {{ reporting_currency() }} as currency,
        customers.as_of_date
    from customers
    inner join acquisitions on customers.customer_id = acquisitions.customer_id
    inner join valued on customers.customer_id = valued.customer_id
    inner join placed on customers.customer_id = placed.customer_id
    cross join quality
    left join predictions on customers.customer_id = predictions.customer_id
    left join intervals on customers.customer_id = intervals.customer_id
    left join rfm on customers.customer_id = rfm.customer_id
    left join channel_months
        on
            customers.cohort_month = channel_months.month
            and acquisitions.acquisition_channel = channel_months.acquisition_channel
    left join company
        on true
)

select * from final
