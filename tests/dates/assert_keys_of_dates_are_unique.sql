-- A failure means that a model of this folder holds several rows of one key, or a row without one, so that what reads it counts
-- them more than once.
{{ repeated_keys(
    keys={
        'int_days_fingerprinted': ['known_on'],
        'int_months_spined': ['month'],
    },
    primary_keys={
        'int_dates_listed': ['valued_at'],
        'int_days_spined': ['day'],
    },
) }}
