with dates as (
    select
        month,
        {{ add_months('month', -1 * var('kpi_window_months')) }} as start_month
    from {{ ref('int_dates_listed') }}
    where is_in_history
),

history as (
    select min(month) as first_month
    from {{ ref('int_months_spined') }}
),

-- windows whose start is valued, or lies before anybody had bought
windows as (
    select
        dates.month,
        dates.start_month
    from dates
    cross join history
    left join dates as start_dates
        on dates.start_month = start_dates.month
    where start_dates.month is not null or history.first_month > dates.start_month
),

customers as (
    select * from {{ ref('int_customers_known') }}
),

people as (
    select * from {{ ref('int_identities_resolved') }}
),

valued as (
    select *
    from {{ ref('int_customer_months_valued') }}
    where
        cohort_month is not null
        and month in (select valued_windows.start_month from windows as valued_windows)
),

-- of several who were found to be one since, the one worth most
ranked as (
    select
        valued.month,
        people.customer_id,
        valued.value_tier,
        row_number() over (
            partition by valued.month, people.customer_id
            order by coalesce(valued.total_clv, valued.historical_clv) desc nulls last, valued.customer_id asc
        ) as value_rank
    from valued
    inner join people
        on valued.customer_id = people.source_customer_id
),

final as (
    select
        windows.month,
        customers.customer_id,
        case
            when customers.cohort_month <= windows.start_month then coalesce(ranked.value_tier, 'new')
            else 'new'
        end as tier,
        customers.cohort_month is not null as has_bought
    from windows
    inner join customers
        on windows.month >= coalesce(customers.cohort_month, windows.month)
    left join ranked
        on
            windows.start_month = ranked.month
            and customers.customer_id = ranked.customer_id
            and ranked.value_rank = 1
)

select * from final
