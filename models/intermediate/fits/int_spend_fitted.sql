{% set most = most_parameters() %}
with levels as (
    select * from {{ ref('int_spend_levels') }}
),

units as (
    select * from {{ ref('int_histories_summed') }}
),

maxima as (
    select * from {{ ref('int_models_fitted') }} where is_of_spend
),

credibilities as (
    select * from {{ ref('int_spend_credibilities') }}
),

-- without a finite mean there is nothing to expect
likely as (
    select
        maxima.valued_at,
        maxima.model_name as spend_model,
        case when maxima.is_usable and maxima.parameter_2 <= 1 then 'infinite_mean' else maxima.status end as status,
        maxima.is_usable and maxima.parameter_2 > 1 as is_usable,
        {% for number in range(1, 4) %}
        maxima.parameter_{{ number }} as spend_{{ number }},
        {% endfor %}
        {% for i in range(1, most + 1) %}
        {% for j in range(i, most + 1) %}
        {{ 'maxima.cov_' ~ i ~ j if j < 4 else
            "case when maxima.model_name = 'gamma_gamma' then 0e0 else levels.first_level_variance end" if i == 4 else '0e0' }}
            as spend_cov_{{ i }}{{ j }},
        {% endfor %}
        {% endfor %}
        case when maxima.model_name = 'gamma_gamma' then 1e0 else levels.first_level end as spend_4
    from maxima
    inner join levels
        on maxima.valued_at = levels.valued_at
),

{% set variances = {
    '11': "case when credibilities.spend_model = 'mean' then credibilities.company_mean_variance"
        ~ " / nullif(power(credibilities.company_mean, 2), 0) else credibilities.company_mean_variance end",
    '22': '2 / (credibilities.occasions - credibilities.customers)',
    '33': '2 / nullif(credibilities.customers - 1, 0) * power(1 + credibilities.variance_within * credibilities.customers'
        ~ ' / credibilities.occasions / nullif(credibilities.variance_between, 0), 2)',
    '44': "case when credibilities.spend_model = 'mean' then levels.first_level_variance else levels.log_level_variance end",
} %}
-- of variances what normal values would leave of doubt
shrunken as (
    select
        credibilities.valued_at,
        credibilities.spend_model,
        case
            when credibilities.variance_within < 1e-9 and credibilities.variance_between < 1e-9 then 'boundary'
            else 'converged'
        end as status,
        units.mean_value
        * case
            when credibilities.spend_model = 'mean' then {{ settled('credibilities.company_mean') }}
            else exp({{ settled('credibilities.company_mean') }})
        end as spend_1,
        {% for column in ['within', 'between'] %}
        {{ settled('credibilities.variance_' ~ column) }}
        * case when credibilities.spend_model = 'mean' then power(units.mean_value, 2) else 1e0 end as spend_{{ loop.index + 1 }},
        {% endfor %}
        {% for i in range(1, most + 1) %}
        {% for j in range(i, most + 1) %}
        {{ settled('coalesce(' ~ variances[i ~ '' ~ j] ~ ', 0e0)', 9) if i == j else '0e0' }}
            as spend_cov_{{ i }}{{ j }},
        {% endfor %}
        {% endfor %}
        case when credibilities.spend_model = 'mean' then levels.first_level else exp(levels.log_level) end as spend_4
    from credibilities
    inner join levels
        on credibilities.valued_at = levels.valued_at
    inner join units
        on credibilities.valued_at = units.valued_at
),

final as (
    {% for source in ['likely', 'shrunken'] %}
    select
        valued_at,
        spend_model,
        status,
        {{ 'is_usable' if source == 'likely' else 'true' }} as is_usable,
        {{ prefixed('spend_', range(1, 5)) | join(', ') }},
        {{ covariance_columns('spend_cov_') | join(', ') }}
    from {{ source }}
    {{ "where spend_model in ('" ~ candidate_spend_models() | join("', '") ~ "')" if source == 'shrunken' }}
    {{ 'union all' if not loop.last }}
    {% endfor %}
)

select * from final
