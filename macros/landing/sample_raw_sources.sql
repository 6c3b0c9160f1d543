{#- What the first rows of each source say, before anything is built: {source: {rows, is_whole, unreadable, statuses, currencies, matches, names,
    float_ids}}. sample_rows: number, 0 for all. -#}
{% macro sample_raw_sources(sources, sample_rows) %}
    {% set samples, present = {}, {} %}
    {% for source, parts in sources.items() if is_found(parts) and not parts | map(attribute='problems') | sum(start=[]) %}
        {% set mapping = {} %}
        {% for finding in parts %}{% do mapping.update(finding.mapping) %}{% endfor %}
        {% set selects = [] %}
        {% for finding in parts %}{% do selects.extend(sampled_rows(finding)) %}{% endfor %}
        {% set columns = mapping | list + (['order_id'] if source == 'orders' and 'order_id' not in mapping else []) %}
        {% do run_query('create temporary table sample_' ~ source ~ ' as select ' ~ columns | join(', ') ~ ' from ('
            ~ selects | join(' union all ') ~ ') as delivered' ~ (' limit ' ~ sample_rows if sample_rows else '')) %}
        {% do present.update({source: {'source': source, 'contract': parts[0].contract, 'mapping': mapping, 'selects': selects}}) %}
    {% endfor %}
    {% for source, finding in present.items() %}
        {% set sample = sample_columns(finding) %}
        {% do sample.update({
            'is_whole': not sample_rows or sample.rows < sample_rows,
            'statuses': sample_statuses(present, source),
            'currencies': sample_currencies(present, source),
            'matches': sample_matches(present, source, sample_rows),
            'names': sample_names(finding),
        }) %}
        {% do samples.update({source: sample}) %}
    {% endfor %}
    {{ return(samples) }}
{% endmacro %}


