with run_context as (
    select * from {{ ref('int_run_context') }}
),

known_now as (
    select
        {{ valued_now() }} as valued_at,
        run_context.as_of_date as valued_on,
        occasions.customer_id,
        count(*) as purchase_occasions,
        min(occasions.occasion_date) as first_occasion_date,
        max(occasions.occasion_date) as last_occasion_date,
        sum(occasions.net_revenue) as occasion_value,
        sum(case when occasions.occasion_number = 1 then occasions.net_revenue end) as first_occasion_value
    from {{ ref('int_purchase_occasions') }} as occasions
    cross join run_context
    group by run_context.as_of_date, occasions.customer_id
),

known_then as (
    select
        cutoff_date as valued_at,
        cutoff_date as valued_on,
        customer_id,
        purchase_occasions,
        first_occasion_date,
        last_occasion_date,
        occasion_value,
        first_occasion_value
    from {{ ref('int_past_customers_measured') }}
    where purchase_occasions > 0
),

known as (
    select * from known_now
    union all
    select * from known_then
),

final as (
    select
        valued_at,
        customer_id,
        cast(purchase_occasions - 1 as {{ type_double() }}) as x,
        {{ weeks_between('first_occasion_date', 'last_occasion_date') }} as t_x,
        {{ weeks_between('first_occasion_date', 'valued_on') }} as age,
        {{ dbt.datediff(
            'first_occasion_date', 'valued_on', 'day'
        ) }} as age_days,
        {{ ratio('occasion_value - first_occasion_value', 'purchase_occasions - 1') }} as mean_repeat_value,
        {{ ratio('occasion_value', 'purchase_occasions') }} as mean_value,
        last_occasion_date
    from known
)

select * from final
