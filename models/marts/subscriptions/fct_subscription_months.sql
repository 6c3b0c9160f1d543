{% set kinds = ['new', 'expansion', 'contraction', 'churned', 'reactivated'] %}
with changes as (
    select * from {{ ref('int_subscription_changes') }}
),

run_context as (
    select * from {{ ref('int_run_context') }}
),

numbers as (
    select generated_number - 1 as months_later
    from ({{ dbt.generate_series(1200) }}) as generated
),

changes_by_month as (
    select
        {% for kind in kinds %}
        sum(case when change_kind = '{{ kind }}' then 1 else 0 end) as {{ kind }}_subscribers,
        sum(case when change_kind = '{{ kind }}' then revenue else 0 end) as {{ kind }}_revenue,
        {% endfor %}
        plan,
        month
    from changes
    group by plan, month
),

plans as (
    select
        plan,
        min(month) as first_month
    from changes_by_month
    group by plan
),

-- every month of a plan since its first
filled as (
    select
        {% for kind in kinds %}
        coalesce(changes_by_month.{{ kind }}_subscribers, 0) as {{ kind }}_subscribers,
        coalesce(changes_by_month.{{ kind }}_revenue, 0) as {{ kind }}_revenue,
        {% endfor %}
        plans.plan,
        {{ add_months('plans.first_month', 'numbers.months_later') }} as month
    from plans
    cross join run_context
    inner join numbers
        on {{ add_months('plans.first_month', 'numbers.months_later') }} <= run_context.as_of_month
    left join changes_by_month
        on
            plans.plan = changes_by_month.plan
            and {{ add_months('plans.first_month', 'numbers.months_later') }} = changes_by_month.month
),

cumulated as (
    select
        *,
        sum(new_subscribers + reactivated_subscribers - churned_subscribers) over so_far as subscribers_at_end,
        sum(new_revenue + expansion_revenue - contraction_revenue - churned_revenue + reactivated_revenue) over so_far
            as recurring_revenue_at_end
    from filled
    window so_far as (partition by plan order by month)
),

opened as (
    select
        *,
        coalesce(lag(subscribers_at_end) over (partition by plan order by month), 0) as subscribers_at_start,
        coalesce(lag(recurring_revenue_at_end) over (partition by plan order by month), 0) as recurring_revenue_at_start
    from cumulated
),

final as (
    select
        opened.month,
        opened.plan,
        {{ end_of_month_reached('opened.month', 0, 'run_context.as_of_date') }} as is_month_over,
        cast(opened.subscribers_at_start as bigint) as subscribers_at_start,
        cast(opened.new_subscribers as bigint) as new_subscribers,
        cast(opened.churned_subscribers as bigint) as churned_subscribers,
        cast(opened.reactivated_subscribers as bigint) as reactivated_subscribers,
        cast(opened.subscribers_at_end as bigint) as subscribers_at_end,
        {{ money_columns([
            'recurring_revenue_at_start', 'new_revenue', 'expansion_revenue', 'contraction_revenue', 'churned_revenue',
            'reactivated_revenue', 'recurring_revenue_at_end',
        ]) }},
        {{ ratio('opened.churned_subscribers', 'opened.subscribers_at_start') }} as logo_churn_rate,
        {{ ratio('opened.churned_revenue + opened.contraction_revenue', 'opened.recurring_revenue_at_start') }}
            as revenue_churn_rate,
        {{ ratio(
            'opened.recurring_revenue_at_start + opened.expansion_revenue - opened.contraction_revenue - opened.churned_revenue',
            'opened.recurring_revenue_at_start'
        ) }} as net_revenue_retention,
        opened.subscribers_at_start >= {{ var('min_segment_customers') }} as is_reliable,
        {{ reporting_currency() }} as currency,
        run_context.as_of_date
    from opened
    cross join run_context
)

select * from final
