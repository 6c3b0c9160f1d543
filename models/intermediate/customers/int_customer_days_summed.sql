{% set repeated = 'case when orders > 0 and previous_occasion_date is not null' %}
{% set sums_so_far = [
    ('sum', 'orders', 'order_count'),
    ('count', 'occasion_date', 'purchase_occasions'), ('sum', 'orders_of_known_margin', 'orders_of_known_margin'),
    ('sum', 'net_revenue', 'net_revenue_so_far'),
    ('max', 'margin_basis_rank', 'margin_basis_rank'),
    ('sum', 'occasion_value', 'occasion_value_so_far'),
    ('sum', 'case when previous_occasion_date is null then occasion_value end', 'first_occasion_value'),
    ('sum', 'squared_value', 'squared_value_so_far'),
    ('count', 'log_value', 'log_occasions'), ('sum', 'log_value', 'log_value_so_far'),
    ('sum', 'cast(log_value * log_value as ' ~ type_exact(28, 9) ~ ')', 'squared_log_so_far'),
    ('sum', 'case when previous_occasion_date is null then log_value end', 'first_log_value'),
    ('sum', 'case when log_value is not null then age_days end', 'log_days_so_far'),
    ('sum', 'case when log_value is not null then age_days * age_days end', 'squared_log_days_so_far'),
    ('sum', 'log_value * age_days', 'aged_log_so_far'), ('sum', 'occasion_value * age_days', 'aged_value_so_far'),
    ('sum', repeated ~ ' and occasion_margin is not null then occasion_value end', 'repeat_value_so_far'),
    ('sum', repeated ~ ' then occasion_margin end', 'repeat_margin_so_far'),
    ('count', repeated ~ ' then margin_rate end', 'rate_occasions'), ('sum', repeated ~ ' then margin_rate end', 'rate_so_far'),
    ('sum', repeated ~ ' then cast(margin_rate * margin_rate as ' ~ type_exact(28, 9) ~ ') end', 'squared_rate_so_far'),
    ('min', 'first_order_at', 'first_order_at'), ('max', 'last_order_at', 'last_order_at'),
    ('min', 'occasion_date', 'first_occasion_date'), ('max', 'occasion_date', 'last_occasion_date'),
    ('max', 'previous_occasion_date', 'previous_occasion_date'),
] %}
with known as (
    select * from {{ ref('int_customer_orders_known') }}
),

by_day as (
    select
        valued_at,
        customer_id,
        order_date,
        sum(case when is_counted then 1 else 0 end) as orders,
        sum(net_revenue) as net_revenue,
        sum(case when is_counted then net_revenue end) as occasion_value,
        {{ complete_sum('case when is_counted then gross_margin else 0 end') }} as occasion_margin,
        {{ complete_sum('gross_margin') }} as gross_margin,
        count(case when is_counted_status then gross_margin end) as orders_of_known_margin,
        max({{ margin_basis_rank('margin_basis') }}) as margin_basis_rank,
        min(case when is_counted then ordered_at end) as first_order_at,
        max(case when is_counted then ordered_at end) as last_order_at,
        max(case when is_counted then order_date end) as occasion_date
    from {{ restated('known', by='int_changed_customers', dates='int_dates_listed') }}
    group by valued_at, customer_id, order_date
),

aged as (
    select
        *,
        {{ dbt.datediff(
            'min(occasion_date) over (partition by valued_at, customer_id)', 'order_date', 'day'
        ) }} as age_days
    from by_day
),

dated as (
    select
        *,
        cast(power(cast(occasion_value as {{ type_double() }}), 2) as {{ type_exact(38, 4) }}) as squared_value,
        cast(case when occasion_value > 0 then ln(cast(occasion_value as {{ type_double() }})) end as {{ type_exact(28, 9) }})
            as log_value,
        cast(case
            when orders > 0 and occasion_value > 0
                then greatest(least({{ ratio('occasion_margin', 'occasion_value') }}, 1e0), -1e0)
        end as {{ type_exact(28, 9) }}) as margin_rate,
        {% for value in ['net_revenue', 'gross_margin'] %}
        {{ to_money(value ~ ' * ' ~ discount_to('greatest(age_days, 0)')) }} as discounted_{{ value }},
        {% endfor %}
        {{ month_of('order_date') }} as month,
        case
            when orders > 0
                then max(occasion_date) over (
                    partition by valued_at, customer_id order by order_date rows between unbounded preceding and 1 preceding
                )
        end as previous_occasion_date,
        lead(order_date) over (partition by valued_at, customer_id order by order_date) as next_order_date
    from aged
),

-- the last day up to a date tells what the customer was at it
final as (
    select
        valued_at,
        customer_id,
        order_date,
        next_order_date,
        month,
        orders,
        net_revenue,
        occasion_value,
        occasion_margin,
        {{ dbt.datediff(
            'previous_occasion_date', 'occasion_date', 'day'
        ) }} as days_since_previous,
        {% for function, column, name in sums_so_far %}
        {{ function }}({{ column }}) over so_far as {{ name }},
        {% endfor %}
        case when count(gross_margin) over so_far = count(*) over so_far then sum(gross_margin) over so_far end
            as gross_margin_so_far,
        {% for age in clv_ages() %}
        {% set at_age = 'case when ' ~ months_of_age('age_days') ~ ' <= ' ~ age ~ ' then discounted_' %}
        sum({{ at_age }}net_revenue end) over so_far as revenue_by_{{ age }}m,
        case
            when count(gross_margin) over so_far = count(*) over so_far
                then sum({{ at_age }}gross_margin end) over so_far
        end as margin_by_{{ age }}m,
        {% endfor %}
        sum(orders) over of_month as month_orders,
        sum(net_revenue) over of_month as month_net_revenue
    from dated
    window
        so_far as (partition by valued_at, customer_id order by order_date),
        of_month as (partition by valued_at, customer_id, month order by order_date)
)

select * from final
