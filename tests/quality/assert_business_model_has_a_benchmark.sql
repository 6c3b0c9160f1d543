-- A failure means that var business_model is the name of no row of seed benchmarks, so that nothing could be compared with it.
{% set query %}
    select {{ string_literal("var business_model is '" ~ var('business_model') ~ "': give the name of a row of seeds/benchmarks.csv.") }}
        as sentence
    from (
        select count(*) as rows_of_model
        from {{ ref('benchmarks') }}
        where business_model = {{ string_literal(var('business_model')) }}
    ) as counted
    where rows_of_model = 0
{% endset %}
{% do fail_with_sentences(query) %}

{{ query }}
