-- A failure means that a model of this folder holds several rows of one key, so that what reads it counts them more than once.
{{ repeated_keys(
    keys={
        'int_cohort_forecasts': ['months_ahead', 'cohort_year'],
        'int_months_ahead': ['months_ahead'],
        'int_newcomer_forecasts': ['months_ahead'],
    },
) }}
