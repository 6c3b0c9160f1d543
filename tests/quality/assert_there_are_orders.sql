-- A failure means that no order at all was accepted, so that every mart would be empty: the raw folder holds headers only,
-- or every order is in quarantine, or lies after the as-of date. A shop that delivers no orders is one of subscriptions.
{% set query %}
    with counted as (
        select
            (
                select count(*)
                from {{ ref('int_orders_checked') }}
                where is_known and rejection_reason is null and superseded_version is null
            ) as orders,
            (
                select count(*)
                from {{ ref('int_subscriptions_checked') }}
                where rejection_reason is null
            ) as subscriptions,
            (
                select count(*)
                from {{ ref('stg_builds__deliveries') }}
                where source_name in ('orders', 'order_items')
            ) as deliveries,
            (
                select sum(delivered_rows)
                from {{ ref('int_deliveries_counted') }}
                where source_name in ('orders', 'order_items')
            ) as delivered_rows
    )

    select case
        when deliveries = 0
            then 'No order was delivered, and no subscription was accepted up to the as-of date, so there is nothing to publish:'
                || ' see marts.fct_rejected_records in the build database, and the as-of date.'
        when coalesce(delivered_rows, 0) = 0
            then 'What was delivered of orders has no rows, so there is nothing to publish: deliver it again.'
        else 'No order was accepted up to the as-of date, so there is nothing to publish:'
            || ' see marts.fct_rejected_records in the build database, and the as-of date.'
    end as sentence
    from counted
    where orders = 0 and (deliveries > 0 or subscriptions = 0)
{% endset %}
{% do fail_with_sentences(query) %}

{{ query }}
