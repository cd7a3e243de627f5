"""Orders and their lines: who buys when, through which channel, what, for how much.

``make_orders`` draws one chunk as arrays; the planted losses (an outage of best sellers, a broken app version)
are taken out in ``losses.py``. Nothing here writes to the database.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from datetime import date

import numpy as np

from data.catalogue import CATEGORIES
from data.seasons import HOURS, LIVE_CAMPAIGN, campaigns, day_of, demand, interest, joining, staying
from data.tables.people import People, channel_at
from data.tables.plan import SECONDS, Array, Plan
from data.tables.world import (
    CHANNELS,
    DOUYIN,
    JD,
    PAIRS,
    SHOP,
    World,
    campaign_calendar,
    nines,
)

PER_USER = 5.8  # orders per user over all history, before losses
LINES = np.array([[0.79, 0.17, 0.04, 0, 0, 0], [0.25, 0.31, 0.22, 0.13, 0.06, 0.03]])
ADDED = 0.085  # how often the second of a pair joins the first
LIVE_ID = 1 + [row[0] for row in campaigns()].index(LIVE_CAMPAIGN)
STATUSES = ("待支付", "已支付", "已发货", "已完成", "已取消", "已退款")
WAITING, PAID, SENT, DONE, CANCELLED, REFUNDED = range(6)


@dataclass(frozen=True, slots=True)
class Orders:
    """One row per order; sorted by time. ``pay`` is -1 where unpaid; money in yuan."""

    owner: Array  # index into the chunk's people
    at: Array  # seconds
    channel: Array
    city: Array
    store: Array  # -1 online
    campaign: Array  # 0 none
    hero: Array  # one best seller from the live room of 广东
    version: Array  # app version, where the channel is APP
    paid_at: Array
    status: Array
    amount: Array
    discount: Array
    shipping: Array

    @property
    def paid(self) -> Array:
        return np.asarray(self.amount - self.discount + self.shipping)

    @property
    def counted(self) -> Array:
        """What 销售额 counts: paid and not cancelled."""
        return np.asarray((self.paid_at >= 0) & (self.status != CANCELLED))

    def take(self, rows: Array) -> Orders:
        return replace(self, **{f.name: getattr(self, f.name)[rows] for f in fields(self)})


@dataclass(frozen=True, slots=True)
class Lines:
    """One row per order line, sorted by order. ``order`` indexes the orders of the chunk."""

    order: Array
    product: Array
    quantity: Array
    price: Array

    @property
    def amount(self) -> Array:
        return np.round(self.quantity * self.price, 2)

    def of(self, kept: Array) -> Lines:
        """Lines of the orders kept (a boolean per order), renumbered."""
        number = np.cumsum(kept) - 1
        mine = kept[self.order]
        return Lines(
            number[self.order[mine]], *(x[mine] for x in (self.product, self.quantity, self.price))
        )


def _days_of_orders(plan: Plan, people: People, rng: np.random.Generator) -> tuple[Array, Array]:
    """(owner, day) of each order: intensity = demand of the day × the user's interest at that age."""
    days = plan.days
    noise = np.exp(plan.stream("days").normal(0, 0.015, days))
    age = interest(days)
    active = np.convolve(joining(days), age * staying(days))[:days]
    wanted = demand(days, noise) / active
    lag = np.arange(days)[None, :] - np.arange(days)[:, None]
    intensity = np.where(lag >= 0, age[np.maximum(lag, 0)], 0) * wanted[None, :]
    cumulative = np.cumsum(intensity, axis=1)
    total = cumulative[:, -1]
    # An order after its user has left is dropped later, so that the total is kept for those who stay.
    mean = float((active * wanted).sum())
    expected = people.rate / people.rate.mean() * total[people.day] / mean
    expected *= PER_USER * demand(days).sum() / demand(905).sum()
    owner = np.repeat(np.arange(len(people.rate)), rng.poisson(expected))
    row = people.day[owner]
    flat = (cumulative / total[:, None] + np.arange(days)[:, None]).ravel()
    day = np.searchsorted(flat, row + rng.random(len(owner)), side="right") - row * days
    return owner, np.clip(day, row, days - 1)


