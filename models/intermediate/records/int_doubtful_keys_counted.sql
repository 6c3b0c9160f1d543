{% set columns = order_columns() %}
{% set no_order = 'no order with this order_id was accepted' %}
with order_rows as (
    select
        *,
        coalesce(status, currency) is not null
        or coalesce(amount, discount_amount, shipping_amount, tax_amount, total_amount) is not null as says_more_than_who
    from {{ ref('int_orders_versioned') }}
    where version_status <> 'rejected'
),

known_customers as (
    select customer_id from {{ ref('int_account_versions') }} where version_status = 'current'
    union
    select source_customer_id as customer_id from {{ ref('int_orders_checked') }} where source_customer_id is not null
),

named_customers as (
    select distinct
        'touchpoints' as source_name,
        customer_id
    from {{ ref('int_touchpoints_versioned') }}
    where version_status = 'current'
    {% for source in ['campaign_members', 'survey_responses', 'subscriptions'] %}
    union all
    select distinct
        '{{ source }}' as source_name,
        customer_id
    from {{ ref('stg_shop__' ~ source) }}
    where rejection_reason is null and customer_id is not null
    {% endfor %}
),

-- a version in force that says who and when alone may be the rest of an order that a file cut in two
bare as (
    select * from order_rows
    where version_status = 'current' and merged_into is null and version_written_at is null and not says_more_than_who
),

contradicted as (
    select
        merged.order_id{% for column in columns %},
        max(case when merged.{{ column }} <> kept.{{ column }} then 1 else 0 end) as {{ column }}{% endfor %}

    from order_rows as merged
    inner join order_rows as kept
        on
            merged.order_id = kept.order_id
            and merged.delivered_in = kept.delivered_in
            and merged.merged_into = kept.delivered_row
    group by merged.order_id
),

keys as (
    select
        source_name,
        'other order' as doubt,
        'order_id' as column_name,
        order_id as record_key,
        is_other_order as is_doubtful
    from {{ ref('int_order_numbers_checked') }}
    {% for column in columns %}
    union all
    select
        'orders' as source_name,
        'two values' as doubt,
        '{{ column }}' as column_name,
        order_id as record_key,
        {{ column }} = 1 as is_doubtful
    from contradicted
    {% endfor %}
    union all
    select
        'orders' as source_name,
        'cut in two' as doubt,
        'order_id' as column_name,
        bare.order_id as record_key,
        max(case when order_rows.says_more_than_who then 1 else 0 end) = 1 as is_doubtful
    from bare
    inner join order_rows
        on
            bare.order_id = order_rows.order_id
            and bare.delivered_in <> order_rows.delivered_in
    group by bare.order_id
    union all
    select
        'refunds' as source_name,
        'parts' as doubt,
        'refund_id' as column_name,
        source_refund_id as record_key,
        count(*) > 1 as is_doubtful
    from {{ ref('int_refunds_checked') }}
    where is_known and rejection_reason is null and line_number is null
    group by source_refund_id, order_id
    {% for source in ['order_items', 'refunds'] %}
    union all
    select
        '{{ source }}' as source_name,
        'no partner' as doubt,
        'order_id' as column_name,
        order_id as record_key,
        max(case when rejection_reason = '{{ no_order }}' then 1 else 0 end) = 1 as is_doubtful
    from {{ ref('int_' ~ source ~ '_checked') }}
    where is_known
    group by order_id
    {% endfor %}
    union all
    select
        named_customers.source_name,
        'no partner' as doubt,
        'customer_id' as column_name,
        named_customers.customer_id as record_key,
        known_customers.customer_id is null as is_doubtful
    from named_customers
    left join known_customers
        on named_customers.customer_id = known_customers.customer_id
    -- a shop of subscriptions alone knows its customers by them
    where exists (select anybody.customer_id from known_customers as anybody)
),

examples as (
    select
        source_name,
        doubt,
        column_name,
        record_key,
        row_number() over (partition by source_name, doubt, column_name order by record_key) as place
    from keys
    where is_doubtful
),

shown as (
    select
        source_name,
        doubt,
        column_name,
        count(*) as doubtful_keys,
        max(case when place = 1 then record_key end)
        || coalesce(', ' || max(case when place = 2 then record_key end), '')
        || coalesce(', ' || max(case when place = 3 then record_key end), '') as examples
    from examples
    group by source_name, doubt, column_name
),

final as (
    select
        shown.source_name,
        shown.doubt,
        shown.column_name,
        shown.doubtful_keys,
        count(*) as all_keys,
        shown.examples
    from shown
    inner join keys
        on
            shown.source_name = keys.source_name
            and shown.doubt = keys.doubt
            and shown.column_name = keys.column_name
    group by shown.source_name, shown.doubt, shown.column_name, shown.doubtful_keys, shown.examples
)

select * from final
