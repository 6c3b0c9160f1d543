{{ config(severity='warn') }}

-- A failure means that the likelihood is highest where a parameter runs to zero or infinity: nobody leaves, or all customers are
-- alike. The predictions are the best there are, but look at the backtest before you rely on them.
select
    fits.model_name,
    fits.as_of_date
from {{ ref('fct_model_fits') }} as fits
inner join {{ ref('int_run_context') }} as run_context
    on fits.as_of_date = run_context.as_of_date
where fits.status = 'boundary'
