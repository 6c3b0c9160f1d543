{#- Everything that an engine does its own way. The form of an engine's macros: <engine>__<name>, in the folder of its name. What is the same
    on most engines stands here as default__<name>. -#}

{#- types and literals -#}

{% macro type_double() %}{{ return(adapter.dispatch('type_double', 'clv_warehouse')()) }}{% endmacro %}

{% macro type_exact(precision, scale) %}{{ return(adapter.dispatch('type_exact', 'clv_warehouse')(precision, scale)) }}{% endmacro %}

{% macro string_literal(value) %}{{ return(adapter.dispatch('string_literal', 'clv_warehouse')(value)) }}{% endmacro %}

{% macro default__string_literal(value) %}{{ return("'" ~ (value | string).replace("'", "''") ~ "'") }}{% endmacro %}

{% macro cast_or_null(value, type) %}{{ return(adapter.dispatch('cast_or_null', 'clv_warehouse')(value, type)) }}{% endmacro %}

{% macro exactly_as_written(number) %}{{ return(adapter.dispatch('exactly_as_written', 'clv_warehouse')(number)) }}{% endmacro %}

{% macro to_money(number) %}{{ return(adapter.dispatch('to_money', 'clv_warehouse')(number)) }}{% endmacro %}

{% macro settled(number, decimals=7) %}{{ return(adapter.dispatch('settled', 'clv_warehouse')(number, decimals)) }}{% endmacro %}

{% macro default__settled(number, decimals) %}{{ return('round(' ~ number ~ ', ' ~ decimals ~ ')') }}{% endmacro %}


{#- texts -#}

{% macro is_text(value) %}{{ return(adapter.dispatch('is_text', 'clv_warehouse')(value)) }}{% endmacro %}

{% macro matches(text, pattern) %}{{ return(adapter.dispatch('matches', 'clv_warehouse')(text, pattern)) }}{% endmacro %}

{% macro blanks_collapsed(text) %}{{ return(adapter.dispatch('blanks_collapsed', 'clv_warehouse')(text)) }}{% endmacro %}

{% macro whole_number(text) %}{{ return(adapter.dispatch('whole_number', 'clv_warehouse')(text)) }}{% endmacro %}

{% macro plain_number(text, is_money) %}{{ return(adapter.dispatch('plain_number', 'clv_warehouse')(text, is_money)) }}{% endmacro %}

{% macro digits_of(text) %}{{ return(adapter.dispatch('digits_of', 'clv_warehouse')(text)) }}{% endmacro %}


{#- time -#}

{% macro parsed_iso_timestamp(value) %}{{ return(adapter.dispatch('parsed_iso_timestamp', 'clv_warehouse')(value)) }}{% endmacro %}

{% macro parsed_timestamp(text, format) %}{{ return(adapter.dispatch('parsed_timestamp', 'clv_warehouse')(text, format)) }}{% endmacro %}

{% macro has_time_of_day(format) %}{{ return(adapter.dispatch('has_time_of_day', 'clv_warehouse')(format)) }}{% endmacro %}

{% macro is_timestamp_format(text) %}{{ return(adapter.dispatch('is_timestamp_format', 'clv_warehouse')(text)) }}{% endmacro %}

{% macro is_known_timezone(name) %}{{ return(adapter.dispatch('is_known_timezone', 'clv_warehouse')(name)) }}{% endmacro %}

{% macro shift_timezone(moment, from_zone, to_zone) %}
    {% if from_zone == to_zone %}{{ return(moment) }}{% endif %}
    {{ return(adapter.dispatch('shift_timezone', 'clv_warehouse')(moment, from_zone, to_zone)) }}
{% endmacro %}


{#- rows and plans -#}

{% macro row_hash(columns) %}{{ return(adapter.dispatch('row_hash', 'clv_warehouse')(columns)) }}{% endmacro %}

{% macro raw_record(columns, is_mixed=false) %}{{ return(adapter.dispatch('raw_record', 'clv_warehouse')(columns, is_mixed)) }}{% endmacro %}

{% macro raw_record_text(record) %}{{ return(adapter.dispatch('raw_record_text', 'clv_warehouse')(record)) }}{% endmacro %}

{% macro masked_json(record, shown) %}{{ return(adapter.dispatch('masked_json', 'clv_warehouse')(record, shown)) }}{% endmacro %}

{% macro text_form(text) %}{{ return(adapter.dispatch('text_form', 'clv_warehouse')(text)) }}{% endmacro %}

{% macro fenced() %}{{ return(adapter.dispatch('fenced', 'clv_warehouse')()) }}{% endmacro %}

{% macro default__fenced() %}{{ return('') }}{% endmacro %}

{% macro computed_once() %}{{ return(adapter.dispatch('computed_once', 'clv_warehouse')()) }}{% endmacro %}

{% macro default__computed_once() %}{{ return('') }}{% endmacro %}

{% macro all_steps(code, at_rest, most_steps) %}{{ return(adapter.dispatch('all_steps', 'clv_warehouse')(code, at_rest, most_steps)) }}{% endmacro %}

{% macro default__all_steps(code, at_rest, most_steps) %}{{ return(none) }}{% endmacro %}

{#- hooks of all models, in dbt_project.yml: what an engine is told before it builds one, and after -#}

{% macro plan_settings() %}{{ return(adapter.dispatch('plan_settings', 'clv_warehouse')()) }}{% endmacro %}

{% macro default__plan_settings() %}{{ return('') }}{% endmacro %}

{% macro gather_statistics(relation) %}{{ return(adapter.dispatch('gather_statistics', 'clv_warehouse')(relation)) }}{% endmacro %}

{% macro default__gather_statistics(relation) %}{{ return('') }}{% endmacro %}


{#- files: an engine without these reads tables alone -#}

{% macro files_below(root, patterns) %}{{ return(adapter.dispatch('files_below', 'clv_warehouse')(root, patterns)) }}{% endmacro %}

{% macro default__files_below(root, patterns) %}{{ return(dict.fromkeys(patterns, [])) }}{% endmacro %}

{% macro first_lines(files) %}{{ return(adapter.dispatch('first_lines', 'clv_warehouse')(files)) }}{% endmacro %}

{% macro default__first_lines(files) %}{{ return([]) }}{% endmacro %}

{% macro parquet_columns(files) %}{{ return(adapter.dispatch('parquet_columns', 'clv_warehouse')(files)) }}{% endmacro %}

{% macro default__parquet_columns(files) %}{{ return({}) }}{% endmacro %}

{% macro sampled_selects(finding) %}{{ return(adapter.dispatch('sampled_selects', 'clv_warehouse')(finding)) }}{% endmacro %}

{% macro default__sampled_selects(finding) %}{{ return([]) }}{% endmacro %}

{% macro sampled_line_problems() %}{{ return(adapter.dispatch('sampled_line_problems', 'clv_warehouse')()) }}{% endmacro %}

{% macro default__sampled_line_problems() %}{{ return([]) }}{% endmacro %}

{% macro file_versions(files) %}{{ return(adapter.dispatch('file_versions', 'clv_warehouse')(files)) }}{% endmacro %}

{% macro default__file_versions(files) %}{{ return('') }}{% endmacro %}

{% macro land_csv(finding, files) %}{{ return(adapter.dispatch('land_csv', 'clv_warehouse')(finding, files)) }}{% endmacro %}

{% macro default__land_csv(finding, files) %}{{ return('') }}{% endmacro %}

{% macro forget_csv(source_name, tables) %}{{ return(adapter.dispatch('forget_csv', 'clv_warehouse')(source_name, tables)) }}{% endmacro %}

{% macro default__forget_csv(source_name, tables) %}{% endmacro %}

{% macro land_parquet(finding, groups) %}{{ return(adapter.dispatch('land_parquet', 'clv_warehouse')(finding, groups)) }}{% endmacro %}

{% macro default__land_parquet(finding, groups) %}{{ return([]) }}{% endmacro %}


{#- landing and state -#}

{% macro begin_transaction() %}{{ return(adapter.dispatch('begin_transaction', 'clv_warehouse')()) }}{% endmacro %}

{% macro default__begin_transaction() %}{% call statement('begin_transaction', auto_begin=true) %}select 1{% endcall %}{% endmacro %}

{% macro prepare_engine() %}{{ return(adapter.dispatch('prepare_engine', 'clv_warehouse')()) }}{% endmacro %}

{% macro default__prepare_engine() %}{% endmacro %}

{% macro kept_identity_key() %}{{ return(adapter.dispatch('kept_identity_key', 'clv_warehouse')()) }}{% endmacro %}

{% macro landed_text(column, type) %}{{ return(adapter.dispatch('landed_text', 'clv_warehouse')(column, type)) }}{% endmacro %}

{% macro default__landed_text(column, type) %}{{ return('cast(' ~ column ~ ' as ' ~ dbt.type_string() ~ ')') }}{% endmacro %}

{% macro place_in_table() %}{{ return(adapter.dispatch('place_in_table', 'clv_warehouse')()) }}{% endmacro %}

{% macro default__place_in_table() %}{{ return('row_number() over ()') }}{% endmacro %}

{% macro kept_forgotten() %}{{ return(adapter.dispatch('kept_forgotten', 'clv_warehouse')()) }}{% endmacro %}

{% macro default__kept_forgotten() %}{{ return(none) }}{% endmacro %}

{% macro make_view(name, query) %}{{ return(adapter.dispatch('make_view', 'clv_warehouse')(name, query)) }}{% endmacro %}

{% macro default__make_view(name, query) %}{% do run_query('create or replace view ' ~ name ~ ' as ' ~ query) %}{% endmacro %}

{% macro make_table(name, columns) %}{{ return(adapter.dispatch('make_table', 'clv_warehouse')(name, columns)) }}{% endmacro %}

{% macro default__make_table(name, columns) %}{% do run_query('create table ' ~ name ~ ' (' ~ columns ~ ')') %}{% endmacro %}

{% macro empty_table(name) %}{{ return(adapter.dispatch('empty_table', 'clv_warehouse')(name)) }}{% endmacro %}

{% macro default__empty_table(name) %}{% do run_query('truncate table ' ~ name) %}{% endmacro %}
