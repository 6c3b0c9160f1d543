"""Generate a synthetic shop: chunk by chunk, so that memory does not grow with the number of customers."""

import json
import re
from collections.abc import Callable
from contextlib import closing
from dataclasses import asdict
from pathlib import Path

import numpy as np

from clv.shop.deliveries import Deliveries, planned_files
from clv.shop.law import Array, Columns, draw_purchases, draw_spend, occasion_of, seasonal_clock
from clv.shop.orders import draw_orders
from clv.shop.people import (
    People,
    campaign_rows,
    customer_rows,
    draw_people,
    subscription_rows,
    survey_rows,
    touchpoint_rows,
)
from clv.shop.reference import (
    NO_CHANNEL,
    Market,
    draw_catalogue,
    draw_rates,
    exchange_rate_rows,
    inventory_rows,
    spend_rows,
)
from clv.shop.settings import ShopSettings
from clv.shop.sources import sources
from clv.shop.tally import Tally
from clv.shop.truth import Truth

TRUTH_FILE = "truth.json"
SOURCE_NAMES = tuple(sources(ShopSettings()))
SHOP_FILE = re.compile(rf"({'|'.join(SOURCE_NAMES)})(/part-\d+)?\.(csv|parquet)")


def generate_shop(
    directory: Path,
    settings: ShopSettings | None = None,
    on_progress: Callable[[int, int], None] | None = None,
) -> Truth:
    """Write the twelve raw sources of a synthetic shop and `truth.json` into `directory`.

    directory: created if absent; must be empty, or hold a shop that this function wrote, which is replaced.
    settings: `ShopSettings()` if None. on_progress: called with (customers done, customers in all) per chunk.

    Returns the truth that was written. Raises ValueError, with one sentence that says what to do, where the
    directory holds anything else; nothing that this function did not write is ever deleted.
    """
    settings = settings or ShopSettings()
    earlier = _earlier_files(directory, settings)
    directory.mkdir(parents=True, exist_ok=True)
    tally = Tally(settings)
    _incomplete(settings, tally, earlier).write(directory / TRUTH_FILE)
    for name in earlier:
        (directory / name).unlink(missing_ok=True)
    with closing(Deliveries(directory, settings, np.random.default_rng([settings.seed, 2]))) as deliveries:
        _generate(deliveries, settings, tally, on_progress)
    for folder in {(directory / name).parent for name in earlier} - {directory}:
        if folder.is_dir() and not any(folder.iterdir()):
            folder.rmdir()
    truth = tally.truth(deliveries)
    truth.write(directory / TRUTH_FILE)
    return truth


def _generate(
    deliveries: Deliveries,
    settings: ShopSettings,
    tally: Tally,
    on_progress: Callable[[int, int], None] | None,
) -> None:
    rng = np.random.default_rng([settings.seed, 0])
    market = Market(seasonal_clock(settings), draw_rates(rng, settings), draw_catalogue(rng, settings))
    spend = spend_rows(rng, settings, market.clock, market.rates)
    tally.add_spend(spend, market.rates)
    deliveries.deliver("products", market.catalogue.changes)
    deliveries.deliver("exchange_rates", exchange_rate_rows(settings, market.rates))
    _deliver_spend(deliveries, settings, spend)
    for chunk in range(settings.chunks):
        first = chunk * settings.chunk_customers
        size = min(settings.chunk_customers, settings.customers - first)
        chunk_rng = np.random.default_rng([settings.seed, 1, chunk])
        people = draw_people(chunk_rng, settings, market.clock, first, size)
        _deliver_people(chunk_rng, deliveries, settings, tally, market, people)
        if on_progress is not None:
            on_progress(first + size, settings.customers)
    deliveries.deliver_held()
    deliveries.deliver("inventory_periods", inventory_rows(rng, settings, tally.monthly_cogs))


