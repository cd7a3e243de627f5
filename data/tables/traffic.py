"""The event log: sessions that end in an order, carts that are left, people who only look.

A session is a row of a table of possible steps; the steps that happened become events. Every online order of
the chunk has its session, with the submission and the payment at the order's own times.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import duckdb
import numpy as np

from data.seasons import day_of
from data.tables.orders import Lines, Orders
from data.tables.people import (
    FIRST_DEVICE,
    FIRST_USER,
    PLATFORMS,
    RELEASED,
    VERSIONS,
    People,
    channel_at,
)
from data.tables.plan import SECONDS, Array, Maybe, Plan, Words, append, stamp
from data.tables.world import APP, CHANNELS, JD, SHOP, TMALL, World, campaign_calendar

NAMES = ("浏览首页", "搜索", "浏览商品", "收藏", "加购", "提交订单", "支付成功", "分享", "领券")
STEPS = np.array(
    [0, 1, 8, 2, 2, 2, 3, 7, 4, 5, 6]
)  # the order of steps in a session, as event names
HOME, SEARCH, COUPON, LOOK, LOOK2, LOOK3, LIKE, SHARE, CART, SUBMIT, PAY = range(11)
#        首页  搜索  领券  商品  商品  商品  收藏  分享  加购  提交  支付
BUYING = (0.68, 0.48, 0.10, 0.35, 0.60, 1.0, 0.12, 0.03, 1.0, 1.0, 1.0)
LOOKING = (0.75, 0.45, 0.06, 0.25, 0.45, 0.72, 0.08, 0.03, 0.40, 0.0, 0.0)
LOOKS_PER_USER = 12.2
LOST_DAY = day_of(date(2026, 2, 8))


@dataclass(frozen=True, slots=True)
class Sessions:
    """One row per session. ``owner`` is -1 for a device that never logs in."""

    owner: Array
    device: Array
    at: Array  # of the submission in a buying session, of the start in the others
    gap: Array  # seconds between steps
    paid_at: Array  # -1 where nothing is paid
    channel: Array
    product: Array
    campaign: Array
    version: Array  # -1 outside the app
    platform: Array
    kind: Array  # 0 looking, 1 buying, 2 a cart that the broken version loses


def _buying(
    orders: Orders, product: Array, kind: int, people: People, rng: np.random.Generator
) -> Sessions:
    owner, n = orders.owner, len(orders.at)
    gap = np.minimum(rng.uniform(8, 70, n), (orders.at - people.joined[owner]) / 10)
    platform, version = _platforms(orders.channel, people.android[owner], orders.version, rng)
    return Sessions(
        owner=owner,
        device=FIRST_DEVICE + people.first + owner,
        at=orders.at,
        gap=gap,
        paid_at=orders.paid_at,
        channel=orders.channel,
        product=product,
        campaign=orders.campaign,
        version=version,
        platform=platform,
        kind=np.full(n, kind),
    )


def _platforms(
    channel: Array, android: Array, version: Array, rng: np.random.Generator
) -> tuple[Array, Array]:
    """(platform, version): the app knows its version, everything else is a web page."""
    desk = np.isin(channel, (TMALL, JD)) & (rng.random(len(channel)) < 0.35)
    platform = np.where(channel == APP, android.astype(int), np.where(desk, 3, 2))
    return platform, np.where(channel == APP, version, -1)


def _looking(
    plan: Plan, world: World, people: People, orders: Orders, chunk: int, rng: np.random.Generator
) -> Sessions:
    """Visits without an order, around the days on which people buy."""
    n = round(len(people.joined) * LOOKS_PER_USER)
    model = rng.integers(0, len(orders.at), n)
    known = rng.random(n) < 0.62
    owner = orders.owner[model]
    shift = rng.laplace(0, 9 * SECONDS, n).astype(np.int64)
    at = orders.at[model] + np.where(known, shift, shift // 3)
    last = plan.days * SECONDS - 900
    at = np.where((at < 0) | (at > last), orders.at[model] - 900, at)
    at = np.where(known, np.maximum(at, people.joined[owner] + 5), np.maximum(at, 0))
    at = np.minimum(at, last)
    day = at // SECONDS
    guangdong = world.province_of[people.city[owner]] == world.province.index("广东")
    usual = channel_at(plan, people.live[owner], people.taste[owner], day, guangdong)
    other = rng.choice(5, n, p=[0.08, 0.5, 0.25, 0.1, 0.07])
    channel = np.where(known & (rng.random(n) < 0.6) & (usual != SHOP), usual, other)
    strangers = max(int(n * 0.2), 1)
    stranger = 10**9 + chunk * 10**6 + rng.integers(0, strangers, n)
    lag = rng.exponential(6.0, n)
    fresh = np.sum([day >= released + lag for released in RELEASED[1:]], axis=0)
    version = np.where(known, people.version(owner, day), fresh)
    android = np.where(known, people.android[owner], stranger % 100 < 58)
    platform, version = _platforms(channel, android, version, rng)
    popular = np.cumsum(world.popularity)
    return Sessions(
        owner=np.where(known, owner, -1),
        device=FIRST_DEVICE + np.where(known, people.first + owner, stranger),
        at=at,
        gap=rng.uniform(6, 80, n),
        paid_at=np.full(n, -1),
        channel=channel,
        product=_launched(
            world, np.minimum(np.searchsorted(popular, rng.random(n)), len(popular) - 1), day
        ),
        campaign=campaign_calendar(plan.days)[channel, day],
        version=version,
        platform=platform,
        kind=np.zeros(n, dtype=np.int64),
    )


def _launched(world: World, product: Array, day: Array) -> Array:
    return np.asarray(np.where(world.launch_day[product] > day, world.elder[product], product))


def _together(parts: list[Sessions]) -> Sessions:
    names = Sessions.__slots__
    return Sessions(**{name: np.concatenate([getattr(p, name) for p in parts]) for name in names})


def _steps(sessions: Sessions, rng: np.random.Generator) -> Array:
    """(session, step) booleans: which steps happened."""
    chance = np.array([LOOKING, BUYING, BUYING])[sessions.kind]
    happened = rng.random(chance.shape, dtype=np.float32) < chance
    happened[:, PAY] &= sessions.paid_at >= 0
    happened[sessions.kind == 2, SUBMIT:] = False
    nobody = sessions.owner < 0
    for step in (COUPON, LIKE, CART):  # these ask for a login
        happened[nobody, step] = False
    happened[:, CART] &= happened[:, LOOK3]
    happened[:, LIKE] &= happened[:, LOOK3]
    happened[:, SHARE] &= happened[:, LOOK3]
    happened[~happened.any(axis=1), HOME] = True
    return np.asarray(happened)


def _times(plan: Plan, sessions: Sessions, which: Array, step: Array) -> Array:
    """When each step happened: before and after the submission of a buying session, from the start of others."""
    buying = sessions.kind[which] > 0
    passed = np.where(buying, step - SUBMIT, step) * sessions.gap[which]
    at = sessions.at[which] + passed.astype(np.int64)
    at = np.where(step == PAY, sessions.paid_at[which], at)
    return np.asarray(np.clip(at, 0, plan.days * SECONDS - 1))


def _logged(plan: Plan, at: Array, rng: np.random.Generator) -> Array:
    """Which events of times ``at`` reach the log: most of one day is lost, a few come twice."""
    kept = np.arange(len(at))
    if plan.plants(8):
        lost = (at // SECONDS == LOST_DAY) & (rng.random(len(at)) < 0.70)
        kept = kept[~lost]
    if plan.plants(10):
        twice = rng.choice(kept, round(len(kept) * 0.003), replace=False)
        kept = np.sort(np.concatenate([kept, twice]))
    return kept


def write_events(
    con: duckdb.DuckDBPyConnection,
    plan: Plan,
    world: World,
    people: People,
    orders: Orders,
    lines: Lines,
    abandoned: tuple[Orders, Array],
    chunk: int,
    numbers: tuple[int, int],
) -> tuple[int, int]:
    """Append the chunk's events. ``numbers``: last event and session used; returns the new ones."""
    rng = plan.stream("events", chunk)
    firsts = np.searchsorted(lines.order, np.arange(len(orders.at)))
    online = orders.channel != SHOP
    sessions = _together(
        [
            _buying(orders.take(online), lines.product[firsts][online], 1, people, rng),
            _buying(abandoned[0], abandoned[1], 2, people, rng),
            _looking(plan, world, people, orders, chunk, rng),
        ]
    )
    which, step = np.nonzero(_steps(sessions, rng))
    at = _times(plan, sessions, which, step)
    order = np.lexsort((step, at))
    kept = _logged(plan, at[order], rng)
    rows = order[kept]
    which, step, at = which[rows], step[rows], at[rows]
    before_login = (rng.random(len(sessions.at)) < 0.22)[which] & (step <= SEARCH)
    owner = sessions.owner[which]
    product = sessions.product[which]
    passing = (step == LOOK) | (step == LOOK2)
    glanced = np.searchsorted(np.cumsum(world.popularity), rng.random(len(step)))
    glanced = _launched(world, np.minimum(glanced, len(world.price) - 1), at // SECONDS)
    campaign = sessions.campaign[which]
    offered = np.isin(step, (COUPON, SUBMIT, PAY)) & (campaign > 0)
    append(
        con,
        "events",
        {
            "event_id": numbers[0] + 1 + kept,
            "user_id": Maybe(FIRST_USER + people.first + owner, (owner < 0) | before_login),
            "device_id": sessions.device[which],
            "session_id": numbers[1] + 1 + which,
            "event_time": stamp(at),
            "event_name": Words(STEPS[step], NAMES),
            "channel": Words(sessions.channel[which], CHANNELS),
            "platform": Words(sessions.platform[which], PLATFORMS),
            "app_version": Words(sessions.version[which], VERSIONS),
            "product_id": Maybe(1 + np.where(passing, glanced, product), step < LOOK),
            "campaign_id": Maybe(campaign, ~offered),
        },
    )
    return numbers[0] + len(order), numbers[1] + len(sessions.at)
