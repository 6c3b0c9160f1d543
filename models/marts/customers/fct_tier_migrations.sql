with dates as (
    select *
    from {{ restated(ref('int_dates_listed'), dates='int_dates_listed', kept='dates.is_in_history') }}
    where is_rebuilt and is_in_history
),

months as (
    select
        month,
        customer_id,
        value_tier,
        coalesce(total_clv, historical_clv) as total_clv
    from {{ ref('int_customer_months_valued') }}
    where month in (
        select dates.month from dates
        union all
        select {{ add_months('dates.month', '-1') }} from dates
    )
),

at_end as (
    select
        dates.valued_on,
        months.*
    from dates
    inner join months
        on dates.month = months.month
),

at_start as (
    select
        dates.valued_on,
        dates.month,
        months.customer_id,
        months.value_tier,
        months.total_clv
    from dates
    inner join months
        on dates.month = {{ add_months('months.month', '1') }}
),

-- who was not known a month before is new; who is known no more was found to be somebody else
moved as (
    select
        coalesce(at_end.valued_on, at_start.valued_on) as valued_on,
        coalesce(at_end.month, at_start.month) as month,
        coalesce(at_start.value_tier, 'new') as from_tier,
        coalesce(at_end.value_tier, 'merged') as to_tier,
        coalesce(at_end.total_clv, 0) - coalesce(at_start.total_clv, 0) as total_clv_change
    from at_end
    full outer join at_start
        on
            at_end.valued_on = at_start.valued_on
            and at_end.customer_id = at_start.customer_id
),

summed as (
    select
        valued_on,
        month,
        from_tier,
        to_tier,
        count(*) as customers,
        sum(total_clv_change) as total_clv_change
    from moved
    group by valued_on, month, from_tier, to_tier
),

final as (
    select
        month,
        valued_on,
        from_tier,
        to_tier,
        cast(customers as integer) as customers,
        cast(total_clv_change as {{ type_money() }}) as total_clv_change,
        {{ reporting_currency() }} as currency
    from summed
)

select * from final
