with quality as (
    select * from {{ ref('int_model_quality') }}
),

attributes as (
    select
        *,
        count(p_value) over () as tests,
        row_number() over (order by p_value nulls last, attribute, attribute_value) as test_number
    from {{ ref('int_attribute_values') }}
),

run_context as (
    select * from {{ ref('int_run_context') }}
),

-- so many intervals hold together in 95 of 100 cases if each misses in 5 / tests of 100 (Bonferroni)
allotted as (
    select
        *,
        0.05e0 / nullif(tests, 0) as miss_probability
    from attributes
),

widened as (
    select
        *,
        {{ z_of_p_value('miss_probability') }} as z
    from allotted
),

spread as (
    select
        *,
        power({{ student_t_of_z('z', 'degrees_of_freedom') }}, 2) as squared_t
    from widened
),

-- Fieller's interval of a ratio of means, which leaves out 1 where their difference is significant; there is one where the
-- others' mean is told from 0
bounded as (
    select
        *,
        mean_clv * other_mean_clv as product,
        power(other_mean_clv, 2) - squared_t * other_variance as denominator,
        sqrt(
            squared_t * greatest(
                variance * power(other_mean_clv, 2) + other_variance * (power(mean_clv, 2) - squared_t * variance), 0
            )
        ) as reach
    from spread
),

-- the smallest p-value is up against all tests, the next against one less, and none may be below the one before it (Holm)
adjusted as (
    select
        *,
        case
            when p_value is not null
                then least(max((tests - test_number + 1) * p_value) over (order by test_number), 1)
        end as adjusted_p_value
    from bounded
),

final as (
    select
        adjusted.attribute,
        adjusted.attribute_value,
        adjusted.customers,
        {{ to_money('adjusted.mean_clv') }} as mean_clv_36m,
        {{ to_money('adjusted.other_mean_clv') }} as mean_clv_36m_of_others,
        case when adjusted.other_mean_clv > 0 then adjusted.mean_clv / adjusted.other_mean_clv - 1 end as lift,
        case
            when adjusted.other_mean_clv > 0 and adjusted.denominator > 0
                then (adjusted.product - adjusted.reach) / adjusted.denominator - 1
        end as lift_low,
        case
            when adjusted.other_mean_clv > 0 and adjusted.denominator > 0
                then (adjusted.product + adjusted.reach) / adjusted.denominator - 1
        end as lift_high,
        adjusted.p_value,
        adjusted.adjusted_p_value,
        adjusted.adjusted_p_value < 0.05e0 as is_significant,
        least(adjusted.compared_customers, adjusted.other_customers) >= {{ var('min_segment_customers') }}
        and quality.model_quality <> 'poor' as is_reliable,
        {{ reporting_currency() }} as currency,
        run_context.as_of_date
    from adjusted
    cross join run_context
    cross join quality
)

select * from final
