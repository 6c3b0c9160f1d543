with cutoffs as (
    select * from {{ ref('int_cutoffs_listed') }} where is_rebuilt and not is_as_of
),

revised as (
    select * from {{ ref('int_past_customers_revised') }}
),

orders as (
    select
        order_id,
        {{ shop_customer_id() }} as source_customer_id,
        is_counted,
        is_counted_status,
        net_revenue,
        gross_margin,
        order_date
    from {{ ref('int_orders_valued') }}
    where {{ shop_customer_id() }} in (select revised.source_customer_id from revised)
),

past_orders as (
    select
        cutoff_date,
        {{ shop_customer_id() }} as source_customer_id,
        is_counted,
        is_counted_status,
        net_revenue,
        gross_margin,
        order_date
    from {{ ref('int_past_orders_valued') }}
),

listed as (
    select
        cutoff_date,
        order_id
    from {{ ref('int_past_orders_listed') }}
),

linked as (
    select
        valued_at as cutoff_date,
        source_customer_id,
        customer_id
    from {{ ref('int_people_linked') }}
    where valued_at <> {{ valued_now() }}
),

-- as they are now, but for those that were others then
known_then as (
    select
        cutoffs.cutoff_date,
        orders.source_customer_id,
        orders.is_counted,
        orders.is_counted_status,
        orders.net_revenue,
        orders.gross_margin,
        orders.order_date
    from orders
    inner join cutoffs
        on orders.order_date <= cutoffs.cutoff_date
    left join listed
        on
            orders.order_id = listed.order_id
            and cutoffs.cutoff_date = listed.cutoff_date
    where listed.order_id is null
    union all
    select * from past_orders
),

by_day as (
    select
        known_then.cutoff_date,
        coalesce(linked.customer_id, known_then.source_customer_id) as customer_id,
        known_then.order_date,
        sum(case when known_then.is_counted then 1 else 0 end) as orders,
        sum(known_then.net_revenue) as net_revenue,
        sum(case when known_then.is_counted then known_then.net_revenue end) as occasion_value,
        {{ complete_sum('case when known_then.is_counted then known_then.gross_margin else 0 end') }} as occasion_margin,
        {{ complete_sum('known_then.gross_margin') }} as gross_margin,
        count(case when known_then.is_counted_status then known_then.gross_margin end) as orders_of_known_margin
    from known_then
    left join linked
        on
            known_then.cutoff_date = linked.cutoff_date
            and known_then.source_customer_id = linked.source_customer_id
    where known_then.source_customer_id is not null
    group by
        known_then.cutoff_date,
        coalesce(linked.customer_id, known_then.source_customer_id),
        known_then.order_date
),

final as (
    select
        *,
        {{ dbt.datediff(
            'lag(order_date) over (partition by cutoff_date, customer_id, orders > 0 order by order_date)', 'order_date', 'day'
        ) }} as days_since_previous,
        row_number() over (partition by cutoff_date, customer_id, orders > 0 order by order_date) = 1 as is_first,
        lead(order_date) over (partition by cutoff_date, customer_id, orders > 0 order by order_date) is null as is_latest
    from by_day
)

select * from final
