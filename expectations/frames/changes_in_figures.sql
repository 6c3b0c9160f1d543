-- One row per figure that is published now, and item of it. lowest and highest: the bounds of expectations/bounds.yml.
with customers as (
    select
        'published' as edition,
        *
    from (select predicted_clv, as_of_date from published.marts.dim_customers)
    union all
    select
        'candidate' as edition,
        *
    from (select predicted_clv, as_of_date from candidate.marts.dim_customers)
),

company_months as (
    select
        'published' as edition,
        month,
        month_net_revenue
    from published.marts.fct_kpi_months
    where segment_kind = 'company'
    union all
    select
        'candidate' as edition,
        month,
        month_net_revenue
    from candidate.marts.fct_kpi_months
    where segment_kind = 'company'
),

editions as (
    select
        'customers' as figure,
        'company' as item,
        edition,
        count(*) as amount
    from customers
    group by edition
    union all
    select
        'customer_equity' as figure,
        'company' as item,
        edition,
        sum(predicted_clv) as amount
    from customers
    group by edition
    union all
    select
        'closed_month_revenue' as figure,
        strftime(month, '%Y-%m') as item,
        edition,
        month_net_revenue as amount
    from company_months
    where month < (select date_trunc('month', min(as_of_date)) from customers)
    union all
    select
        'rows' as figure,
        mart as item,
        edition,
        row_count as amount
    from mart_rows
),

figures as (
    select
        figure,
        item,
        cast(sum(amount) filter (where edition = 'published') as double) as published,
        cast(coalesce(sum(amount) filter (where edition = 'candidate'), 0) as double) as candidate
    from editions
    group by figure, item
),

final as (
    select
        figures.figure,
        figures.item,
        figures.published,
        figures.candidate,
        figures.published - greatest(coalesce(own.fall, general.fall) * abs(figures.published), coalesce(own.slack, general.slack))
            as lowest,
        figures.published + greatest(coalesce(own.rise, general.rise) * abs(figures.published), coalesce(own.slack, general.slack))
            as highest
    from figures
    left join bounds as general on figures.figure = general.name
    left join bounds as own on figures.figure || ' of ' || figures.item = own.name
)

-- what moved all else comes first: a failure shows its first rows
select * from final
order by
    case figure when 'customers' then 1 when 'customer_equity' then 2 when 'rows' then 3 else 4 end,
    item
