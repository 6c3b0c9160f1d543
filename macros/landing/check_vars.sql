{#- Stops with a sentence for each of the project's vars whose value is none that it can have. Vars raw_names and raw_columns
    are checked against the raw data, by inspect_raw_sources. Zones of time are known to the warehouse alone, once it is asked. -#}
{% macro check_vars() %}
    {% set expected = {} %}
    {% for name, low, high in [('kpi_window_months', 1, 1200), ('cohort_clv_age_months', 1, 1200), ('max_ids_per_contact', 2, 1000000000),
        ('max_contacts_per_id', 1, 1000000000), ('max_ids_per_person', 2, 1000000000), ('max_orders_per_guest', 1, 1000000000),
        ('min_segment_customers', 1, 1000000000), ('max_exchange_rate_age_days', 0, 3650), ('min_repeat_customers', 2, 1000000000),
        ('horizon_months', 1, 120), ('backtest_quarters', 0, 40), ('campaign_window_days', 1, 3650)] %}
        {% if var(name) is not integer or not is_between(var(name), low, high) %}
            {% do expected.update({name: 'a whole number from ' ~ low ~ ' to ' ~ high}) %}
        {% endif %}
    {% endfor %}
    {% for name in ['max_rejected_share', 'max_conflicting_keys', 'annual_discount_rate'] if not is_between(var(name), 0, 1) %}
        {% do expected.update({name: 'a fraction from 0 to 1'}) %}
    {% endfor %}
    {% if not is_between(var('interval'), 1e-2, 999e-3) %}
        {% do expected.update({'interval': 'a probability from 0 to 1, neither of them'}) %}
    {% endif %}
    {% if var('assumed_gross_margin') is not none and not is_between(var('assumed_gross_margin'), 0, 1) %}
        {% do expected.update({'assumed_gross_margin': 'a fraction from 0 to 1, or null'}) %}
    {% endif %}
    {% if not is_between(var('max_lifetime_years'), 0, 1000) or var('max_lifetime_years') == 0 %}
        {% do expected.update({'max_lifetime_years': 'a number above 0, at most 1000'}) %}
    {% endif %}
    {% if not is_between(var('max_expanded_gb'), 0, 1000000) or var('max_expanded_gb') == 0 %}
        {% do expected.update({'max_expanded_gb': 'a number of gigabytes above 0'}) %}
    {% endif %}
    {% if not is_between(var('attribution_half_life_days'), 0, 36500) or var('attribution_half_life_days') == 0 %}
        {% do expected.update({'attribution_half_life_days': 'a number of days above 0'}) %}
    {% endif %}
    {% if var('attribution_lookback_days') is not none
        and (var('attribution_lookback_days') is not integer or not is_between(var('attribution_lookback_days'), 1, 36500)) %}
        {% do expected.update({'attribution_lookback_days': 'a whole number of days from 1, or null'}) %}
    {% endif %}
    {% if var('history_months') is not none and (var('history_months') is not integer or not is_between(var('history_months'), 1, 1200)) %}
        {% do expected.update({'history_months': 'a whole number from 1 to 1200, or null'}) %}
    {% endif %}
    {% if var('attribution_model') not in attribution_models() %}
        {% do expected.update({'attribution_model': 'one of ' ~ attribution_models() | join(', ')}) %}
    {% endif %}
    {% if var('business_model') is not string or not var('business_model').strip() %}
        {% do expected.update({'business_model': 'the name of a row of seeds/benchmarks.csv, as in retail'}) %}
    {% endif %}
    {% if var('purchase_model') not in ['auto', clocked_model()] + purchase_models() %}
        {% do expected.update({'purchase_model': (['auto'] + purchase_models()) | join(', ') ~ ' or ' ~ clocked_model()}) %}
    {% endif %}
    {% if var('spend_model') not in ['auto'] + spend_models() %}
        {% do expected.update({'spend_model': (['auto'] + spend_models()) | join(', ')}) %}
    {% endif %}
    {% if var('compared_purchase_models') is not sequence or var('compared_purchase_models') is string
        or var('compared_purchase_models') | reject('in', purchase_models()) | list %}
        {% do expected.update({'compared_purchase_models': 'a list of some of ' ~ purchase_models() | join(', ')}) %}
    {% endif %}
    {% for name in ['season_spread', 'level_drift'] if not is_between(var(name), 1e-3, 1) %}
        {% do expected.update({name: 'a number from 1e-3 to 1'}) %}
    {% endfor %}
    {% for name in ['include_shipping_in_revenue', 'free_orders_count'] if var(name) is not boolean %}
        {% do expected.update({name: 'true or false'}) %}
    {% endfor %}
    {% if var('prices_include_tax') is not boolean and var('prices_include_tax') != 'auto' %}
        {% do expected.update({'prices_include_tax': 'true, false or auto'}) %}
    {% endif %}
    {% if var('refund_amounts') not in ['paid_back', 'goods'] %}
        {% do expected.update({'refund_amounts': 'paid_back or goods'}) %}
    {% endif %}
    {% for name in ['counted_order_statuses', 'uncounted_order_statuses', 'raw_timestamp_formats'] if not is_list_of_texts(var(name)) %}
        {% do expected.update({name: 'a list of texts, with at least one'}) %}
    {% endfor %}
    {% for name in ['anonymous_customer_ids', 'placeholder_contacts', 'merge_people_by', 'publish_contacts'] if var(name) != [] and not is_list_of_texts(var(name)) %}
        {% do expected.update({name: 'a list of texts; [] for none'}) %}
    {% endfor %}
    {% if 'merge_people_by' not in expected and var('merge_people_by') | reject('in', ['email', 'phone']) | list %}
        {% do expected.update({'merge_people_by': '[email, phone], one of them, or []'}) %}
    {% endif %}
    {% if 'publish_contacts' not in expected and var('publish_contacts') | reject('in', ['email', 'phone']) | list %}
        {% do expected.update({'publish_contacts': '[email, phone], one of them, or []'}) %}
    {% endif %}
    {% if is_list_of_texts(var('raw_timestamp_formats')) %}
        {% for format in var('raw_timestamp_formats') if not is_timestamp_format(format) %}
            {% do expected.update({'raw_timestamp_formats': 'formats in the notation of the warehouse, as in "%d.%m.%Y" or "%d/%m/%Y %H:%M"'}) %}
        {% endfor %}
    {% endif %}
    {% if var('raw_decimal_mark') not in ['.', ','] %}
        {% do expected.update({'raw_decimal_mark': '"." or ","'}) %}
    {% endif %}
    {% if var('orders_delivery') not in ['changes', 'full_snapshots'] %}
        {% do expected.update({'orders_delivery': 'changes or full_snapshots'}) %}
    {% endif %}
    {% if var('order_items_delivery') not in ['whole_orders', 'changed_lines'] %}
        {% do expected.update({'order_items_delivery': 'whole_orders or changed_lines'}) %}
    {% endif %}
    {% if not are_value_tiers(var('value_tiers')) %}
        {% do expected.update({'value_tiers': 'a list of {name: TEXT, up_to: FRACTION}, each name once and none all, up_to rising from above 0 to 1 in the last'}) %}
    {% endif %}
    {% if not modules.re.fullmatch('[A-Za-z]{3}', var('reporting_currency') | string) %}
        {% do expected.update({'reporting_currency': 'a code of three letters, as in EUR'}) %}
    {% endif %}
    {% if var('as_of_date') is not none and not is_iso_date(var('as_of_date') | string) %}
        {% do expected.update({'as_of_date': 'a date written as YYYY-MM-DD, or null'}) %}
    {% endif %}
    {% if var('reporting_timezone') is not string or (execute and not is_known_timezone(var('reporting_timezone'))) %}
        {% do expected.update({'reporting_timezone': 'a time zone that the warehouse knows, as in Europe/Berlin'}) %}
    {% endif %}
    {% if var('raw_preset') is not none %}
        {% do expected.update({'raw_preset': 'nothing to dbt: `clv vars` prints the vars that a preset stands for'}) %}
    {% endif %}
    {% set sentences = [] %}
    {% for name, what in expected.items() %}
        {% set value = "'" ~ var(name) ~ "'" if var(name) is string else tojson(var(name), var(name) | string) %}
        {% do sentences.append('var ' ~ name ~ ' is ' ~ value ~ ': give ' ~ what ~ '.') %}
    {% endfor %}
    {% if sentences %}
        {{ exceptions.raise_compiler_error(sentences | join('\n')) }}
    {% endif %}
{% endmacro %}


{% macro is_between(value, low, high) %}
    {{ return(value is number and value is not boolean and value >= low and value <= high) }}
{% endmacro %}


{% macro is_list_of_texts(value) %}
    {% set is_list = value is sequence and value is not string and value is not mapping %}
    {{ return(is_list and value | length > 0 and value | select('string') | select | list | length == value | length) }}
{% endmacro %}


{% macro are_value_tiers(value) %}
    {% if value is not sequence or value is string or value is mapping or not value | select('mapping') | list %}
        {{ return(false) }}
    {% endif %}
    {% set names = [] %}
    {% set limits = [0] %}
    {% for tier in value if tier is mapping and tier.name is string and tier.name.strip() and tier.name not in names + ['all']
        and is_between(tier.up_to, limits[-1], 1) and tier.up_to > limits[-1] %}
        {% do names.append(tier.name) %}
        {% do limits.append(tier.up_to) %}
    {% endfor %}
    {{ return(names | length == value | length and limits[-1] == 1) }}
{% endmacro %}


{% macro is_iso_date(text) %}
    {% set parts = modules.re.fullmatch('([0-9]{4})-([0-9]{2})-([0-9]{2})', text) %}
    {% if not parts %}{{ return(false) }}{% endif %}
    {% set year, month, day = parts[1] | int, parts[2] | int, parts[3] | int %}
    {% set is_leap_year = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0) %}
    {% set last_days = [31, 29 if is_leap_year else 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] %}
    {{ return(year >= 1 and 1 <= month and month <= 12 and 1 <= day and day <= last_days[month - 1]) }}
{% endmacro %}
