{% macro restated(relation, by=none, dates=none, kept='true') -%}
    {#- dbt looks for references before it knows whether the build goes on; a unit test, which doesn't, needs none -#}
    {%- if not execute or goes_on() -%}
    {%- set condition = restated_rows(ref(by) if by else none, ref(dates) if dates else none, kept) -%}
    (select * from {{ relation }} where {{ condition }}) as restated /* forget {{ condition }} forget */
    {%- else -%}
    {{ relation }}
    {%- endif -%}
{%- endmacro %}


{% macro restated_rows(by, dates, kept) %}
    {% set unique_key = config.get('unique_key') %}
    {% set columns = [unique_key] if unique_key is string else unique_key | list %}
    {% set conditions = [] %}
    {% if by %}
        {% set key = (columns[1:] if dates else columns) | join(', ') %}
        {% set is_listed = '(' ~ key ~ ') in (select ' ~ key ~ ' from ' ~ by ~ ')' %}
        {% do conditions.append(is_listed if ',' in key else '(' ~ key ~ ' is null or ' ~ is_listed ~ ')') %}
    {% endif %}
    {% if dates %}
        {% set date = 'valued_at' if columns[0] == 'valued_at' else 'valued_on' %}
        {% set is_anew = (
            columns[0] ~ ' not in (select dates.' ~ date ~ ' from ' ~ dates ~ ' as dates where ' ~ kept ~ ' and not dates.is_rebuilt)'
        ) %}
        {% do conditions.append(is_anew) %}
    {% endif %}
    {% if conditions | length == 1 %}{{ return(conditions[0]) }}{% endif %}
    {% set is_now = columns[0] ~ ' = ' ~ valued_now() %}
    {{ return('case when ' ~ is_now ~ ' then ' ~ conditions[0] ~ ' else ' ~ conditions[1] ~ ' end') }}
{% endmacro %}


{% macro get_incremental_restate_sql(arguments) %}
    {% set target, source = arguments['target_relation'], arguments['temp_relation'] %}
    {% set conditions = [] %}
    {% for piece in model.compiled_code.split('/* forget ')[1:] %}
        {% set condition = piece.split(' forget */')[0] %}
        {% if condition not in conditions %}{% do conditions.append(condition) %}{% endif %}
    {% endfor %}
    {% if not conditions %}
        {% do exceptions.raise_compiler_error('Model ' ~ model.name ~ ' has the strategy `restate`, and nothing in it is `restated`.') %}
    {% endif %}
    {% do run_query('delete from ' ~ target ~ ' where (' ~ conditions | join(') or (') ~ ')') %}
    {% set columns = get_quoted_csv(arguments['dest_columns'] | map(attribute='name')) %}
    insert into {{ target }} ({{ columns }}) select {{ columns }} from {{ source }}
{% endmacro %}
