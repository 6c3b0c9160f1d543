{# customers are in the tier that they had at the start of the window, in the other segments of today #}
{% set lasting_kinds = segment_kinds() | reject('equalto', 'tier') | list %}
with months as (
    select
        *,
        cohort_month > {{ add_months('month', '-' ~ var('kpi_window_months')) }} as is_acquired_in_window
    from {{ ref('int_customer_months_valued') }}
    where
        cohort_month is not null
        and month in (select dates.month from {{ ref('int_dates_listed') }} as dates where dates.is_in_history)
),

people as (
    select * from {{ ref('int_identities_resolved') }}
),

segments as (
    select * from {{ ref('int_customer_segments') }}
),

-- of those, too, who were found to be somebody else since
members as (
    select
        people.source_customer_id,
        people.customer_id,
        {{ prefixed('segments.', lasting_kinds) | join(', ') }}
    from people
    inner join segments
        on people.customer_id = segments.customer_id
),

tiers as (
    select * from {{ ref('int_tiers_at_start') }}
),

-- who was a customer then, and is one of a later month since an order was taken back, was new then
placed as (
    select
        months.*,
        {{ prefixed('members.', lasting_kinds) | join(', ') }},
        case when months.month in (select windows.month from tiers as windows) then coalesce(tiers.tier, 'new') end as tier
    from months
    inner join members
        on months.customer_id = members.source_customer_id
    left join tiers
        on
            months.month = tiers.month
            and members.customer_id = tiers.customer_id
),

counted as (
    select
        month,
        {{ segment_kinds() | join(', ') }},
        sum(predicted_clv) as customer_equity,
        sum(case when is_acquired_in_window then 1 else 0 end) as new_customers,
        sum(case when is_acquired_in_window and clv_36m is null then 1 else 0 end) as unknown_new_customers,
        sum(case when is_acquired_in_window then clv_36m end) as clv_36m_of_new
    from placed
    group by month, {{ segment_kinds() | join(', ') }}
),

summed as (
    {% for kind in segment_kinds() %}
    select
        month,
        '{{ kind }}' as segment_kind,
        {{ kind }} as segment,
        sum(customer_equity) as customer_equity,
        sum(new_customers) as new_customers,
        sum(unknown_new_customers) as unknown_new_customers,
        sum(clv_36m_of_new) as clv_36m_of_new
    from counted
    {% if kind == 'tier' %}
    where tier is not null
    {% endif %}
    group by month, {{ kind }}
    {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

final as (
    select
        month,
        segment_kind,
        segment,
        cast(customer_equity as {{ type_money() }}) as customer_equity,
        {{ to_money(ratio('case when unknown_new_customers = 0 then clv_36m_of_new end', 'new_customers')) }}
            as mean_clv_36m_of_new
    from summed
)

select * from final
