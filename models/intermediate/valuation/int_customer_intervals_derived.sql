{% set shares = {'low': ((1 - var('interval')) / 2) ~ 'e0', 'high': ((1 + var('interval')) / 2) ~ 'e0'} %}
with uncertainties as (
    select * from {{ ref('int_customer_uncertainties_derived') }}
),

valued as (
    select * from {{ ref('int_customers_valued') }} where valued_at = {{ valued_now() }}
),

predictions as (
    select * from {{ ref('int_customers_predicted') }} where valued_at = {{ valued_now() }}
),

-- who orders at all in the horizon brings a value that is about lognormal, of the mean and variance that are left to it
ordering as (
    select
        uncertainties.customer_id,
        1 - predictions.probability_of_order as probability_of_none,
        {{ ratio('valued.predicted_clv', 'predictions.probability_of_order') }} as mean_value,
        (uncertainties.process_variance + power(cast(valued.predicted_clv as {{ type_double() }}), 2))
        / nullif(predictions.probability_of_order, 0) as mean_square
    from uncertainties
    inner join valued
        on uncertainties.customer_id = valued.customer_id
    inner join predictions
        on uncertainties.customer_id = predictions.customer_id
),

spread as (
    select
        *,
        {% for name, share in shares.items() %}
        greatest(least(({{ share }} - probability_of_none) / nullif(1 - probability_of_none, 0), 1 - 1e-9), 1e-9)
            as share_{{ name }},
        {% endfor %}
        case
            when mean_value > 0 and mean_square is not null then sqrt(ln(greatest(mean_square / (mean_value * mean_value), 1)))
        end as log_deviation
    from ordering
),

final as (
    select
        {% for name, share in shares.items() %}
        case
            when probability_of_none >= {{ share }} or mean_value <= 0 then 0
            when log_deviation is not null then {{ bounded_exp(
                'ln(mean_value) + log_deviation * (' ~ normal_quantile('share_' ~ name) ~ ' - log_deviation / 2)'
            ) }}
        end as value_{{ name }},
        {% endfor %}
        customer_id
    from spread
)

select * from final
