{% set lookback_days = var('attribution_lookback_days') %}
with identities as (
    select * from {{ restated(ref('int_identities_resolved'), by='int_paths_restated') }}
),

-- a touchpoint has nothing but its key: one known by two accounts of a person is one
touchpoints as (
    select distinct
        identities.customer_id,
        touchpoints.channel,
        touchpoints.campaign,
        touchpoints.touched_at
    from {{ ref('int_touchpoints_versioned') }} as touchpoints
    inner join identities
        on touchpoints.customer_id = identities.source_customer_id
    where touchpoints.version_status = 'current'
),

moments as (
    select
        customer_id,
        touched_at as moment,
        1 as is_touchpoint,
        channel,
        campaign,
        cast(null as integer) as customer_order_number,
        cast(null as timestamp) as next_ordered_at
    from touchpoints
    union all
    select
        customer_id,
        ordered_at,
        0,
        null,
        null,
        customer_order_number,
        ordered_at as next_ordered_at
    from {{ restated(ref('int_orders_sequenced'), by='int_paths_restated') }}
    where customer_order_number is not null
),

-- going back in time, the first order met is the one that a touchpoint led to
led as (
    select
        customer_id,
        is_touchpoint,
        channel,
        campaign,
        moment as touched_at,
        min(customer_order_number) over since_then as customer_order_number,
        min(next_ordered_at) over since_then as ordered_at
    from moments
    window
        since_then as (
            partition by customer_id order by moment desc, is_touchpoint asc
            rows between unbounded preceding and current row
        )
),

decayed as (
    select
        *,
        {{ half_life_decay('touched_at', 'ordered_at') }} as decay
    from led
    where
        is_touchpoint = 1
        and customer_order_number is not null
        and {{ 'touched_at >= ' ~ dbt.dateadd('day', -lookback_days, 'ordered_at') if lookback_days else '1 = 1' }}
),

numbered as (
    select
        *,
        cast(row_number() over so_far as integer) as touch_number,
        cast(count(*) over in_all as integer) as touches,
        sum(decay) over so_far as decayed_so_far,
        sum(decay) over in_all as decayed_in_all
    from decayed
    window
        so_far as (
            partition by customer_id, customer_order_number order by touched_at, channel, campaign nulls last
            rows between unbounded preceding and current row
        ),
        in_all as (partition by customer_id, customer_order_number)
),

shared as (
    select
        *,
        {% for model in attribution_models() %}
        {{ share_up_to(model, 'touch_number', 'decayed_so_far') }}
        - {{ share_up_to(model, 'touch_number - 1', 'decayed_so_far - decay') }} as {{ model }}{% if not loop.last %},{% endif %}
        {% endfor %}
    from numbered
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
