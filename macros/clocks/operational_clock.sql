{#- The clock goes exp(season of the month of the year + level of the calendar quarter) times as fast as the calendar. Factors, levels and the
    parameters of the model on it are found together, by penalised maximum likelihood: a step takes all of them to where their own
    equations lead (the image), and the last images are put together to a point that lies closer to rest (Anderson 1965, type II). -#}

{% macro clock_model() %}{{ return('mbg_nbd') }}{% endmacro %}
{% macro clocked_model() %}{{ return('mbg_nbd_clock') }}{% endmacro %}

{% macro has_clock() %}{{ return(clocked_model() in elected_purchase_models()) }}{% endmacro %}

{% macro clock_of(model_name) -%}
    case when {{ model_name }} = '{{ clocked_model() }}' then 'operational' else 'plain' end
{%- endmacro %}

{#- A model by name stands for itself alone: it has neither a clock nor a level. -#}
{% macro level_forecasts() %}{{ return(4 if has_clock() else 0) }}{% endmacro %}

{% macro least_days_of_season() %}{{ return('360') }}{% endmacro %}
{% macro prior_weight() %}{{ return('4e0') }}{% endmacro %}
{% macro largest_drift() %}{{ return('15e-2') }}{% endmacro %}
{#- Of two maxima on the plain clock that are so close in log-likelihood either may be the higher one on this clock. -#}
{% macro close_maxima() %}{{ return('5e0') }}{% endmacro %}
{% macro clock_steps() %}{{ return(60) }}{% endmacro %}

{% macro clock_memory() %}
    {{ return(['point_1', 'point_2', 'image_1', 'image_2']) }}
{% endmacro %}

{% macro clock_columns() %}
    {{ return(
        ['data_id', 'start_number', 'element', 'number', 'value'] + clock_memory()
        + ['best_residual', 'iterations', 'log_likelihood', 'is_at_rest']
    ) }}
{% endmacro %}

{#- Rows of `points` (data_id, start_number, element, number, value) as the first state. -#}
{% macro clock_started(points) -%}
    select
        data_id,
        start_number,
        element,
        number,
        value,
        {%- for column in clock_memory() + ['best_residual'] %}
        cast(null as {{ type_double() }}) as {{ column }},
        {%- endfor %}
        0 as iterations,
        cast(null as {{ type_double() }}) as log_likelihood,
        false as is_at_rest
    from {{ points }}
{%- endmacro %}

{% macro clock_step(state, histories, months, at_rest) -%}
    {%- set likelihood = purchase_model(clock_model(), 'likelihood')() -%}
    {%- set size = likelihood.parameters | length -%}
    moving as {{ computed_once() }} (
        select * from {{ state }} where not is_at_rest
    ),

    parameters as {{ computed_once() }} (
        select
            data_id,
            start_number,
            {%- for parameter in likelihood.parameters %}
            max(case when element = 'parameter' and number = {{ loop.index }} then value end) as to_{{ parameter }},
            {%- endfor %}
            max(case when element = 'season_spread' then exp(value) end) as spread,
            max(case when element = 'level_drift' then exp(value) end) as drift
        from moving
        group by data_id, start_number
    ),

    {{ clock_rates('moving', months) }},
    {{ clock_scores(likelihood, histories) }},
    {{ clock_parameters_moved(likelihood) }},
    {{ clock_exposures() }},
    {{ clock_factors_moved() }},
    {{ clock_spreads_moved() }},

    images as (
        {%- for parameter in likelihood.parameters %}
        select data_id, start_number, 'parameter' as element, {{ loop.index }} as number, at_{{ parameter }} as image, weight_{{ loop.index }} as weight, gain
        from parameters_moved
        union all
        {%- endfor %}
        select data_id, start_number, 'season' as element, number, image, 1e0 as weight, cast(null as {{ type_double() }}) as gain from seasons_centred
        union all
        select data_id, start_number, 'level' as element, number, image, 1e0 as weight, cast(null as {{ type_double() }}) as gain from levels_centred
        union all
        select data_id, start_number, 'season_spread' as element, 0 as number, image, 1e0 as weight, cast(null as {{ type_double() }}) as gain from spreads_moved
        union all
        select data_id, start_number, 'level_drift' as element, 0 as number, image, 1e0 as weight, cast(null as {{ type_double() }}) as gain from drifts_moved
    ),

    {{ clock_accelerated(at_rest) }},

    final as (
        select {{ clock_columns() | join(', ') }} from {{ state }} where is_at_rest
        union all
        select {{ clock_columns() | join(', ') }} from accelerated
    )
{%- endmacro %}

{#- How fast the clock goes in each month, and where it stands before it, in mean ages of the date's customers. -#}
{% macro clock_rates(state, months) -%}
    rates as {{ computed_once() }} (
        select
            seasons.data_id,
            seasons.start_number,
            months.month_number,
            months.month_of_year,
            months.quarter_number,
            months.month_days,
            months.repeat_occasions,
            months.has_season,
            months.mean_age,
            seasons.value as season,
            levels.value as level,
            exp(seasons.value + levels.value) / (7 * months.mean_age) as pace
        from {{ state }} as seasons
        inner join {{ months }} as months
            on
                seasons.data_id = months.data_id
                and seasons.number = months.month_of_year
        inner join {{ state }} as levels
            on
                seasons.data_id = levels.data_id
                and seasons.start_number = levels.start_number
                and months.quarter_number = levels.number
        where seasons.element = 'season' and levels.element = 'level'
    ),

    paced as {{ computed_once() }} (
        select
            *,
            sum(pace * month_days) over (
                partition by data_id, start_number order by month_number rows between unbounded preceding and current row
            ) - pace * month_days as age_before,
            sum(pace * month_days) over (
                partition by data_id, start_number order by month_number rows between unbounded preceding and unbounded following
            ) as age_at_date
        from rates
    )
{%- endmacro %}

{#- Scores, information and log-likelihood, and the rates that are expected of who has left since the last occasion and of who has not, by
    the months of the first and the last occasion. -#}
{% macro clock_scores(likelihood, histories) -%}
    {%- set size = likelihood.parameters | length -%}
    timed as (
        select
            firsts.data_id as timed_id,
            firsts.start_number as timed_start,
            histories.x as timed_x,
            histories.customers,
            histories.first_month,
            histories.first_day,
            histories.last_month,
            histories.last_day,
            greatest(
                lasts.age_before + lasts.pace * histories.last_day - firsts.age_before - firsts.pace * histories.first_day, 0e0
            ) as t_x,
            greatest(firsts.age_at_date - firsts.age_before - firsts.pace * histories.first_day, 0e0) as age
        from {{ histories }} as histories
        inner join paced as firsts
            on
                histories.data_id = firsts.data_id
                and histories.first_month = firsts.month_number
        inner join paced as lasts
            on
                firsts.data_id = lasts.data_id
                and firsts.start_number = lasts.start_number
                and histories.last_month = lasts.month_number
    ),

    counts as (
        select distinct
            data_id as counted_id,
            x
        from {{ histories }} as histories
    ),

    {%- set exponents = {} -%}
    {%- for parameter in likelihood.parameters -%}{%- do exponents.update({parameter: 'exp(to_' ~ parameter ~ ')'}) -%}{%- endfor %}
    {{ layered(
        'counted', 'parameters inner join counts on parameters.data_id = counts.counted_id',
        [exponents] + likelihood.by_count + likelihood.by_count_scores
    ) }},
    {{ layered(
        'scored',
        'counted inner join timed on counted.data_id = timed.timed_id and counted.start_number = timed.timed_start and counted.x = timed.timed_x',
        likelihood.by_row + likelihood.by_row_scores
    ) }},

    terms as (
        select
            data_id,
            start_number,
            customers,
            first_month,
            first_day,
            last_month,
            last_day,
            {{ likelihood.log_likelihood }} as log_likelihood,
            {%- for score in likelihood.scores %}
            {{ score }} as score_{{ loop.index }},
            {%- endfor %}
            customers * p_left * r_x / (alpha + t_x) as rate_left,
            customers * (1 - p_left) * r_x / (alpha + age) as rate_alive
        from scored
    ),

    -- the sums of all that is asked of the histories, by the months that a clock goes evenly in
    summed as {{ computed_once() }} (
        select
            data_id,
            start_number,
            first_month,
            last_month,
            sum(customers) as customers,
            {{ exact_sum('customers * log_likelihood') }} as log_likelihood,
            {%- for i in range(1, size + 1) %}
            {{ exact_sum('customers * score_' ~ i) }} as score_{{ i }},
            {%- for j in range(i, size + 1) %}
            {{ exact_sum('customers * score_' ~ i ~ ' * score_' ~ j) }} as information_{{ i }}{{ j }},
            {%- endfor %}
            {%- endfor %}
            {{ exact_sum('rate_left') }} as rate_left,
            {{ exact_sum('rate_alive') }} as rate_alive,
            {{ exact_sum('(rate_left + rate_alive) * first_day') }} as begun,
            {{ exact_sum('rate_left * last_day') }} as ended
        from terms
        group by data_id, start_number, first_month, last_month
    )
{%- endmacro %}

{#- A step of Fisher scoring by the outer products of the scores (Berndt, Hall, Hall & Hausman 1974). A logarithm that the data doesn't tell is
    held back, and counts by the square root of what is known of it. -#}
{% macro clock_parameters_moved(likelihood) -%}
    {%- set size = likelihood.parameters | length -%}
    {%- set system = {} -%}
    {%- set lengths = [] -%}
    {%- set gains = [] -%}
    {%- set moved = {} -%}
    {%- for i in range(1, size + 1) -%}
        {%- do system.update({'g0_' ~ i: 'score_' ~ i}) -%}
        {%- do lengths.append('abs(g_' ~ i ~ ')') -%}
        {%- for j in range(i, size + 1) -%}
            {%- do system.update({'u0_' ~ i ~ j: 'information_' ~ i ~ j ~ (' + 1e-2' if i == j else '')}) -%}
        {%- endfor -%}
    {%- endfor -%}
    {%- for parameter in likelihood.parameters -%}
        {%- set i = loop.index -%}
        {%- do gains.append('score_' ~ i ~ ' * (at_' ~ parameter ~ ' - to_' ~ parameter ~ ')') -%}
        {%- do moved.update({
            'at_' ~ parameter: 'greatest(' ~ lower_bound() ~ ', least(' ~ upper_bound() ~ ', to_' ~ parameter ~ ' + reach * g_' ~ i ~ '))',
            'weight_' ~ i: 'sqrt(least(information_' ~ i ~ i ~ ', 1e0))',
        }) -%}
    {%- endfor -%}
    totals as (
        select
            data_id as totals_id,
            start_number as totals_start,
            {{ exact_sum('log_likelihood', 9) }} as log_likelihood
            {%- for i in range(1, size + 1) %},
            {{ exact_sum('score_' ~ i) }} as score_{{ i }}
            {%- for j in range(i, size + 1) %},
            {{ exact_sum('information_' ~ i ~ j) }} as information_{{ i }}{{ j }}
            {%- endfor %}
            {%- endfor %}
        from summed
        group by data_id, start_number
    ),

    {{ layered(
        'parameters_moved',
        'parameters inner join totals on parameters.data_id = totals.totals_id and parameters.start_number = totals.totals_start',
        [system] + solved(size, ['g'])
        + [{'reach': 'least(1e0, 1e0 / greatest(1e-12, ' ~ lengths | join(', ') ~ '))'}, moved, {'gain': gains | join(' + ')}]
    ) }}
{%- endmacro %}

{#- The occasions that are expected in each month where the clock goes as the calendar, given what every customer did: the sum, over those who are
    there, of their expected rate. -#}
{% macro clock_exposures() -%}
    rate_changes as (
        select
            data_id,
            start_number,
            first_month as month_number,
            {{ exact_sum('rate_left + rate_alive') }} as rate,
            {{ exact_sum('begun') }} as rate_days
        from summed
        group by data_id, start_number, first_month
        union all
        select
            data_id,
            start_number,
            last_month as month_number,
            -{{ exact_sum('rate_left') }} as rate,
            -{{ exact_sum('ended') }} as rate_days
        from summed
        group by data_id, start_number, last_month
    ),

    changes_by_month as (
        select
            data_id,
            start_number,
            month_number,
            {{ exact_sum('rate') }} as rate,
            {{ exact_sum('rate_days') }} as rate_days
        from rate_changes
        group by data_id, start_number, month_number
    ),

    exposed as {{ computed_once() }} (
        select
            rates.data_id,
            rates.start_number,
            rates.month_number,
            rates.month_of_year,
            rates.quarter_number,
            rates.repeat_occasions,
            rates.has_season,
            rates.season,
            rates.level,
            greatest(
                sum(coalesce(changes.rate, 0)) over (
                    partition by rates.data_id, rates.start_number
                    order by rates.month_number
                    rows between unbounded preceding and current row
                ) * rates.month_days - coalesce(changes.rate_days, 0), 0e0
            ) / (7 * rates.mean_age) as exposure
        from rates
        left join changes_by_month as changes
            on
                rates.data_id = changes.data_id
                and rates.start_number = changes.start_number
                and rates.month_number = changes.month_number
    )
{%- endmacro %}

{#- A Newton step of the seasons, then one of the levels; then what both can say alike, a factor of a quarter of the year, is divided between
    them as their priors have it, since the data leaves that open. -#}
{% macro clock_factors_moved() -%}
    seasons_summed as (
        select
            exposed.data_id,
            exposed.start_number,
            exposed.month_of_year,
            {{ exact_sum('exposed.exposure * exp(exposed.season + exposed.level)') }} as expected,
            sum(exposed.repeat_occasions) as occasions
        from exposed
        where exposed.has_season
        group by exposed.data_id, exposed.start_number, exposed.month_of_year
    ),

    seasons_moved as {{ computed_once() }} (
        select
            moving.data_id,
            moving.start_number,
            moving.number,
            sums.expected is not null as has_season,
            coalesce(
                moving.value + {{ clipped(
                    '(sums.occasions - sums.expected - moving.value / parameters.spread / parameters.spread)'
                    ~ ' / (sums.expected + 1 / parameters.spread / parameters.spread)'
                ) }},
                moving.value
            ) as moved
        from moving
        inner join parameters
            on
                moving.data_id = parameters.data_id
                and moving.start_number = parameters.start_number
        left join seasons_summed as sums
            on
                moving.data_id = sums.data_id
                and moving.start_number = sums.start_number
                and moving.number = sums.month_of_year
        where moving.element = 'season'
    ),

    levels_summed as (
        select
            exposed.data_id,
            exposed.start_number,
            exposed.quarter_number as number,
            max(exposed.level) as level,
            {{ exact_sum('exposed.exposure * exp(seasons_moved.moved + exposed.level)') }} as expected,
            sum(exposed.repeat_occasions) as occasions
        from exposed
        inner join seasons_moved
            on
                exposed.data_id = seasons_moved.data_id
                and exposed.start_number = seasons_moved.start_number
                and exposed.month_of_year = seasons_moved.number
        group by exposed.data_id, exposed.start_number, exposed.quarter_number
    ),

    levels_between as (
        select
            levels_summed.*,
            1 / parameters.drift / parameters.drift as stiffness,
            lag(levels_summed.level) over quarters as level_before,
            lead(levels_summed.level) over quarters as level_after
        from levels_summed
        inner join parameters
            on
                levels_summed.data_id = parameters.data_id
                and levels_summed.start_number = parameters.start_number
        window quarters as (partition by levels_summed.data_id, levels_summed.start_number order by levels_summed.number)
    ),

    {{ tridiagonal_solved(
        'levels_moved', 'levels_between', 'data_id, start_number', 'number', {
            'below_0': 'case when level_before is null then 0e0 else -stiffness end',
            'above_0': 'case when level_after is null then 0e0 else -stiffness end',
            'diagonal_0': (
                'expected + 1e-9 + case when level_before is null then 0e0 else stiffness end'
                ~ ' + case when level_after is null then 0e0 else stiffness end'
            ),
            'right_0': 'occasions - expected + stiffness * (coalesce(level_before - level, 0) + coalesce(level_after - level, 0))',
        }, {'moved': 'level + ' ~ clipped('solution')}
    ) }},

    level_steps as (
        select
            *,
            moved - lag(moved) over (partition by data_id, start_number order by number) as step
        from levels_moved
    ),

    steps_by_quarter as (
        select
            data_id,
            start_number
            {%- for quarter in range(4) %},
            cast(sum(case when mod(number, 4) = {{ quarter }} and step is not null then 1 else 0 end) as {{ type_double() }})
                as steps_{{ quarter }},
            {{ exact_sum('case when mod(number, 4) = ' ~ quarter ~ ' then coalesce(step, 0) else 0 end') }} as step_{{ quarter }}
            {%- endfor %}
        from level_steps
        group by data_id, start_number
    ),

    seasons_by_quarter as (
        select
            data_id as seasons_id,
            start_number as seasons_start
            {%- for quarter in range(4) %},
            {{ exact_sum('case when number between ' ~ (3 * quarter + 1) ~ ' and ' ~ (3 * quarter + 3) ~ ' then moved else 0 end') }} as season_{{ quarter }}
            {%- endfor %}
        from seasons_moved
        where has_season
        group by data_id, start_number
    ),

    quarters_weighed as (
        select
            steps_by_quarter.*,
            seasons_by_quarter.*,
            1 / parameters.spread / parameters.spread as pull,
            1 / parameters.drift / parameters.drift as stiffness
        from steps_by_quarter
        inner join seasons_by_quarter
            on
                steps_by_quarter.data_id = seasons_by_quarter.seasons_id
                and steps_by_quarter.start_number = seasons_by_quarter.seasons_start
        inner join parameters
            on
                steps_by_quarter.data_id = parameters.data_id
                and steps_by_quarter.start_number = parameters.start_number
    ),

    {%- set system = {} -%}
    {%- for i in range(4) -%}
        {%- set next = (i + 1) % 4 -%}
        {%- do system.update({
            'u0_' ~ (i + 1) ~ (i + 1): '3 * pull + stiffness * (steps_' ~ i ~ ' + steps_' ~ next ~ ')',
            'g0_' ~ (i + 1): 'stiffness * (step_' ~ i ~ ' - step_' ~ next ~ ') - pull * season_' ~ i,
        }) -%}
    {%- endfor -%}
    {%- do system.update({
        'u0_12': '-stiffness * steps_1', 'u0_23': '-stiffness * steps_2', 'u0_34': '-stiffness * steps_3',
        'u0_14': '-stiffness * steps_0', 'u0_13': '0e0', 'u0_24': '0e0',
    }) %}
    {{ layered('divided', 'quarters_weighed', [system] + solved(4, ['g'])) }},

    seasons_divided as (
        select
            seasons_moved.data_id,
            seasons_moved.start_number,
            seasons_moved.number,
            seasons_moved.has_season,
            seasons_moved.moved + case ceil(seasons_moved.number / 3e0)
                {%- for quarter in range(1, 5) %} when {{ quarter }} then coalesce(divided.g_{{ quarter }}, 0){% endfor %}
            end as divided
        from seasons_moved
        left join divided
            on
                seasons_moved.data_id = divided.data_id
                and seasons_moved.start_number = divided.start_number
    ),

    seasons_centred as {{ computed_once() }} (
        select
            data_id,
            start_number,
            number,
            has_season,
            divided - avg(divided) over (
                partition by data_id, start_number order by number rows between unbounded preceding and unbounded following
            ) as image
        from seasons_divided
    ),

    levels_divided as (
        select
            levels_moved.data_id,
            levels_moved.start_number,
            levels_moved.number,
            levels_moved.moved - case mod(levels_moved.number, 4)
                {%- for quarter in range(4) %} when {{ quarter }} then coalesce(divided.g_{{ quarter + 1 }}, 0){% endfor %}
            end as divided
        from levels_moved
        left join divided
            on
                levels_moved.data_id = divided.data_id
                and levels_moved.start_number = divided.start_number
    ),

    levels_exposed as (
        select
            exposed.data_id,
            exposed.start_number,
            exposed.quarter_number as number,
            greatest({{ exact_sum('exposed.exposure * exp(seasons_centred.image)') }}, 1e-9) as exposure
        from exposed
        inner join seasons_centred
            on
                exposed.data_id = seasons_centred.data_id
                and exposed.start_number = seasons_centred.start_number
                and exposed.month_of_year = seasons_centred.number
        group by exposed.data_id, exposed.start_number, exposed.quarter_number
    ),

    levels_centred as {{ computed_once() }} (
        select
            levels_divided.data_id,
            levels_divided.start_number,
            levels_divided.number,
            levels_exposed.exposure,
            levels_divided.divided
            - sum(levels_divided.divided * levels_exposed.exposure) over (
                partition by levels_divided.data_id, levels_divided.start_number order by levels_divided.number
                rows between unbounded preceding and unbounded following
            )
            / sum(levels_exposed.exposure) over (
                partition by levels_divided.data_id, levels_divided.start_number order by levels_divided.number
                rows between unbounded preceding and unbounded following
            ) as image
        from levels_divided
        inner join levels_exposed
            on
                levels_divided.data_id = levels_exposed.data_id
                and levels_divided.start_number = levels_exposed.start_number
                and levels_divided.number = levels_exposed.number
    )
{%- endmacro %}

{% macro clipped(step) -%}
    greatest(least({{ step }}, 1e0), -1e0)
{%- endmacro %}

{#- The standard deviations of the priors by MacKay's rule (1992): sum of squares over the number of values that the data determine. -#}
{% macro clock_spreads_moved() -%}
    seasons_exposed as (
        select
            exposed.data_id,
            exposed.start_number,
            exposed.month_of_year as number,
            {{ exact_sum('exposed.exposure * exp(levels_centred.image)') }} as exposure
        from exposed
        inner join levels_centred
            on
                exposed.data_id = levels_centred.data_id
                and exposed.start_number = levels_centred.start_number
                and exposed.quarter_number = levels_centred.number
        group by exposed.data_id, exposed.start_number, exposed.month_of_year
    ),

    spreads_moved as (
        select
            parameters.data_id,
            parameters.start_number,
            case
                when min(case when seasons_centred.has_season then 1 else 0 end) = 1
                    then 5e-1 * ln(
                        {{ believed('seasons_centred.image', 'seasons_exposed.exposure * exp(seasons_centred.image)', 'parameters.spread', var('season_spread')) }}
                    )
                else ln(max(parameters.spread))
            end as image
        from parameters
        inner join seasons_centred
            on
                parameters.data_id = seasons_centred.data_id
                and parameters.start_number = seasons_centred.start_number
        left join seasons_exposed
            on
                seasons_centred.data_id = seasons_exposed.data_id
                and seasons_centred.start_number = seasons_exposed.start_number
                and seasons_centred.number = seasons_exposed.number
        group by parameters.data_id, parameters.start_number
    ),

    levels_expected as (
        select
            *,
            exposure * exp(image) as expected
        from levels_centred
    ),

    levels_stepped as (
        select
            data_id,
            start_number,
            image - lag(image) over quarters as step,
            expected * lag(expected) over quarters / greatest(expected + lag(expected) over quarters, 1e-9) as information
        from levels_expected
        window quarters as (partition by data_id, start_number order by number)
    ),

    drifts_moved as (
        select
            parameters.data_id,
            parameters.start_number,
            case
                when count(levels_stepped.step) = 0 then ln(max(parameters.drift))
                else least(
                    5e-1 * ln({{ believed('coalesce(levels_stepped.step, 0)', 'coalesce(levels_stepped.information, 0)', 'parameters.drift', var('level_drift')) }}),
                    ln({{ largest_drift() }})
                )
            end as image
        from parameters
        inner join levels_stepped
            on
                parameters.data_id = levels_stepped.data_id
                and parameters.start_number = levels_stepped.start_number
        group by parameters.data_id, parameters.start_number
    )
{%- endmacro %}

{% macro believed(value, information, deviation, beforehand) -%}
    ({{ exact_sum(value ~ ' * ' ~ value) }} + {{ prior_weight() }} * {{ beforehand }} * {{ beforehand }})
    / ({{ exact_sum(information ~ ' / (' ~ information ~ ' + 1 / ' ~ deviation ~ ' / ' ~ deviation ~ ')') }} + {{ prior_weight() }})
{%- endmacro %}

{#- Of the images so far the combination whose residual is smallest: two steps back, in closed form. A step that made
    the residual larger forgets them; one that lost likelihood is taken back by three quarters;
    far from rest, where a step gains nothing, the next is a fifth as long. It rests
    where neither a factor moves any more nor the likelihood has anything to gain from the parameters. -#}
{% macro clock_accelerated(at_rest) -%}
    differences as (
        select
            moving.*,
            images.image,
            images.weight,
            images.gain,
            images.image - moving.value as residual,
            coalesce(images.weight * (images.image - moving.value - moving.image_1 + moving.point_1), 0) as difference_1,
            coalesce(images.weight * (moving.image_1 - moving.point_1 - moving.image_2 + moving.point_2), 0) as difference_2,
            coalesce(images.image - moving.image_1, 0) as gone_1,
            coalesce(moving.image_1 - moving.image_2, 0) as gone_2
        from moving
        inner join images
            on
                moving.data_id = images.data_id
                and moving.start_number = images.start_number
                and moving.element = images.element
                and moving.number = images.number
    ),

    -- in one order, so that what other dates there are changes no digit
    products as (
        select
            *,
            sum(difference_1 * difference_1) over in_order as gram_11,
            sum(difference_1 * difference_2) over in_order as gram_12,
            sum(difference_2 * difference_2) over in_order as gram_22,
            sum(difference_1 * weight * residual) over in_order as against_1,
            sum(difference_2 * weight * residual) over in_order as against_2
        from differences
        window in_order as (
            partition by data_id, start_number order by element, number rows between unbounded preceding and unbounded following
        )
    ),

    grams as (
        select
            data_id,
            start_number,
            max(weight * abs(residual)) as largest_residual,
            max(case when gain is null then abs(residual) end) as largest_of_factors,
            max(gain) as gain,
            max(best_residual) as best_before,
            max(log_likelihood) as log_likelihood_before,
            max(gram_11) as gram_11,
            max(gram_12) as gram_12,
            max(gram_22) as gram_22,
            max(against_1) as against_1,
            max(against_2) as against_2
        from products
        group by data_id, start_number
    ),

    paces_summed as (
        select
            data_id,
            start_number,
            {{ exact_sum('repeat_occasions * (season + level)') }} as ln_pace
        from rates
        group by data_id, start_number
    ),

    combined as (
        select
            grams.*,
            parameters_moved.log_likelihood + paces_summed.ln_pace as log_likelihood,
            (grams.gram_11 * grams.gram_22 - grams.gram_12 * grams.gram_12) > 1e-10 * grams.gram_11 * grams.gram_22 as has_two,
            coalesce(grams.largest_residual > 4 * grams.best_before, false) as is_worse,
            coalesce(
                parameters_moved.log_likelihood + paces_summed.ln_pace
                < grams.log_likelihood_before - 10 - 1e-3 * abs(grams.log_likelihood_before), false
            ) as is_astray,
            grams.gain < 1e-4 * {{ at_rest }} and grams.largest_of_factors < {{ at_rest }} as is_at_rest
        from grams
        inner join parameters_moved
            on
                grams.data_id = parameters_moved.data_id
                and grams.start_number = parameters_moved.start_number
        inner join paces_summed
            on
                grams.data_id = paces_summed.data_id
                and grams.start_number = paces_summed.start_number
    ),

    shares as (
        select
            data_id,
            start_number,
            largest_residual,
            best_before,
            case when largest_residual > 3e-1 and largest_residual > 9e-1 * best_before then 2e-1 else 1e0 end as stretch,
            log_likelihood,
            is_worse,
            is_astray,
            is_at_rest,
            case
                when largest_residual > 3e-1 or is_worse or gram_11 = 0 then 0e0
                when has_two then (against_1 * gram_22 - against_2 * gram_12) / (gram_11 * gram_22 - gram_12 * gram_12)
                else against_1 / gram_11
            end as share_1,
            case
                when largest_residual > 3e-1 or is_worse or gram_11 = 0 or not has_two then 0e0
                else (against_2 * gram_11 - against_1 * gram_12) / (gram_11 * gram_22 - gram_12 * gram_12)
            end as share_2
        from combined
    ),

    stepped as (
        select
            differences.*,
            shares.largest_residual,
            shares.best_before,
            shares.stretch,
            shares.is_worse,
            shares.is_astray,
            shares.log_likelihood as log_likelihood_here,
            shares.is_at_rest as rests,
            differences.residual - shares.share_1 * differences.gone_1 - shares.share_2 * differences.gone_2 as step
        from differences
        inner join shares
            on
                differences.data_id = shares.data_id
                and differences.start_number = shares.start_number
    ),

    accelerated as (
        select
            stepped.data_id,
            stepped.start_number,
            stepped.element,
            stepped.number,
            case
                when stepped.rests then stepped.image
                when stepped.is_astray then stepped.point_1 + 25e-2 * (stepped.value - stepped.point_1)
                else greatest({{ lower_bound() }}, least({{ upper_bound() }}, stepped.value + stepped.stretch * stepped.step * least(
                    1e0, 1 / greatest(1e-12, max(abs(stepped.step)) over (partition by stepped.data_id, stepped.start_number))
                )))
            end as value,
            case when stepped.is_astray then stepped.point_1 else stepped.value end as point_1,
            case when not stepped.is_worse and not stepped.is_astray then stepped.point_1 end as point_2,
            case when stepped.is_astray then stepped.image_1 else stepped.image end as image_1,
            case when not stepped.is_worse and not stepped.is_astray then stepped.image_1 end as image_2,
            case
                when stepped.is_astray then stepped.best_before
                when stepped.is_worse then stepped.largest_residual
                else least(coalesce(stepped.best_before, stepped.largest_residual), stepped.largest_residual)
            end as best_residual,
            stepped.iterations + 1 as iterations,
            case when stepped.is_astray then stepped.log_likelihood else stepped.log_likelihood_here end as log_likelihood,
            stepped.rests as is_at_rest
        from stepped
    )
{%- endmacro %}
