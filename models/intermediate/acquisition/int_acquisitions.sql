with first_paths as (
    select *
    from {{ ref('int_order_paths') }}
    where customer_order_number = 1
),

paths as (
    {{ with_shown_names('first_paths', {'acquisition_channel': 'channel', 'acquisition_campaign': 'campaign'}) }}
),

first_orders as (
    select
        customer_id,
        order_date
    from {{ ref('int_orders_sequenced') }}
    where customer_order_number = 1
),

profiles as (
    select * from {{ ref('int_customer_profiles') }}
),

-- without touchpoints, the channel on the customer
declared as (
    select
        first_orders.customer_id,
        coalesce(profiles.acquisition_channel, 'unknown') as acquisition_channel,
        profiles.acquisition_campaign
    from first_orders
    left join profiles
        on first_orders.customer_id = profiles.customer_id
    where first_orders.customer_id not in (select paths.customer_id from paths)
),

acquisitions as (
    select
        customer_id,
        shown_acquisition_channel as acquisition_channel,
        shown_acquisition_campaign as acquisition_campaign,
        first_touch_number,
        {{ attribution_models() | join(', ') }}
    from paths
    union all
    select
        customer_id,
        acquisition_channel,
        acquisition_campaign,
        0,
        {% for model in attribution_models() %}
        1{% if not loop.last %},{% endif %}
        {% endfor %}
    from declared
),

final as (
    select
        acquisitions.customer_id,
        {{ month_of('first_orders.order_date') }} as cohort_month,
        acquisitions.acquisition_channel,
        acquisitions.acquisition_campaign,
        acquisitions.first_touch_number,
        {% for model in attribution_models() %}
        cast(acquisitions.{{ model }} as {{ type_share() }}) as {{ model }},
        {% endfor %}
        cast(acquisitions.{{ var('attribution_model') }} as {{ type_share() }}) as share
    from acquisitions
    inner join first_orders
        on acquisitions.customer_id = first_orders.customer_id
)

select * from final
