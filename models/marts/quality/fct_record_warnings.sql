{#- the share of a source's keys above which those without a partner are told: a few lines of unknown orders are in quarantine
    anyway, and a shop may well know visitors who never bought -#}
{% set told_above = {
    'order_items': '1e-2', 'refunds': '1e-2', 'touchpoints': '5e-1', 'campaign_members': '5e-1', 'survey_responses': '5e-1',
    'subscriptions': '5e-1',
} %}
with doubtful_keys as (
    select
        *,
        {{ ratio('doubtful_keys', 'all_keys') }} as doubtful_share
    from {{ ref('int_doubtful_keys_counted') }}
),

orders as (
    select * from {{ ref('fct_orders') }}
),

-- documents below zero that do not count, though something may have happened
judged_orders as (
    select
        order_id,
        gross_item_revenue < 0
        and not {{ is_counted_status('status') }}
        and not {{ is_status_of('status', ['cancelled', 'canceled', 'voided', 'failed', 'draft']) }} as is_uncounted_note
    from orders
),

uncounted_notes as (
    select
        count(*) as orders,
        count(case when is_uncounted_note then 1 end) as notes,
        min(case when is_uncounted_note then order_id end) as example
    from judged_orders
),

told as (
    select
        *,
        source_name || ': ' || doubtful_keys || ' of ' || all_keys || ' '
        || case
            when doubt = 'two values'
                then 'orders in several rows of a delivery have two values of ' || column_name || ', the first by row counts'
            when doubt = 'other order'
                then
                    'order numbers came again with another customer, and on another day or of another amount; where they are'
                    || ' other orders, give the source a column store'
            when doubt = 'cut in two'
                then
                    'orders that tell no status and no amount told them in another delivery, which they replace with its lines;'
                    || ' where an export was cut in two within an order, join its parts'
            when doubt = 'parts'
                then 'refunds come in several rows without a line number, which are taken for parts of one, and all count'
            when column_name = 'order_id'
                then 'order numbers are of no accepted order, so that their rows are in quarantine'
            else 'customers are of no account and no order, so that ids may be written otherwise there'
        end
        || ' (such as ' || examples || ').' as sentence
    from doubtful_keys
    where
        doubt <> 'no partner'
        {% for source, share in told_above.items() %}
        or (source_name = '{{ source }}' and doubtful_share > {{ share }})
        {% endfor %}
),

final as (
    select
        source_name,
        doubt as warning,
        column_name,
        cast(doubtful_keys as bigint) as affected_keys,
        cast(all_keys as bigint) as all_keys,
        doubtful_share as affected_share,
        examples,
        sentence
    from told
    union all
    select
        'orders' as source_name,
        'uncounted credit note' as warning,
        'status' as column_name,
        cast(notes as bigint) as affected_keys,
        cast(orders as bigint) as all_keys,
        {{ ratio('notes', 'orders') }} as affected_share,
        example as examples,
        'orders: ' || notes || ' of ' || orders || ' orders are below zero and take nothing back, since their status does not'
        || ' count (such as ' || example || ').' as sentence
    from uncounted_notes
    where notes > 0
)

select * from final
