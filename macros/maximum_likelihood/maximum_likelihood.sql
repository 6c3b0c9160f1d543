{#- Maximum likelihood for many fits at once, one row per fit_id.

    Newton's method in the logarithms of the parameters. A step has two passes over the sufficient statistics. The first sums
    the scores at the point and, for each parameter, a little beside it: gradient and second derivatives. The second sums the
    log-likelihood of several candidates (the point itself, the Newton step, longer, shorter and damped ones): the likeliest is
    the next point. A fit that gains nothing any more rests: the statistics are no longer read for it.

    All starting points search on coarse statistics, the best of them is polished on the exact ones. The search is a recursion,
    for its statistics are few and its steps many. The polish is written out step by step, which engines spread over their cores;
    each step refers to the one before it exactly once, so that engines which inline CTEs stay linear.
    Source: Nocedal & Wright (2006), Numerical Optimization, chapters 3 and 6. -#}

{#- CTEs, to stand after `with recursive`, that end with <name>: of every fit the best point that any of its starts has reached. -#}
{% macro searched_maxima(likelihood, name, starts, statistics) -%}
    {{ name }}_counts as (
        {{ distinct_counts(statistics) }}
    ),
    {{ name }}_points as (
        {{ first_points(likelihood, starts) }}
        union all
        (
            {{ newton_step(
                likelihood,
                '(select * from ' ~ name ~ '_points where sought_id is not null and iterations < ' ~ search_steps() ~ ') as moving',
                statistics,
                name ~ '_counts',
                search_candidates()
            ) }}
        )
    ),
    {{ name }} as (
        select *
        from (
            select
                *,
                row_number() over (
                    partition by fit_id order by {{ settled('log_likelihood', 4) }} desc nulls last, start_number asc, iterations desc
                ) as likelihood_rank
            from {{ name }}_points
        ) as ranked
        where likelihood_rank = 1
    )
{%- endmacro %}

{#- CTEs that end with <name>: the fits of `starts`, led on to their maximum. -#}
{% macro polished_maxima(likelihood, name, starts, statistics) -%}
    {{ name }}_counts as (
        {{ distinct_counts(statistics) }}
    ),
    {{ name }}_0 as (
        {{ first_points(likelihood, starts) }}
    ),
    {% for step in range(1, polish_steps() + 1) -%}
    {{ name if loop.last else name ~ '_' ~ step }} as (
        {{ newton_step(likelihood, name ~ '_' ~ (step - 1), statistics, name ~ '_counts', polish_candidates()) }}
    ){{ ',' if not loop.last }}
    {% endfor -%}
{%- endmacro %}

{#- CTEs that end with <name>: every fit of `fits` with the length of its gradient and the gain that a further step promises, which
    say whether it is a maximum, and the covariances of the logarithms of its parameters, from the observed information. -#}
{% macro measured_maxima(likelihood, name, fits, statistics) -%}
    {%- set size = likelihood.parameters | length -%}
    {%- set units = {} -%}
    {%- set norm = [] -%}
    {%- for i in range(1, size + 1) -%}
        {%- do norm.append('g' ~ i ~ ' * g' ~ i) -%}
        {%- for j in range(1, size + 1) -%}
            {%- do units.update({'e' ~ i ~ '0_' ~ j: 'is_free' ~ i if i == j else '0'}) -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ name }}_counts as (
        {{ distinct_counts(statistics) }}
    ),
    {{ name }}_points as (
        select {{ carried_columns(likelihood) | join(', ') }}, iterations, data_id as sought_id, log_likelihood
        from {{ fits }}
    ),
    {{ curvature(likelihood, name ~ '_points', statistics, name ~ '_counts') }},
    {{ layered(
        name ~ '_solved',
        'curvature',
        [{'damping': '0'}] + damped_system(likelihood) + [units] + solved(size, ['g'] + prefixed('e', range(1, size + 1)))
    ) }},
    {{ name }} as (
        select
            {{ carried_columns(likelihood) | join(', ') }},
            iterations,
            log_likelihood,
            population as customers,
            {{ settled('sqrt(' ~ norm | join(' + ') ~ ')') }} as gradient_norm,
            {{ expected_gain(size) }} as expected_gain,
            {%- for i in range(1, size + 1) %}
            {%- for j in range(i, size + 1) %}
            {{ settled('e' ~ i ~ '_' ~ j ~ ' / population', 9) }} as cov_{{ i }}{{ j }}{{ ',' if not (i == size and j == size) }}
            {%- endfor %}
            {%- endfor %}
        from {{ name }}_solved
    )
{%- endmacro %}

{#- SQL: the counts x that occur in the statistics, for terms that depend on nothing else. -#}
{% macro distinct_counts(statistics) -%}
    select distinct data_id as counts_id, x from {{ statistics }}
{%- endmacro %}

{#- SQL: points that no step has been made from. -#}
{% macro first_points(likelihood, starts) -%}
    select {{ carried_columns(likelihood) | join(', ') }}, iterations, data_id as sought_id, cast(null as double precision) as log_likelihood
    from {{ starts }}
{%- endmacro %}

{#- SQL: one step from every row of `points`. -#}
{% macro newton_step(likelihood, points, statistics, counts, candidates) -%}
    {%- set size = likelihood.parameters | length -%}
    with {{ curvature(likelihood, points, statistics, counts) }},
    {{ layered(
        'tried',
        'curvature cross join ' ~ numbered(candidates, ['damping', 'stretch']),
        damped_system(likelihood) + solved(size, ['g']) + [{'expected_gain': expected_gain(size)}, {'tried_id': tried_id()}] + moved(likelihood)
    ) }},
    {{ evaluated(likelihood, 'valued', 'tried', 'tried_id', statistics, counts) }},
    summed as (
        select
            fit_id,
            start_number,
            number,
            {{ kept(likelihood, ['iterations', 'sought_id', 'log_likelihood'] + prefixed('to_', likelihood.parameters)) }},
            {{ exact_sum('term') }} as total
        from (select *, customers * ({{ likelihood.log_likelihood }}) as term from valued) as terms
        group by fit_id, start_number, number
    ),
    {{ likeliest(likelihood, 'summed') }}
{%- endmacro %}

{#- CTEs that end with curvature: gradient (g1, g2, …) and negative second derivatives (h11, h12, …) of the log-likelihood per customer,
    for every row of `points`. -#}
{% macro curvature(likelihood, points, statistics, counts) -%}
    {%- set size = likelihood.parameters | length -%}
    {{ layered('probed', points ~ ' cross join ' ~ numbered([[]] * (size + 1), []), [probes(likelihood)]) }},
    {{ evaluated(likelihood, 'scored', 'probed', 'sought_id', statistics, counts, with_scores=true) }},
    scores as (
        select
            fit_id,
            start_number,
            number,
            {{ kept(likelihood, ['iterations', 'sought_id', 'log_likelihood']) }},
            {%- for score in likelihood.scores %}
            {{ exact_sum('term' ~ loop.index) }} as s{{ loop.index }},
            {%- endfor %}
            sum(customers) as population
        from (
            select
                *,
                {%- for score in likelihood.scores %}
                customers * ({{ score }}) as term{{ loop.index }}{{ ',' if not loop.last }}
                {%- endfor %}
            from scored
        ) as terms
        group by fit_id, start_number, number
    ),
    curvature as (
        select
            fit_id,
            start_number,
            {{ kept(likelihood, ['iterations', 'sought_id', 'log_likelihood']) }},
            {%- for i in range(1, size + 1) %}
            max(case when number = 1 then s{{ i }} end) / max(population) as g{{ i }},
            {%- for j in range(i, size + 1) %}
            (
                max(case when number = 1 then s{{ i }} + s{{ j }} end)
                - max(case when number = {{ i + 1 }} then s{{ j }} end)
                - max(case when number = {{ j + 1 }} then s{{ i }} end)
            ) / (2 * {{ probe_length() }} * max(population)) as h{{ i }}{{ j }},
            {%- endfor %}
            {%- endfor %}
            max(population) as population
        from scores
        group by fit_id, start_number
        limit {{ most_points() }}
    )
{%- endmacro %}

{#- The layer of points to evaluate, in to_<parameter>: number 1 the point itself, then a little beside it in each parameter. -#}
{% macro probes(likelihood) %}
    {%- set layer = {} -%}
    {%- for parameter in likelihood.parameters -%}
        {%- do layer.update({
            'to_' ~ parameter: 'ln_' ~ parameter ~ ' + case when number = ' ~ (loop.index + 1) ~ ' then ' ~ probe_length() ~ ' else 0 end'
        }) -%}
    {%- endfor -%}
    {{ return(layer) }}
{% endmacro %}

{#- CTEs that end with <name>: beside every row of `points` the statistics whose data_id its column `key` holds, with the terms of the
    likelihood at to_<parameter>. -#}
{% macro evaluated(likelihood, name, points, key, statistics, counts, with_scores=false) -%}
    {%- set parameters = {} -%}
    {%- for parameter in likelihood.parameters -%}
        {%- do parameters.update({parameter: 'exp(to_' ~ parameter ~ ')'}) -%}
    {%- endfor -%}
    {%- set by_count = [parameters] + likelihood.by_count + (likelihood.by_count_scores if with_scores else []) -%}
    {%- set by_row = likelihood.by_row + (likelihood.by_row_scores if with_scores else []) -%}
    {%- set rows = 'select data_id as rows_id, x as rows_x, customers, ' ~ likelihood.columns | join(', ') ~ ' from ' ~ statistics -%}
    {{ layered(name ~ '_counts', points ~ ' left join ' ~ counts ~ ' on ' ~ key ~ ' = counts_id', by_count) }},
    {{ layered(
        name,
        name ~ '_counts left join (' ~ rows ~ ') as exact_rows on ' ~ key ~ ' = exact_rows.rows_id and x = exact_rows.rows_x',
        by_row
    ) }}
{%- endmacro %}

{#- The layers of the Newton system, its diagonal raised by damping. A parameter at its bound, which the gradient would push over
    it, is left out. -#}
{% macro damped_system(likelihood) %}
    {%- set layer = {} -%}
    {%- set free = {} -%}
    {%- for parameter in likelihood.parameters -%}
        {%- set j = loop.index -%}
        {%- set ln_parameter = 'ln_' ~ parameter -%}
        {%- do free.update({'is_free' ~ j: (
            'case when ' ~ ln_parameter ~ ' <= ' ~ lower_bound() ~ ' and g' ~ j ~ ' < 0 or '
            ~ ln_parameter ~ ' >= ' ~ upper_bound() ~ ' and g' ~ j ~ ' > 0 then 0 else 1 end'
        )}) -%}
        {%- do layer.update({'g0_' ~ j: 'g' ~ j ~ ' * is_free' ~ j}) -%}
        {%- for i in range(1, j + 1) -%}
            {%- set h = 'h' ~ i ~ j -%}
            {%- do layer.update({'u0_' ~ i ~ j: (
                h ~ ' + damping * (abs(' ~ h ~ ') + 1e-4)' if i == j else h ~ ' * is_free' ~ i ~ ' * is_free' ~ j
            )}) -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ return([free, layer]) }}
{% endmacro %}

{#- SQL: by how much the step promises to raise the log-likelihood, half the product of gradient and step. -#}
{% macro expected_gain(size) -%}
    0.5 * population * ({% for i in range(1, size + 1) %}g0_{{ i }} * g_{{ i }}{{ ' + ' if not loop.last }}{% endfor %})
{%- endmacro %}

{#- SQL: whose statistics the candidates are tried on: none where the plain step promises nothing any more. -#}
{% macro tried_id() -%}
    case
        when log_likelihood is null
            or max(case when number = 1 then expected_gain end) over (partition by fit_id, start_number) > {{ least_expected_gain() }}
            then sought_id
    end
{%- endmacro %}

{#- The layers that go along the solution, by no more than a factor of e^2 per parameter, or e^(2 stretch). -#}
{% macro moved(likelihood) %}
    {%- set lengths = [] -%}
    {%- set layer = {} -%}
    {%- for parameter in likelihood.parameters -%}
        {%- do lengths.append(', abs(g_' ~ loop.index ~ ')') -%}
        {%- do layer.update({'to_' ~ parameter: (
            'case when number = 1 then ln_' ~ parameter ~ ' else greatest(' ~ lower_bound() ~ ', least(' ~ upper_bound()
            ~ ', ln_' ~ parameter ~ ' + reach * g_' ~ loop.index ~ ')) end'
        )}) -%}
    {%- endfor -%}
    {{ return([{'reach': 'stretch * least(1.0, 2.0 / greatest(1e-12' ~ lengths | join ~ '))'}, layer]) }}
{% endmacro %}

{#- CTEs and a select: the likeliest candidate of every start. -#}
{% macro likeliest(likelihood, values) -%}
    {%- set start = 'partition by fit_id, start_number' -%}
    {{ layered('ranked', values, [
        {'finite_total': 'case when total between -1e300 and 1e300 then total end'},
        {
            'gain': 'finite_total - max(case when number = 1 then finite_total end) over (' ~ start ~ ')',
            'likelihood_rank': 'row_number() over (' ~ start ~ ' order by finite_total desc nulls last, number asc)',
        },
    ]) }}
    select
        {{ carried_columns(likelihood)[:3] | join(', ') }},
        {%- for name in likelihood.constants %}
        {{ name }},
        {%- endfor %}
        {%- for parameter in likelihood.parameters %}
        to_{{ parameter }} as ln_{{ parameter }},
        {%- endfor %}
        iterations + case when gain > 0 then 1 else 0 end as iterations,
        case when gain > {{ least_gain() }} then sought_id end as sought_id,
        coalesce(finite_total, log_likelihood) as log_likelihood
    from ranked
    where likelihood_rank = 1
    limit {{ most_points() }}
{%- endmacro %}

{#- The columns that a fit carries from step to step. -#}
{% macro carried_columns(likelihood) %}
    {{ return(['fit_id', 'start_number', 'data_id'] + likelihood.constants + prefixed('ln_', likelihood.parameters)) }}
{% endmacro %}

{#- SQL columns: what an aggregate per fit_id and start_number keeps of the point, beside `columns`. -#}
{% macro kept(likelihood, columns) -%}
    {%- for column in carried_columns(likelihood)[2:] + columns -%}
    max({{ column }}) as {{ column }}{{ ', ' if not loop.last }}
    {%- endfor -%}
{%- endmacro %}

{% macro prefixed(prefix, names) %}
    {%- set prefixed_names = [] -%}
    {%- for name in names -%}{%- do prefixed_names.append(prefix ~ name) -%}{%- endfor -%}
    {{ return(prefixed_names) }}
{% endmacro %}

{#- SQL after `from`: rows of numbers under these names, beside their number from 1. -#}
{% macro numbered(rows, names, alias='numbered') -%}
    (
    {%- for row in rows -%}
        select {{ loop.index }} as number
        {%- for name in names %}, {{ row[loop.index0] }} as {{ name }}{% endfor -%}
        {{ ' union all ' if not loop.last }}
    {%- endfor -%}
    ) as {{ alias }}
{%- endmacro %}

{#- The columns of `measured_maxima` that hold the covariances of `size` parameters. -#}
{% macro covariance_columns(size) %}
    {%- set columns = [] -%}
    {%- for i in range(1, size + 1) -%}
        {%- for j in range(i, size + 1) -%}{%- do columns.append('cov_' ~ i ~ j) -%}{%- endfor -%}
    {%- endfor -%}
    {{ return(columns) }}
{% endmacro %}

{#- SQL: whether a row of `measured_maxima` is a maximum, and one that lies inside: `converged`, `boundary` or `not_converged`.
    On the boundary a parameter has run to its bound or may be any number within a factor of e^2 and more. -#}
{% macro fit_status(likelihood, row) -%}
    {%- set at_boundary = [] -%}
    {%- for parameter in likelihood.parameters -%}
        {%- set ln_parameter = row ~ '.ln_' ~ parameter -%}
        {%- set variance = row ~ '.cov_' ~ loop.index ~ loop.index -%}
        {%- do at_boundary.append(
            ln_parameter ~ ' <= ' ~ lower_bound() ~ ' or ' ~ ln_parameter ~ ' >= ' ~ upper_bound() ~ ' or not ' ~ variance
            ~ ' between 0 and ' ~ largest_variance()
        ) -%}
    {%- endfor -%}
    case
        when {{ row }}.log_likelihood is null or not coalesce(abs({{ row }}.expected_gain) < {{ tolerated_gain() }}, false) then 'not_converged'
        when {{ at_boundary | join(' or ') }} then 'boundary'
        else 'converged'
    end
{%- endmacro %}

{#- number: SQL number. Rounded to the decimals that don't depend on the order in which an engine sums. -#}
{% macro settled(number, decimals=7) -%}
    round({{ number }}, {{ decimals }})
{%- endmacro %}
