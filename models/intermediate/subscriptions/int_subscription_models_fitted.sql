with renewals as (
    select * from {{ ref('int_subscription_renewals') }}
),

up_for_renewal as (
    select * from renewals where x > 0
),

-- customers up for a first renewal at least: what repeat customers are where nothing is contracted
sums as (
    select
        data_id,
        plan,
        billing_period,
        sum(customers) as subscribers,
        sum(case when x > 0 then customers else 0 end) as customers,
        sum(customers * lost) as lost_customers,
        sum(customers * x) as renewals
    from renewals
    group by data_id, plan, billing_period
),

ranked as (
    select
        *,
        row_number() over (
            partition by data_id
            order by {{ settled('log_likelihood', 4) }} desc nulls last, start_number asc
        ) as likelihood_rank
    from {{ ref('int_subscription_models_searched') }}
),

best as (
    select
        data_id,
        start_number,
        ln_1 as ln_alpha,
        ln_2 as ln_beta,
        iterations,
        log_likelihood
    from ranked
    where likelihood_rank = 1
),

measured as (
    {{ measured_maxima(shifted_beta_geometric__likelihood(), 'best', 'up_for_renewal') }}
),

final as (
    select
        sums.plan,
        sums.billing_period,
        exp({{ settled('measured.ln_1') }}) as alpha,
        exp({{ settled('measured.ln_2') }}) as beta,
        {{ settled('measured.log_likelihood', 6) }} as log_likelihood,
        measured.iterations,
        measured.gradient_norm,
        cast(sums.subscribers as bigint) as subscribers,
        cast(sums.customers as bigint) as customers,
        cast(sums.lost_customers as bigint) as lost_customers,
        cast(sums.renewals as bigint) as renewals,
        coalesce(measured.status, 'too_few_repeat_customers') as status,
        measured.cov_11,
        measured.cov_12,
        measured.cov_22
    from sums
    left join measured
        on sums.data_id = measured.data_id
)

select * from final
