"""Persons and what a shop knows about them: accounts, touchpoints, campaign groups, subscriptions, surveys.

Seconds are UTC seconds since 1970-01-01; days are days since 1970-01-01; -1 stands for "none".
"""

from dataclasses import dataclass

import numpy as np

from clv.shop.law import (
    CHANNEL_UTILITY,
    COUNTRY_UTILITY,
    Array,
    Clock,
    Columns,
    Latents,
    acquisition_weights,
    draw_choice,
    draw_latents,
    scores,
)
from clv.shop.settings import CHANNEL_CAMPAIGNS, CHANNELS, COUNTRY_CURRENCY, ShopSettings

SINGLE, PHONE_PAIR, EMAIL_PAIR, GUEST_ONLY = range(4)
ACCOUNT_SHARES = (0.94, 0.012, 0.008, 0.04)
NOT_MEMBER, CONTROL, TREATED = range(3)
DAY = 86_400
MAXIMUM_TOUCHES = 6


@dataclass(frozen=True)
class People:
    """One chunk of persons, one array entry per person.

    index: number of the person in the whole shop. kind: SINGLE … GUEST_ONLY. first_second: first purchase.
    created, created_second_account: account creation. variant: NOT_MEMBER, CONTROL or TREATED.
    """

    index: Array
    latents: Latents
    score: Array
    first_second: Array
    kind: Array
    has_email: Array
    has_phone: Array
    channel: Array
    campaign: Array
    country: Array
    created: Array
    created_second_account: Array
    variant: Array

    @property
    def registered(self) -> Array:
        """Whether the person has a customers row."""
        return np.asarray(self.kind != GUEST_ONLY)

    @property
    def paired(self) -> Array:
        """Whether the person has two customers rows."""
        return np.asarray((self.kind == PHONE_PAIR) | (self.kind == EMAIL_PAIR))

    @property
    def currency(self) -> Array:
        """Index into CURRENCIES, by country."""
        return np.asarray(np.asarray(COUNTRY_CURRENCY)[self.country])


def draw_people(rng: np.random.Generator, settings: ShopSettings, clock: Clock, first_index: int, size: int) -> People:
    """Draw `size` persons numbered from `first_index`; attributes depend on a person's latents only."""
    latents = draw_latents(rng, settings, size)
    score = scores(settings, latents)
    day = rng.choice(settings.days, size, p=acquisition_weights(settings, clock))
    first_second = settings.start_second + day * DAY + rng.integers(0, DAY, size)
    kind = rng.choice(4, size, p=ACCOUNT_SHARES)
    channel = draw_choice(rng, CHANNEL_UTILITY, score)
    created = np.maximum(settings.start_second, first_second - rng.integers(0, 3 * DAY, size))
    later = np.minimum(settings.end_second, first_second + rng.integers(DAY, 200 * DAY, size))
    eligible = (kind != GUEST_ONLY) & (first_second < settings.assigned_second)
    variant = np.where(eligible & (rng.random(size) < 0.2), rng.integers(CONTROL, TREATED + 1, size), NOT_MEMBER)
    return People(
        index=first_index + np.arange(size),
        latents=latents,
        score=score,
        first_second=first_second,
        kind=kind,
        has_email=(kind != SINGLE) | (rng.random(size) < 0.97),
        has_phone=(kind == PHONE_PAIR) | (rng.random(size) < 0.8),
        channel=channel,
        campaign=draw_campaign(rng, channel),
        country=draw_choice(rng, COUNTRY_UTILITY, score),
        created=created,
        created_second_account=later,
        variant=variant,
    )


def draw_campaign(rng: np.random.Generator, channel: Array) -> Array:
    """Draw a campaign of each entry's channel; -1 where the channel has none."""
    campaign = np.full(len(channel), -1)
    for code, options in CHANNEL_CAMPAIGNS.items():
        chosen = np.flatnonzero(channel == code)
        campaign[chosen] = rng.choice(options, len(chosen))
    return campaign


def customer_rows(rng: np.random.Generator, settings: ShopSettings, people: People) -> Columns:
    """One row per account: first accounts of the registered, then second accounts of pairs."""
    first, second = np.flatnonzero(people.registered), np.flatnonzero(people.paired)
    birth = rng.integers(-20 * 365, 36 * 365, len(people.index))
    birth[rng.random(len(birth)) < 0.3] = -100_000
    chance = 1 / (1 + np.exp(1.2 - 2.5 * people.score[:, 0] + 2 * people.score[:, 1] - people.score[:, 2]))
    joined = people.first_second + rng.integers(60, 120 * DAY, len(people.index))
    joined = np.where((rng.random(len(joined)) < chance) & (joined <= settings.end_second), joined, -1)
    row = np.concatenate([first, second])
    account = np.repeat([1, 2], [len(first), len(second)])
    phone_2 = (account == 2) & (people.kind[row] == PHONE_PAIR)
    return {
        "person": people.index[row],
        "account": account,
        "created": np.where(account == 1, people.created[row], people.created_second_account[row]),
        "email": np.where(account == 1, people.has_email[row] * 1, np.where(phone_2, 2, 3)),
        "phone": np.where(account == 1, people.has_phone[row] * 1, phone_2 * 2),
        "country": people.country[row],
        "birth": birth[row],
        "channel": people.channel[row],
        "campaign": people.campaign[row],
        "loyalty": np.where(account == 1, joined[row], -1),
    }


