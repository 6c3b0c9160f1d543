-- A failure means that two ways to the same total disagree: some model drops or doubles rows or money.
{% set query %}
    select
        'The reconciliation "' || check_name || '" does not close: ' || cast(left_amount as {{ dbt.type_string() }}) || ' against '
        || cast(right_amount as {{ dbt.type_string() }}) || ', a difference of ' || cast(difference as {{ dbt.type_string() }})
        || '. Nothing is published.' as sentence
    from {{ ref('fct_reconciliations') }}
    where not is_reconciled
    order by check_name
{% endset %}
{% do fail_with_sentences(query) %}

{{ query }}
