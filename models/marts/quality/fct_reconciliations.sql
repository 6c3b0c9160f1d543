with deliveries as (
    select * from {{ ref('fct_deliveries') }}
),

orders as (
    select * from {{ ref('fct_orders') }}
),

flat_orders as (
    select * from {{ ref('int_orders_checked') }}
    where source_name = 'order_items' and is_known and rejection_reason is null
),

customers as (
    select * from {{ ref('dim_customers') }}
),

cohort_months as (
    select * from {{ ref('int_cohort_months') }}
    where acquisition_channel = 'all'
),

kpi_months as (
    select * from {{ ref('int_kpi_months_measured') }}
    where segment_kind = 'company'
),

channel_months as (
    select * from {{ ref('fct_channel_months') }}
    where acquisition_channel <> 'all'
),

delivered_amounts as (
    select * from {{ ref('int_delivered_amounts_summed') }}
),

checks as (
    {% for source in raw_sources() %}
    select
        'rows of {{ source }}: delivered = accepted, rejected, superseded, merged, withdrawn,'
        || ' left out or not yet known' as check_name,
        coalesce(sum(delivered_rows), 0) as left_amount,
        coalesce(
            sum(
                accepted_rows + rejected_rows + superseded_rows + merged_rows + withdrawn_rows + not_yet_known_rows
                + filtered_rows
                + forgotten_rows
            ),
            0
        ) as right_amount
    from deliveries
    where source_name = '{{ source }}'
    union all
    {% endfor %}
    select
        'gross item revenue in document currencies: readable = in orders + in rows that are not in force' as check_name,
        coalesce((select delivered_amount from delivered_amounts), 0) as left_amount,
        coalesce((select sum(source_gross_item_revenue) from orders), 0)
        + coalesce((select not_in_orders_amount from delivered_amounts), 0) as right_amount
    union all
    select
        'orders: accepted rows + orders of flat lines = orders',
        coalesce((select sum(accepted_rows) from deliveries where source_name = 'orders'), 0)
        + (select count(*) from flat_orders),
        (select count(*) from orders)
    union all
    select
        'net revenue: orders = customers + unattributed',
        coalesce((select sum(net_revenue) from orders), 0),
        coalesce((select sum(net_revenue) from customers), 0)
        + coalesce((select sum(net_revenue) from orders where customer_id is null), 0)
    union all
    select
        'net revenue: orders = cohorts + customers without a purchase + unattributed',
        coalesce((select sum(net_revenue) from orders), 0),
        coalesce((select sum(net_revenue) from cohort_months), 0)
        + coalesce((select sum(net_revenue) from customers where cohort_month is null), 0)
        + coalesce((select sum(net_revenue) from orders where customer_id is null), 0)
    union all
    select
        'net revenue: orders (refunds at the purchase) = company months (refunds when paid)',
        coalesce((select sum(net_revenue) from orders), 0),
        coalesce((select sum(month_net_revenue) from kpi_months), 0)
    union all
    select
        'gross margin: orders (refunds at the purchase) = company months (refunds when paid)',
        coalesce((select {{ complete_sum('gross_margin') }} from orders), 0),
        coalesce((select {{ complete_sum('month_gross_margin') }} from kpi_months), 0)
    union all
    select
        'net revenue: customers with a purchase = channel months',
        coalesce((select sum(net_revenue) from customers where cohort_month is not null), 0),
        coalesce((select sum(net_revenue) from channel_months), 0)
    union all
    select
        'counted orders: orders = company months',
        coalesce((select sum(case when is_counted then 1 else 0 end) from orders), 0),
        coalesce((select sum(month_orders) from kpi_months), 0)
),

final as (
    select
        check_name,
        cast(left_amount as {{ type_money() }}) as left_amount,
        cast(right_amount as {{ type_money() }}) as right_amount,
        cast(left_amount - right_amount as {{ type_money() }}) as difference,
        abs(left_amount - right_amount) < 0.005 as is_reconciled
    from checks
)

select * from final
