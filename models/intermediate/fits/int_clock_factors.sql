{{ config(enabled=has_clock()) }}

with clocks as (
    select * from {{ ref('int_clocks_polished') }}
),

months as (
    select * from {{ ref('int_clock_months') }}
),

priors as (
    select
        data_id,
        max(case when element = 'season_spread' then exp(-2 * value) end) as season_precision,
        max(case when element = 'level_drift' then exp(-2 * value) end) as step_precision
    from clocks
    group by data_id
),

seasons as (
    select
        data_id,
        month_of_year,
        sum(repeat_occasions) as occasions
    from months
    where has_season
    group by data_id, month_of_year
),

levels as (
    select
        data_id,
        quarter_number,
        sum(repeat_occasions) as occasions,
        case when quarter_number > min(quarter_number) over (partition by data_id) then 1 else 0 end
        + case when quarter_number < max(quarter_number) over (partition by data_id) then 1 else 0 end as neighbours
    from months
    group by data_id, quarter_number
),

-- at the maximum as many occasions are expected as there were: the information on a factor, to which the prior adds its own
final as (
    select
        clocks.data_id as valued_at,
        'season_' || right('0' || cast(clocks.number as {{ dbt.type_string() }}), 2) as parameter,
        exp({{ settled('clocks.value') }}) as value,
        1 / (seasons.occasions + priors.season_precision) as variance
    from clocks
    inner join seasons
        on
            clocks.data_id = seasons.data_id
            and clocks.number = seasons.month_of_year
    inner join priors
        on clocks.data_id = priors.data_id
    where clocks.element = 'season'
    union all
    select
        clocks.data_id as valued_at,
        'level_' || cast(1970 + cast(floor(clocks.number / 4e0) as integer) as {{ dbt.type_string() }})
        || '_q' || cast(mod(clocks.number, 4) + 1 as {{ dbt.type_string() }}) as parameter,
        exp({{ settled('clocks.value') }}) as value,
        1 / (levels.occasions + levels.neighbours * priors.step_precision) as variance
    from clocks
    inner join levels
        on
            clocks.data_id = levels.data_id
            and clocks.number = levels.quarter_number
    inner join priors
        on clocks.data_id = priors.data_id
    where clocks.element = 'level'
    union all
    select
        data_id as valued_at,
        element as parameter,
        exp({{ settled('value') }}) as value,
        cast(null as {{ type_double() }}) as variance
    from clocks
    where element in ('season_spread', 'level_drift')
)

select * from final
