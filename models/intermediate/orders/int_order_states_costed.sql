{{ config(materialized='view') }}

with states as (
    select * from {{ ref('int_order_states_noted') }}
),

documents as (
    select * from {{ ref('int_documents_totalled') }}
),

inventory_ratios as (
    select * from {{ ref('int_inventory_ratios_derived') }}
),

company_rates as (
    select * from {{ ref('int_company_rates_derived') }}
),

-- the lower rungs of the cost ladder: the period's inventory, the company's rate, the assumed margin
final as (
    select
        states.valued_at,
        documents.order_id,
        documents.superseded_version,
        documents.source_customer_id,
        documents.is_counted_status,
        documents.source_currency,
        documents.exchange_rate,
        documents.quantity,
        documents.revenue_before_refunds,
        inventory_ratios.cogs_ratio as inventory_ratio,
        company_rates.cogs_ratio as company_rate,
        case
            when documents.uncosted_revenue is null then documents.known_cogs
            else
                coalesce(documents.known_cogs, 0)
                + {{ cogs_by_ratio('documents.uncosted_revenue', 'inventory_ratios.cogs_ratio', 'company_rates.cogs_ratio') }}
        end as cogs_before_refunds,
        case
            when documents.uncosted_revenue is null then documents.known_cost_basis
            when inventory_ratios.cogs_ratio is not null then 'inventory_ratio'
            when company_rates.cogs_ratio is not null then 'company_rate'
            when {{ assumed_cogs_ratio() }} is not null then 'assumed_margin'
            else 'unknown'
        end as margin_basis,
        documents.ordered_at,
        documents.order_date
    from states
    inner join documents
        on
            states.order_id = documents.order_id
            and {{ same_version('states', 'documents') }}
            and states.valued_at >= documents.order_date
    inner join company_rates
        on states.valued_at = company_rates.valued_at
    left join inventory_ratios
        on
            states.valued_at = inventory_ratios.valued_at
            and documents.order_date = inventory_ratios.order_date
)

select * from final
