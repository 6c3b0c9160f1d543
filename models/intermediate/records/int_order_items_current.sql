with lines as (
    {{ current_records(ref('stg_raw__order_items')) }}
),

numbered as (
    select
        order_id,
        max(delivered_in) as delivered_in
    from lines
    where line_number is not null
    group by order_id
),

unnumbered as (
    select
        order_id,
        max(delivered_in) as delivered_in
    from lines
    where line_number is null
    group by order_id
),

-- an order delivered with numbers on its lines at one time and without at another: the later delivery replaces the earlier
final as (
    select
        lines.order_id,
        lines.product_id,
        lines.line_number,
        lines.quantity,
        lines.unit_price,
        lines.discount_amount,
        lines.unit_cost,
        coalesce(
            case
                when lines.line_number is null then numbered.delivered_in > unnumbered.delivered_in
                else unnumbered.delivered_in > numbered.delivered_in
            end,
            false
        ) as is_replaced,
        lines.delivered_in,
        lines.delivered_row
    from lines
    left join numbered
        on lines.order_id = numbered.order_id
    left join unnumbered
        on lines.order_id = unnumbered.order_id
)

select * from final
