with cutoffs as (
    select * from {{ ref('int_cutoffs_listed') }} where is_rebuilt and not is_as_of
),

ids as (
    select
        source_customer_id,
        min(known_on) as known_on
    from {{ ref('int_contacts_normalised') }}
    group by source_customer_id
),

linked as (
    select * from {{ ref('int_past_customers_linked') }}
),

-- who has not bought yet is a customer, too
customers as (
    select distinct
        cutoffs.cutoff_date,
        cutoffs.month,
        coalesce(linked.customer_id, ids.source_customer_id) as customer_id
    from ids
    inner join cutoffs
        on ids.known_on <= cutoffs.cutoff_date
    left join linked
        on
            cutoffs.cutoff_date = linked.cutoff_date
            and ids.source_customer_id = linked.source_customer_id
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

-- where no margin is known at all, every CLV is on net revenue
margins_known as (
    select
        cutoff_date,
        sum(orders_of_known_margin) as orders_of_known_margin
    from occasions
    group by cutoff_date
    union all
    select
        cutoffs.cutoff_date,
        sum(days.orders_of_known_margin) as orders_of_known_margin
    from cutoffs
    inner join (
        select
            order_date,
            sum(orders_of_known_margin) as orders_of_known_margin
        from settled
        group by order_date
    ) as days
        on cutoffs.cutoff_date >= days.order_date
    group by cutoffs.cutoff_date
),

basis as (
    select
        cutoff_date,
        case when sum(orders_of_known_margin) > 0 then 'margin' else 'revenue' end as clv_basis
    from margins_known
    group by cutoff_date
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
            when basis.clv_basis = 'margin' then 0
        end as gross_margin,
        basis.clv_basis,
        measured.occasion_value,
        measured.first_occasion_value,
        measured.first_occasion_date,
        measured.last_occasion_date,
        measured.latest_gap_days,
        coalesce(measured.month_orders, 0) as month_orders,
        coalesce(measured.month_net_revenue, 0) as month_net_revenue
    from customers
    inner join basis
        on customers.cutoff_date = basis.cutoff_date
    left join measured
        on
            customers.cutoff_date = measured.cutoff_date
            and customers.customer_id = measured.customer_id
)

select * from final
