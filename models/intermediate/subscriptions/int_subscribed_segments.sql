with subscribers as (
    select *
    from {{ ref('int_subscribers') }}
    where plan = 'all' and billing_period = 'all'
),

segments as (
    select * from {{ ref('int_customer_segments') }}
),

margin as (
    select * from {{ ref('int_subscription_margin') }}
),

-- what the first month brought
first_months as (
    select
        customer_id,
        sum(monthly_revenue) as monthly_revenue
    from {{ ref('int_subscriptions_chained') }}
    where plan = 'all' and billing_period = 'all' and start_date = first_start_date
    group by customer_id
),

-- the company has subscribers, too, who have neither an account nor an order
summed as (
    {% for kind in segment_kinds() %}
    select
        '{{ kind }}' as segment_kind,
        {{ "'all'" if kind == 'company' else 'segments.' ~ kind }} as segment,
        count(*) as subscribers,
        sum(first_months.monthly_revenue) as monthly_revenue,
        sum(case when subscribers.is_lost then 1 else 0 end) as lost_customers,
        sum(subscribers.renewals_decided * subscribers.billing_months) as months_at_risk
    from subscribers
    {% if kind != 'company' %}
    inner join segments
        on subscribers.customer_id = segments.customer_id
    {% endif %}
    inner join first_months
        on subscribers.customer_id = first_months.customer_id
    {{ "having count(*) > 0" if kind == 'company' else 'group by segments.' ~ kind }}
    {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

final as (
    select
        summed.segment_kind,
        summed.segment,
        summed.subscribers,
        margin.clv_basis,
        {{ to_money(
            ratio('summed.monthly_revenue', 'summed.subscribers') ~ ' * margin.value_rate * '
            ~ lifetime_months('summed.lost_customers', 'summed.months_at_risk')
        ) }} as formula_clv
    from summed
    cross join margin
)

select * from final
