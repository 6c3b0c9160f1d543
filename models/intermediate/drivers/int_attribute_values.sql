{# known by the first order #}
{% set given = [
    'channel', 'country', 'device', 'first_category', 'first_order_discount', 'first_order_weekday',
] %}
{# found out later, of those who stay and buy: compared at equal age and number of orders #}
{% set acquired = ['loyalty', 'survey_score', 'nps_band'] %}
{% set sums %}
        count(*) as customers,
        {{ complete_sum('clv_36m') }} as clv,
        {{ complete_sum('cast(clv_36m as ' ~ type_double() ~ ') * clv_36m') }} as squared_clv
{%- endset %}
with customers as (
    select * from {{ ref('int_customer_attributes') }}
),

members as (
    {% for attribute in given + acquired %}
    {% set peers = "'all'" if attribute in given else 'age_and_orders' %}
    select
        '{{ attribute }}' as attribute,
        {{ attribute }} as attribute_value,
        {{ peers }} as peer_group,
        {{- sums }}
    from customers
    group by {{ attribute }}{% if attribute in acquired %}, age_and_orders{% endif %}
    {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

peers as (
    select
        'all' as peer_group,
        {{- sums }}
    from customers
    union all
    select
        age_and_orders as peer_group,
        {{- sums }}
    from customers
    group by age_and_orders
),

-- all the others are what is left of the peers: the sums are exact
separated as (
    select
        members.attribute,
        members.attribute_value,
        members.customers,
        members.clv,
        members.squared_clv,
        peers.customers - members.customers as other_customers,
        peers.clv - members.clv as other_clv,
        peers.squared_clv - members.squared_clv as other_squared_clv,
        {{ variance_of_mean('peers.customers', 'peers.clv', 'peers.squared_clv') }} * peers.customers as variance_of_peers
    from members
    inner join peers
        on members.peer_group = peers.peer_group
),

-- no customer varies less than all do: a few that are alike are alike by chance
varied as (
    select
        *,
        greatest(
            coalesce({{ variance_of_mean('customers', 'clv', 'squared_clv') }}, 0),
            {{ ratio('variance_of_peers', 'customers') }}
        ) as variance,
        greatest(
            coalesce({{ variance_of_mean('other_customers', 'other_clv', 'other_squared_clv') }}, 0),
            {{ ratio('variance_of_peers', 'other_customers') }}
        ) as other_variance
    from separated
),

-- who has no peer without the value is compared with nobody; the others of a group of peers weigh as much as those with it
weighed as (
    select
        *,
        {{ ratio(
            'case when other_customers > 0 then customers end',
            'sum(case when other_customers > 0 then customers end) over (partition by attribute, attribute_value)'
        ) }} as weight
    from varied
),

summed as (
    select
        attribute,
        attribute_value,
        sum(customers) as customers,
        sum(case when weight > 0 then customers else 0 end) as compared_customers,
        sum(case when weight > 0 then other_customers else 0 end) as other_customers,
        {{ ratio(complete_sum('clv'), 'sum(customers)') }} as mean_of_all,
        case when count(clv) = count(*) then {{ exact_sum('weight * ' ~ ratio('clv', 'customers')) }} end as mean_of_compared,
        case
            when count(other_clv) = count(*) then {{ exact_sum('weight * ' ~ ratio('other_clv', 'other_customers')) }}
        end as other_mean_clv,
        {{ exact_sum('weight * weight * variance') }} as variance,
        {{ exact_sum('weight * weight * other_variance') }} as other_variance
    from weighed
    group by attribute, attribute_value
),

tested as (
    select
        *,
        coalesce(mean_of_compared, mean_of_all) as mean_clv,
        nullif(greatest(compared_customers + other_customers - 2e0, 0), 0) as degrees_of_freedom,
        abs(mean_of_compared - other_mean_clv) / nullif(sqrt(variance + other_variance), 0) as student_t
    from summed
),

normalised as (
    select
        *,
        {{ z_of_student_t('student_t', 'degrees_of_freedom') }} as z
    from tested
),

final as (
    select
        attribute,
        attribute_value,
        cast(customers as bigint) as customers,
        cast(compared_customers as bigint) as compared_customers,
        cast(other_customers as bigint) as other_customers,
        mean_clv,
        other_mean_clv,
        variance,
        other_variance,
        degrees_of_freedom,
        {{ two_sided_p_value('z') }} as p_value
    from normalised
)

select * from final
