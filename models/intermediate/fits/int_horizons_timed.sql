with models as (
    select * from {{ ref('int_models_fitted') }} where is_elected and is_usable
),

{% if has_clock() %}
months as (
    select
        *,
        lead(begins_after_days) over (partition by valued_at order by month_number) as ends_after_days
    from {{ ref('int_clocks_paced') }}
),

{% endif %}
horizons as (
    {% for horizon, weeks in predicted_horizons().items() %}
    select
        '{{ horizon }}' as horizon,
        {{ weeks }} as weeks
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

final as (
    select
        models.valued_at,
        models.clock,
        horizons.horizon,
        {% if has_clock() %}
        case
            when models.clock = 'plain' then horizons.weeks
            else months.weeks_before + months.pace * (7 * horizons.weeks - months.begins_after_days) - months.weeks_at_date
        end as weeks
        {% else %}
        horizons.weeks
        {% endif %}
    from models
    cross join horizons
    {% if has_clock() %}
    left join months
        on
            models.valued_at = months.valued_at
            and models.clock = 'operational'
            and months.begins_after_days < 7 * horizons.weeks
            and months.ends_after_days >= 7 * horizons.weeks
    {% endif %}
)

select * from final
