with months as (
    select * from {{ ref('int_months_spined') }}
),

numbers as (
    select generated_number - 1 as days_later
    from ({{ dbt.generate_series(31) }}) as generated
),

final as (
    select cast({{ dbt.dateadd('day', 'numbers.days_later', 'months.month') }} as date) as day
    from months
    inner join numbers
        on cast({{ dbt.dateadd('day', 'numbers.days_later', 'months.month') }} as date) < {{ add_months('months.month', '1') }}
)

select * from final
