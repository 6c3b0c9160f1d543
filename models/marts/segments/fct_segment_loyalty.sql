with segments as (
    select * from {{ ref('int_customer_segments') }}
),

loyalty_members as (
    select * from {{ ref('int_loyalty_members') }}
),

responses as (
    select * from {{ ref('int_survey_responses') }}
),

run_context as (
    select * from {{ ref('int_run_context') }}
),

customers as (
    select
        segments.*,
        case when loyalty_members.customer_id is not null then 1 else 0 end as loyalty_members,
        case when responses.nps_band = 'promoter' then 1 else 0 end as promoters,
        case when responses.nps_band = 'passive' then 1 else 0 end as passives,
        case when responses.nps_band = 'detractor' then 1 else 0 end as detractors
    from segments
    left join loyalty_members
        on segments.customer_id = loyalty_members.customer_id
    left join responses
        on segments.customer_id = responses.customer_id
),

summed as (
    {% for kind in segment_kinds() %}
    select
        '{{ kind }}' as segment_kind,
        {{ kind }} as segment,
        count(*) as customers,
        sum(loyalty_members) as loyalty_members,
        sum(promoters) as promoters,
        sum(passives) as passives,
        sum(detractors) as detractors,
        sum(promoters + passives + detractors) as respondents
    from customers
    group by {{ kind }}
    {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

-- for the interval, with three quarters of a promoter and of a detractor more among three respondents more
adjusted as (
    select
        *,
        (promoters + 0.75e0) / (respondents + 3) as promoter_share,
        (detractors + 0.75e0) / (respondents + 3) as detractor_share
    from summed
),

spread as (
    select
        *,
        promoter_share - detractor_share as adjusted_nps,
        {{ z_of_95_percent() }} * sqrt(
            (promoter_share + detractor_share - power(promoter_share - detractor_share, 2)) / (respondents + 3)
        ) as reach
    from adjusted
),

final as (
    select
        spread.segment_kind,
        spread.segment,
        spread.customers,
        cast(spread.loyalty_members as bigint) as loyalty_members,
        {{ ratio('spread.loyalty_members', 'spread.customers') }} as loyalty_share,
        cast(spread.respondents as bigint) as respondents,
        {{ ratio('spread.respondents', 'spread.customers') }} as response_rate,
        cast(spread.promoters as bigint) as promoters,
        cast(spread.passives as bigint) as passives,
        cast(spread.detractors as bigint) as detractors,
        {{ ratio('spread.promoters - spread.detractors', 'spread.respondents') }} as nps,
        case
            when spread.respondents > 0 then cast(greatest(spread.adjusted_nps - spread.reach, -1) as {{ type_double() }})
        end as nps_low,
        case
            when spread.respondents > 0 then cast(least(spread.adjusted_nps + spread.reach, 1) as {{ type_double() }})
        end as nps_high,
        spread.respondents >= {{ var('min_segment_customers') }} as is_reliable,
        run_context.as_of_date
    from spread
    cross join run_context
)

select * from final
