{#- cutoffs: name in the query of a relation of past month ends; column: the one that holds them. A query of all purchase occasions up to each,
    as known at it: column, customer_id, order_date, occasion_value, occasion_margin. -#}
{% macro occasions_known_at(cutoffs, column) %}
    select
        cutoffs.{{ column }},
        revised.customer_id,
        revised.order_date,
        revised.occasion_value,
        revised.occasion_margin
    from {{ ref('int_past_occasions_summed') }} as revised
    inner join {{ cutoffs }} as cutoffs
        on revised.cutoff_date = cutoffs.{{ column }}
    where revised.orders > 0
    union all
    select
        cutoffs.{{ column }},
        settled.customer_id,
        settled.order_date,
        settled.occasion_value,
        settled.occasion_margin
    from {{ ref('int_settled_occasions_summed') }} as settled
    inner join {{ cutoffs }} as cutoffs
        on
            settled.order_date <= cutoffs.{{ column }}
            and cutoffs.{{ column }} < (select run_context.as_of_date from {{ ref('int_run_context') }} as run_context)
    where settled.orders > 0
{% endmacro %}
