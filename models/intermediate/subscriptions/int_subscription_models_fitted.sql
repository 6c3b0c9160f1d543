with recursive renewals as (
    select * from {{ ref('int_subscription_renewals') }}
),

-- customers up for a first renewal at least: what repeat customers are where nothing is contracted
sums as (
    select
        data_id,
        sum(customers) as subscribers,
        sum(case when x > 0 then customers else 0 end) as customers,
        sum(customers * lost) as lost_customers,
        sum(customers * x) as renewals
    from renewals
    group by data_id
),

grouped as (
    select renewals.*
    from renewals
    inner join sums
        on renewals.data_id = sums.data_id
    where renewals.x > 0 and sums.customers >= {{ var('min_repeat_customers') }}
),

-- at these the average customer leaves as often as was seen, and customers differ from much to little
starts as (
    select
        sums.data_id as fit_id,
        sums.data_id,
        guesses.number as start_number,
        ln(guesses.likeness * (sums.lost_customers + 0.5) / (sums.renewals + 1)) as ln_alpha,
        ln(guesses.likeness * (sums.renewals - sums.lost_customers + 0.5) / (sums.renewals + 1)) as ln_beta,
        0 as iterations
    from sums
    cross join {{ numbered([['1.0'], ['10.0'], ['100.0']], ['likeness'], 'guesses') }}
    where sums.customers >= {{ var('min_repeat_customers') }}
),

{{ searched_maxima(shifted_beta_geometric_likelihood(), 'searched', 'starts', 'grouped') }},

{{ measured_maxima(shifted_beta_geometric_likelihood(), 'measured', 'searched', 'grouped') }},

final as (
    select
        sums.data_id as plan,
        exp({{ settled('measured.ln_alpha') }}) as alpha,
        exp({{ settled('measured.ln_beta') }}) as beta,
        {{ settled('measured.log_likelihood', 6) }} as log_likelihood,
        measured.iterations,
        measured.gradient_norm,
        cast(sums.subscribers as bigint) as subscribers,
        cast(sums.customers as bigint) as customers,
        cast(sums.lost_customers as bigint) as lost_customers,
        cast(sums.renewals as bigint) as renewals,
        case
            when sums.customers < {{ var('min_repeat_customers') }} then 'too_few_repeat_customers'
            else {{ fit_status(shifted_beta_geometric_likelihood(), 'measured') }}
        end as status,
        {{ covariance_columns(2) | join(', ') }}
    from sums
    left join measured
        on sums.data_id = measured.fit_id
)

select * from final
