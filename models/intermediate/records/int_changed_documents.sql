with builds as (
    select * from {{ ref('stg_builds__builds') }}
),

run_context as (
    select * from {{ ref('int_run_context') }}
),

orders as (
    select * from {{ ref('int_orders_versioned') }}
),

lines as (
    select * from {{ ref('int_order_items_versioned') }}
),

filtered_orders as (
    select * from {{ ref('stg_shop__filtered_orders') }}
),

flat_orders as (
    select * from {{ ref('int_flat_orders_derived') }}
),

exchange_rates as (
    select * from {{ ref('int_exchange_rates_filled') }}
),

built_exchange_rates as (
    select * from {{ ref('stg_builds__exchange_rates') }}
),

product_costs as (
    select * from {{ ref('int_product_costs_dated') }}
),

built_product_costs as (
    select * from {{ ref('stg_builds__product_costs') }}
),

changed_rates as (
    select
        coalesce(exchange_rates.currency, built_exchange_rates.currency) as currency,
        coalesce(exchange_rates.rate_date, built_exchange_rates.rate_date) as rate_date
    from exchange_rates
    full outer join built_exchange_rates
        on
            exchange_rates.currency = built_exchange_rates.currency
            and exchange_rates.rate_date = built_exchange_rates.rate_date
    where coalesce(exchange_rates.exchange_rate <> built_exchange_rates.exchange_rate, true)
),

changed_products as (
    select coalesce(product_costs.product_id, built_product_costs.product_id) as product_id
    from product_costs
    full outer join built_product_costs
        on
            product_costs.product_id = built_product_costs.product_id
            and product_costs.valid_from = built_product_costs.valid_from
            and product_costs.valid_before = built_product_costs.valid_before
            and product_costs.unit_cost = built_product_costs.unit_cost
    where product_costs.product_id is null or built_product_costs.product_id is null
),

priced_orders as (
    select order_id, currency, ordered_at from orders where currency is not null
    union all
    select order_id, currency, ordered_at from flat_orders where currency is not null
),

touched as (
    {% for source, records in [('orders', 'orders'), ('order_items', 'lines')] %}
    select {{ records }}.order_id
    from {{ records }}
    cross join run_context
    cross join builds
    where
        {{ records }}.delivered_in in {{ new_deliveries(source) }}
        or {{ is_judged_anew(records) }}
    union
    {% endfor %}
    select filtered_orders.order_id
    from filtered_orders
    cross join builds
    where filtered_orders.delivered_in in {{ new_deliveries('orders') }}
    union
    -- what a delivery lacks is named by no row of it
    select orders.order_id
    from orders
    cross join builds
    where orders.version_status = 'withdrawn'
    union
    select priced_orders.order_id
    from priced_orders
    inner join changed_rates
        on
            priced_orders.currency = changed_rates.currency
            and {{ reporting_date('priced_orders.ordered_at') }} = changed_rates.rate_date
    cross join builds
    union
    select lines.order_id
    from lines
    inner join changed_products
        on lines.product_id = changed_products.product_id
    cross join builds
),

final as (
    select order_id
    from touched
    where order_id is not null
)

select * from final
