-- what was published at a quarter's end is one of the models, its level corrected. That leaves ranks as they are:
-- the model is the one, and only one, that ranks customers alike
with shortest as (
    select
        cutoff_date,
        min(horizon_days) as horizon_days
    from fct_model_backtests
    where decile = 'all' and model_name = 'published'
    group by cutoff_date
),

ranked as (
    select
        bac.cutoff_date,
        bac.model_name,
        bac.rank_correlation,
        bac.top_decile_share
    from fct_model_backtests as bac
    inner join shortest as sho on bac.cutoff_date = sho.cutoff_date and bac.horizon_days = sho.horizon_days
    where bac.decile = 'all' and bac.rank_correlation is not null
),

alike as (
    select
        pub.cutoff_date,
        ran.model_name
    from ranked as pub
    inner join ranked as ran
        on pub.cutoff_date = ran.cutoff_date
        and abs(pub.rank_correlation - ran.rank_correlation) < 1e-9
        and pub.top_decile_share is not distinct from ran.top_decile_share
    where
        pub.model_name = 'published'
        and ran.model_name in (select purchase_model from dim_customers union all select model_name from fct_model_fits)
),

together as (
    select
        cutoff_date as known_on,
        min(model_name) as model_name
    from alike
    group by cutoff_date
    having count(*) = 1
    union all
    select
        max(as_of_date) as known_on,
        max(purchase_model) as model_name
    from dim_customers
)

select
    known_on,
    model_name
from together
where model_name is not null
order by known_on
