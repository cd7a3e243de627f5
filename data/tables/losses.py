"""Orders that never came, or came oddly: the planted outage, the broken app version, the bulk buyer.

Works on one chunk in memory, before anything is written. Each effect can be switched off.
"""

from __future__ import annotations

from datetime import date

import numpy as np

from data.places import REGIONS
from data.seasons import day_of
from data.tables.orders import DONE, Lines, Orders
from data.tables.people import People
from data.tables.plan import SECONDS, Array, Plan, spread
from data.tables.world import APP, World

APRIL, MAY, JUNE = (day_of(date(2026, month, 1)) for month in (4, 5, 6))
OUTAGE = (day_of(date(2026, 5, 6)), day_of(date(2026, 5, 28)))  # best sellers at 广州仓
BROKEN_FROM = day_of(date(2026, 6, 8))
BULK_DAY = day_of(date(2026, 3, 15))
BULK_ORDERS = 400
# May against April 2026 by region: a fall in 华南, elsewhere a little growth.
GROWTH = {"华东": 0.021, "华北": 0.017, "华中": 0.024, "西南": 0.019, "西北": 0.028, "东北": 0.014}
FALL = -0.22
REST_OF_SOUTH = 0.004


def broken_app(plan: Plan, people: People, orders: Orders) -> Array:
    """Orders lost between cart and submission on Android app 5.2: 40% of them."""
    rng = plan.stream("broken app", people.first)
    android = people.android[orders.owner] & (orders.channel == APP)
    hit = android & (orders.version == 4) & (orders.at // SECONDS >= BROKEN_FROM)
    lost = np.zeros(len(hit), dtype=bool)
    lost[hit] = spread(int(hit.sum()), rng) < 0.40 * plan.plants(5)
    return lost


def _trim(
    lost: Array, rng: np.random.Generator, money: Array, before: Array, after: Array, growth: float
) -> None:
    """Mark orders of either month as lost until ``after`` stands ``growth`` above ``before``."""
    b, a = money[before].sum(), money[after].sum()
    too_much_after = a - b * (1 + growth)
    rows, surplus = (
        (after, too_much_after) if too_much_after > 0 else (before, b - a / (1 + growth))
    )
    order = rng.permutation(rows)
    running = np.cumsum(money[order])
    lost[order[: np.searchsorted(running, surplus)]] = True


def level_may(plan: Plan, world: World, orders: Orders, chunk: int) -> Array:
    """Orders lost to the outage of 2026-05, and the few whose loss sets the other regions' small growth."""
    lost = np.zeros(len(orders.at), dtype=bool)
    if not plan.plants(1) or plan.days < JUNE:
        return lost
    rng = plan.stream("outage", chunk)
    day = orders.paid_at // SECONDS
    money = orders.paid * orders.counted
    region = world.region_of[orders.city]
    in_april = orders.counted & (day >= APRIL) & (day < MAY)
    in_may = orders.counted & (day >= MAY) & (day < JUNE)
    for name, growth in GROWTH.items():
        here = region == REGIONS.index(name)
        _trim(
            lost, rng, money, np.flatnonzero(in_april & here), np.flatnonzero(in_may & here), growth
        )
    south = region == REGIONS.index("华南")
    rest = south & ~orders.hero
    _trim(
        lost,
        rng,
        money,
        np.flatnonzero(in_april & rest),
        np.flatnonzero(in_may & rest),
        REST_OF_SOUTH,
    )
    hero = orders.hero & south
    left = ~lost
    april = money[in_april & south & left].sum()
    may_rest = money[in_may & rest & left].sum()
    allowed = april * (1 + FALL) - may_rest  # what the best sellers may still bring in May
    heroes = np.flatnonzero(in_may & hero)
    out = (day[heroes] >= OUTAGE[0]) & (day[heroes] <= OUTAGE[1])
    # Those of the outage are lost first, then as many of the other days as the planted fall needs.
    queue = np.concatenate([rng.permutation(heroes[out]), rng.permutation(heroes[~out])])
    running = np.cumsum(money[queue])
    excess = running[-1] - max(allowed, 0.0) if len(queue) else 0.0
    need = int(np.searchsorted(running, excess)) if excess > 0 else 0
    lost[queue[:need]] = True
    return lost


def add_bulk_buyer(
    plan: Plan, world: World, people: People, orders: Orders, lines: Lines, chunk: int
) -> tuple[Orders, Lines]:
    """400 orders of one product by one user of 成都 on one day."""
    if chunk or not plan.plants(8) or plan.days <= BULK_DAY:
        return orders, lines
    rng = plan.stream("bulk")
    chengdu = world.city.index("成都")
    buyers = np.flatnonzero((people.city == chengdu) & (people.day < BULK_DAY - 60))
    if not len(buyers):  # a very small business may have none
        return orders, lines
    buyer = int(buyers[0])
    product = int(world.members("坚果")[0])
    at = np.sort(BULK_DAY * SECONDS + rng.integers(9 * 3600, 17 * 3600, BULK_ORDERS))
    price = np.full(BULK_ORDERS, world.price[product])
    same = {"owner": buyer, "channel": APP, "city": chengdu, "store": -1, "campaign": 0}
    bulk = Orders(
        **{name: np.full(BULK_ORDERS, value) for name, value in same.items()},
        at=at,
        hero=np.zeros(BULK_ORDERS, dtype=bool),
        version=people.version(np.full(BULK_ORDERS, buyer), at // SECONDS),
        paid_at=at + rng.integers(5, 60, BULK_ORDERS),
        status=np.full(BULK_ORDERS, DONE),
        amount=price,
        discount=np.zeros(BULK_ORDERS),
        shipping=np.zeros(BULK_ORDERS),
    )
    n = len(orders.at)
    both = Orders(
        **{
            name: np.concatenate([getattr(orders, name), getattr(bulk, name)])
            for name in Orders.__slots__
        }
    )
    more = Lines(
        np.concatenate([lines.order, n + np.arange(BULK_ORDERS)]),
        np.concatenate([lines.product, np.full(BULK_ORDERS, product)]),
        np.concatenate([lines.quantity, np.ones(BULK_ORDERS, dtype=np.int64)]),
        np.concatenate([lines.price, price]),
    )
    return both, more


def in_time_order(orders: Orders, lines: Lines) -> tuple[Orders, Lines]:
    """Orders by time, lines by order."""
    by_time = np.argsort(orders.at, kind="stable")
    place = np.empty(len(by_time), dtype=np.int64)
    place[by_time] = np.arange(len(by_time))
    moved = place[lines.order]
    by_order = np.lexsort((lines.product, moved))
    columns = (lines.product, lines.quantity, lines.price)
    return orders.take(by_time), Lines(moved[by_order], *(x[by_order] for x in columns))
