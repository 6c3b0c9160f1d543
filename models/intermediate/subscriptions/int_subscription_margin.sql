with lines as (
    select * from {{ ref('int_order_lines_costed') }}
),

-- a month of a subscription has no cost of its own: its rung of the cost ladder is the company's rate over lines of known cost
company_rate as (
    select {{ ratio('sum(cogs)', 'sum(net_item_revenue)') }} as cogs_ratio
    from lines
    where is_counted_status and margin_basis in ('line_cost', 'product_cost', 'inventory_ratio')
),

laddered as (
    select
        1 - coalesce(cogs_ratio, {{ assumed_cogs_ratio() }}) as margin_rate,
        case
            when cogs_ratio is not null then 'company_rate'
            when {{ assumed_cogs_ratio() }} is not null then 'assumed_margin'
            else 'unknown'
        end as margin_basis
    from company_rate
),

final as (
    select
        margin_rate,
        margin_basis,
        case when margin_rate is not null then 'margin' else 'revenue' end as clv_basis,
        coalesce(margin_rate, 1) as value_rate
    from laddered
)

select * from final
