with run_context as (
    select * from {{ ref('int_run_context') }}
),

numbers as (
    select generated_number - 1 as quarters_back
    from ({{ dbt.generate_series([var('backtest_quarters'), 1] | max) }}) as generated
    where generated_number <= {{ var('backtest_quarters') }}
),

as_of as (
    select
        as_of_date as cutoff_date,
        true as is_as_of
    from run_context
),

quarter_ends as (
    select
        cast({{ dbt.dateadd('day', -1, dbt.dateadd(
            'month', '-3 * numbers.quarters_back', dbt.date_trunc('quarter', 'run_context.as_of_date')
        )) }} as date) as cutoff_date,
        false as is_as_of
    from run_context
    cross join numbers
),

final as (
    select * from as_of
    union all
    select * from quarter_ends
)

select * from final
