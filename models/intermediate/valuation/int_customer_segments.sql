with customers as (
    select * from {{ ref('int_customers_known') }}
),

acquisitions as (
    select * from {{ ref('int_customer_channels') }}
),

valued as (
    select * from {{ ref('int_customers_valued') }} where valued_at = {{ valued_now() }}
),

final as (
    select
        customers.customer_id,
        'all' as company,
        acquisitions.acquisition_channel as channel,
        customers.country,
        valued.value_tier as tier,
        coalesce(cast(customers.cohort_month as {{ dbt.type_string() }}), 'none') as cohort
    from customers
    inner join acquisitions
        on customers.customer_id = acquisitions.customer_id
    inner join valued
        on customers.customer_id = valued.customer_id
)

select * from final
