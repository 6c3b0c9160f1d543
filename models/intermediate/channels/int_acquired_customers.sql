with acquisitions as (
    select * from {{ ref('int_acquisitions') }}
),

customers as (
    select
        measured.customer_id,
        measured.net_revenue,
        measured.gross_margin,
        valued.total_clv,
        valued.clv_36m
    from {{ ref('int_customers_known') }} as measured
    inner join {{ ref('int_customers_valued') }} as valued
        on measured.customer_id = valued.customer_id
    where valued.valued_at = {{ valued_now() }} and measured.cohort_month is not null
),

shares as (
    {% for model in attribution_models() %}
    select
        '{{ model }}' as attribution_model,
        customer_id,
        cohort_month,
        acquisition_channel,
        acquisition_campaign,
        {{ model }} as share
    from acquisitions
    where {{ model }} > 0
    {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

final as (
    select
        shares.attribution_model,
        shares.cohort_month as month,
        shares.acquisition_channel,
        shares.acquisition_campaign as campaign,
        sum(shares.share) as new_customers,
        sum({{ shared('customers.net_revenue') }}) as net_revenue,
        sum({{ shared('customers.gross_margin') }}) as gross_margin,
        max(case when customers.gross_margin is null then 1 else 0 end) as has_unknown_margin,
        sum({{ shared('customers.total_clv') }}) as total_clv,
        sum({{ shared('customers.clv_36m') }}) as clv_36m,
        max(case when customers.total_clv is null then 1 else 0 end) as has_unknown_clv,
        max(case when customers.clv_36m is null then 1 else 0 end) as has_unknown_clv_36m
    from shares
    inner join customers
        on shares.customer_id = customers.customer_id
    group by shares.attribution_model, shares.cohort_month, shares.acquisition_channel, shares.acquisition_campaign
)

select * from final
