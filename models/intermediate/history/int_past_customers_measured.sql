with cutoffs as (
    select * from {{ ref('int_cutoffs_listed') }} where is_rebuilt and not is_as_of
),

customers as (
    select
        valued_at as cutoff_date,
        {{ month_of('valued_at') }} as month,
        customer_id
    from {{ ref('int_customers_listed') }}
    where valued_at <> {{ valued_now() }}
),

bases as (
    select * from {{ ref('int_past_clv_bases_found') }}
),

occasions as (
    select * from {{ ref('int_past_occasions_summed') }}
),

settled as (
    select * from {{ ref('int_settled_occasions_summed') }}
),

summed as (
    select
        cutoff_date,
        customer_id,
        sum(orders) as order_count,
        sum(case when orders > 0 then 1 else 0 end) as purchase_occasions,
        sum(net_revenue) as net_revenue,
        {{ complete_sum('gross_margin') }} as gross_margin,
        sum(occasion_value) as occasion_value,
        sum(case when is_first then occasion_value end) as first_occasion_value,
        min(case when orders > 0 then order_date end) as first_occasion_date,
        max(case when orders > 0 then order_date end) as last_occasion_date,
        max(case when orders > 0 and is_latest then days_since_previous end) as latest_gap_days,
        sum(case when {{ month_of('order_date') }} = {{ month_of('cutoff_date') }} then orders else 0 end) as month_orders,
        sum(case when {{ month_of('order_date') }} = {{ month_of('cutoff_date') }} then net_revenue else 0 end)
            as month_net_revenue
    from occasions
    group by cutoff_date, customer_id
),

-- of customers about whom nothing was found out later the last day up to the cutoff tells all
measured as (
    select * from summed
    union all
    select
        cutoffs.cutoff_date,
        settled.customer_id,
        settled.order_count,
        settled.purchase_occasions,
        settled.net_revenue_so_far as net_revenue,
        settled.gross_margin_so_far as gross_margin,
        settled.occasion_value_so_far as occasion_value,
        settled.first_occasion_value,
        settled.first_occasion_date,
        settled.last_occasion_date,
        {{ dbt.datediff(
            'settled.previous_occasion_date', 'settled.last_occasion_date', 'day'
        ) }} as latest_gap_days,
        case when settled.month = cutoffs.month then settled.month_orders else 0 end as month_orders,
        case when settled.month = cutoffs.month then settled.month_net_revenue else 0 end as month_net_revenue
    from settled
    inner join cutoffs
        on
            settled.order_date <= cutoffs.cutoff_date
            and coalesce(settled.next_order_date, cast('9999-12-31' as date)) > cutoffs.cutoff_date
),

final as (
    select
        customers.cutoff_date,
        customers.month,
        customers.customer_id,
        coalesce(measured.order_count, 0) as order_count,
        coalesce(measured.purchase_occasions, 0) as purchase_occasions,
        coalesce(measured.net_revenue, 0) as net_revenue,
        case
            when measured.customer_id is not null then measured.gross_margin
            when bases.clv_basis = 'margin' then 0
        end as gross_margin,
        bases.clv_basis,
        measured.occasion_value,
        measured.first_occasion_value,
        measured.first_occasion_date,
        measured.last_occasion_date,
        measured.latest_gap_days,
        coalesce(measured.month_orders, 0) as month_orders,
        coalesce(measured.month_net_revenue, 0) as month_net_revenue
    from customers
    inner join bases
        on customers.cutoff_date = bases.cutoff_date
    left join measured
        on
            customers.cutoff_date = measured.cutoff_date
            and customers.customer_id = measured.customer_id
)

select * from final
