with touchpoints as (
    select * from {{ restated(ref('int_touchpoints_led'), by='int_paths_restated') }}
),

shared as (
    select
        customer_id,
        customer_order_number,
        channel,
        campaign,
        touch_number,
        {% for model in attribution_models() %}
        {{ share_up_to(model, 'touch_number', 'decayed_so_far') }}
        - {{ share_up_to(model, 'touch_number - 1', 'decayed_so_far - decay') }} as {{ model }}{% if not loop.last %},{% endif %}
        {% endfor %}
    from touchpoints
),

final as (
    select
        customer_id,
        customer_order_number,
        channel as acquisition_channel,
        campaign as acquisition_campaign,
        min(touch_number) as first_touch_number,
        {% for model in attribution_models() %}
        cast(sum({{ model }}) as {{ type_share() }}) as {{ model }}{% if not loop.last %},{% endif %}
        {% endfor %}
    from shared
    group by customer_id, customer_order_number, channel, campaign
)

select * from final
