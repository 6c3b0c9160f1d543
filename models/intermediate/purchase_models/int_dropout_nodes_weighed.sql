with models as (
    select * from {{ ref('int_purchase_models_varied') }}
),

counts as (
    select distinct
        data_id as cutoff_date,
        x
    from {{ ref('int_purchase_histories_grouped') }}
),

numbers as (
    select cast(generated_number - 1 as double precision) as number
    from ({{ dbt.generate_series(256) }}) as generated
),

-- the logit of p, whose distribution is about normal, in equal steps
{{ layered(
    'spaced',
    '(select models.*, counts.x from models inner join counts on models.cutoff_date = counts.cutoff_date) as counted',
    [
        {'b_x': 'b + x + is_mbg', 'a_b_x': 'a + b + x + is_mbg'},
        {
            'centre': 'ln((a + 1) / (b_x + 1))',
            'spread': 'sqrt(1 / (a + 1) + 1 / (b_x + 1))',
            'ln_beta': log_gamma('a') ~ ' + ' ~ log_gamma('b_x') ~ ' - ' ~ log_gamma('a_b_x'),
        },
        {'distance': 'least(0.65, 0.7 * spread)'},
        {
            'nodes_below': 'ceil(greatest(8.5 * spread, 32 / (a + 1)) / distance)',
            'nodes_above': 'ceil(greatest(8.5 * spread, 22 / (b_x + 1)) / distance)',
        },
    ]
) }},

{{ layered(
    'weighed',
    'spaced inner join numbers on numbers.number <= spaced.nodes_below + spaced.nodes_above',
    [
        {'logit': 'centre + (number - nodes_below) * distance'},
        {'tail': 'ln(1 + exp(-abs(logit)))'},
        {'ln_p': 'least(logit, 0.0) - tail', 'ln_stay': '-greatest(logit, 0.0) - tail'},
        {'p': 'exp(ln_p)', 'weight': 'distance * ' ~ bounded_exp('a * ln_p + b_x * ln_stay - ln_beta')},
    ]
) }},

-- what the nodes lack of the probability and of the mean of p lies at the ends
ends as (
    select
        cutoff_date,
        is_as_of,
        model_name,
        is_chosen,
        varied_parameter,
        x,
        max(b_x) / max(a_b_x) - {{ exact_sum('weight * (1 - p)', 15) }} as weight_at_0,
        max(a) / max(a_b_x) - {{ exact_sum('weight * p', 15) }} as weight_at_1
    from weighed
    group by cutoff_date, is_as_of, model_name, is_chosen, varied_parameter, x
),

final as (
    select cutoff_date, is_as_of, model_name, is_chosen, varied_parameter, x, p, weight from weighed
    union all
    select cutoff_date, is_as_of, model_name, is_chosen, varied_parameter, x, 0.0, weight_at_0 from ends
    union all
    select cutoff_date, is_as_of, model_name, is_chosen, varied_parameter, x, 1.0, weight_at_1 from ends
)

select * from final
