with members as (
    select * from {{ ref('int_campaign_members') }}
),

-- members count once their window is over
counted as (
    select
        *,
        case when is_window_over then 1 else 0 end as customers,
        case when is_window_over then 0 else 1 end as waiting_customers,
        case when is_window_over and is_lapsed then 1 else 0 end as lapsed_customers,
        case when is_window_over and is_lapsed and has_ordered then 1 else 0 end as reactivated_customers,
        case when is_window_over then window_value else 0 end as counted_value,
        case when is_window_over then cost else 0 end as counted_cost
    from members
),

{% set sums %}
        sum(customers) as customers,
        sum(waiting_customers) as waiting_customers,
        sum(lapsed_customers) as lapsed_customers,
        sum(reactivated_customers) as reactivated_customers,
        {{ complete_sum('counted_value') }} as total_value,
        {{ complete_sum('cast(counted_value as ' ~ type_double() ~ ') * counted_value') }} as squared_value,
        {{ complete_sum('power(cast(counted_value as ' ~ type_double() ~ '), 3)') }} as cubed_value,
        {{ complete_sum('counted_cost') }} as cost,
        max(clv_basis) as clv_basis
{% endset %}
groups as (
    select
        campaign,
        variant,
        value_tier,
        {{- sums }}
    from counted
    group by campaign, variant, value_tier
    union all
    select
        campaign,
        variant,
        'all' as value_tier,
        {{- sums }}
    from counted
    group by campaign, variant
),

final as (
    select
        campaign,
        variant,
        value_tier,
        customers,
        waiting_customers,
        lapsed_customers,
        reactivated_customers,
        {{ ratio('total_value', 'customers') }} as value_per_customer,
        {{ variance_of_mean('customers', 'total_value', 'squared_value') }} as variance_of_value,
        {{ skewness('customers', 'total_value', 'squared_value', 'cubed_value') }} as skewness_of_value,
        cast(cost as {{ type_money() }}) as cost,
        {{ ratio('reactivated_customers', 'lapsed_customers') }} as reactivation_rate,
        -- with one success and one failure added to each group, so that rare ones have an interval, too
        (reactivated_customers + 1e0) / (lapsed_customers + 2) as adjusted_rate,
        clv_basis
    from groups
)

select * from final
