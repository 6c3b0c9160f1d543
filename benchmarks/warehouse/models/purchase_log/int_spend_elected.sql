select * from {{ ref('int_spend_fitted') }}
