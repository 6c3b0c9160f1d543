{% set attributes = [
    'channel', 'country', 'device', 'first_category', 'first_order_discount', 'full_price', 'refund_rate', 'loyalty', 'survey_score',
    'nps_band'
] %}
with customers as (
    select * from {{ ref('int_customer_attributes') }}
),

summed as (
    {% for attribute in attributes %}
    select
        '{{ attribute }}' as attribute,
        {{ attribute }} as attribute_value,
        count(*) as customers,
        {{ complete_sum('total_clv') }} as total_clv,
        {{ complete_sum('cast(total_clv as ' ~ type_double() ~ ') * total_clv') }} as squared_clv
    from customers
    group by {{ attribute }}
    {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

company as (
    select
        count(*) as customers,
        {{ complete_sum('total_clv') }} as total_clv,
        {{ complete_sum('cast(total_clv as ' ~ type_double() ~ ') * total_clv') }} as squared_clv
    from customers
),

-- all the others are what is left of the company: the sums are exact
separated as (
    select
        summed.*,
        company.customers - summed.customers as other_customers,
        company.total_clv - summed.total_clv as other_clv,
        company.squared_clv - summed.squared_clv as other_squared_clv
    from summed
    cross join company
),

measured as (
    select
        *,
        {{ ratio('total_clv', 'customers') }} as mean_clv,
        {{ ratio('other_clv', 'other_customers') }} as other_mean_clv,
        {{ variance_of_mean('customers', 'total_clv', 'squared_clv') }} as variance,
        {{ variance_of_mean('other_customers', 'other_clv', 'other_squared_clv') }} as other_variance
    from separated
),

tested as (
    select
        *,
        {{ welch_degrees_of_freedom('variance', 'customers', 'other_variance', 'other_customers') }} as degrees_of_freedom,
        abs(mean_clv - other_mean_clv) / nullif(sqrt(variance + other_variance), 0) as student_t
    from measured
),

normalised as (
    select
        *,
        {{ z_of_student_t('student_t', 'degrees_of_freedom') }} as z
    from tested
),

final as (
    select
        attribute,
        attribute_value,
        customers,
        other_customers,
        mean_clv,
        other_mean_clv,
        variance,
        other_variance,
        degrees_of_freedom,
        {{ two_sided_p_value('z') }} as p_value
    from normalised
)

select * from final
