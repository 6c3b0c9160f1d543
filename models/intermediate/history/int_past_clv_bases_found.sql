with cutoffs as (
    select * from {{ ref('int_cutoffs_listed') }} where is_rebuilt and not is_as_of
),

occasions as (
    select * from {{ ref('int_past_occasions_summed') }}
),

settled as (
    select
        order_date,
        sum(orders_of_known_margin) as orders_of_known_margin
    from {{ ref('int_settled_occasions_summed') }}
    group by order_date
),

margins_known as (
    select
        cutoff_date,
        sum(orders_of_known_margin) as orders_of_known_margin
    from occasions
    group by cutoff_date
    union all
    select
        cutoffs.cutoff_date,
        sum(settled.orders_of_known_margin) as orders_of_known_margin
    from cutoffs
    inner join settled
        on cutoffs.cutoff_date >= settled.order_date
    group by cutoffs.cutoff_date
),

-- where no margin is known at all, every CLV is on net revenue
final as (
    select
        cutoff_date,
        case when sum(orders_of_known_margin) > 0 then 'margin' else 'revenue' end as clv_basis
    from margins_known
    group by cutoff_date
)

select * from final
