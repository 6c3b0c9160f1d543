{% set columns = [
    'order_id', 'customer_id', 'status', 'currency', 'sales_channel', 'device', 'country', 'email', 'ordered_at', 'delivered_in',
    'delivered_row',
] %}
{% set amounts = ['amount', 'discount_amount', 'shipping_amount', 'tax_amount', 'total_amount', 'tax_included'] %}
with versions as (
    select * from {{ ref('int_orders_versioned') }}
),

flat_orders as (
    select * from {{ ref('int_flat_orders_derived') }}
),

run_context as (
    select * from {{ ref('int_run_context') }}
),

orders_with_lines as (
    select distinct order_id
    from {{ restated(ref('int_order_items_versioned'), by='int_changed_documents') }}
    where version_status = 'current'
),

-- every version that was ever in force, and orders that only their lines tell of
delivered as (
    select
        'orders' as source_name,
        {{ (columns + amounts) | join(', ') }},
        is_known_event and not coalesce(is_withdrawn, false) as is_known,
        superseded_version,
        version_written_at
    from versions
    where is_readable and (version_rank = 1 or superseded_version is not null)
    union all
    select
        'order_items' as source_name,
        {{ prefixed('flat_orders.', columns) | join(', ') }},
        {% for amount in amounts %}
        null as {{ amount }},
        {% endfor %}
        flat_orders.ordered_at < run_context.known_before as is_known,
        null as superseded_version,
        null as version_written_at
    from flat_orders
    cross join run_context
),

dated as (
    select
        *,
        {{ reporting_date('ordered_at') }} as order_date,
        {{ reporting_date('version_written_at') }} as written_on,
        {{ normalised_email('email') }} as contact
    from {{ restated('delivered', by='int_changed_documents') }}
),

rated as (
    {{ with_exchange_rate('dated', 'order_date') }}
),

matched as (
    select
        rated.*,
        orders_with_lines.order_id is not null as has_lines,
        rated.customer_id is null and rated.contact is not null and not {{ is_placeholder('rated.contact') }} as is_guest,
        run_context.identity_key
    from rated
    cross join run_context
    left join orders_with_lines
        on rated.order_id = orders_with_lines.order_id
),

final as (
    select
        source_name,
        order_id,
        case when is_guest then {{ guest_id('contact', 'identity_key') }} else customer_id end as source_customer_id,
        is_guest,
        coalesce(status, 'completed') as status,
        source_currency,
        sales_channel,
        device,
        country,
        contact as email,
        amount,
        discount_amount,
        shipping_amount,
        tax_amount,
        total_amount,
        tax_included,
        exchange_rate,
        has_lines,
        is_known,
        superseded_version,
        ordered_at,
        order_date,
        -- the earliest version stands in for the time before it was written
        case
            when
                written_on > order_date
                and min(order_date) over (
                    partition by order_id order by version_written_at nulls first
                    rows between unbounded preceding and 1 preceding
                ) <= order_date
                then written_on
            else order_date
        end as known_on,
        delivered_in,
        delivered_row,
        case
            when not is_known then null
            when amount is null and not has_lines then 'the order has neither lines nor an amount'
            when exchange_rate is null then {{ missing_rate('source_currency', 'order_date') }}
        end as rejection_reason
    from matched
)

select * from final
