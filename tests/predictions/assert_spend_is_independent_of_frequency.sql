{{ config(severity='warn') }}

-- A failure means that customers who buy more often spend more (or less) per order: Gamma-Gamma assumes that they don't.
-- Spearman's rank correlation of the two, over customers with repeat orders, is 0.30 or more.
with histories as (
    select *
    from {{ ref('int_customers_measured') }}
    where valued_at = {{ valued_now() }} and mean_repeat_value > 0
),

ranked as (
    select
        rank() over (order by x) + (count(*) over (partition by x) - 1) / 2e0 as frequency_rank,
        rank() over (order by mean_repeat_value) + (count(*) over (partition by mean_repeat_value) - 1) / 2e0 as spend_rank
    from histories
),

correlated as (
    select corr(frequency_rank, spend_rank) as rank_correlation
    from ranked
)

select rank_correlation
from correlated
where abs(rank_correlation) between 0.30e0 and 1
