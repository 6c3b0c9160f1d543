with months as (
    select * from {{ ref('int_kpi_months_summed') }}
),

channel_spend as (
    select
        'channel' as segment_kind,
        acquisition_channel as segment,
        month,
        spend
    from {{ ref('int_spend_months') }}
    union all
    select 'company', 'all', month, spend
    from {{ ref('int_spend_months') }}
),

-- what the window cost, in a month without spend of its own, too
spend as (
    select
        months.segment_kind,
        months.segment,
        months.month,
        sum(channel_spend.spend) as spend
    from months
    inner join channel_spend
        on
            months.segment_kind = channel_spend.segment_kind
            and months.segment = channel_spend.segment
            and months.month >= channel_spend.month
            and {{ add_months('months.month', -1 * var('kpi_window_months')) }} < channel_spend.month
    group by months.segment_kind, months.segment, months.month
),

measured as (
    select
        months.*,
        spend.spend,
        {{ ratio('months.net_revenue', 'months.orders') }} as average_order_value,
        {{ ratio('months.customer_orders', 'months.active_customers') }} as purchase_frequency,
        {{ ratio('case when months.unknown_margins = 0 then months.gross_margin end', 'months.net_revenue') }}
            as gross_margin_rate,
        {{ ratio('months.churned_customers', 'months.active_before_customers') }} as churn_rate,
        {{ ratio('months.active_customers - months.active_before_customers', 'months.active_before_customers') }}
            as net_customer_change,
        {{ ratio('case when spend.spend > 0 then spend.spend end', 'months.new_customers') }} as cac
    from months
    left join spend
        on
            months.segment_kind = spend.segment_kind
            and months.segment = spend.segment
            and months.month = spend.month
),

final as (
    select
        segment_kind,
        segment,
        month,
        cast(active_before_customers as bigint) as customers_at_start,
        cast(active_customers as bigint) as customers_at_end,
        cast(churned_customers as bigint) as churned_customers,
        cast(new_customers as bigint) as new_customers,
        cast(orders as bigint) as orders,
        cast(customer_orders as bigint) as customer_orders,
        cast(net_revenue as {{ type_money() }}) as net_revenue,
        cast(case when unknown_margins = 0 then gross_margin end as {{ type_money() }}) as gross_margin,
        cast(month_orders as bigint) as month_orders,
        cast(month_net_revenue as {{ type_money() }}) as month_net_revenue,
        cast(case when month_unknown_margins = 0 then month_gross_margin end as {{ type_money() }}) as month_gross_margin,
        {{ to_money('average_order_value') }} as average_order_value,
        purchase_frequency,
        gross_margin_rate,
        churn_rate,
        1 - churn_rate as retention_rate,
        net_customer_change,
        {{ lifetime_years('churn_rate') }} as lifetime_years,
        coalesce(churn_rate, 1) * {{ var('max_lifetime_years') }} * 12 < {{ var('kpi_window_months') }} as is_lifetime_capped,
        {{ to_money('cac') }} as cac,
        active_customers >= {{ var('min_segment_customers') }} as is_reliable
    from measured
)

select * from final
