{#- Of this transaction alone. PostgreSQL takes joins of several columns for far more selective than they are, and then loops over all pairs;
    it compiles long expressions for longer than they run; and reads moments without an offset in the session's zone. -#}
{% macro postgres__plan_settings() %}
    {{ return("set local enable_nestloop = off; set local jit = off; set local work_mem = '64MB'; set local timezone = 'UTC'") }}
{% endmacro %}

{% macro postgres__gather_statistics(relation) %}
    {{ return('analyze ' ~ relation if model.config.materialized != 'view' else '') }}
{% endmacro %}
