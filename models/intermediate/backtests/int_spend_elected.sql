with dates as (
    select * from {{ ref('int_dates_listed') }} where is_rebuilt
),

models as (
    select * from {{ ref('int_spend_fitted') }}
    where spend_model in ('{{ candidate_spend_models() | join("', '") }}')
),

backtests as (
    select * from {{ ref('int_spend_errors') }}
),

ended as (
    select
        dates.valued_at,
        backtests.spend_model,
        backtests.customers,
        backtests.absolute_error,
        dense_rank() over (partition by dates.valued_at order by backtests.valued_at desc) as place
    from dates
    inner join backtests
        on dates.valued_on >= backtests.observed_on
),

-- over the latest four quarters that had ended by the date
measured as (
    select
        valued_at,
        spend_model,
        {{ settled('sum(absolute_error) / sum(customers)', 4) }} as mean_absolute_error
    from ended
    where place <= 4
    group by valued_at, spend_model
),

ranked as (
    select
        models.*,
        measured.mean_absolute_error,
        row_number() over (
            partition by models.valued_at
            order by
                case when models.is_usable then 0 else 1 end asc,
                measured.mean_absolute_error asc nulls last,
                case models.spend_model
                    {% for model in spend_models() %}
                    when '{{ model }}' then {{ loop.index }}
                    {% endfor %}
                end asc
        ) as place
    from models
    inner join dates
        on models.valued_at = dates.valued_at
    left join measured
        on
            models.valued_at = measured.valued_at
            and models.spend_model = measured.spend_model
),

final as (
    select
        valued_at,
        spend_model,
        status,
        is_usable,
        mean_absolute_error,
        {{ prefixed('spend_', range(1, 5)) | join(', ') }},
        {{ covariance_columns('spend_cov_') | join(', ') }}
    from ranked
    where place = 1
)

select * from final
