{{ config(enabled=has_clock(), materialized='iterated', has_few_rows=true, max_steps=clock_steps()) }}

with histories as (
    select * from {{ ref('int_clock_histories') }} where not is_binned
),

months as (
    select * from {{ ref('int_clock_months') }}
),

searched as (
    select * from {{ ref('int_clocks_searched') }}
),

tried as (
    select distinct
        data_id,
        start_number,
        log_likelihood
    from searched
),

ranked as (
    select
        data_id,
        start_number,
        row_number() over (
            partition by data_id order by {{ settled('log_likelihood', 3) }} desc nulls last, start_number asc
        ) as likelihood_rank
    from tried
),

best as (
    select searched.*
    from searched
    inner join ranked
        on
            searched.data_id = ranked.data_id
            and searched.start_number = ranked.start_number
    where ranked.likelihood_rank = 1
),

started as (
    {{ clock_started('best') }}
),

state as (
    select * from {{ last_step('started') }}
),

{{ clock_step('state', 'histories', 'months', '1e-9') }}

select * from final
