-- A failure means that orders were accepted and none of them counts: the shop has other words for a sale than var
-- counted_order_statuses, and every figure would be 0.
{% set query %}
    with statuses as (
        select
            coalesce(status, 'none') as status,
            count(*) as orders,
            sum(case when is_counted_status then 1 else 0 end) as counted_orders
        from {{ ref('int_documents_totalled') }}
        where superseded_version is null
        group by coalesce(status, 'none')
    ),

    ranked as (
        select
            *,
            row_number() over (order by orders desc, status) as place,
            sum(orders) over () as all_orders,
            sum(counted_orders) over () as all_counted_orders
        from statuses
    )

    select 'None of the ' || all_orders || ' accepted orders counts: var counted_order_statuses holds none of their statuses, such as "'
        || status || '" (' || orders || ' orders). Name in it those that a sale has; nothing is published.' as sentence
    from ranked
    where place = 1 and all_counted_orders = 0
{% endset %}
{% do fail_with_sentences(query) %}

{{ query }}