def touchpoint_rows(rng: np.random.Generator, settings: ShopSettings, people: People) -> Columns:
    """Touches in the 30 days before the first purchase, in time order, never two at the same second.

    The first touch is the acquisition channel; the last is with probability 0.6; 5% of persons have none.
    """
    person = np.flatnonzero(people.registered & (rng.random(len(people.index)) < 0.95))
    first = people.first_second[person]
    span = np.minimum(30 * DAY, first - settings.start_second)
    touches = np.where(span < DAY, 1, np.minimum(1 + rng.poisson(1.5, len(person)), MAXIMUM_TOUCHES))
    row = np.repeat(np.arange(len(person)), touches)
    rank = np.arange(len(row)) - np.repeat(np.cumsum(touches) - touches, touches)
    place = (rank + rng.uniform(0.1, 0.9, len(row))) / touches[row]
    acquired = people.channel[person][row]
    is_last = rank == touches[row] - 1
    linked = (rank == 0) | (is_last & (rng.random(len(row)) < 0.6))
    channel = np.where(linked, acquired, rng.integers(0, len(CHANNELS), len(row)))
    campaign = np.where(rank == 0, people.campaign[person][row], draw_campaign(rng, channel))
    return {
        "person": people.index[person][row],
        "touched": first[row] - span[row] + np.floor(place * span[row]).astype(np.int64),
        "channel": channel,
        "campaign": campaign,
    }


def campaign_rows(settings: ShopSettings, people: People) -> Columns:
    """One row per member of the test campaign; a treatment costs 0.80 USD."""
    row = np.flatnonzero(people.variant != NOT_MEMBER)
    return {
        "person": people.index[row],
        "assigned": np.full(len(row), settings.assigned_second),
        "variant": people.variant[row],
        "cost": np.where(people.variant[row] == TREATED, 80, 0),
    }


def subscription_rows(rng: np.random.Generator, settings: ShopSettings, people: People) -> Columns:
    """Monthly subscriptions of 15% of the registered with shifted beta-geometric churn.

    Each draws a churn probability theta ~ Beta(alpha, beta) of its plan and ends after K ~ Geometric(theta)
    whole calendar months (Fader & Hardie 2007); `ended` is -1 where that is after the period.
    """
    row = np.flatnonzero(people.registered & (rng.random(len(people.index)) < 0.15))
    started = people.first_second[row] + rng.integers(0, 60 * DAY, len(row))
    row, started = row[started <= settings.end_second], started[started <= settings.end_second]
    plan = rng.integers(0, len(settings.plans), len(row))
    alpha = np.asarray([plan.alpha for plan in settings.plans])[plan]
    beta = np.asarray([plan.beta for plan in settings.plans])[plan]
    theta = np.clip(rng.beta(alpha, beta), 1e-6, 1)
    months = np.minimum(rng.geometric(theta), 1200)
    ended = add_months(started, months)
    is_ended = ended <= settings.end_second
    return {
        "person": people.index[row],
        "started": started,
        "ended": np.where(is_ended, ended, -1),
        "plan": plan,
        "currency": people.currency[row],
        "monthly": np.asarray([plan.monthly_cents for plan in settings.plans])[plan],
        "at_risk": np.where(is_ended, months, whole_months(started, settings.end_second)),
    }


def add_months(second: Array, months: Array) -> Array:
    """Add calendar months; a day that the target month does not have becomes its last day."""
    moment = second.astype("datetime64[s]")
    month = moment.astype("datetime64[M]")
    day = (moment.astype("datetime64[D]") - month.astype("datetime64[D]")).astype(np.int64)
    target = month + months
    length = ((target + 1).astype("datetime64[D]") - target.astype("datetime64[D]")).astype(np.int64)
    date = target.astype("datetime64[D]").astype(np.int64) + np.minimum(day, length - 1)
    return np.asarray(date * DAY + second % DAY)


def whole_months(second: Array, end_second: int) -> Array:
    """Whole calendar months between each second and `end_second`, inclusive of a month that ends right then."""
    month = second.astype("datetime64[s]").astype("datetime64[M]").astype(np.int64)
    end_month = int(np.datetime64(end_second, "s").astype("datetime64[M]").astype(np.int64))
    count = end_month - month
    return np.asarray(count - (add_months(second, count) > end_second))


def survey_rows(rng: np.random.Generator, settings: ShopSettings, people: People) -> Columns:
    """Scores from 0 to 10 of a quarter of the registered, within 30 days of the first purchase."""
    row = np.flatnonzero(people.registered & (rng.random(len(people.index)) < 0.25))
    responded = people.first_second[row] + rng.integers(3600, 30 * DAY, len(row))
    row, responded = row[responded <= settings.end_second], responded[responded <= settings.end_second]
    mean = 7.2 + people.score[row] @ np.asarray([2.5, -3.5, 1.5])
    return {
        "person": people.index[row],
        "responded": responded,
        "score": np.clip(np.rint(mean + rng.normal(0, 1.5, len(row))), 0, 10).astype(np.int64),
    }
