{#- What the first rows of each source say, before anything is built: {source: {rows, is_whole, unreadable, statuses, currencies, matches, names,
    float_ids, lines, amounts, dates, totals, numbers_again}}. sample_rows: number, 0 for all. -#}
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
        {% set files = [] %}
        {% for finding in parts %}{% for carrier in [finding] + finding.inputs %}{% do files.extend(carrier.files | map(attribute='delivered_in')) %}{% endfor %}{% endfor %}
        {% do present.update({source: {'files': files, 'source': source, 'contract': parts[0].contract, 'mapping': mapping, 'selects': selects}}) %}
    {% endfor %}
    {% set passed_over = sampled_line_problems() %}
    {% for source, finding in present.items() %}
        {% set sample = sample_columns(finding) %}
        {% do sample.update({
            'is_whole': not sample_rows or sample.rows < sample_rows,
            'statuses': sample_statuses(present, source),
            'currencies': sample_currencies(present, source),
            'matches': sample_matches(present, source, sample_rows),
            'names': sample_names(finding),
            'lines': passed_over | selectattr('delivered_in', 'in', finding.files) | list,
            'amounts': sample_amounts(finding),
            'dates': sample_dates(finding, sample.unreadable),
            'totals': sample_totals(finding),
            'numbers_again': sample_numbers_again(finding),
            'max_rejected_share': var('max_rejected_share'),
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
    {% set expressions, flagged, kinds = ['count(*)'], ['1 as is_row'], [] %}
    {% for column in finding.contract if column.name in finding.mapping %}
        {% set name = column.name %}
        {% set text = 'cast(' ~ name ~ ' as ' ~ dbt.type_string() ~ ')' %}
        {% set conditions = {} %}
        {% if column.data_type == 'number' %}
            {% set is_money = name not in ['quantity', 'score', 'rate'] %}
            {% do conditions.update({'unreadable': name ~ ' is not null and ' ~ read_number(name, is_money=is_money) ~ ' is null'}) %}
            {% if [finding.source, name] in [['refunds', 'amount'], ['refunds', 'quantity'], ['orders', 'discount_amount']] %}
                {% set others = ' and coalesce(' ~ read_number('amount', is_money=true) ~ ', 0) >= 0' if finding.source == 'orders' and 'amount' in finding.mapping else '' %}
                {% do conditions.update({'negative': read_number(name, is_money=true) ~ ' < 0' ~ others}) %}
            {% endif %}
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
            {% set found = 'found_' ~ kinds | length %}
            {% do flagged.append('case when ' ~ condition ~ ' then coalesce(' ~ text ~ ", '') end as " ~ found) %}
            {% do expressions.append('count(' ~ found ~ '), min(' ~ found ~ '), max(' ~ found ~ ')') %}
        {% endfor %}
    {% endfor %}
    {% set row = run_query('select ' ~ expressions | join(', ') ~ ' from (select ' ~ flagged | join(', ') ~ ' from sample_' ~ finding.source ~ ') as looked_at').rows[0] %}
    {% set sample = {'rows': row[0] | int, 'unreadable': {}, 'negative': {}, 'blank': {}, 'float_ids': {}} %}
    {% for kind, name in kinds %}
        {% set place = loop.index0 * 3 + 1 %}
        {% if row[place] %}
            {% do sample[kind].update({name: {
                'rows': row[place] | int,
                'examples': [row[place + 1] | string, row[place + 2] | string] | unique | list if row[place + 1] else [],
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
            sum(case when coalesce({{ 'lines.amount' if items and not is_flat else 'null' }}, orders.amount) < 0 then 1 else 0 end) as below_zero,
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
            'below_zero': row[3] | int, 'is_counted': row[4] == 1, 'is_known': row[4] == 1 or row[5] == 1,
        }) %}
    {% endfor %}
    {{ return(statuses) }}
{% endmacro %}


{#- currencies that are not the reporting one, with the rows whose day has no rate, and the first such day; NULL where there is none at all -#}
{% macro sample_currencies(present, source) %}
    {% if source == 'exchange_rates' or 'currency' not in present[source].mapping %}{{ return([]) }}{% endif %}
    {% set dated = {'orders': 'ordered_at', 'refunds': 'refunded_at', 'marketing_spend': 'spend_date'}.get(source) %}
    {% set day = read_date(dated) if dated in present[source].mapping else 'cast(null as date)' %}
    {% set age = var('max_exchange_rate_age_days') %}
    {% set query %}
        with days as (
            select upper(currency) as currency, {{ day }} as day, count(*) as row_count
            from sample_{{ source }}
            where currency is not null and upper(currency) <> {{ reporting_currency() }}
            group by upper(currency), {{ day }}
        ),

        rates as (
            {% if 'exchange_rates' in present %}
            select distinct upper(currency) as currency, {{ read_date('rate_date') }} as day from sample_exchange_rates
            {% else %}
            select cast(null as {{ dbt.type_string() }}) as currency, cast(null as date) as day
            {% endif %}
        ),

        judged as (
            select days.currency, days.day, days.row_count,
                max(case when rates.currency is not null then 1 else 0 end) as has_rates,
                max(case when days.day is null or rates.day between {{ dbt.dateadd('day', -age, 'days.day') }} and days.day then 1 else 0 end) as has_rate
            from days
            left join rates on days.currency = rates.currency
            group by days.currency, days.day, days.row_count
        )

        select currency, sum(row_count), case when max(has_rates) = 1 then cast(min(day) as {{ dbt.type_string() }}) end
        from judged
        where has_rates = 0 or has_rate = 0
        group by currency
        order by 2 desc, 1
    {% endset %}
    {% set currencies = [] %}
    {% for row in run_query(query).rows %}{% do currencies.append({'currency': row[0], 'rows': row[1] | int, 'day': row[2]}) %}{% endfor %}
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
    {% set queries, names = [], [] %}
    {% for column in finding.mapping if column in ['channel', 'campaign', 'acquisition_channel', 'acquisition_campaign', 'sales_channel', 'device'] %}
        {% do queries.append(
            'select ' ~ loop.index ~ ' as place, ' ~ string_literal(column) ~ ', min(' ~ column ~ ') as first_name, max(' ~ column ~ '), count(distinct ' ~ column ~ ')'
            ~ ' from sample_' ~ finding.source ~ ' where ' ~ column ~ ' is not null group by ' ~ name_key(column) ~ ' having count(distinct ' ~ column ~ ') > 1'
        ) %}
    {% endfor %}
    {% for row in (run_query(queries | join(' union all ') ~ ' order by place, first_name').rows if queries else []) %}
        {% do names.append({'column': row[1] | string, 'spellings': [row[2] | string, row[3] | string], 'count': row[4] | int}) %}
    {% endfor %}
    {{ return(names) }}
{% endmacro %}


{#- Prices that may be in another unit than one thinks: all whole and large, or with three digits behind each mark. None of other sources than
    orders and lines, nor in a currency without cents. -#}
{% macro sample_amounts(finding) %}
    {% set column = {'orders': 'amount', 'order_items': 'unit_price'}.get(finding.source) %}
    {% if column not in finding.mapping or var('reporting_currency') | upper in ['JPY', 'KRW', 'VND', 'CLP', 'ISK', 'HUF', 'IDR', 'COP', 'PYG', 'UGX', 'RWF', 'XAF', 'XOF', 'XPF'] %}{{ return({}) }}{% endif %}
    {% set number, text = read_number(column, is_money=true), 'cast(' ~ column ~ ' as ' ~ dbt.type_string() ~ ')' %}
    {% set mark = ',' if var('raw_decimal_mark') == ',' else '.' %}
    {% set is_grouped = is_text(column) ~ ' and ' ~ matches(text, '[+-]?[1-9][0-9]{0,2}[' ~ mark ~ '][0-9]{3}') %}
    {% set row = run_query(
        'select count(amount), coalesce(sum(case when amount = floor(amount) then 1 else 0 end), 0),'
        ~ ' coalesce(sum(case when amount >= 1000 then 1 else 0 end), 0), count(grouped), min(grouped) from (select ' ~ number ~ ' as amount,'
        ~ ' case when ' ~ is_grouped ~ ' then ' ~ text ~ ' end as grouped from sample_' ~ finding.source ~ ') as amounts where amount <> 0'
    ).rows[0] %}
    {{ return({'column': column, 'rows': row[0] | int, 'whole': row[1] | int, 'large': row[2] | int, 'grouped': row[3] | int, 'example': row[4], 'mark': mark}) }}
{% endmacro %}


{#- Of each column of dates that are written with day and month in a row: the formats that read them, and those that would read them otherwise. -#}
{% macro sample_dates(finding, unreadable) %}
    {% set dates, queries = [], [] %}
    {% for column in finding.contract if column.data_type == 'timestamp' and column.name in finding.mapping %}
        {% set name, text = column.name, 'cast(' ~ column.name ~ ' as ' ~ dbt.type_string() ~ ')' %}
        {% set pairs = [] %}
        {% for format in var('raw_timestamp_formats') if swapped_format(format) != format %}
            {% do pairs.append([format, swapped_format(format), text]) if swapped_format(format) not in var('raw_timestamp_formats')[:loop.index0] %}
        {% endfor %}
        {% set example = (unreadable.get(name) or {}).get('examples', [''])[0] %}
        {% set parts = modules.re.fullmatch('\\d{1,2}([/.-])\\d{1,2}[/.-](\\d{4}|\\d{2})(\\D+\\d{1,2}(:\\d{2}){1,2})?', example) %}
        {% if parts %}
            {% set day_first = '%d' ~ parts[1] ~ '%m' ~ parts[1] ~ ('%Y' if parts[2] | length == 4 else '%y')
                ~ (' %H:%M:%S' if (parts[3] or '').count(':') == 2 else ' %H:%M' if parts[3] else '') %}
            {% do pairs.append([day_first, swapped_format(day_first), 'case when ' ~ read_timestamp(name) ~ ' is null then ' ~ text ~ ' end']) %}
        {% endif %}
        {% for format, swapped, value in pairs %}
            {% set one, other = parsed_timestamp(value, format), parsed_timestamp(value, swapped) %}
            {% do queries.append('select ' ~ (dates | length) ~ ' as place, count(' ~ one ~ '), count(' ~ other ~ '), count(case when ' ~ other ~ ' is not null then ' ~ one ~ ' end),'
                ~ ' coalesce(sum(case when ' ~ one ~ ' <> ' ~ other ~ ' then 1 else 0 end), 0) from sample_' ~ finding.source) %}
            {% do dates.append({
                'column': name, 'format': format, 'swapped': swapped, 'is_set': format in var('raw_timestamp_formats'), 'is_swapped_set': swapped in var('raw_timestamp_formats'),
            }) %}
        {% endfor %}
    {% endfor %}
    {% for row in (run_query(queries | join(' union all ') ~ ' order by place').rows if queries else []) %}
        {% do dates[loop.index0].update({'read': row[1] | int, 'read_swapped': row[2] | int, 'read_by_both': row[3] | int, 'differ': row[4] | int}) %}
    {% endfor %}
    {{ return(dates) }}
{% endmacro %}


{#- The same format with day and month in each other's place. -#}
{% macro swapped_format(format) %}
    {{ return(modules.re.sub('%(-?)\x00', '%\\1m', modules.re.sub('%(-?)m', '%\\1d', modules.re.sub('%(-?)d', '%\\1\x00', format)))) }}
{% endmacro %}


{#- Rows whose number of the order is a word for a total. -#}
{% macro sample_totals(finding) %}
    {% if finding.source not in ['orders', 'order_items'] or 'order_id' not in finding.mapping %}{{ return({}) }}{% endif %}
    {% set row = run_query(
        'select count(*), min(order_id) from sample_' ~ finding.source ~ ' where ' ~ names_total('order_id')
        ~ (' and ' ~ read_timestamp('ordered_at') ~ ' is not null' if 'ordered_at' in finding.mapping else '')
    ).rows[0] %}
    {{ return({'rows': row[0] | int, 'example': row[1]}) }}
{% endmacro %}


{#- Orders whose number comes again with another customer, and on another day or of another amount: most likely of another shop. -#}
{% macro sample_numbers_again(finding) %}
    {% set wanted = ['order_id', 'customer_id', 'ordered_at'] %}
    {% if finding.source != 'orders' or wanted | reject('in', finding.mapping) | list %}{{ return({}) }}{% endif %}
    {% set key = 'order_id' ~ (', store' if 'store' in finding.mapping else '') %}
    {% set is_other = ['min(ordered_at) <> max(ordered_at)'] + (['min(amount) <> max(amount)'] if 'amount' in finding.mapping else []) %}
    {# where a customer is not told, both must differ, and the email if there is one #}
    {% set told_apart = is_other + (['coalesce(min(lower(email)) <> max(lower(email)), true)'] if 'email' in finding.mapping else []) %}
    {% set is_of_nobody = 'count(customer_id) < count(*) and count(ordered_at) = count(*) and ' ~ told_apart | join(' and ') if is_other | length > 1 else '1 = 0' %}
    {% set row = run_query(
        'select count(*), coalesce(sum(is_again), 0), min(case when is_again = 1 then order_id end) from (select order_id, case when min(customer_id) <> max(customer_id) and ('
        ~ is_other | join(' or ') ~ ') or ' ~ is_of_nobody ~ ' then 1 else 0 end as is_again from sample_orders where order_id is not null group by ' ~ key ~ ') as numbers'
    ).rows[0] %}
    {{ return({'numbers': row[0] | int, 'again': row[1] | int, 'example': row[2] | string, 'allowed': var('max_conflicting_keys')}) }}
{% endmacro %}
