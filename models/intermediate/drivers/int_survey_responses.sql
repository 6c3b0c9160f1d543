with responses as (
    {{ current_records(ref('stg_shop__survey_responses')) }}
),

identities as (
    select * from {{ ref('int_identities_resolved') }}
),

-- what a person said last counts
ranked as (
    select
        identities.customer_id,
        responses.score,
        row_number() over (
            partition by identities.customer_id
            order by responses.responded_at desc, responses.customer_id asc
        ) as recency
    from responses
    inner join identities
        on responses.customer_id = identities.source_customer_id
),

final as (
    select
        customer_id,
        score,
        case
            when score >= 10 then '10'
            when score >= 9 then '9'
            when score >= 8 then '8'
            when score >= 7 then '7'
            when score >= 5 then '5 to 6'
            when score >= 3 then '3 to 4'
            else '0 to 2'
        end as score_band,
        case
            when score >= 9 then 'promoter'
            when score >= 7 then 'passive'
            else 'detractor'
        end as nps_band
    from ranked
    where recency = 1
)

select * from final
