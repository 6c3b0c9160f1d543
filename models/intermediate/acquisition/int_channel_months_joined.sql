with spend as (
    select
        month,
        acquisition_channel,
        sum(spend) as spend
    from {{ ref('int_spend_months_summed') }}
    group by month, acquisition_channel
),

-- spend is zero where it is told for some channel, and unknown where no spend is told at all
has_spend as (
    select count(*) > 0 as is_spend_known
    from spend
),

acquired as (
    select * from {{ ref('int_channel_customers_summed') }}
),

ordered as (
    select
        customer_months.month,
        customers.acquisition_channel,
        sum(customer_months.orders) as attributed_orders
    from {{ ref('int_customer_months_summed') }} as customer_months
    inner join {{ ref('int_customers_measured') }} as customers
        on customer_months.customer_id = customers.customer_id
    group by customer_months.month, customers.acquisition_channel
),

parts as (
    select
        month,
        acquisition_channel,
        spend,
        0 as new_customers,
        0 as net_revenue,
        0 as gross_margin,
        0 as has_unknown_margin,
        0 as total_clv,
        0 as has_unknown_clv,
        0 as attributed_orders
    from spend
    union all
    select
        month,
        acquisition_channel,
        0,
        new_customers,
        net_revenue,
        gross_margin,
        has_unknown_margin,
        total_clv,
        has_unknown_clv,
        0
    from acquired
    union all
    select month, acquisition_channel, 0, 0, 0, 0, 0, 0, 0, attributed_orders
    from ordered
),

with_company as (
    select * from parts
    union all
    select
        month,
        'all',
        spend,
        new_customers,
        net_revenue,
        gross_margin,
        has_unknown_margin,
        total_clv,
        has_unknown_clv,
        attributed_orders
    from parts
),

summed as (
    select
        month,
        acquisition_channel,
        sum(spend) as spend,
        sum(new_customers) as new_customers,
        sum(attributed_orders) as attributed_orders,
        sum(net_revenue) as net_revenue,
        case when max(has_unknown_margin) = 0 then sum(gross_margin) end as gross_margin,
        case when max(has_unknown_clv) = 0 then sum(total_clv) end as total_clv
    from with_company
    group by month, acquisition_channel
),

final as (
    select
        summed.month,
        summed.acquisition_channel,
        cast(case when has_spend.is_spend_known then summed.spend end as {{ type_money() }}) as spend,
        cast(summed.new_customers as bigint) as new_customers,
        cast(summed.attributed_orders as bigint) as attributed_orders,
        {{ money_columns(['net_revenue', 'gross_margin']) }},
        {{ to_money(ratio('case when summed.spend > 0 then summed.spend end', 'summed.new_customers')) }} as cac,
        {{ to_money(ratio('case when summed.spend > 0 then summed.spend end', 'summed.attributed_orders')) }} as cpa,
        {{ to_money(ratio('summed.total_clv', 'summed.new_customers')) }} as mean_total_clv
    from summed
    cross join has_spend
)

select * from final
