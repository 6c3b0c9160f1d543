-- A failure means that so much of a delivery is unreadable that the delivery itself is likely broken: nothing built on it
-- should be published. Deliver it again, or raise var max_rejected_share.
{% set exceeded %}
    select * from {{ ref('int_deliveries_counted') }}
    where rejected_share > {{ var('max_rejected_share') }}
{% endset %}
{% set query %}
    with deliveries as (
        {{ exceeded }}
    ),

    rejected as (
        select * from {{ ref('int_record_outcomes') }} where outcome = 'rejected'
    ),

    -- as in int_records_rejected, for which no other model waits
    quarantine as (
        {% for source in raw_sources() %}
        select
            rejected.source_name,
            rejected.delivered_in,
            rejected.reason,
            {{ raw_record_text('staged.raw_record') }} as raw_record,
            false as is_line
        from rejected
        inner join {{ ref('stg_shop__' ~ source) }} as staged
            on
                rejected.delivered_in = staged.delivered_in
                and rejected.delivered_row = staged.delivered_row
        where rejected.source_name = '{{ source }}'
        union all
        {% endfor %}
        select
            source_name,
            delivered_in,
            reason,
            raw_line as raw_record,
            true as is_line
        from {{ ref('stg_shop__unreadable_lines') }}
    ),

    -- no day makes a reason of its own ("no exchange rate for CHF on 2025-06-30")
    records as (
        select
            source_name,
            delivered_in,
            case
                when reason like '%no exchange rate for % on ____-__-__' then substr(reason, 1, length(reason) - length(' on 2025-06-30'))
                else reason
            end as reason,
            {{ masked_record('quarantine') }} as raw_record
        from quarantine
    ),

    reasons as (
        select
            source_name,
            delivered_in,
            reason,
            count(*) as rejected_rows,
            min(raw_record) as example,
            row_number() over (partition by source_name, delivered_in order by count(*) desc, reason) as reason_rank
        from records
        group by source_name, delivered_in, reason
    )

    select
        deliveries.delivered_in || ': ' || deliveries.rejected_rows || ' of ' || deliveries.delivered_rows
        || ' rows were rejected, more than the share of {{ var("max_rejected_share") }} that var max_rejected_share allows;'
        || ' the most frequent reason (' || reasons.rejected_rows || ' rows): ' || reasons.reason
        || ', as in ' || substr(reasons.example, 1, 200) || '. Nothing is published. '
        || case
            when reasons.reason like '%no exchange rate for %'
                then 'Deliver the source exchange_rates: of each day, units of {{ var("reporting_currency") }} for one of the currency (var'
                    || ' max_exchange_rate_age_days lets a rate serve the days after it), or raise var max_rejected_share.'
            else 'Deliver the file again, say how to read it (vars raw_columns, raw_timestamp_formats, raw_decimal_mark), or raise the var.'
        end as sentence
    from deliveries
    inner join reasons
        on
            deliveries.source_name = reasons.source_name
            and deliveries.delivered_in = reasons.delivered_in
            and reasons.reason_rank = 1
    order by deliveries.delivered_in
{% endset %}
{# the quarantine is looked at only where it is too large #}
{% if execute and flags.WHICH in ['build', 'test'] and run_query(exceeded).rows %}
    {% do fail_with_sentences(query) %}
{% endif %}

{{ exceeded }}
