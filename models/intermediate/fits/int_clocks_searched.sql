{{ config(enabled=has_clock(), materialized='iterated', has_few_rows=true, max_steps=clock_steps()) }}

with histories as (
    select * from {{ ref('int_clock_histories') }} where is_binned
),

months as (
    select * from {{ ref('int_clock_months') }}
),

-- where the search on the plain clock has led to; a place a tenth away in a logarithm is another one
plain as (
    select
        *,
        row_number() over (
            partition by data_id, round(10 * ln_1), round(10 * ln_2), round(10 * ln_3), round(10 * ln_4)
            order by log_likelihood desc nulls last, start_number asc
        ) as place_rank
    from {{ ref('int_models_searched') }}
    where model_name = '{{ clock_model() }}'
),

-- there may be two maxima on this clock, and the lower one on the plain clock may be the higher one here
ranked as (
    select
        *,
        row_number() over (partition by data_id order by log_likelihood desc nulls last, start_number asc) as likelihood_rank,
        max(log_likelihood) over (partition by data_id) as largest_log_likelihood
    from plain
    where place_rank = 1
),

near as (
    select *
    from ranked
    where likelihood_rank <= 2 and log_likelihood > largest_log_likelihood - {{ close_maxima() }}
),

-- all leave alike (b runs off) on the plain clock, and may not on this one: from so far there is no way back
starts as (
    select
        data_id,
        start_number,
        ln_1,
        ln_2,
        ln_3,
        ln_4
    from near
    union all
    select
        data_id,
        -start_number as start_number,
        ln_1,
        ln_2,
        ln_3 - ln_4 + ln(2e1) as ln_3,
        ln(2e1) as ln_4
    from near
    where ln_4 > ln(1e2)
),

factors as (
    select
        data_id,
        'level' as element,
        quarter_number as number,
        0e0 as value
    from months
    union all
    select
        data_id,
        'season' as element,
        month_of_year as number,
        0e0 as value
    from months
    union all
    select
        data_id,
        'season_spread' as element,
        0 as number,
        ln(3e-1) as value
    from months
    union all
    select
        data_id,
        'level_drift' as element,
        0 as number,
        ln({{ var('level_drift') }}) as value
    from months
),

points as (
    {% for number in range(1, 5) %}
    select
        data_id,
        start_number,
        'parameter' as element,
        {{ number }} as number,
        ln_{{ number }} as value
    from starts
    union all
    {% endfor %}
    select distinct
        starts.data_id,
        starts.start_number,
        factors.element,
        factors.number,
        factors.value
    from starts
    inner join factors
        on starts.data_id = factors.data_id
),

started as (
    {{ clock_started('points') }}
),

state as (
    select * from {{ last_step('started') }}
),

{{ clock_step('state', 'histories', 'months', '1e-4') }}

select * from final
