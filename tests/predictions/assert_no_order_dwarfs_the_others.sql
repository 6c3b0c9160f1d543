{{ config(severity='warn') }}

-- A failure means that a single counted order brought a thousand times the median or more: a mistake in the amount, or a
-- customer of another kind, on whom predictions and tiers then rest.
with orders as (
    select * from {{ ref('fct_orders') }} where is_counted
),

customers as (
    select
        customer_id,
        predicted_clv,
        {{ ratio('predicted_clv', 'sum(predicted_clv) over ()') }} as share_of_equity
    from {{ ref('dim_customers') }}
),

ranked as (
    select
        *,
        row_number() over (order by net_revenue) as place,
        count(*) over () as orders
    from orders
),

middle as (
    select avg(net_revenue) as median_revenue
    from ranked
    where place in (floor((orders + 1) / 2e0), ceil((orders + 1) / 2e0))
)

select
    'Order ' || ranked.order_id
    || ' of ' || coalesce('customer ' || ranked.customer_id, 'nobody known')
    || ' brought ' || cast(cast(ranked.net_revenue as {{ type_exact(28, 2) }}) as {{ dbt.type_string() }})
    || ', a thousand times the median of '
    || cast(cast(middle.median_revenue as {{ type_exact(28, 2) }}) as {{ dbt.type_string() }})
    || ' or more' || coalesce(
        '; the customer holds '
        || cast(cast(100 * customers.share_of_equity as {{ type_exact(28, 1) }}) as {{ dbt.type_string() }})
        || '% of customer equity', ''
    ) || ': look whether the amount is right.' as sentence
from ranked
cross join middle
left join customers
    on ranked.customer_id = customers.customer_id
where middle.median_revenue > 0 and ranked.net_revenue >= 1000 * middle.median_revenue
order by ranked.net_revenue desc, ranked.order_id asc
