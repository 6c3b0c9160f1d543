with dates as (
    select * from {{ ref('int_dates_listed') }} where is_rebuilt
),

states as (
    select * from {{ ref('int_order_states_listed') }}
),

documents as (
    select * from {{ ref('int_documents_totalled') }}
),

linked as (
    select * from {{ ref('int_people_linked') }}
),

linked_ids as (
    select distinct source_customer_id
    from linked
),

-- whose notes there are, and who may be one person with them
ids as (
    select
        documents.source_customer_id,
        max(case when documents.is_counted_status and documents.revenue_before_refunds < 0 then documents.order_date end)
            as last_note_date,
        max(case when linked_ids.source_customer_id is not null then 1 else 0 end) as is_linked
    from documents
    left join linked_ids
        on documents.source_customer_id = linked_ids.source_customer_id
    where documents.source_customer_id in (
        select contacts.source_customer_id from {{ ref('int_contacts_normalised') }} as contacts
    )
    group by documents.source_customer_id
),

people as (
    select
        dates.valued_at,
        ids.source_customer_id,
        coalesce(linked.customer_id, ids.source_customer_id) as customer_id,
        ids.is_linked,
        max(ids.last_note_date) over (
            partition by dates.valued_at, coalesce(linked.customer_id, ids.source_customer_id)
        ) as last_note_date
    from ids
    cross join dates
    left join linked
        on
            dates.valued_at = linked.valued_at
            and ids.source_customer_id = linked.source_customer_id
    where ids.last_note_date is not null or ids.is_linked = 1
),

-- their documents as they were at each date, where those of a person were not what they are now, or a note came later
dated as (
    select
        people.valued_at,
        people.customer_id,
        documents.*,
        {{ same_version('states', 'documents') }} as is_in_force,
        max(case
            when
                people.valued_at = {{ valued_now() }} or people.last_note_date > people.valued_at or people.is_linked = 1
                or states.order_id is not null
                then 1
            else 0
        end) over (partition by people.valued_at, people.customer_id) as is_another
    from people
    inner join documents
        on
            people.source_customer_id = documents.source_customer_id
            and people.valued_at >= documents.order_date
    left join states
        on
            people.valued_at = states.valued_at
            and documents.order_id = states.order_id
    where people.last_note_date is not null
),

numbered as (
    select
        *,
        is_counted_status and revenue_before_refunds < 0 as is_note,
        row_number() over (
            partition by valued_at, customer_id, is_counted_status and revenue_before_refunds < 0
            order by ordered_at, order_id
        ) as place
    from dated
    where is_in_force and is_another = 1
),

-- no note has taken anything back yet
final as (
    select
        coalesce(states.valued_at, numbered.valued_at) as valued_at,
        coalesce(states.order_id, numbered.order_id) as order_id,
        coalesce(states.superseded_version, numbered.superseded_version) as superseded_version,
        case when numbered.is_counted_status then numbered.customer_id end as customer_id,
        numbered.revenue_before_refunds,
        numbered.source_currency,
        numbered.exchange_rate,
        numbered.ordered_at,
        numbered.order_date,
        case when numbered.is_note then numbered.order_id end as credit_note_id,
        case when numbered.is_note then numbered.place end as credit_note_number,
        cast(0 as {{ type_money() }}) as refund_amount,
        0e0 as amount_at_order_rate,
        false as is_by_lines,
        cast(null as {{ type_money() }}) as known_cogs,
        cast(null as {{ type_money() }}) as uncosted_revenue,
        false as is_at_rest
    from states
    full outer join numbered
        on
            states.valued_at = numbered.valued_at
            and states.order_id = numbered.order_id
)

select * from final
