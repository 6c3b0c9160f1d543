with recursive binned as (
    select * from {{ ref('int_purchase_histories_binned') }}
),

sums as (
    select * from {{ ref('int_histories_summed') }} where repeat_customers >= {{ var('min_repeat_customers') }}
),

-- alpha in units of the mean age: at these rates everybody would buy as often as the average customer, or a little more
starts as (
    select
        {{ purchase_fit_id('sums.cutoff_date', 'models.is_mbg') }} as fit_id,
        sums.cutoff_date as data_id,
        models.is_mbg,
        guesses.number as start_number,
        ln(guesses.r) as ln_r,
        ln(guesses.r * guesses.slowness / sums.mean_x) as ln_alpha,
        ln(guesses.a) as ln_a,
        ln(guesses.b) as ln_b,
        0 as iterations
    from sums
    cross join {{ numbered(purchase_starts(), ['r', 'slowness', 'a', 'b'], 'guesses') }}
    cross join {{ numbered(fitted_purchase_models(), ['is_mbg'], 'models') }}
),

{{ searched_maxima(bg_nbd_likelihood(), 'searched', 'starts', 'binned') }},

final as (
    select
        fit_id,
        start_number,
        data_id,
        is_mbg,
        ln_r,
        ln_alpha,
        ln_a,
        ln_b,
        iterations
    from searched
)

select * from final
