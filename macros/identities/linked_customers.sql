{#- Who is whom, by shared contacts. -#}

{#- CTEs, the last of which is `linked`: pairs of ids with a contact in common, both ways. keys: list of columns that set apart what is looked
    at by itself, if any. In the query: contacts, distinct, with the keys. -#}
{% macro linked_by_contacts(keys) %}
-- a contact of many ids (a shop's own address, a placeholder) is nobody's
identifying as (
    select
        {% for key in keys %}
        {{ key }},
        {% endfor %}
        contact_hash,
        min(source_customer_id) as first_id
    from contacts
    group by {% for key in keys %}{{ key }}, {% endfor %}contact_hash
    having count(*) between 2 and {{ var('max_ids_per_contact') }}
),

shared as (
    select
        {% for key in keys %}
        contacts.{{ key }},
        {% endfor %}
        contacts.source_customer_id,
        identifying.first_id,
        contacts.contact_kind
    from contacts
    inner join identifying
        on {{ equal_columns('contacts', 'identifying', keys + ['contact_hash']) }}
    where contacts.source_customer_id <> identifying.first_id
),

linked as (
    select
        {% for key in keys %}
        {{ key }},
        {% endfor %}
        source_customer_id as from_id,
        first_id as to_id,
        contact_kind
    from shared
    union
    select
        {% for key in keys %}
        {{ key }},
        {% endfor %}
        first_id as from_id,
        source_customer_id as to_id,
        contact_kind
    from shared
)
{% endmacro %}


{#- CTEs, the last of which is `people`: the person that each linked id belongs to, and of how many ids it is. keys: as above. The query is
    recursive and has: linked, with the keys; ids, of customers with is_guest. -#}
{% macro people_of_links(keys) %}
-- every id that can be reached over shared contacts is the same person
reachable as (
    select
        {% for key in keys %}
        {{ key }},
        {% endfor %}
        from_id,
        to_id
    from linked
    union
    select
        {% for key in keys %}
        reachable.{{ key }},
        {% endfor %}
        reachable.from_id,
        linked.to_id
    from reachable
    inner join linked
        on
            reachable.to_id = linked.from_id
            {% for key in keys %}
            and reachable.{{ key }} = linked.{{ key }}
            {% endfor %}
),

-- the person is called by the first account id, or guest id where there is no account
people as (
    select
        {% for key in keys %}
        reachable.{{ key }},
        {% endfor %}
        reachable.from_id as source_customer_id,
        coalesce(min(case when not ids.is_guest then reachable.to_id end), min(reachable.to_id)) as customer_id,
        count(*) as identity_size
    from reachable
    inner join ids
        on reachable.to_id = ids.source_customer_id
    group by {% for key in keys %}reachable.{{ key }}, {% endfor %}reachable.from_id
)
{% endmacro %}
{% macro equal_columns(left, right, keys) -%}
    {%- for key in keys -%}
    {{ left }}.{{ key }} = {{ right }}.{{ key }}{% if not loop.last %} and {% endif %}
    {%- endfor -%}
{%- endmacro %}
