-- A failure means that a model of this folder holds several rows of one key, or a row without one, so that what reads it counts
-- them more than once.
{{ repeated_keys(
    keys={
        'int_kpi_months_benchmarked': ['segment_kind', 'segment', 'month'],
        'int_kpi_months_measured': ['segment_kind', 'segment', 'month'],
        'int_kpi_months_summed': ['segment_kind', 'segment', 'month'],
        'int_revenue_flows': ['customer_id', 'month_number'],
        'int_segment_changes': ['segment_kind', 'segment', 'month_number'],
        'int_segments': ['segment_kind', 'segment'],
        'int_tier_months_summed': ['segment', 'month'],
        'int_tiers_at_start': ['month', 'customer_id'],
    },
    primary_keys={
        'int_segment_months_valued': ['month', 'segment_kind', 'segment'],
        'int_segment_predictions_summed': ['segment_kind', 'segment'],
    },
) }}
