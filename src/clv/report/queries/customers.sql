select
    count(*) as customers,
    sum(predicted_clv) as customer_equity,
    avg(total_clv) as mean_clv,
    median(total_clv) as median_clv,
    avg(historical_clv) as mean_historical_clv,
    sum(probability_alive) as alive_customers,
    count(probability_alive) as judged_customers,
    max(currency) as currency,
    max(clv_basis) as clv_basis,
    max(horizon_months) as horizon_months,
    max(annual_discount_rate) as annual_discount_rate,
    max(purchase_model) as purchase_model,
    max(model_status) filter (where purchase_occasions > 0) as model_status,
    max(model_quality) as model_quality,
    max(model_warnings) as model_warnings,
    max(as_of_date) as as_of_date
from dim_customers
