-- the statistics are read as the table that they are, whose size engines know
{% set grouped = ref('int_purchase_histories_grouped') %}
with sums as (
    select * from {{ ref('int_histories_summed') }}
),

searched as (
    select * from {{ ref('int_purchase_models_searched') }}
),

{{ polished_maxima(bg_nbd_likelihood(), 'polished', 'searched', grouped) }},

{{ measured_maxima(bg_nbd_likelihood(), 'measured', 'polished', grouped) }},

final as (
    select
        measured.data_id as cutoff_date,
        {{ purchase_model_name('measured.is_mbg') }} as model_name,
        measured.is_mbg,
        exp({{ settled('measured.ln_r') }}) as r,
        exp({{ settled('measured.ln_alpha') }}) * sums.mean_age as alpha,
        exp({{ settled('measured.ln_a') }}) as a,
        exp({{ settled('measured.ln_b') }}) as b,
        -- back from units of the mean age to weeks
        {{ settled('measured.log_likelihood - sums.repeat_occasions * ln(sums.mean_age)', 6) }} as log_likelihood,
        measured.iterations,
        measured.gradient_norm,
        measured.customers,
        {{ fit_status(bg_nbd_likelihood(), 'measured') }} as status,
        {{ covariance_columns(4) | join(', ') }}
    from measured
    inner join sums
        on measured.data_id = sums.cutoff_date
)

select * from final
