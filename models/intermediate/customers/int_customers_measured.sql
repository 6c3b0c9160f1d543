{% set state = [
    'customer_id', 'order_count', 'purchase_occasions', 'orders_of_known_margin', 'net_revenue_so_far',
    'gross_margin_so_far', 'margin_basis_rank', 'occasion_value_so_far', 'first_occasion_value', 'squared_value_so_far',
    'log_occasions', 'log_value_so_far', 'squared_log_so_far', 'first_log_value', 'log_days_so_far', 'squared_log_days_so_far',
    'aged_log_so_far', 'aged_value_so_far', 'repeat_value_so_far', 'repeat_margin_so_far',
    'rate_occasions', 'rate_so_far', 'squared_rate_so_far', 'first_order_at',
    'last_order_at', 'first_occasion_date', 'last_occasion_date', 'previous_occasion_date', 'month', 'month_orders',
    'month_net_revenue',
] %}
{% for age in clv_ages() %}{% do state.extend(['revenue_by_' ~ age ~ 'm', 'margin_by_' ~ age ~ 'm']) %}{% endfor %}
with dates as (
    select * from {{ ref('int_dates_listed') }} where is_rebuilt
),

customers as (
    select * from {{ ref('int_people_listed') }}
),

days as (
    select * from {{ ref('int_customer_days_summed') }}
),

revised as (
    select * from {{ ref('int_revised_customers') }}
),

-- the last day up to a date tells what the customer was at it: now of everybody, at a past date of those about whom nothing was
-- found out later; the others have days of their own at it
measured as (
    select
        dates.valued_at,
        dates.valued_on,
        dates.month as month_of_date,
        {{ prefixed('days.', state) | join(', ') }}
    from days
    inner join dates
        on
            days.order_date <= dates.valued_on
            and coalesce(days.next_order_date, {{ valued_now() }}) > dates.valued_on
    where
        days.valued_at = {{ valued_now() }}
        and (
            dates.valued_at = {{ valued_now() }}
            or days.customer_id not in (select revised.source_customer_id from revised)
        )
    union all
    select
        dates.valued_at,
        dates.valued_on,
        dates.month as month_of_date,
        {{ prefixed('days.', state) | join(', ') }}
    from days
    inner join dates
        on days.valued_at = dates.valued_at
    where days.valued_at <> {{ valued_now() }} and days.next_order_date is null
),

-- where no margin is known at all, every CLV is on net revenue
bases as (
    select
        dates.valued_at,
        case when sum(measured.orders_of_known_margin) > 0 then 'margin' else 'revenue' end as clv_basis
    from dates
    left join measured
        on dates.valued_at = measured.valued_at
    group by dates.valued_at
),

final as (
    select
        customers.valued_at,
        customers.customer_id,
        coalesce(measured.order_count, 0) as order_count,
        coalesce(measured.purchase_occasions, 0) as purchase_occasions,
        cast(coalesce(measured.net_revenue_so_far, 0) as {{ type_money() }}) as net_revenue,
        cast(case
            when measured.customer_id is not null then measured.gross_margin_so_far
            when bases.clv_basis = 'margin' then 0
        end as {{ type_money() }}) as gross_margin,
        bases.clv_basis,
        {{ margin_basis_of_rank('measured.margin_basis_rank') }} as margin_basis,
        measured.first_order_at,
        measured.last_order_at,
        measured.first_occasion_date,
        measured.last_occasion_date,
        {{ dbt.datediff(
            'measured.previous_occasion_date', 'measured.last_occasion_date', 'day'
        ) }} as latest_gap_days,
        cast(case when measured.purchase_occasions > 0 then measured.purchase_occasions - 1 end as {{ type_double() }}) as x,
        {{ weeks_between('measured.first_occasion_date', 'measured.last_occasion_date') }} as t_x,
        {{ weeks_between('measured.first_occasion_date', 'measured.valued_on') }} as age,
        {{ dbt.datediff(
            'measured.first_occasion_date', 'measured.valued_on', 'day'
        ) }} as age_days,
        {{ ratio('measured.occasion_value_so_far - measured.first_occasion_value', 'measured.purchase_occasions - 1') }}
            as mean_repeat_value,
        {{ ratio('measured.occasion_value_so_far', 'measured.purchase_occasions') }} as mean_value,
        measured.log_occasions,
        measured.rate_occasions,
        {% for column, name in {
            'first_occasion_value': 'first_value', 'squared_value_so_far': 'squared_values', 'log_value_so_far': 'log_values',
            'squared_log_so_far': 'squared_logs', 'first_log_value': 'first_log_value',
            'log_days_so_far': 'log_days', 'squared_log_days_so_far': 'squared_log_days',
            'aged_log_so_far': 'aged_logs', 'aged_value_so_far': 'aged_values', 'repeat_value_so_far': 'repeat_value',
            'repeat_margin_so_far': 'repeat_margin', 'rate_so_far': 'rates', 'squared_rate_so_far': 'squared_rates'
        }.items() %}
        cast(measured.{{ column }} as {{ type_double() }}) as {{ name }},
        {% endfor %}
        {% for age in clv_ages() %}
        case when bases.clv_basis = 'margin' then measured.margin_by_{{ age }}m else measured.revenue_by_{{ age }}m end
            as value_by_{{ age }}m,
        {% endfor %}
        case when measured.month = measured.month_of_date then measured.month_orders else 0 end as month_orders,
        case when measured.month = measured.month_of_date then measured.month_net_revenue else 0 end as month_net_revenue
    from customers
    inner join bases
        on customers.valued_at = bases.valued_at
    left join measured
        on
            customers.valued_at = measured.valued_at
            and customers.customer_id = measured.customer_id
)

select * from final