def make_orders(plan: Plan, world: World, people: People, chunk: int) -> tuple[Orders, Lines]:
    """One chunk of orders with their lines, before the planted losses."""
    rng = plan.stream("orders", chunk)
    owner, day = _days_of_orders(plan, people, rng)
    hour = rng.choice(24, len(owner), p=np.array(HOURS) / sum(HOURS))
    at = day * SECONDS + hour * 3600 + rng.integers(0, 3600, len(owner))
    early = at < people.joined[owner] + 90
    at = np.where(early, people.joined[owner] + rng.integers(90, 2400, len(owner)), at)
    kept = (at < plan.days * SECONDS - 60) & (at // SECONDS <= people.leaves[owner])
    owner, at = owner[kept], at[kept]
    by_user = np.lexsort((at, owner))
    owner, at = owner[by_user], at[by_user]
    first = np.r_[True, owner[1:] != owner[:-1]]

    city = people.city[owner]
    elsewhere = rng.random(len(owner)) < 0.04
    city = np.where(elsewhere, rng.choice(len(world.city), len(owner), p=world.city_share), city)
    guangdong = world.province_of[city] == world.province.index("广东")
    usual = first | (rng.random(len(owner)) < 0.85)
    live, taste = (
        np.where(usual, own[owner], rng.random(len(owner))) for own in (people.live, people.taste)
    )
    channel = channel_at(plan, live, taste, at // SECONDS, guangdong)
    campaign = campaign_calendar(plan.days)[channel, at // SECONDS]
    campaign = np.where(
        rng.random(len(owner)) < np.where(campaign == LIVE_ID, 0.92, 0.6), campaign, 0
    )
    if plan.plants(4):
        # Of those who came for the live show of 2025, a good half never comes back.
        group = np.cumsum(first) - 1
        gone = (campaign[first] == LIVE_ID) & (rng.random(int(first.sum())) < LIVE_GONE)
        stays = first | ~gone[group]
        owner, at, city, channel, campaign, guangdong = (
            x[stays] for x in (owner, at, city, channel, campaign, guangdong)
        )
    by_time = np.argsort(at, kind="stable")
    owner, at, city, channel, campaign, guangdong = (
        x[by_time] for x in (owner, at, city, channel, campaign, guangdong)
    )
    store, city = _shops(world, rng, channel, city, at // SECONDS)
    ramp = np.clip((at // SECONDS - day_of(date(2025, 7, 1))) / 165, 0, 1)
    hero = guangdong & (channel == DOUYIN) & (rng.random(len(owner)) < HERO * ramp * plan.plants(1))
    zero = np.zeros(len(owner))
    orders = Orders(
        owner=owner,
        at=at,
        channel=channel,
        city=city,
        store=store,
        campaign=campaign,
        hero=hero,
        version=people.version(owner, at // SECONDS),
        paid_at=at,
        status=np.full(len(owner), DONE),
        amount=zero,
        discount=zero,
        shipping=zero,
    )
    lines = _lines(plan, world, rng, orders)
    return _money(plan, rng, orders, lines), lines


LIVE_GONE = 0.63
HERO = 0.93


def _shops(
    world: World, rng: np.random.Generator, channel: Array, city: Array, day: Array
) -> tuple[Array, Array]:
    """(store or -1, city of the order): a shop of the city, or of its province, that is open that day."""
    offline = channel == SHOP
    where = world.store_city
    table = np.zeros((len(world.city), 64), dtype=np.int64)
    count = np.zeros(len(world.city), dtype=np.int64)
    for c in range(len(world.city)):
        near = np.flatnonzero(where == c)
        if not len(near):
            near = np.flatnonzero(world.province_of[where] == world.province_of[c])
        table[c, : len(near)] = near
        count[c] = len(near)
    store = table[city, (rng.random(len(city)) * count[city]).astype(np.int64)]
    store = np.where(world.store_open[store] > day, world.store_elder[store], store)
    return np.where(offline, store, -1), np.where(offline, where[store], city)


def _taste_of_channels(world: World) -> Array:
    """(channel, product) cumulative shares: each channel leans to some categories, not far."""
    lean = np.ones((len(CHANNELS), len(CATEGORIES)))
    lean[DOUYIN] = (1.25, 1.25, 1.1, 1.1, 0.45, 0.9, 1.0, 0.8)
    lean[JD] = (0.85, 0.95, 1.0, 0.85, 1.5, 1.1, 1.0, 1.0)
    lean[SHOP] = (1.05, 1.2, 1.2, 1.1, 0.8, 0.9, 0.8, 0.9)
    share = lean[:, world.category_of] * world.popularity
    share[DOUYIN] /= np.maximum(world.price, 60) ** 0.25  # the live room sells what is cheap
    share /= share.sum(axis=1, keepdims=True)
    return np.asarray(np.cumsum(share, axis=1))


def _lines(plan: Plan, world: World, rng: np.random.Generator, orders: Orders) -> Lines:
    n = len(orders.at)
    day = orders.at // SECONDS
    few = (orders.channel == DOUYIN) & plan.plants(3)
    bounds = np.cumsum(LINES, axis=1)[(~few).astype(int)]
    count = 1 + (rng.random(n)[:, None] >= bounds[:, :5]).sum(axis=1)
    count = np.where(orders.hero, 1, count)
    order = np.repeat(np.arange(n), count)
    shares = _taste_of_channels(world) + np.arange(len(CHANNELS))[:, None]
    row = orders.channel[order]
    product = np.searchsorted(shares.ravel(), row + rng.random(len(order)), side="right")
    product = np.clip(product - row * len(world.price), 0, len(world.price) - 1)
    if plan.plants(6):
        order, product = _pairs(world, rng, order, product, n, orders.hero)
    unsold = world.launch_day[product] > day[order]
    product = np.where(unsold, world.elder[product], product)
    hero = orders.hero[order]
    product = np.where(hero, world.best_sellers[rng.integers(0, 6, len(order))], product)
    # One line per product and order, in the order of the product numbers.
    key = np.unique(order * len(world.price) + product)
    order, product = key // len(world.price), key % len(world.price)
    hero = orders.hero[order]
    price = world.price[product]
    more = np.where(price < 40, 0.34, np.where(price < 150, 0.16, 0.04))
    if plan.plants(3):  # baskets grow inside every channel
        more = more * np.interp(day[order], [0, 540, 905], [0.86, 0.9, 1.2])
    quantity = 1 + (rng.random(len(order)) < more) + (rng.random(len(order)) < more / 3)
    quantity = np.where(hero, 1, quantity)
    rise = np.interp(day[order], [0, 540, 905], [0.85, 0.865, 1.0])
    # The channel's discount narrows the price, the years raise it; both end in 9.
    asked = np.where(
        hero, price, price * np.where(few[order], 0.77, 1.0) * (rise if plan.plants(3) else 0.95)
    )
    dither = np.where(
        price >= 60, rng.uniform(-4.5, 4.5, len(order)), rng.uniform(0, 1, len(order))
    )
    return Lines(order, product, quantity, np.where(hero, price, nines(asked + dither)))


def _pairs(
    world: World, rng: np.random.Generator, order: Array, product: Array, n: int, hero: Array
) -> tuple[Array, Array]:
    """Add the second product of a pair to some orders that hold the first."""
    added_to, added = [order], [product]
    for first, second in PAIRS:
        holds = np.zeros(n, dtype=bool)
        holds[order[np.isin(product, world.members(first))]] = True
        chosen = np.flatnonzero(holds & ~hero & (rng.random(n) < ADDED))
        seconds = world.members(second)
        weights = world.popularity[seconds] / world.popularity[seconds].sum()
        added_to.append(chosen)
        added.append(rng.choice(seconds, len(chosen), p=weights))
    return np.concatenate(added_to), np.concatenate(added)


def _money(plan: Plan, rng: np.random.Generator, orders: Orders, lines: Lines) -> Orders:
    """Amounts, payment and status. A discount is in whole yuan; post is free from 99 yuan and in shops."""
    n = len(orders.at)
    amount = np.round(np.bincount(lines.order, lines.amount, n), 2)
    share = np.where(orders.campaign > 0, rng.beta(4, 32, n), rng.beta(1.2, 36, n))
    discount = np.where(orders.hero, np.floor(amount * 0.03), np.floor(amount * share))
    online = orders.channel != SHOP
    shipping = np.where(online & (amount < 99), np.where(rng.random(n) < 0.5, 6.0, 8.0), 0.0)
    age = plan.days - orders.at / SECONDS
    u = rng.random(n)
    waiting = (u < 0.002) | ((age < 1) & (u < 0.03))
    cancelled = ~waiting & (rng.random(n) < np.where(online, 0.058, 0.01))
    status = np.full(n, DONE)
    status = np.where(online & (age < 7), SENT, status)
    status = np.where(online & (age < 1.6), PAID, status)
    status = np.where(cancelled, CANCELLED, np.where(waiting, WAITING, status))
    unpaid = waiting | (cancelled & (rng.random(n) < 0.8))
    wait = np.where(online, rng.exponential(150, n) + 8, rng.integers(5, 60, n)).astype(np.int64)
    paid_at = np.minimum(orders.at + np.minimum(wait, 1790), plan.days * SECONDS - 1)
    return replace(
        orders,
        amount=amount,
        discount=discount,
        shipping=shipping,
        status=status,
        paid_at=np.where(unpaid, -1, paid_at),
    )
