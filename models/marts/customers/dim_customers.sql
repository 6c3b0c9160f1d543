with customers as (
    select * from {{ ref('int_customers_known') }}
),

acquisitions as (
    select * from {{ ref('int_customer_channels') }}
),

valued as (
    select * from {{ ref('int_customers_valued') }} where valued_at = {{ valued_now() }}
),

placed as (
    select * from {{ ref('int_customers_placed') }} where valued_at = {{ valued_now() }}
),

predictions as (
    select
        *,
        -- a date beyond a century is none
        {{ dbt.dateadd(
            'day', 'cast(case when median_gap_days < 36525 then round(median_gap_days) end as integer)', 'last_occasion_date'
        ) }} as next_order_expected_at
    from {{ ref('int_customers_predicted') }}
    where valued_at = {{ valued_now() }}
),

rfm as (
    select * from {{ ref('int_customers_rfm_scored') }}
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

joined as (
    select
        customers.*,
        acquisitions.acquisition_channel,
        acquisitions.acquisition_campaign,
        valued.predicted_clv,
        valued.total_clv,
        placed.value_tier,
        placed.lifecycle_stage,
        rfm.rfm_recency,
        rfm.rfm_frequency,
        rfm.rfm_monetary,
        rfm.rfm_segment,
        predictions.purchase_model,
        coalesce(predictions.model_status, 'no_purchase') as model_status,
        predictions.probability_alive,
        predictions.expected_orders_30d,
        predictions.expected_orders_90d,
        predictions.expected_orders_365d,
        predictions.expected_order_value,
        predictions.median_gap_days,
        predictions.next_order_expected_at,
        case when customers.clv_basis = 'margin' then valued.expected_margin_rate end as known_margin_rate,
        company.lifetime_years,
        channel_months.cac
    from customers
    inner join acquisitions
        on customers.customer_id = acquisitions.customer_id
    inner join valued
        on customers.customer_id = valued.customer_id
    inner join placed
        on customers.customer_id = placed.customer_id
    left join predictions
        on customers.customer_id = predictions.customer_id
    left join rfm
        on customers.customer_id = rfm.customer_id
    left join channel_months
        on
            customers.cohort_month = channel_months.month
            and acquisitions.acquisition_channel = channel_months.acquisition_channel
    left join company
        on true
),

final as (
    select
        customer_id,
        country,
        acquisition_channel,
        acquisition_campaign,
        cohort_month,
        first_order_at,
        last_order_at,
        cast(order_count as integer) as order_count,
        cast(purchase_occasions as integer) as purchase_occasions,
        {{ money_columns(['net_revenue', 'gross_margin']) }},
        gross_margin_rate,
        margin_basis,
        average_order_value,
        orders_per_year,
        cast(days_since_last_order as integer) as days_since_last_order,
        lifecycle_stage,
        rfm_recency,
        rfm_frequency,
        rfm_monetary,
        rfm_segment,
        value_tier,
        {{ to_money('historical_clv') }} as historical_clv,
        -- the customer's own order value, frequency and margin, over the lifetime of the company's average customer
        {{ to_money(
            "average_order_value * orders_per_year * lifetime_years"
            ~ " * case when clv_basis = 'margin' then gross_margin_rate else 1 end"
        ) }} as formula_clv,
        predicted_clv,
        total_clv,
        probability_alive,
        expected_orders_30d,
        expected_orders_90d,
        expected_orders_365d,
        {% for measure, rate in [('revenue', '1'), ('margin', 'known_margin_rate')] %}
        {% for days in ['30d', '90d', '365d'] %}
        {{ to_money('expected_orders_' ~ days ~ ' * expected_order_value * ' ~ rate) }} as expected_{{ measure }}_{{ days }},
        {% endfor %}
        {% endfor %}
        {{ to_money('expected_order_value') }} as expected_order_value,
        median_gap_days as median_days_to_next_order,
        cast(next_order_expected_at as date) as next_order_expected_on,
        cast(case
            when next_order_expected_at is not null
                then greatest({{ dbt.datediff('next_order_expected_at', 'as_of_date', 'day') }}, 0)
        end as integer) as days_overdue,
        cac,
        {{ ratio('total_clv', 'cac') }} as clv_to_cac,
        clv_basis,
        purchase_model,
        model_status,
        cast({{ var('horizon_months') }} as integer) as horizon_months,
        {{ annual_discount_rate() }} as annual_discount_rate,
        {{ reporting_currency() }} as currency,
        as_of_date
    from joined
)

select * from final
