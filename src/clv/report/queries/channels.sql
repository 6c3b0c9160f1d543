select
    channel,
    sum(customers) as customers
from shown_channels
group by channel
order by channel = 'other', sum(customers) desc, channel
