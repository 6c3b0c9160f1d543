with placed as (
    select
        cha.month,
        case when cha.acquisition_channel = 'all' then 'all' else sho.channel end as channel,
        sum(cha.spend) as spend,
        sum(cha.new_customers) as new_customers
    from fct_channel_months as cha
    left join shown_channels as sho on cha.acquisition_channel = sho.acquisition_channel
    where cha.acquisition_channel = 'all' or sho.channel is not null
    group by cha.month, case when cha.acquisition_channel = 'all' then 'all' else sho.channel end
),

final as (
    select
        month,
        channel,
        spend,
        new_customers,
        case when spend > 0 then spend / nullif(new_customers, 0) end as cac,
        last_day(month) <= (select max(as_of_date) from dim_customers) as is_over,
        cast(date_diff('month', month, max(month) over ()) as integer) as months_ago
    from placed
)

select *
from final
where months_ago < 36
order by channel = 'all' desc, channel, month
