{#- customers: name in the query of a relation with clv_basis, gross_margin and net_revenue; company_rate: SQL fraction; company_order_value:
    SQL amount. The margin rate of a customer's next orders: the customer's own, as if one more order had been made at the company's
    rate, since one order says little about the next; none is expected to lose more than it brings. 1 where the CLV is on revenue. -#}
{% macro expected_margin_rate(customers, company_rate, company_order_value) -%}
    {%- set pooled = ratio(
        customers ~ '.gross_margin + ' ~ company_rate ~ ' * ' ~ company_order_value, customers ~ '.net_revenue + ' ~ company_order_value
    ) -%}
    case
        when {{ customers }}.clv_basis = 'revenue' then 1
        when {{ customers }}.gross_margin is null or {{ customers }}.net_revenue < 0 or {{ pooled }} is null then {{ company_rate }}
        when {{ pooled }} < -1 then -1
        else {{ pooled }}
    end
{%- endmacro %}
