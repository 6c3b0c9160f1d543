{{ config(severity='warn') }}

-- A failure means that the forecasts of the latest quarters were far off (poor), or worse than a plain one: than each customer's
-- own past rate (naive), the formula, or the same period of last year. Decide nothing by predicted CLV before you know why; see
-- fct_model_backtests.
select
    quality.model_quality,
    quality.model_warnings
from {{ ref('int_model_quality') }} as quality
where quality.model_quality = 'poor' or quality.model_warnings like '%worse_than%'
