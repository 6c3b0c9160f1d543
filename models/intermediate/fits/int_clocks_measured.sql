{{ config(enabled=has_clock()) }}

{% set likelihood = purchase_model(clocked_model(), 'likelihood')() %}
with clocks as (
    select * from {{ ref('int_clocks_polished') }}
),

months as (
    select * from {{ ref('int_clocks_paced') }}
),

sums as (
    select * from {{ ref('int_histories_summed') }}
),

points as (
    select
        data_id,
        start_number,
        {% for parameter in likelihood.parameters %}
        max(case when element = 'parameter' and number = {{ loop.index }} then value end) as ln_{{ parameter }},
        {% endfor %}
        max(iterations) as iterations,
        max(log_likelihood) as log_likelihood
    from clocks
    group by data_id, start_number
),

counted as (
    select
        histories.data_id,
        histories.x,
        histories.customers,
        lasts.weeks_before + lasts.pace * histories.last_day - firsts.weeks_before - firsts.pace * histories.first_day as t_x,
        firsts.weeks_at_date - firsts.weeks_before - firsts.pace * histories.first_day as age,
        sums.mean_age
    from {{ ref('int_clock_histories') }} as histories
    inner join months as firsts
        on
            histories.data_id = firsts.valued_at
            and histories.first_month = firsts.month_number
    inner join months as lasts
        on
            histories.data_id = lasts.valued_at
            and histories.last_month = lasts.month_number
    inner join sums
        on histories.data_id = sums.valued_at
    where not histories.is_binned
),

-- the mean age on the plain clock stays the unit of time
statistics as (
    select
        data_id,
        x,
        greatest(t_x, 0) / mean_age as t_x,
        greatest(age, 0) / mean_age as age,
        customers
    from counted
),

final as (
    {{ measured_maxima(likelihood, 'points', 'statistics') }}
)

select * from final
