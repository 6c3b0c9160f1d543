select
    check_name,
    left_amount,
    right_amount,
    difference,
    is_reconciled
from fct_reconciliations
order by is_reconciled, check_name
