-- A failure means that a model of this folder holds several rows of one key, or a row without one, so that what reads it counts
-- them more than once.
{{ repeated_keys(
    keys={
        'int_identities_resolved': ['source_customer_id'],
    },
    primary_keys={
        'int_contacts_connected': ['id_number', 'contact_number'],
        'int_contacts_shared': ['valued_at', 'source_customer_id', 'contact_hash'],
        'int_people_linked': ['valued_at', 'source_customer_id'],
        'int_people_listed': ['valued_at', 'customer_id'],
    },
) }}
