{#- PostgreSQL 15 has no cast that gives null for what can't be read, and rounds halves of doubles to even. Functions of schema landing do. -#}
{% macro postgres__prepare_engine() %}
    {% for function in postgres_functions() %}
        {% do run_query('create or replace function ' ~ landing_schema() ~ '.' ~ function) %}
    {% endfor %}
{% endmacro %}


{% macro postgres_functions() %}
    {% set may_fail = 'language plpgsql immutable strict' %}
    {{ return([
        "double_or_null(given text) returns double precision " ~ may_fail ~ " as $$
        begin
            return cast(given as double precision);
        exception when others then
            return null;
        end $$",

        "iso_timestamp_or_null(given text) returns timestamp " ~ may_fail ~ " as $$
        declare
            written text := replace(upper(given), ',', '.');
        begin
            if written !~ '^ *[0-9]{4}' or written ~ ':[0-9.]+ *[+-]([2-9][0-9]|1[5-9]|[0-9]{2}:?[6-9][0-9])' then
                return null;
            end if;
            written := regexp_replace(written, '^([0-9]{4})([0-9]{2})([0-9]{2})T', '\\1-\\2-\\3T');
            written := regexp_replace(written, '^([0-9-]+T[0-9]{2})([0-9]{2})', '\\1:\\2');
            written := regexp_replace(written, '^([0-9-]+T[0-9]{2}:[0-9]{2})([0-9]{2})', '\\1:\\2');
            written := regexp_replace(written, '^([0-9-]+T[0-9]{2})(Z|[+-].*|)$', '\\1:00\\2');
            written := regexp_replace(written, '([.][0-9]{6})[0-9]+', '\\1');
            if written !~ '^ *[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}([ T]+[0-9]{1,2}:[0-5][0-9](:[0-5][0-9]([.][0-9]*)?)?( *(Z|UTC|[+-][0-9]{2}(:?[0-9]{2})?))?)? *$' then
                return null;
            elsif written ~ ':.*(Z|UTC|[+-])' then
                return cast(written as timestamptz) at time zone 'UTC';
            end if;
            return cast(written as timestamp);
        exception when others then
            return null;
        end $$",

        "formatted_timestamp_or_null(given text, pattern text, letters text) returns timestamp " ~ may_fail ~ " as $$
        declare
            parts text[] := regexp_match(given, pattern);
            part text;
            letter text;
            years int := 1900;
            months int := 1;
            month_days int := 1;
            hours int := 0;
            minutes int := 0;
            seconds double precision := 0;
            half text := '';
            ahead interval := interval '0';
        begin
            if parts is null then
                return null;
            end if;
            for place in 1 .. length(letters) loop
                letter := substr(letters, place, 1);
                part := parts[place];
                case letter
                    when 'Y' then years := cast(part as int);
                    when 'y' then years := cast(part as int) + case when cast(part as int) < 69 then 2000 else 1900 end;
                    when 'm' then months := cast(part as int);
                    when 'b', 'B' then months := array_position(
                        array['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'], lower(left(part, 3))
                    );
                    when 'd' then month_days := cast(part as int);
                    when 'H', 'I' then hours := cast(part as int);
                    when 'M' then minutes := cast(part as int);
                    when 'S' then seconds := seconds + cast(part as int);
                    when 'f' then seconds := seconds + cast('0.' || part as double precision);
                    when 'p' then half := upper(part);
                    when 'z' then ahead := case when part = 'Z' then interval '0' else cast(part || case when length(part) = 3 then ':00' else '' end as interval) end;
                end case;
            end loop;
            if half <> '' and hours not between 1 and 12 or hours > 23 or seconds >= 60 then
                return null;
            elsif half <> '' then
                hours := mod(hours, 12) + case when half = 'PM' then 12 else 0 end;
            end if;
            return make_timestamp(years, months, month_days, hours, minutes, seconds) - ahead;
        exception when others then
            return null;
        end $$",

        "to_money(number numeric) returns numeric language sql immutable parallel safe as $$ select number $$",

        "to_money(number double precision) returns numeric language sql immutable parallel safe as $$
        select case
            when abs(number) < 9e13 then cast(cast(floor(abs(number) * 1e4 + 0.5) as bigint) * cast(sign(number) as int) as numeric) * 0.0001
            else cast(cast(number as text) as numeric)
        end $$",
    ]) }}
{% endmacro %}


{#- The key outlives the tables that are emptied for each build. -#}
{% macro postgres__kept_identity_key() %}
    {% set table = landing_schema() ~ '.kept_identity_keys' %}
    {% do run_query('create table if not exists ' ~ table ~ ' (identity_key text not null)') %}
    {% do run_query(
        'insert into ' ~ table ~ ' select md5(cast(gen_random_uuid() as text)) || md5(cast(gen_random_uuid() as text))'
        ~ ' where not exists (select * from ' ~ table ~ ')'
    ) %}
    {{ return('select identity_key from ' ~ table) }}
{% endmacro %}


{#- A view can't be replaced by one with other columns. Then what reads it is dropped with it; the build makes it again. -#}
{% macro postgres__make_view(name, query) %}
    {% set parts = name.split('.') %}
    {% set wanted, found = [], [] %}
    {% for column in adapter.get_column_schema_from_query('select * from (' ~ query ~ ') as wanted where false') %}
        {% do wanted.append([column.name, column.data_type]) %}
    {% endfor %}
    {% if adapter.get_relation(target.database, parts[0], parts[1]) %}
        {% for column in adapter.get_column_schema_from_query('select * from ' ~ name ~ ' where false') %}{% do found.append([column.name, column.data_type]) %}{% endfor %}
        {% do run_query('drop view ' ~ name ~ ' cascade') if found != wanted %}
    {% endif %}
    {% do run_query('create or replace view ' ~ name ~ ' as ' ~ query) %}
{% endmacro %}
