{# which contacts are published is the shop's to say: none, unless var publish_contacts does #}
{% set kinds = ['email', 'phone'] %}
with contacts as (
    select * from {{ ref('int_contacts_delivered') }}
),

identities as (
    select * from {{ ref('int_identities_resolved') }}
),

run_context as (
    select * from {{ ref('int_run_context') }}
),

{% for kind in kinds %}
{{ kind }}s as (
    select
        identities.customer_id,
        contacts.{{ kind }},
        row_number() over (partition by identities.customer_id order by contacts.known_on desc, contacts.{{ kind }} asc) as place
    from contacts
    inner join identities
        on contacts.source_customer_id = identities.source_customer_id
    where
        contacts.{{ kind }} is not null
        and not contacts.is_placeholder_{{ kind }}
        and not contacts.is_nobody
        {%- if kind not in var('publish_contacts') %}
        and 1 = 0
        {%- endif %}
),

{% endfor %}
customers as (
    {% for kind in kinds %}
    select customer_id from {{ kind }}s
    {% if not loop.last %}union{% endif %}
    {% endfor %}
),

final as (
    select
        customers.customer_id,
        emails.email,
        phones.phone,
        run_context.as_of_date
    from customers
    left join emails
        on
            customers.customer_id = emails.customer_id
            and emails.place = 1
    left join phones
        on
            customers.customer_id = phones.customer_id
            and phones.place = 1
    cross join run_context
)

select * from final
