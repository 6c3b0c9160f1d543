{#- A step of few rows takes longer to plan than to run, and here it is planned once for all of them. -#}
{% macro duckdb__all_steps(code, at_rest, most_steps) %}
    {% set first = code.split('/* first */')[1].split('/* or last step */')[0] | trim %}
    {% set started = modules.re.sub('select [*] from final\\s*$', 'select * from ' ~ first, code) %}
    {{ return(
        'with recursive steps as (select 0 as step_number, started.* from (' ~ started ~ ') as started union all '
        ~ 'select place.step_number + 1 as step_number, stepped.* from (' ~ step_from(code, 'steps') ~ ') as stepped cross join ('
        ~ 'select max(step_number) as step_number from steps having bool_or(not ' ~ at_rest ~ ') and max(step_number) < ' ~ most_steps
        ~ ') as place) select * exclude (step_number) from steps qualify step_number = max(step_number) over ()'
    ) }}
{% endmacro %}
