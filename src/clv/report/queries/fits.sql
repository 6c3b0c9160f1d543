select
    model_name,
    status,
    customers,
    log_likelihood,
    iterations
from fct_model_fits
where as_of_date = (select max(as_of_date) from fct_model_fits)
order by model_name
