select
    cast(null as date) as cutoff_date,
    cast(null as {{ dbt.type_string() }}) as customer_id,
    cast(null as bigint) as purchase_occasions,
    cast(null as date) as first_occasion_date,
    cast(null as date) as last_occasion_date,
    cast(null as {{ type_money() }}) as occasion_value,
    cast(null as {{ type_money() }}) as first_occasion_value
where false
