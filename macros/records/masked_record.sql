{#- Of a row that is JSON, the columns that the project reads and that are not about a person; of a line that can't be told apart into
    columns, its form alone. -#}
{% macro masked_record(rejected) %}
    case
        when {{ rejected }}.is_line and {{ rejected }}.source_name not in ('products', 'marketing_spend', 'inventory_periods', 'exchange_rates')
            then {{ text_form(rejected ~ '.raw_record') }}
        when {{ rejected }}.is_line then {{ rejected }}.raw_record
        {%- for source in raw_sources() if shown_columns(source) %}
        when {{ rejected }}.source_name = '{{ source }}'
            then {{ masked_json(rejected ~ '.raw_record', shown_columns(source)) }}
        {%- endfor %}
        else {{ text_form(rejected ~ '.raw_record') }}
    end
{%- endmacro %}


{#- The names of raw columns that may be shown, in lower case, % standing for any characters. One that is also read as a contact is none of them. -#}
{% macro shown_columns(source) %}
    {#- a unit test knows no sources -#}
    {% if not execute or 'sources' not in graph %}{{ return([]) }}{% endif %}
    {% set shown, personal = [], [] %}
    {% for contract in raw_contract() if contract.name == source %}
        {% set mappings = [] %}
        {% for name, mapping in raw_mapping('raw_columns', var('raw_columns')).items() if name == source or name.startswith(source ~ '.') %}
            {% do mappings.append(mapping) if mapping is mapping %}
        {% endfor %}
        {% for column in contract.columns %}
            {% set names = [column.name] %}
            {% for mapping in mappings if column.name in mapping %}
                {% for wanted in raw_names_of(mapping[column.name], []) %}{% do names.append(wanted.name) %}{% endfor %}
            {% endfor %}
            {% for name in names %}
                {% do (personal if column.config.meta.get('personal') else shown).append((name | lower).replace('*', '%')) %}
            {% endfor %}
        {% endfor %}
    {% endfor %}
    {{ return(shown | reject('in', personal) | unique | list) }}
{% endmacro %}
