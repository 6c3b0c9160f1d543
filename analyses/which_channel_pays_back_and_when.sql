-- Of the months in which a channel acquired customers for money, how many have been paid back, and after how long? Months not
-- yet paid back are counted as open, not left out: a median over all of them is unknown as long as half are open.
with channel_months as (
    select *
    from {{ ref('fct_channel_months') }}
    where is_paid_back is not null
),

ranked as (
    select
        *,
        row_number() over (partition by acquisition_channel order by payback_months nulls last, month) as place,
        count(*) over (partition by acquisition_channel) as months
    from channel_months
)

select
    acquisition_channel,
    max(months) as months_with_cac,
    sum(case when is_paid_back then 1 else 0 end) as months_paid_back,
    sum(case when not is_paid_back then 1 else 0 end) as months_open,
    {{ ratio('sum(case when is_paid_back then 1 else 0 end)', 'max(months)') }} as share_paid_back,
    max(case when 2 * place >= months and 2 * (place - 1) < months then payback_months end) as median_payback_months,
    max(payback_months) as longest_payback_months,
    min(case when not is_paid_back then month end) as open_since
from ranked
group by acquisition_channel
order by share_paid_back desc, median_payback_months asc nulls last, acquisition_channel asc
