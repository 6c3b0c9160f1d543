{#- Over the refunds of an order: what they took, and whether they took all. -#}
{% macro refund_sums() -%}
    sum(refund_amount) as refund_amount,
        sum(cogs_returned) as cogs_returned,
        max(case when is_fully_refunded then 1 else 0 end) as is_fully_refunded
{%- endmacro %}


{#- orders, refunds: names in the query, of an order before refunds and of its refund_sums. What is left of it: an order that doesn't
    count brings and costs nothing. -#}
{% macro net_of_refunds(orders, refunds) -%}
    coalesce({{ refunds }}.refund_amount, 0) as refund_amount,
        coalesce({{ refunds }}.is_fully_refunded, 0) = 1 as is_fully_refunded,
        case
            when {{ orders }}.is_counted_status then {{ orders }}.revenue_before_refunds - coalesce({{ refunds }}.refund_amount, 0)
            else 0
        end as net_revenue,
        case
            when {{ orders }}.is_counted_status then {{ orders }}.cogs_before_refunds - coalesce({{ refunds }}.cogs_returned, 0)
            when {{ orders }}.cogs_before_refunds is not null then 0
        end as cogs
{%- endmacro %}


{#- Whether an order is a purchase: a document worth less than nothing is a credit note. -#}
{% macro is_counted_order() -%}
    is_counted_status and not is_fully_refunded and net_revenue >= 0
{%- endmacro %}
