{{ config(materialized='iterated', max_steps=search_steps()) }}

{% set models = {'shifted_beta_geometric': {
    'likelihood': shifted_beta_geometric__likelihood(),
    'statistics': 'up_for_renewal',
}} %}
with up_for_renewal as (
    select * from {{ ref('int_subscription_renewals') }} where x > 0
),

sums as (
    select
        data_id,
        sum(customers) as customers,
        sum(customers * lost) as lost_customers,
        sum(customers * x) as renewals
    from up_for_renewal
    group by data_id
),

-- at these the average customer leaves as often as was seen, and customers differ from much to little
started as (
    select
        'shifted_beta_geometric' as model_name,
        sums.data_id,
        guesses.number as start_number,
        ln(guesses.likeness * (sums.lost_customers + 5e-1) / (sums.renewals + 1)) as ln_1,
        ln(guesses.likeness * (sums.renewals - sums.lost_customers + 5e-1) / (sums.renewals + 1)) as ln_2,
        {% for number in range(3, most_parameters() + 1) %}
        cast(null as {{ type_double() }}) as ln_{{ number }},
        {% endfor %}
        0 as iterations,
        cast(null as {{ type_double() }}) as log_likelihood,
        false as is_at_rest
    from sums
    cross join {{ numbered([['1e0'], ['1e1'], ['1e2']], ['likeness'], 'guesses') }}
    where sums.customers >= {{ var('min_repeat_customers') }}
),

points as (
    select * from {{ last_step('started') }}
),

{{ newton_steps('points', models, search_candidates()) }}

select * from final
