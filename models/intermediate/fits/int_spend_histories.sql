with units as (
    select * from {{ ref('int_histories_summed') }} where spending_customers >= {{ var('min_repeat_customers') }}
),

measured as (
    select * from {{ ref('int_spend_measured') }}
),

histories as (
    select
        'gamma_gamma' as model_name,
        valued_at,
        x,
        mean_repeat_value as mean_value
    from measured
    where mean_repeat_value > 0
    {% if 'gamma_gamma_all' in candidate_spend_models() %}
    union all
    select
        'gamma_gamma_all' as model_name,
        valued_at,
        occasions as x,
        mean_value
    from measured
    where mean_value > 0
    {% endif %}
),

counted as (
    select
        model_name,
        valued_at,
        x,
        mean_value,
        count(*) as customers
    from histories
    group by model_name, valued_at, x, mean_value
),

-- the mean value is the unit of money, so that a fit doesn't depend on the currency
exact as (
    select
        counted.model_name,
        counted.valued_at as data_id,
        counted.x,
        counted.mean_value / units.mean_value as mean_value,
        ln(counted.mean_value / units.mean_value) as ln_mean_value,
        cast(counted.customers as {{ type_double() }}) as customers,
        count(*) over (partition by counted.model_name, counted.valued_at) > {{ most_unbinned_rows() }} as are_many
    from counted
    inner join units
        on counted.valued_at = units.valued_at
),

-- few rows are searched as they are, but for differences that a double can't hold
placed as (
    select
        *,
        floor(case when are_many then 16 else 1e10 end * ln_mean_value) as value_bin,
        case when are_many then {{ count_bin('x') }} else x end as binned_x
    from exact
),

binned as (
    select
        model_name,
        data_id,
        binned_x as x,
        {{ exact_sum('customers * mean_value') }} / sum(customers) as mean_value,
        {{ exact_sum('customers * ln_mean_value') }} / sum(customers) as ln_mean_value,
        sum(customers) as customers,
        are_many
    from placed
    group by model_name, data_id, binned_x, value_bin, are_many
),

-- of all customers there are so many that bins will do
final as (
    select
        model_name,
        data_id,
        false as is_binned,
        x,
        mean_value,
        ln_mean_value,
        customers
    from exact
    where model_name = 'gamma_gamma' or not are_many
    {% for is_binned in ['true', 'false'] %}
    union all
    select
        model_name,
        data_id,
        {{ is_binned }} as is_binned,
        x,
        mean_value,
        ln_mean_value,
        customers
    from binned
    {{ "where model_name = 'gamma_gamma_all' and are_many" if is_binned == 'false' }}
    {% endfor %}
)

select * from final
