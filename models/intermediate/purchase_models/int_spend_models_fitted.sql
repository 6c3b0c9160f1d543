-- the statistics are read as the table that they are, whose size engines know
{% set grouped = ref('int_spend_histories_grouped') %}
with sums as (
    select * from {{ ref('int_histories_summed') }}
),

searched as (
    select * from {{ ref('int_spend_models_searched') }}
),

{{ polished_maxima(gamma_gamma_likelihood(), 'polished', 'searched', grouped) }},

{{ measured_maxima(gamma_gamma_likelihood(), 'measured', 'polished', grouped) }},

final as (
    select
        measured.data_id as cutoff_date,
        exp({{ settled('measured.ln_p') }}) as p,
        exp({{ settled('measured.ln_q') }}) as q,
        exp({{ settled('measured.ln_gamma') }}) * sums.mean_value as gamma,
        -- back from units of the mean value to the reporting currency
        {{ settled('measured.log_likelihood - sums.spending_customers * ln(sums.mean_value)', 6) }} as log_likelihood,
        measured.iterations,
        measured.gradient_norm,
        measured.customers,
        {{ fit_status(gamma_gamma_likelihood(), 'measured') }} as status,
        {{ covariance_columns(3) | join(', ') }}
    from measured
    inner join sums
        on measured.data_id = sums.cutoff_date
)

select * from final
