with dates as (
    select * from {{ ref('int_dates_listed') }} where is_rebuilt
),

backtests as (
    select * from {{ ref('int_value_errors') }}
),

ended as (
    select
        dates.valued_at,
        backtests.model_name,
        backtests.customers,
        backtests.absolute_error,
        dense_rank() over (partition by dates.valued_at order by backtests.valued_at desc) as place
    from dates
    inner join backtests
        on dates.valued_on >= backtests.observed_on
),

-- over the latest four quarters that had ended by the date
final as (
    select
        valued_at,
        model_name,
        {{ settled('sum(absolute_error) / sum(customers)', 4) }} as mean_absolute_error
    from ended
    where place <= 4
    group by valued_at, model_name
)

select * from final
