with run_context as (
    select * from {{ ref('int_run_context') }}
),

months as (
    select * from {{ ref('int_months_spined') }}
),

days as (
    select * from {{ ref('int_days_fingerprinted') }}
),

built as (
    select * from {{ ref('stg_builds__dates') }}
),

dates as (
    select
        {{ last_day_of('months.month') }} as valued_at,
        {{ last_day_of('months.month') }} as valued_on,
        run_context.as_of_month
    from months
    cross join run_context
    where months.month < run_context.as_of_month
    union all
    select
        {{ valued_now() }} as valued_at,
        as_of_date as valued_on,
        as_of_month
    from run_context
    where as_of_date is not null
),

fingerprinted as (
    select
        dates.valued_at,
        dates.valued_on,
        {{ ends_quarter('dates.valued_on') }} as is_quarter_end,
        {{ is_in_history('dates.valued_on', 'dates.as_of_month') }} as is_in_history,
        {{ is_in_history('dates.valued_on', 'dates.as_of_month', months_before=1) }}
        or (
            {{ ends_quarter('dates.valued_on') }}
            and {{ is_in_history('dates.valued_on', 'dates.as_of_month', months_before=16) }}
        ) as is_needed,
        cast(sum(days.fingerprint) as {{ dbt.type_string() }}) as fingerprint
    from dates
    left join days
        on dates.valued_on >= days.known_on
    group by dates.valued_at, dates.valued_on, dates.as_of_month
),

compared as (
    select
        fingerprinted.*,
        fingerprinted.valued_at = {{ valued_now() }}
        or built.valued_at is null
        or (fingerprinted.is_in_history and not coalesce(built.is_in_history, true)) as is_changed,
        -- the latest end of a quarter tests the models of those before it
        fingerprinted.is_quarter_end
        and sum(case when fingerprinted.is_quarter_end then 1 else 0 end) over (
            order by fingerprinted.valued_at desc
            rows between unbounded preceding and current row
        ) <= {{ var('backtest_quarters') + 1 }} as is_backtested
    from fingerprinted
    left join built
        on
            fingerprinted.valued_at = built.valued_at
            and fingerprinted.fingerprint = built.fingerprint
),

built_tests as (
    select max(valued_on) as tested_on
    from built
    where is_backtested
),

tested as (
    select
        compared.*,
        coalesce(
            max(case when compared.is_backtested then compared.valued_on end) over () <> built_tests.tested_on, true
        ) as is_tested_on_another_day
    from compared
    cross join built_tests
    -- valued though not shown: what the first month is compared with, what corrects its level, and what is tested
    where compared.is_needed or compared.is_backtested
),

quarters as (
    select
        valued_at,
        lead(is_changed) over (order by valued_at) as is_next_changed
    from tested
    where is_quarter_end
),

-- where a quarter comes out otherwise, so do the forecast of it at the end of the last and the backtests of the quarters before;
-- where the last quarter is another one, all of them
final as (
    select
        tested.valued_at,
        tested.valued_on,
        {{ month_of('tested.valued_on') }} as month,
        {{ end_of_reporting_date('tested.valued_on') }} as known_before,
        tested.is_quarter_end,
        tested.is_backtested,
        tested.is_in_history,
        tested.fingerprint,
        tested.is_changed
        or coalesce(quarters.is_next_changed, false)
        or (
            tested.is_backtested
            and (
                max(case when tested.is_backtested and tested.is_changed then 1 else 0 end) over (
                    order by tested.valued_at desc
                    rows between unbounded preceding and current row
                ) = 1
                or tested.is_tested_on_another_day
            )
        ) as is_rebuilt
    from tested
    left join quarters
        on tested.valued_at = quarters.valued_at
)

select * from final
