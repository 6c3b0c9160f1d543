-- A failure means that the segments of a kind don't hold together the customers, members and respondents of the company.
with kinds as (
    select
        segment_kind,
        sum(customers) as customers,
        sum(loyalty_members) as loyalty_members,
        sum(respondents) as respondents
    from {{ ref('fct_segment_loyalty') }}
    group by segment_kind
),

company as (
    select *
    from kinds
    where segment_kind = 'company'
)

select kinds.*
from kinds
cross join company
where
    kinds.customers <> company.customers
    or kinds.loyalty_members <> company.loyalty_members
    or kinds.respondents <> company.respondents
