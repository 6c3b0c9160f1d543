{#- The order's own sum shows it: what was paid is the goods after discounts, and shipping, and the tax where it is not in the prices. -#}
{% macro tax_in_prices(goods, shipping, tax, total, included) -%}
    {%- set goods_tax = tax if var('include_shipping_in_revenue') else tax_of_goods(goods, shipping, tax) -%}
    case
        when {{ included }} = 1 then {{ goods_tax }}
        when {{ included }} = 0 then 0
        {%- if var('prices_include_tax') == 'auto' %}
        when
            abs({{ goods }} + {{ shipping }} - {{ total }}) < 0.015e0
            and abs({{ goods }} + {{ shipping }} - {{ total }}) < abs({{ goods }} + {{ shipping }} + {{ tax }} - {{ total }})
            then {{ goods_tax }}
        {%- elif var('prices_include_tax') %}
        when true then {{ goods_tax }}
        {%- endif %}
        else 0
    end
{%- endmacro %}


{#- An order's tax is that of all that was paid for: shipping holds its share of it. -#}
{% macro tax_of_goods(goods, shipping, tax) -%}
    case
        when {{ goods }} > 0 and {{ shipping }} > 0 or {{ goods }} < 0 and {{ shipping }} < 0
            then {{ tax }} * {{ ratio(goods, goods ~ ' + ' ~ shipping) }}
        else {{ tax }}
    end
{%- endmacro %}


{#- An order's discount that exceeds its goods is on shipping. A credit note brings less than nothing, and has no such limit. -#}
{% macro goods_discount(discount, goods, line_discount='0') -%}
    case
        when {{ goods }} >= 0 then least({{ discount }}, {{ goods }} - {{ line_discount }})
        else {{ discount }}
    end
{%- endmacro %}
