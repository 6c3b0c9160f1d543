-- What can't be published ends before anything is dated: tests of these come first, since this depends on
-- {{ ref('int_deliveries_counted') }}, {{ ref('int_doubtful_keys_counted') }} and {{ ref('int_subscriptions_checked') }}.
with run_context as (
    select * from {{ ref('int_run_context') }}
),

-- a refund may be dated before its order
days as (
    select order_date as day from {{ ref('int_documents_totalled') }} where superseded_version is null
    union all
    select refund_date as day from {{ ref('int_refunds_checked') }} where is_known and rejection_reason is null
),

first_month as (
    select {{ month_of('min(day)') }} as month
    from days
),

numbers as (
    select generated_number - 1 as months_later
    from ({{ dbt.generate_series(1200) }}) as generated
),

final as (
    select
        {{ add_months('first_month.month', 'numbers.months_later') }} as month,
        {{ month_number(add_months('first_month.month', 'numbers.months_later')) }} as month_number
    from first_month
    cross join numbers
    cross join run_context
    where {{ add_months('first_month.month', 'numbers.months_later') }} <= run_context.as_of_month
)

select * from final
