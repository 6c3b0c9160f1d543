-- the median month of acquisition; a month that isn't paid back yet counts as later than any that is
with latest as (
    select
        acquisition_channel as channel,
        case when is_paid_back then payback_months else 1000000 end as payback_months
    from fct_channel_months
    where
        is_paid_back is not null
        and month > (select max(month) from fct_channel_months) - interval 12 month
)

select
    channel,
    nullif(quantile_disc(payback_months, 0.5), 1000000) as payback_months
from latest
group by channel
order by channel = 'all' desc, channel
