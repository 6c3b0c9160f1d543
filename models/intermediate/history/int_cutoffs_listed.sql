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
    select * from {{ ref('stg_raw__built_cutoffs') }}
),

month_ends as (
    select {{ last_day_of('months.month') }} as cutoff_date
    from months
    cross join run_context
    where months.month < run_context.as_of_month
),

as_of as (
    select as_of_date as cutoff_date
    from run_context
    where as_of_date is not null
),

cutoffs as (
    select
        cutoff_date,
        false as is_as_of
    from month_ends
    union all
    select
        cutoff_date,
        true as is_as_of
    from as_of
),

fingerprinted as (
    select
        cutoffs.cutoff_date,
        cutoffs.is_as_of,
        {{ ends_quarter('cutoffs.cutoff_date') }} as is_quarter_end,
        cast(sum(days.fingerprint) as {{ dbt.type_string() }}) as fingerprint
    from cutoffs
    left join days
        on cutoffs.cutoff_date >= days.known_on
    group by cutoffs.cutoff_date, cutoffs.is_as_of
),

compared as (
    select
        fingerprinted.*,
        fingerprinted.is_as_of or built.cutoff_date is null as is_changed,
        -- the latest end of a quarter tests the models of those before it
        fingerprinted.is_quarter_end
        and sum(case when fingerprinted.is_quarter_end then 1 else 0 end) over (
            order by fingerprinted.cutoff_date desc
            rows between unbounded preceding and current row
        ) <= {{ var('backtest_quarters') + 1 }} as is_backtested
    from fingerprinted
    left join built
        on
            fingerprinted.cutoff_date = built.cutoff_date
            and fingerprinted.fingerprint = built.fingerprint
            and not built.is_as_of
),

built_tests as (
    select max(cutoff_date) as tested_at
    from built
    where is_backtested
),

tested as (
    select
        compared.*,
        coalesce(
            max(case when compared.is_backtested then compared.cutoff_date end) over () <> built_tests.tested_at, true
        ) as is_tested_at_another_day
    from compared
    cross join built_tests
),

-- where a quarter comes out otherwise, so do the backtests of the quarters before it; where the last is another one, all of them
final as (
    select
        cutoff_date,
        {{ month_of('cutoff_date') }} as month,
        {{ end_of_reporting_date('cutoff_date') }} as known_before,
        is_as_of,
        is_backtested,
        fingerprint,
        is_changed
        or (
            is_backtested
            and (
                max(case when is_backtested and is_changed then 1 else 0 end) over (
                    order by cutoff_date desc
                    rows between unbounded preceding and current row
                ) = 1
                or is_tested_at_another_day
            )
        ) as is_rebuilt
    from tested
)

select * from final