def _deliver_spend(deliveries: Deliveries, settings: ShopSettings, spend: Columns) -> None:
    """Deliver marketing spend, then the restated amounts of some days in a second delivery."""
    columns = ("day", "channel", "campaign", "currency", "amount")
    spend = spend | {"day": spend["day"] + settings.start_day}
    spend["channel"] = np.where(spend["channel"] == NO_CHANNEL, -1, spend["channel"])
    first, second = spend["delivery"] == 1, spend["delivery"] == 2
    deliveries.deliver("marketing_spend", {name: spend[name][first] for name in columns})
    deliveries.restate(
        "marketing_spend", {name: spend[name][second] for name in columns}, int(spend["is_restated"].sum())
    )


def _deliver_people(
    rng: np.random.Generator,
    deliveries: Deliveries,
    settings: ShopSettings,
    tally: Tally,
    market: Market,
    people: People,
) -> None:
    """Make one chunk's orders and everything else about its persons, count them, and deliver them."""
    person, second = draw_purchases(rng, settings, market.clock, people.latents, people.first_second)
    occasion = occasion_of(person, second)
    spend = draw_spend(rng, settings, people.latents, person, occasion)
    orders = draw_orders(rng, settings, people, (person, second, spend), market, tally.next_order)
    tally.add_people(people, orders)
    tally.add_orders(orders, occasions=int(occasion[-1]) + 1, repeat_customers=_repeaters(person, occasion))
    tally.add_values(people, orders)

    is_late = rng.random(len(orders.person)) < settings.defect_share
    deliveries.deliver("orders", orders.columns, is_late)
    deliveries.deliver("order_items", orders.lines, is_late[orders.lines["order"]])
    deliveries.deliver("refunds", orders.refunds, is_late[orders.refunds["order"]])
    deliveries.deliver("customers", customer_rows(rng, settings, people))
    deliveries.deliver("touchpoints", touchpoint_rows(rng, settings, people))
    deliveries.deliver("campaign_members", campaign_rows(settings, people))
    deliveries.deliver("survey_responses", survey_rows(rng, settings, people))
    subscriptions = subscription_rows(rng, settings, people)
    tally.add_subscriptions(subscriptions, market.rates)
    deliveries.deliver("subscriptions", subscriptions)


def _repeaters(person: Array, occasion: Array) -> int:
    """Persons with more than one purchase occasion."""
    first = np.flatnonzero(np.diff(occasion, prepend=-1))
    return int((np.bincount(person[first]) > 1).sum())


def _incomplete(settings: ShopSettings, tally: Tally, earlier: list[str]) -> Truth:
    """A truth that only says which files may be replaced should this run be interrupted."""
    truth = asdict(tally.truth(None))
    truth["files"] = sorted({*earlier, *planned_files(settings)})
    return Truth(**truth)


def _earlier_files(directory: Path, settings: ShopSettings) -> list[str]:
    """The files of an earlier shop in `directory`; refuses a directory that holds anything else."""
    if not directory.exists():
        return []
    if not directory.is_dir():
        raise ValueError(f"{directory} is a file: name a folder to generate the shop into")
    if not any(directory.iterdir()):
        return []
    refusal = f"{directory} is not empty and holds no earlier generated shop: name an empty or a new folder"
    try:
        listed = json.loads((directory / TRUTH_FILE).read_text(encoding="utf-8"))["files"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ValueError(refusal) from error
    is_list = isinstance(listed, list) and len(listed) > 0
    if not is_list or not all(isinstance(name, str) and SHOP_FILE.fullmatch(name) for name in listed):
        raise ValueError(refusal)
    present = {path.relative_to(directory).as_posix() for name in SOURCE_NAMES for path in directory.glob(f"{name}/*")}
    present |= {name for name in planned_files(settings) if (directory / name).exists()}
    if foreign := sorted(present - set(listed)):
        raise ValueError(f"{directory / foreign[0]} is not from an earlier run: move it away or name a new folder")
    return sorted(listed)
