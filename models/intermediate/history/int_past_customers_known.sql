with cutoffs as (
    select valued_at as cutoff_date, * from {{ ref('int_dates_listed') }} where is_rebuilt and valued_at <> {{ valued_now() }}
),

ids as (
    select
        source_customer_id,
        min(known_on) as known_on
    from {{ ref('int_contacts_normalised') }}
    group by source_customer_id
),

linked as (
    select * from {{ ref('int_past_customers_linked') }}
),

-- who has not bought yet is a customer, too
final as (
    select distinct
        cutoffs.cutoff_date,
        cutoffs.month,
        coalesce(linked.customer_id, ids.source_customer_id) as customer_id
    from ids
    inner join cutoffs
        on ids.known_on <= cutoffs.cutoff_date
    left join linked
        on
            cutoffs.cutoff_date = linked.cutoff_date
            and ids.source_customer_id = linked.source_customer_id
)

select * from final
