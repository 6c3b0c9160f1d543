with customers as (
    select *
    from {{ ref('int_customers_known') }}
    where cohort_month is not null
),

-- of those who have lived through var cohort_clv_age_months whole months after the month of acquisition
values_at_age as (
    select
        customers.customer_id,
        cast(case
            when max(customers.clv_basis) = 'margin' then {{ complete_sum('months.gross_margin') }}
            else sum(months.net_revenue)
        end as {{ type_money() }}) as value_at_age
    from customers
    inner join {{ ref('int_customer_months_summed') }} as months
        on
            customers.customer_id = months.customer_id
            and months.month <= {{ add_months('customers.cohort_month', var('cohort_clv_age_months')) }}
    where {{ end_of_month_reached('customers.cohort_month', var('cohort_clv_age_months'), 'customers.as_of_date') }}
    group by customers.customer_id
),

segments as (
    select * from {{ ref('int_customer_segments') }}
),

latest_kpis as (
    select kpis.*
    from {{ ref('int_kpi_months_measured') }} as kpis
    inner join {{ ref('int_run_context') }} as run_context
        on kpis.month = run_context.as_of_month
),

-- churn is seen in full once there is a whole window before the one it is measured over
history as (
    select min(month) as first_month
    from {{ ref('int_months_spined') }}
),

joined as (
    select
        {{ prefixed('segments.', segment_kinds()) | join(', ') }},
        customers.historical_clv,
        values_at_age.value_at_age
    from customers
    inner join segments
        on customers.customer_id = segments.customer_id
    left join values_at_age
        on customers.customer_id = values_at_age.customer_id
),

-- what customers have brought, per kind of segment
observed as (
    {% for kind in segment_kinds() %}
    select
        '{{ kind }}' as segment_kind,
        {{ kind }} as segment,
        count(*) as customers,
        {{ ratio(complete_sum('historical_clv'), 'count(*)') }} as historical_value,
        {{ ratio('sum(value_at_age)', 'count(value_at_age)') }} as value_at_age
    from joined
    group by {{ kind }}
    {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

-- the KPIs of a tier are those of who was in it at the start of the window
tiers_at_start as (
    select
        'tier' as segment_kind,
        tiers.tier as segment,
        count(*) as customers
    from {{ ref('int_tiers_at_start') }} as tiers
    inner join {{ ref('int_run_context') }} as run_context
        on tiers.month = run_context.as_of_month
    where tiers.has_bought
    group by tiers.tier
),

basis as (
    select max(clv_basis) as clv_basis
    from customers
),

segmented as (
    select
        coalesce(observed.segment_kind, tiers_at_start.segment_kind) as segment_kind,
        coalesce(observed.segment, tiers_at_start.segment) as segment,
        observed.customers,
        case when observed.segment_kind <> 'tier' then observed.customers else tiers_at_start.customers end as kpi_customers,
        basis.clv_basis,
        observed.historical_value,
        observed.value_at_age
    from observed
    full outer join tiers_at_start
        on
            observed.segment_kind = tiers_at_start.segment_kind
            and observed.segment = tiers_at_start.segment
    cross join basis
),

final as (
    select
        segmented.segment_kind,
        segmented.segment,
        segmented.customers,
        segmented.kpi_customers,
        segmented.clv_basis,
        segmented.historical_value,
        segmented.value_at_age,
        latest_kpis.average_order_value,
        latest_kpis.purchase_frequency,
        case when segmented.clv_basis = 'margin' then latest_kpis.gross_margin_rate else 1 end as value_rate,
        latest_kpis.retention_rate,
        latest_kpis.lifetime_years,
        {{ add_months('history.first_month', 2 * var('kpi_window_months') - 1) }} <= latest_kpis.month as is_churn_observed
    from segmented
    cross join history
    left join latest_kpis
        on
            segmented.segment_kind = latest_kpis.segment_kind
            and segmented.segment = latest_kpis.segment
)

select * from final
