{{ config(severity='warn') }}

-- A failure means that the optimiser found no maximum: the model predicts nothing. Look at the backtest of the other model, and
-- for customers who buy by contract.
select
    fits.model_name,
    fits.as_of_date,
    fits.gradient_norm
from {{ ref('fct_model_fits') }} as fits
inner join {{ ref('int_run_context') }} as run_context
    on fits.as_of_date = run_context.as_of_date
where fits.status = 'not_converged'