{#- The queries of a finding's rows, as they stand in its files and tables. -#}
{% macro sampled_rows(finding) %}
    {% do finding.update({'is_mixed': true}) %}
    {% if finding.query %}
        {% set inputs = [] %}
        {% for input in finding.inputs %}{% do inputs.append(sampled_rows(input) or [empty_select(input)]) %}{% endfor %}
        {{ return([queried_select(finding, inputs)]) }}
    {% endif %}
    {% set selects = sampled_selects(finding) if finding.files else [] %}
    {% for relation in finding.relations %}
        {% do selects.append(landing_select(finding, finding.column_types, relation, string_literal(relation | string), place_in_table())) %}
    {% endfor %}
    {{ return(selects) }}
{% endmacro %}


{#- of each column that is no text the values that can't be read, of each that must be there the blanks, of each id those like 12345.0 -#}
{% macro sample_columns(finding) %}
    {% set expressions, kinds = ['count(*)'], [] %}
    {% for column in finding.contract if column.name in finding.mapping %}
        {% set name = column.name %}
        {% set text = 'cast(' ~ name ~ ' as ' ~ dbt.type_string() ~ ')' %}
        {% set conditions = {} %}
        {% if column.data_type == 'number' %}
            {% set is_money = name not in ['quantity', 'score', 'rate'] %}
            {% do conditions.update({'unreadable': name ~ ' is not null and ' ~ read_number(name, is_money=is_money) ~ ' is null'}) %}
        {% elif column.data_type == 'timestamp' %}
            {% do conditions.update({'unreadable': name ~ ' is not null and ' ~ read_timestamp(name) ~ ' is null'}) %}
        {% elif name.endswith('_id') %}
            {% do conditions.update({'float_ids': matches(text, '[0-9]+[.]0+')}) %}
        {% endif %}
        {% if column.config.meta.get('required') and [finding.source, name] not in [['orders', 'customer_id'], ['marketing_spend', 'channel']] %}
            {% do conditions.update({'blank': name ~ ' is null'}) %}
        {% endif %}
        {% for kind, condition in conditions.items() %}
            {% do kinds.append([kind, name]) %}
            {% do expressions.append('sum(case when ' ~ condition ~ ' then 1 else 0 end)') %}
            {% do expressions.append('min(case when ' ~ condition ~ ' then ' ~ text ~ ' end)') %}
            {% do expressions.append('max(case when ' ~ condition ~ ' then ' ~ text ~ ' end)') %}
        {% endfor %}
    {% endfor %}
    {% set row = run_query('select ' ~ expressions | join(', ') ~ ' from sample_' ~ finding.source).rows[0] %}
    {% set sample = {'rows': row[0] | int, 'unreadable': {}, 'blank': {}, 'float_ids': {}} %}
    {% for kind, name in kinds %}
        {% set place = loop.index0 * 3 + 1 %}
        {% if row[place] %}
            {% do sample[kind].update({name: {
                'rows': row[place] | int,
                'examples': [row[place + 1] | string, row[place + 2] | string] | unique | list if row[place + 1] is not none else [],
            }}) %}
        {% endif %}
    {% endfor %}
    {{ return(sample) }}
{% endmacro %}


{% macro sample_statuses(present, source) %}
    {% set orders = present[source] %}
    {% set is_flat = source == 'order_items' and 'orders' not in present %}
    {% if 'status' not in orders.mapping or not (source == 'orders' or is_flat) %}{{ return([]) }}{% endif %}
    {% set items = present.get('order_items') %}
    {% set line_amount = read_number('quantity') ~ ' * ' ~ read_number('unit_price', is_money=true) %}
    {% set money = line_amount if is_flat else (read_number('amount', is_money=true) if 'amount' in orders.mapping else 'null') %}
    {% set query %}
        select
            orders.status,
            count(distinct orders.order_id) as order_count,
            sum(coalesce({{ 'lines.amount' if items and not is_flat else 'null' }}, orders.amount)) as amount,
            max(case when {{ is_counted_status('orders.status') }} then 1 else 0 end) as is_counted,
            max(case when {{ is_status_of('orders.status', var('uncounted_order_statuses')) }} then 1 else 0 end) as is_uncounted
        from (
            select order_id, coalesce(lower(status), 'completed') as status, {{ money }} as amount from sample_{{ source }}
        ) as orders
        {% if items and not is_flat %}
        left join (
            select order_id, sum({{ line_amount }}) as amount from sample_order_items group by order_id
        ) as lines
            on orders.order_id = lines.order_id
        {% endif %}
        group by orders.status
        order by 2 desc, 1
    {% endset %}
    {% set statuses = [] %}
    {% for row in run_query(query).rows %}
        {% do statuses.append({
            'status': row[0], 'orders': row[1] | int, 'amount': (row[2] | float) if row[2] is not none else none,
            'is_counted': row[3] == 1, 'is_known': row[3] == 1 or row[4] == 1,
        }) %}
    {% endfor %}
    {{ return(statuses) }}
{% endmacro %}


{#- currencies that are not the reporting one and have no rate at all -#}
{% macro sample_currencies(present, source) %}
    {% if source == 'exchange_rates' or 'currency' not in present[source].mapping %}{{ return([]) }}{% endif %}
    {% set currencies = [] %}
    {% for row in run_query(
        'select upper(currency), count(*) from sample_' ~ source ~ ' where currency is not null and upper(currency) <> ' ~ reporting_currency()
        ~ (' and upper(currency) not in (select upper(currency) from sample_exchange_rates where currency is not null)' if 'exchange_rates' in present else '')
        ~ ' group by upper(currency) order by 2 desc, 1'
    ).rows %}
        {% do currencies.append({'currency': row[0], 'rows': row[1] | int}) %}
    {% endfor %}
    {{ return(currencies) }}
{% endmacro %}


{#- of the keys of one source how many the other holds; of that all rows are looked at -#}
{% macro sample_matches(present, source, sample_rows) %}
    {% set orders = 'orders' if 'orders' in present else 'order_items' %}
    {% set matches = [] %}
    {% for child, column, parent in [
        ('order_items', 'order_id', 'orders'), ('refunds', 'order_id', orders), ('order_items', 'product_id', 'products'), (orders, 'customer_id', 'customers'),
        ('touchpoints', 'customer_id', orders), ('campaign_members', 'customer_id', orders), ('survey_responses', 'customer_id', orders),
        ('subscriptions', 'customer_id', 'customers'),
    ] if child == source and parent in present and child != parent and column in present[child].mapping and column in present[parent].mapping %}
        {% set row = run_query(
            'with keys as (select distinct ' ~ whole_number('cast(' ~ column ~ ' as ' ~ dbt.type_string() ~ ')') ~ ' as key_value from sample_' ~ child ~ ' where ' ~ column ~ ' is not null'
            ~ (' limit 100000' if sample_rows else '') ~ '), '
            ~ 'found as (select distinct ' ~ whole_number('cast(' ~ column ~ ' as ' ~ dbt.type_string() ~ ')') ~ ' as key_value from (' ~ present[parent].selects | join(' union all ') ~ ') as delivered) '
            ~ 'select count(*), count(found.key_value), min(case when found.key_value is null then keys.key_value end) from keys left join found'
            ~ ' on keys.key_value = found.key_value'
        ).rows[0] %}
        {% do matches.append({
            'column': column, 'partner': parent, 'keys': row[0] | int, 'matched': row[1] | int, 'example': row[2] | string if row[2] is not none else none,
        }) %}
    {% endfor %}
    {{ return(matches) }}
{% endmacro %}


{% macro sample_names(finding) %}
    {% set names = [] %}
    {% for column in finding.mapping if column in ['channel', 'campaign', 'acquisition_channel', 'acquisition_campaign', 'sales_channel'] %}
        {% for row in run_query(
            'select min(' ~ column ~ '), max(' ~ column ~ '), count(distinct ' ~ column ~ ') from sample_' ~ finding.source ~ ' where ' ~ column
            ~ ' is not null group by ' ~ name_key(column) ~ ' having count(distinct ' ~ column ~ ') > 1 order by 1'
        ).rows %}
            {% do names.append({'column': column, 'spellings': [row[0] | string, row[1] | string], 'count': row[2] | int}) %}
        {% endfor %}
    {% endfor %}
    {{ return(names) }}
{% endmacro %}
