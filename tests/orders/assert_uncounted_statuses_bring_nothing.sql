-- A failure means that an order whose status does not count (cancelled, pending) brings revenue, margin or a purchase.
select *
from {{ ref('fct_orders') }}
where
    not {{ is_counted_status('status') }}
    and (is_counted or net_revenue <> 0 or coalesce(gross_margin, 0) <> 0)
