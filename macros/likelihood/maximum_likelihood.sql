{#- A step has two passes over the sufficient statistics. The first sums the scores at the point and, for each parameter, a little
    beside it: gradient and second derivatives. The second sums the log-likelihood of several candidates (the point itself, the
    Newton step, longer, shorter and damped ones): the likeliest is the next point. -#}

{% macro newton_steps(points, models, candidates) -%}
    {%- set columns = ['model_name'] + point_columns() -%}
    {%- for name, model in models.items() %}
    {{ name }} as (
        {{ newton_step(model.likelihood, moving_points(points, name, model.likelihood), model.statistics, candidates) }}
    ),
    {%- endfor %}
    final as (
        select {{ columns | join(', ') }} from {{ points }} where is_at_rest
        {%- for name in models %}
        union all
        select '{{ name }}' as {{ columns | join(', ') }} from {{ name }}
        {%- endfor %}
    )
{%- endmacro %}

{% macro point_columns() %}
    {{ return(['data_id', 'start_number'] + prefixed('ln_', range(1, most_parameters() + 1)) + ['iterations', 'log_likelihood', 'is_at_rest']) }}
{% endmacro %}

{% macro moving_points(points, name, likelihood) -%}
    (
        select
            data_id,
            start_number,
            {%- for parameter in likelihood.parameters %}
            ln_{{ loop.index }} as ln_{{ parameter }},
            {%- endfor %}
            iterations,
            log_likelihood
        from {{ points }}
        where model_name = '{{ name }}' and not is_at_rest
    ) as moving
{%- endmacro %}

{% macro numbered_parameters(likelihood, prefix) -%}
    {%- for number in range(1, most_parameters() + 1) %}
    {%- set parameter = likelihood.parameters[number - 1] %}
    {{ prefix ~ parameter if parameter else 'cast(null as ' ~ type_double() ~ ')' }} as ln_{{ number }},
    {%- endfor %}
{%- endmacro %}

{% macro newton_step(likelihood, points, statistics, candidates) -%}
    {%- set size = likelihood.parameters | length -%}
    {%- set start = 'partition by data_id, start_number' -%}
    with {{ curvature(likelihood, points, statistics) }},
    {{ layered(
        'tried',
        'curvature cross join ' ~ numbered(candidates, ['damping', 'stretch']),
        damped_system(likelihood) + solved(size, ['g']) + [{'expected_gain': expected_gain(size)}, {'tried_id': tried_id()}] + moved(likelihood)
    ) }},
    {{ evaluated(likelihood, 'valued', 'tried', 'tried_id', statistics) }},
    summed as (
        select
            data_id,
            start_number,
            number,
            {{ kept(['iterations', 'log_likelihood'] + prefixed('to_', likelihood.parameters)) }},
            {{ exact_sum('term') }} as total,
            {{ unsplit() }}
        from (select *, customers * ({{ likelihood.log_likelihood }}) as term from valued) as terms
        group by data_id, start_number, number
    ),
    {{ layered('ranked', 'summed', [
        {'finite_total': 'case when total between -1e300 and 1e300 then total end'},
        {
            'gain': 'finite_total - max(case when number = 1 then finite_total end) over (' ~ start ~ ')',
            'likelihood_rank': 'row_number() over (' ~ start ~ ' order by finite_total desc nulls last, number asc)',
        },
    ]) }}
    select
        data_id,
        start_number,
        {{- numbered_parameters(likelihood, 'to_') }}
        iterations + case when gain > 0 then 1 else 0 end as iterations,
        coalesce(finite_total, log_likelihood) as log_likelihood,
        not coalesce(gain > {{ least_gain() }}, false) as is_at_rest
    from ranked
    where likelihood_rank = 1
{%- endmacro %}

{% macro measured_maxima(likelihood, points, statistics) -%}
    {%- set size = likelihood.parameters | length -%}
    {%- set most = most_parameters() -%}
    {%- set units = {} -%}
    {%- set norm = [] -%}
    {%- for i in range(1, size + 1) -%}
        {%- do norm.append('g' ~ i ~ ' * g' ~ i) -%}
        {%- for j in range(1, size + 1) -%}
            {%- do units.update({'e' ~ i ~ '0_' ~ j: 'is_free' ~ i if i == j else '0e0'}) -%}
        {%- endfor -%}
    {%- endfor -%}
    with {{ curvature(likelihood, points, statistics) }},
    {{ layered(
        'solved',
        'curvature',
        [{'damping': '0e0'}] + damped_system(likelihood) + [units] + solved(size, ['g'] + prefixed('e', range(1, size + 1)))
    ) }},
    measured as (
        select
            *,
            {{ settled('sqrt(' ~ norm | join(' + ') ~ ')') }} as gradient_norm,
            {{ expected_gain(size) }} as expected_gain,
            {%- for i in range(1, most + 1) %}
            {%- for j in range(i, most + 1) %}
            {{ settled('e' ~ i ~ '_' ~ j ~ ' / population', 9) if j <= size else '0e0' }} as cov_{{ i }}{{ j }},
            {%- endfor %}
            {%- endfor %}
            population as customers
        from solved
    )
    select
        data_id,
        {{- numbered_parameters(likelihood, 'ln_') }}
        iterations,
        log_likelihood,
        gradient_norm,
        customers,
        {{ fit_status(likelihood) }} as status,
        {{ covariance_columns() | join(', ') }}
    from measured
{%- endmacro %}

{% macro curvature(likelihood, points, statistics) -%}
    {%- set size = likelihood.parameters | length -%}
    {{ layered('probed', points ~ ' cross join ' ~ numbered([[]] * (size + 1), []), [probes(likelihood)]) }},
    {{ evaluated(likelihood, 'scored', 'probed', 'data_id', statistics, with_scores=true) }},
    scores as (
        select
            data_id,
            start_number,
            number,
            {{ kept(prefixed('ln_', likelihood.parameters) + ['iterations', 'log_likelihood']) }},
            {%- for score in likelihood.scores %}
            {{ exact_sum('term' ~ loop.index) }} as s{{ loop.index }},
            {%- endfor %}
            sum(customers) as population,
            {{ unsplit() }}
        from (
            select
                *,
                {%- for score in likelihood.scores %}
                customers * ({{ score }}) as term{{ loop.index }}{{ ',' if not loop.last }}
                {%- endfor %}
            from scored
        ) as terms
        group by data_id, start_number, number
    ),
    curvature as (
        select
            data_id,
            start_number,
            {{ kept(prefixed('ln_', likelihood.parameters) + ['iterations', 'log_likelihood']) }},
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
        group by data_id, start_number
        limit {{ most_points() }}
    )
{%- endmacro %}

{% macro unsplit() -%}
    count(distinct number) as numbers
{%- endmacro %}

{% macro probes(likelihood) %}
    {%- set layer = {} -%}
    {%- for parameter in likelihood.parameters -%}
        {%- do layer.update({
            'to_' ~ parameter: 'ln_' ~ parameter ~ ' + case when number = ' ~ (loop.index + 1) ~ ' then ' ~ probe_length() ~ ' else 0e0 end'
        }) -%}
    {%- endfor -%}
    {{ return(layer) }}
{% endmacro %}

{#- Terms that depend on the count x alone are found once per count. -#}
{% macro evaluated(likelihood, name, points, key, statistics, with_scores=false) -%}
    {%- set parameters = {} -%}
    {%- for parameter in likelihood.parameters -%}
        {%- do parameters.update({parameter: 'exp(to_' ~ parameter ~ ')'}) -%}
    {%- endfor -%}
    {%- set by_count = [parameters] + likelihood.by_count + (likelihood.by_count_scores if with_scores else []) -%}
    {%- set by_row = likelihood.by_row + (likelihood.by_row_scores if with_scores else []) -%}
    {%- set counts = '(select distinct data_id as counts_id, x from ' ~ statistics ~ ') as counts' -%}
    {%- set rows = '(select data_id as rows_id, x as rows_x, customers, ' ~ likelihood.columns | join(', ') ~ ' from ' ~ statistics ~ ') as exact_rows' -%}
    {{ layered(name ~ '_counts', points ~ ' left join ' ~ counts ~ ' on ' ~ key ~ ' = counts_id', by_count) }},
    {{ layered(
        name,
        name ~ '_counts left join ' ~ rows ~ ' on ' ~ key ~ ' = exact_rows.rows_id and x = exact_rows.rows_x',
        by_row
    ) }}
{%- endmacro %}

{% macro damped_system(likelihood) %}
    {%- set layer = {} -%}
    {%- set free = {} -%}
    {%- for parameter in likelihood.parameters -%}
        {%- set j = loop.index -%}
        {%- set ln_parameter = 'ln_' ~ parameter -%}
        {%- do free.update({'is_free' ~ j: (
            'case when ' ~ ln_parameter ~ ' <= ' ~ lower_bound() ~ ' and g' ~ j ~ ' < 0 or '
            ~ ln_parameter ~ ' >= ' ~ upper_bound() ~ ' and g' ~ j ~ ' > 0 then 0e0 else 1e0 end'
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

{% macro expected_gain(size) -%}
    5e-1 * population * ({% for i in range(1, size + 1) %}g0_{{ i }} * g_{{ i }}{{ ' + ' if not loop.last }}{% endfor %})
{%- endmacro %}

{% macro tried_id() -%}
    case
        when log_likelihood is null
            or max(case when number = 1 then expected_gain end) over (partition by data_id, start_number) > {{ least_expected_gain() }}
            then data_id
    end
{%- endmacro %}

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
    {{ return([{'reach': 'stretch * least(1e0, 2e0 / greatest(1e-12' ~ lengths | join ~ '))'}, layer]) }}
{% endmacro %}

{% macro kept(columns) -%}
    {%- for column in columns -%}
    max({{ column }}) as {{ column }}{{ ', ' if not loop.last }}
    {%- endfor -%}
{%- endmacro %}

{% macro prefixed(prefix, names) %}
    {%- set prefixed_names = [] -%}
    {%- for name in names -%}{%- do prefixed_names.append(prefix ~ name) -%}{%- endfor -%}
    {{ return(prefixed_names) }}
{% endmacro %}

{% macro numbered(rows, names, alias='numbered') -%}
    (
    {%- for row in rows -%}
        select {{ loop.index }} as number
        {%- for name in names %}, cast({{ row[loop.index0] }} as {{ type_double() }}) as {{ name }}{% endfor -%}
        {{ ' union all ' if not loop.last }}
    {%- endfor -%}
    ) as {{ alias }}
{%- endmacro %}

{% macro covariance_columns(prefix='cov_') %}{{ return(covariances_of(most_parameters(), prefix)) }}{% endmacro %}

{% macro covariances_of(size, prefix='cov_') %}
    {%- set columns = [] -%}
    {%- for i in range(1, size + 1) -%}
        {%- for j in range(i, size + 1) -%}{%- do columns.append(prefix ~ i ~ j) -%}{%- endfor -%}
    {%- endfor -%}
    {{ return(columns) }}
{% endmacro %}

{% macro fit_status(likelihood) -%}
    {%- set at_boundary = [] -%}
    {%- for parameter in likelihood.parameters -%}
        {%- set variance = 'cov_' ~ loop.index ~ loop.index -%}
        {%- do at_boundary.append(
            'ln_' ~ parameter ~ ' <= ' ~ lower_bound() ~ ' or ln_' ~ parameter ~ ' >= ' ~ upper_bound() ~ ' or not ' ~ variance
            ~ ' between 0 and ' ~ largest_variance()
        ) -%}
    {%- endfor -%}
    case
        when log_likelihood is null or not coalesce(abs(expected_gain) < {{ tolerated_gain() }}, false) then 'not_converged'
        when {{ at_boundary | join(' or ') }} then 'boundary'
        else 'converged'
    end
{%- endmacro %}
