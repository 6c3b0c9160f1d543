with accounts as (
    select * from {{ ref('int_account_versions') }} where version_status = 'current'
),

identities as (
    select * from {{ ref('int_identities_resolved') }}
),

run_context as (
    select * from {{ ref('int_run_context') }}
),

-- who joins after the as-of date isn't a member yet
final as (
    select distinct identities.customer_id
    from accounts
    cross join run_context
    inner join identities
        on accounts.customer_id = identities.source_customer_id
    where accounts.loyalty_joined_at < run_context.known_before
)

select * from final
