-- A failure means that marketing spend was lost or counted twice on its way from the accepted rows to the marts.
with accepted as (
    select
        sum({{ to_money('amount * exchange_rate') }}) as spend,
        sum(case when campaign is not null then {{ to_money('amount * exchange_rate') }} end) as spend_of_campaigns
    from {{ ref('int_marketing_spend_checked') }}
    where rejection_reason is null
),

channel_months as (
    select
        sum(case when acquisition_channel <> 'all' then spend end) as spend_of_channels,
        sum(case when acquisition_channel = 'all' then spend end) as spend_of_company
    from {{ ref('fct_channel_months') }}
),

campaigns as (
    select sum(spend) as spend
    from {{ ref('fct_campaigns') }}
),

attribution_models as (
    select
        min(spend) as least_spend,
        max(spend) as most_spend
    from {{ ref('fct_attribution_models') }}
    where acquisition_channel = 'all'
),

budgets as (
    select sum(spend) as spend
    from {{ ref('fct_channel_budgets') }}
)

select
    accepted.*,
    channel_months.*,
    campaigns.spend as spend_in_campaigns,
    attribution_models.*,
    budgets.spend as spend_in_budgets
from accepted
cross join channel_months
cross join campaigns
cross join attribution_models
cross join budgets
where
    coalesce(accepted.spend, 0) <> coalesce(channel_months.spend_of_channels, 0)
    or coalesce(accepted.spend, 0) <> coalesce(channel_months.spend_of_company, 0)
    or coalesce(accepted.spend_of_campaigns, 0) <> coalesce(campaigns.spend, 0)
    or coalesce(attribution_models.least_spend, 0) <> coalesce(attribution_models.most_spend, 0)
    or coalesce(attribution_models.most_spend, 0) <> coalesce(budgets.spend, 0)
