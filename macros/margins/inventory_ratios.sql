{#- CTEs, the last of which is `final`: each day's cost of goods sold per unit of revenue, by the inventory of its period.
    keys: list of columns that set the days apart, if any. In the query, both with the keys: periods of inventory; revenue_by_day. -#}
{% macro inventory_ratios(keys) %}
{%- set period_keys = keys + ['period_start', 'period_end', 'cogs'] -%}
-- cost of goods sold: opening inventory + purchases - closing inventory
costed as (
    select
        {% for key in keys %}
        {{ key }},
        {% endfor %}
        period_start,
        period_end,
        {{ to_money('(opening_inventory + purchases - closing_inventory) * exchange_rate') }} as cogs
    from periods
),

totalled as (
    select
        {% for key in period_keys %}
        costed.{{ key }},
        {% endfor %}
        sum(revenue_by_day.net_item_revenue) as revenue
    from costed
    inner join revenue_by_day
        on
            revenue_by_day.order_date between costed.period_start and costed.period_end
            {% for key in keys %}
            and costed.{{ key }} = revenue_by_day.{{ key }}
            {% endfor %}
    group by {% for key in period_keys %}costed.{{ key }}{% if not loop.last %}, {% endif %}{% endfor %}

),

-- of overlapping periods the one that started last serves a day
ranked as (
    select
        totalled.*,
        revenue_by_day.order_date,
        row_number() over (
            partition by {% for key in keys %}revenue_by_day.{{ key }}, {% endfor %}revenue_by_day.order_date
            order by totalled.period_start desc, totalled.period_end asc
        ) as period_rank
    from revenue_by_day
    inner join totalled
        on
            revenue_by_day.order_date between totalled.period_start and totalled.period_end
            {% for key in keys %}
            and totalled.{{ key }} = revenue_by_day.{{ key }}
            {% endfor %}
    where totalled.revenue > 0
),

final as (
    select
        {% for key in keys + ['order_date', 'period_start', 'period_end', 'cogs', 'revenue'] %}
        {{ key }},
        {% endfor %}
        cast(cogs as double precision) / revenue as cogs_ratio
    from ranked
    where period_rank = 1
)
{% endmacro %}
