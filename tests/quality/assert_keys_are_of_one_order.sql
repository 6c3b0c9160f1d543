-- A failure means that order numbers came again with another customer, and on another day or of another amount: two shops share a
-- folder, or numbering starts again. The later orders would replace the earlier ones.
{% set query %}
    select
        source_name || ': ' || doubtful_keys || ' of ' || all_keys || ' order numbers come again with another customer, and on another day or'
        || ' of another amount, such as '
        || examples || ': more than the share of {{ var("max_conflicting_keys") }} that var max_conflicting_keys allows. They are most likely other'
        || ' orders, which would replace the first ones, so nothing is published. Give the sources a column store, within which numbers are unique'
        || ' (var raw_columns), or raise the var where an order may really change so.' as sentence
    from {{ ref('int_doubtful_keys_counted') }}
    where doubt = 'other order' and doubtful_keys > {{ var('max_conflicting_keys') }} * all_keys
    order by source_name
{% endset %}
{% do fail_with_sentences(query) %}

{{ query }}
