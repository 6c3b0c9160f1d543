with recursive binned as (
    select * from {{ ref('int_spend_histories_binned') }}
),

cutoffs as (
    select distinct data_id
    from binned
),

-- in units of the mean value: gamma is such that the average customer spends the mean
starts as (
    select
        cast(cutoffs.data_id as {{ dbt.type_string() }}) as fit_id,
        cutoffs.data_id,
        guesses.number as start_number,
        ln(guesses.p) as ln_p,
        ln(guesses.q) as ln_q,
        ln((guesses.q - 1) / guesses.p) as ln_gamma,
        0 as iterations
    from cutoffs
    cross join {{ numbered(spend_starts(), ['p', 'q'], 'guesses') }}
),

{{ searched_maxima(gamma_gamma_likelihood(), 'searched', 'starts', 'binned') }},

final as (
    select
        fit_id,
        start_number,
        data_id,
        ln_p,
        ln_q,
        ln_gamma,
        iterations
    from searched
)

select * from final
