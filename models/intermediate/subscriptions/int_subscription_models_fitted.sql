{% set size = most_subscription_parameters() %}
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
            partition by model_name, data_id
            order by {{ settled('log_likelihood', 4) }} desc nulls last, start_number asc
        ) as likelihood_rank
    from {{ ref('int_subscription_models_searched') }}
),

best as (
    select
        {{ point_columns() | reject('equalto', 'is_at_rest') | join(', ') }},
        model_name,
        false as is_at_rest
    from ranked
    where likelihood_rank = 1
),

{% for name in subscription_models() %}
{% set likelihood = subscription_model(name, 'likelihood')() %}
{{ name }} as (
    {{ measured_maxima(likelihood, moving_points('best', name, likelihood), 'up_for_renewal') }}
),
{% endfor %}

fits as (
    {% for name in subscription_models() %}
    select
        '{{ name }}' as model_name,
        {{ subscription_model(name, 'likelihood')().parameters | length }} as parameters,
        sums.*,
        {% for number in range(1, size + 1) %}
        exp({{ settled(name ~ '.ln_' ~ number) }}) as parameter_{{ number }},
        {% endfor %}
        {{ settled(name ~ '.log_likelihood', 6) }} as log_likelihood,
        {{ name }}.iterations,
        {{ name }}.gradient_norm,
        coalesce({{ name }}.status, 'too_few_repeat_customers') as status,
        coalesce({{ name }}.status in ('converged', 'boundary'), false) as is_usable,
        {{ prefixed(name ~ '.', covariances_of(size)) | join(', ') }}
    from sums
    left join {{ name }}
        on sums.data_id = {{ name }}.data_id
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

-- a parameter more has to be worth it: Schwarz (1978), Annals of Statistics 6(2)
penalised as (
    select
        *,
        parameters * ln(greatest(customers, 1)) - 2 * log_likelihood as information_criterion
    from fits
),

elected as (
    select
        *,
        row_number() over (
            partition by data_id
            order by case when is_usable then 0 else 1 end asc, information_criterion asc nulls last, parameters asc, model_name asc
        ) = 1 as is_elected
    from penalised
),

final as (
    select
        plan,
        billing_period,
        model_name,
        {{ prefixed('parameter_', range(1, size + 1)) | join(', ') }},
        log_likelihood,
        information_criterion,
        iterations,
        gradient_norm,
        cast(subscribers as bigint) as subscribers,
        cast(customers as bigint) as customers,
        cast(lost_customers as bigint) as lost_customers,
        cast(renewals as bigint) as renewals,
        status,
        is_usable,
        is_elected,
        {{ covariances_of(size) | join(', ') }}
    from elected
)

select * from final
