{#- Maximum likelihood in one query, for many fits at once: CTEs that end with `fitted`, one row per fit_id.

    Newton's method in the logarithms of the parameters. A step has two passes over the sufficient statistics. The first sums
    the scores at the point and, for each parameter, a little beside it: gradient and second derivatives. The second sums the
    log-likelihood of several candidates (the Newton step, longer, shorter and damped ones): the likeliest replaces the point
    where it is likelier. All starting points search on coarse statistics; the best of each fit is polished on the exact ones.
    Every step refers to the one before it exactly once, so that engines which inline CTEs stay linear.
    Source: Nocedal & Wright (2006), Numerical Optimization, chapters 3 and 6. -#}
{% macro maximum_likelihood(likelihood, starts, statistics, coarse_statistics, search_steps=12, polish_steps=4) -%}
    {%- set last = search_steps + polish_steps -%}
    counts_coarse as (select distinct data_id, x from {{ coarse_statistics }}),
    counts_exact as (select distinct data_id, x from {{ statistics }}),
    point_0 as (
        select
            {{ carried_columns(likelihood) | join(', ') }}
        from (select *, 0 as iterations from {{ starts }}) as started
    ),
    {% for step in range(search_steps) -%}
    {{ newton_step(likelihood, step, 'point_' ~ step, coarse_statistics, 'counts_coarse', search_candidates()) }},
    {% endfor -%}
    searched as (
        select *
        from (
            select
                *,
                row_number() over (partition by fit_id order by log_likelihood desc nulls last, start_number asc) as search_rank
            from point_{{ search_steps }}
        ) as ranked
        where search_rank = 1
    ),
    {% for step in range(search_steps, last) -%}
    {{ newton_step(likelihood, step, 'searched' if loop.first else 'point_' ~ step, statistics, 'counts_exact', polish_candidates()) }},
    {% endfor -%}
    {{ curvature(likelihood, last, 'point_' ~ last, statistics, 'counts_exact') }},
    {{ solved(likelihood, last, 'free_' ~ last) }},
    fitted as (
        select
            {{ carried_columns(likelihood) | join(', ') }},
            customers,
            log_likelihood,
            {{ gradient_norm(likelihood) }} as gradient_norm,
            {{ expected_gain(likelihood) }} as expected_gain,
            {{ covariances(likelihood) }}
        from solved_{{ last }}
    )
{%- endmacro %}

{#- One step, from `point` to point_<step + 1>. -#}
{% macro newton_step(likelihood, step, point, statistics, counts, candidates) -%}
    {%- set carried = carried_columns(likelihood) -%}
    {{ curvature(likelihood, step, point, statistics, counts) }},
    tried_{{ step }} as (
        select
            free.*,
            candidates.candidate,
            candidates.damping,
            candidates.stretch
        from free_{{ step }} as free
        cross join (
            {%- for damping, stretch in candidates %}
            select {{ loop.index }} as candidate, {{ damping }} as damping, {{ stretch }} as stretch
            {%- if not loop.last %} union all{% endif %}
            {%- endfor %}
        ) as candidates
    ),
    {{ solved(likelihood, step, 'tried_' ~ step, 'damping') }},
    moved_{{ step }} as (
        select
            {{ carried | join(', ') }},
            candidate,
            log_likelihood as log_likelihood_before,
            {%- for name in likelihood.parameters %}
            {{ bounded('ln_' ~ name ~ ' + reach * ' ~ solution(likelihood, loop.index)) }} as to_{{ name }}{{ ',' if not loop.last }}
            {%- endfor %}
        from (
            select
                *,
                stretch * least(1.0, 2.0 / {{ longest(likelihood) }}) as reach
            from solved_{{ step }}
        ) as measured
    ),
    {{ evaluated(likelihood, 'moved_' ~ step, statistics, counts) }},
    valued_{{ step }} as (
        select
            fit_id,
            start_number,
            candidate,
            {%- for name in carried if name not in ['fit_id', 'start_number'] %}
            max({{ name }}) as {{ name }},
            {%- endfor %}
            {%- for name in likelihood.parameters %}
            max(to_{{ name }}) as to_{{ name }},
            {%- endfor %}
            max(log_likelihood_before) as log_likelihood_before,
            {{ finite('sum(customers * (' ~ likelihood.log_likelihood ~ '))') }} as log_likelihood
        from {{ last_layer(likelihood, 'moved_' ~ step) }}
        group by fit_id, start_number, candidate
    ),
    point_{{ step + 1 }} as (
        select
            {%- for name in carried if name not in ['iterations'] + logarithms(likelihood) %}
            {{ name }},
            {%- endfor %}
            {%- for name in likelihood.parameters %}
            case when is_likelier then to_{{ name }} else ln_{{ name }} end as ln_{{ name }},
            {%- endfor %}
            iterations + case when is_likelier then 1 else 0 end as iterations,
            case when is_likelier then log_likelihood else log_likelihood_before end as log_likelihood
        from (
            select
                *,
                log_likelihood is not null and log_likelihood > log_likelihood_before as is_likelier,
                row_number() over (
                    partition by fit_id, start_number order by log_likelihood desc nulls last, candidate asc
                ) as candidate_rank
            from valued_{{ step }}
        ) as ranked
        where candidate_rank = 1
    )
{%- endmacro %}

{#- CTEs that end with free_<step>: per start, log-likelihood, gradient (g1, g2, …) and the negative second derivatives (h11, h12, …)
    per customer at `point`. A parameter at its bound that the gradient would push over it is left out of the system. -#}
{% macro curvature(likelihood, step, point, statistics, counts) -%}
    {%- set size = likelihood.parameters | length -%}
    {%- set carried = carried_columns(likelihood) -%}
    probed_{{ step }} as (
        select
            {%- for name in carried %}
            point.{{ name }},
            {%- endfor %}
            probes.probe,
            {%- for name in likelihood.parameters %}
            point.ln_{{ name }} + case when probes.probe = {{ loop.index }} then {{ probe_length() }} else 0 end as to_{{ name }}{{ ',' if not loop.last }}
            {%- endfor %}
        from {{ point }} as point
        cross join (
            {%- for probe in range(size + 1) %}
            select {{ probe }} as probe{% if not loop.last %} union all{% endif %}
            {%- endfor %}
        ) as probes
    ),
    {{ evaluated(likelihood, 'probed_' ~ step, statistics, counts) }},
    scored_{{ step }} as (
        select
            fit_id,
            start_number,
            probe,
            {%- for name in carried if name not in ['fit_id', 'start_number'] %}
            max({{ name }}) as {{ name }},
            {%- endfor %}
            {%- for score in likelihood.scores %}
            sum(customers * ({{ score }})) as s{{ loop.index }},
            {%- endfor %}
            sum(customers) as customers,
            {{ finite('sum(customers * (' ~ likelihood.log_likelihood ~ '))') }} as log_likelihood
        from {{ last_layer(likelihood, 'probed_' ~ step) }}
        group by fit_id, start_number, probe
    ),
    curved_{{ step }} as (
        select
            fit_id,
            start_number,
            {%- for name in carried if name not in ['fit_id', 'start_number'] %}
            max({{ name }}) as {{ name }},
            {%- endfor %}
            {%- for i in range(1, size + 1) %}
            max(case when probe = 0 then s{{ i }} end) / max(customers) as g{{ i }},
            {%- for j in range(i, size + 1) %}
            (
                max(case when probe = 0 then s{{ i }} + s{{ j }} end)
                - max(case when probe = {{ i }} then s{{ j }} end)
                - max(case when probe = {{ j }} then s{{ i }} end)
            ) / (2 * {{ probe_length() }} * max(customers)) as h{{ i }}{{ j }},
            {%- endfor %}
            {%- endfor %}
            max(customers) as customers,
            max(case when probe = 0 then log_likelihood end) as log_likelihood
        from scored_{{ step }}
        group by fit_id, start_number
    ),
    pushed_{{ step }} as (
        select
            *,
            {%- for name in likelihood.parameters %}
            {{ is_pushed('ln_' ~ name, 'g' ~ loop.index) }} as is_pushed{{ loop.index }}{{ ',' if not loop.last }}
            {%- endfor %}
        from curved_{{ step }}
    ),
    free_{{ step }} as (
        select
            {%- for name in carried %}
            {{ name }},
            {%- endfor %}
            {%- for i in range(1, size + 1) %}
            case when is_pushed{{ i }} then 0 else g{{ i }} end as g{{ i }},
            {%- for j in range(i, size + 1) %}
            case when is_pushed{{ i }} or is_pushed{{ j }} then {{ 1 if i == j else 0 }} else h{{ i }}{{ j }} end as h{{ i }}{{ j }},
            {%- endfor %}
            {%- endfor %}
            customers,
            log_likelihood
        from pushed_{{ step }}
    )
{%- endmacro %}

{#- CTEs that lay the likelihood's terms over each other, for every row of `points` (its parameters stand in to_<parameter>):
    terms of the count x alone, then terms of each row of the statistics. -#}
{% macro evaluated(likelihood, points, statistics, counts) -%}
    {{ points }}_counts as (
        select
            points.*,
            counts.x,
            {%- for name, expression in likelihood.by_count.items() %}
            {{ expression }} as {{ name }}{{ ',' if not loop.last }}
            {%- endfor %}
        from (
            select
                *,
                {%- for name in likelihood.parameters %}
                exp(to_{{ name }}) as {{ name }}{{ ',' if not loop.last }}
                {%- endfor %}
            from {{ points }}
        ) as points
        inner join {{ counts }} as counts
            on points.data_id = counts.data_id
    ),
    {%- for layer in likelihood.by_row %}
    {{ points }}_rows_{{ loop.index }} as (
        select
            {%- if loop.first %}
            counts.*,
            statistics.customers,
            {%- for column in likelihood.columns %}
            statistics.{{ column }},
            {%- endfor %}
            {%- else %}
            *,
            {%- endif %}
            {%- for name, expression in layer.items() %}
            {{ expression }} as {{ name }}{{ ',' if not loop.last }}
            {%- endfor %}
        {%- if loop.first %}
        from {{ points }}_counts as counts
        inner join {{ statistics }} as statistics
            on counts.data_id = statistics.data_id and counts.x = statistics.x
        {%- else %}
        from {{ points }}_rows_{{ loop.index - 1 }}
        {%- endif %}
    ){{ ',' if not loop.last }}
    {%- endfor %}
{%- endmacro %}

{#- The name of the last CTE of `evaluated`. -#}
{% macro last_layer(likelihood, points) -%}
    {{ points }}_rows_{{ likelihood.by_row | length }}
{%- endmacro %}

{#- The columns that a fit carries from step to step. -#}
{% macro carried_columns(likelihood) %}
    {{ return(['fit_id', 'data_id', 'start_number', 'iterations'] + likelihood.constants + logarithms(likelihood)) }}
{% endmacro %}

{% macro logarithms(likelihood) %}
    {% set names = [] %}
    {% for name in likelihood.parameters %}{% do names.append('ln_' ~ name) %}{% endfor %}
    {{ return(names) }}
{% endmacro %}
