select
    cast(null as bigint) as order_id,
    cast(null as date) as refund_date,
    cast(null as {{ type_money() }}) as refund_amount
where false
