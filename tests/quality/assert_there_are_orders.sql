-- A failure means that no order at all was accepted, so that every mart would be empty: the raw folder holds headers only,
-- or every order is in quarantine, or lies after the as-of date.
{% set query %}
    select 'No order was accepted up to the as-of date, so there is nothing to publish:'
        || ' see marts.fct_rejected_records in the build database, and the as-of date.'
        as sentence
    from (select count(*) as orders from {{ ref('fct_orders') }}) as counted
    where orders = 0
{% endset %}
{% do fail_with_sentences(query) %}

{{ query }}
