{% set models = attribution_models() %}
with orders as (
    select
        customer_id,
        customer_order_number,
        {{ month_of('order_date') }} as month
    from {{ ref('int_orders_sequenced') }}
    where customer_order_number is not null
),

paths as (
    {{ with_shown_names(ref('int_order_paths'), {'acquisition_channel': 'channel', 'acquisition_campaign': 'campaign'}) }}
),

acquisitions as (
    select * from {{ ref('int_acquisitions') }}
),

-- an order without touchpoints of its own is owed to what acquired its customer
other_orders as (
    select
        orders.customer_id,
        orders.month,
        count(*) as orders
    from orders
    left join paths
        on
            orders.customer_id = paths.customer_id
            and orders.customer_order_number = paths.customer_order_number
    where paths.customer_id is null
    group by orders.customer_id, orders.month
),

parts as (
    select
        orders.month,
        paths.shown_acquisition_channel as acquisition_channel,
        paths.shown_acquisition_campaign as campaign,
        {{ models | join(', ') }}
    from orders
    inner join paths
        on
            orders.customer_id = paths.customer_id
            and orders.customer_order_number = paths.customer_order_number
    union all
    select
        other_orders.month,
        acquisitions.acquisition_channel,
        acquisitions.acquisition_campaign,
        {% for model in models %}
        acquisitions.{{ model }} * other_orders.orders{% if not loop.last %},{% endif %}
        {% endfor %}
    from other_orders
    inner join acquisitions
        on other_orders.customer_id = acquisitions.customer_id
),

summed as (
    select
        month,
        acquisition_channel,
        campaign,
        {% for model in models %}
        sum({{ model }}) as {{ model }}{% if not loop.last %},{% endif %}
        {% endfor %}
    from parts
    group by month, acquisition_channel, campaign
),

final as (
    {% for model in models %}
    select
        '{{ model }}' as attribution_model,
        month,
        acquisition_channel,
        campaign,
        {{ model }} as attributed_orders
    from summed
    where {{ model }} > 0
    {% if not loop.last %}union all{% endif %}
    {% endfor %}
)

select * from final
