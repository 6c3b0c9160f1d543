{#- A line below the data that sums them is no order. -#}
{% macro names_total(order_id) -%}
    coalesce(
        lower(trim(cast({{ order_id }} as {{ dbt.type_string() }}))) in (
            'total', 'total:', 'totals', 'grand total', 'subtotal', 'sum', 'summe', 'gesamt', 'gesamtsumme', 'totale', 'somme', 'suma'
        ),
        false
    )
{%- endmacro %}
