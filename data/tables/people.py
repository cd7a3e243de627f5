"""Users: when they came, from where, how much they will buy.

A chunk of users is drawn at once; what they will do later (``rate``, ``taste``, ``leaves``) stays out of the
database and steers the orders.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import duckdb
import numpy as np
from scipy.special import ndtri

from data.seasons import LOYAL, STAY_DAYS, day_of, joining
from data.tables.plan import SECONDS, USERS_PER_CHUNK, Array, Maybe, Plan, Words, append, stamp
from data.tables.world import CHANNELS, DOUYIN, MINI, World

FIRST_USER = 100_001
FIRST_DEVICE = 5_000_000_001  # never a user number: a visitor is coalesce(user_id, device_id)
LIVE_DAYS = (day_of(date(2025, 10, 31)), day_of(date(2025, 11, 11)))
NEVER_BUYS = 0.14
BIG = 0.036
OTHERS = np.cumsum([0.31, 0.19, 0.21, 0.15])  # bounds of APP 小程序 天猫 京东; the rest are shops
PLATFORMS = ("iOS", "Android", "H5", "PC")
VERSIONS = ("4.8", "4.9", "5.0", "5.1", "5.2")
RELEASED = tuple(
    day_of(date.fromisoformat(day))
    for day in ("2023-11-01", "2024-08-12", "2025-04-21", "2025-12-08", "2026-06-08")
)


@dataclass(frozen=True, slots=True)
class People:
    """One chunk: arrays of one length. Times are seconds since the first day of history."""

    first: int  # index of the first user among all
    joined: Array
    live: Array  # 0..1, sticky: how far from 抖音
    taste: Array  # 0..1, sticky: which of the other channels
    channel: Array
    city: Array
    rate: Array  # relative number of orders
    leaves: Array  # day after which nothing is bought
    big: Array
    android: Array
    lag: Array  # days until an update is installed

    @property
    def day(self) -> Array:
        return np.asarray(self.joined // SECONDS)

    def version(self, who: Array, day: Array) -> Array:
        """Which app version these users run on these days."""
        lag = self.lag[who]
        newer = [day >= released + np.minimum(lag, 60) for released in RELEASED[1:]]
        return np.asarray(np.sum(newer, axis=0))


def channel_at(plan: Plan, live: Array, taste: Array, day: Array, in_guangdong: Array) -> Array:
    """The channel that two tastes mean on a day.

    抖音 holds 8% until 2025-06 and 30% from 2025-12 (in 广东, home of the live room, more) and takes from all others
    alike; the others keep their shares of the rest.
    """
    ramp = np.clip((day - day_of(date(2025, 7, 1))) / 165, 0, 1) * plan.plants(3)
    top = np.where(in_guangdong & plan.plants(1), 0.54, 0.262)
    return np.asarray(
        np.where(live < 0.08 + (top - 0.08) * ramp, DOUYIN, 1 + np.searchsorted(OTHERS, taste))
    )


def make_people(plan: Plan, world: World, chunk: int) -> People:
    """Users ``chunk * 60,000`` and following."""
    rng = plan.stream("people", chunk)
    first = chunk * USERS_PER_CHUNK
    n = min(USERS_PER_CHUNK, plan.users - first)
    day = np.sort(rng.choice(plan.days, n, p=joining(plan.days)))
    live, taste = rng.random(n), rng.random(n)
    city = rng.choice(len(world.city), n, p=world.city_share)
    guangdong = world.province_of[city] == world.province.index("广东")
    if plan.plants(4):
        # The live room of the 2025 双11 brings many who are new.
        show = (day >= LIVE_DAYS[0]) & (day <= LIVE_DAYS[1]) & (rng.random(n) < 0.55)
        extra = rng.random(n) < 0.022 * (plan.end >= date(2025, 11, 11))
        day = np.where(extra, rng.integers(LIVE_DAYS[0], LIVE_DAYS[1] + 1, n), day)
        live = np.where(show | extra, live * 0.08, live)
    hour = rng.normal(14.5, 4.5, n) % 24
    joined = (day * SECONDS + hour * 3600).astype(np.int64)
    order = np.argsort(joined, kind="stable")
    joined, city, guangdong = joined[order], city[order], guangdong[order]
    live, taste = live[order], taste[order]
    channel = channel_at(plan, live, taste, joined // SECONDS, guangdong)
    # Dealt evenly within each channel, so that no channel has the big spenders by luck.
    level, size, mood = _deal(np.lexsort((joined, channel)), rng)
    rate = np.exp(-0.3 + 0.72 * ndtri(level)) * (rng.random(n) > NEVER_BUYS)
    big, silent = size < BIG, mood < 0.22
    stays = np.where(rng.random(n) < LOYAL, plan.days, rng.exponential(STAY_DAYS, n))
    leaves = joined // SECONDS + np.maximum(stays, 1).astype(np.int64)
    if plan.plants(9):
        rate *= np.where(big, 8.5, 1.0)
        left = plan.days - rng.integers(95, 176, n)
        leaves = np.where(big & silent & (joined // SECONDS < left - 60), left, leaves)
    if plan.plants(4):
        rate *= np.where(channel == MINI, 1.7, 1.0)
    return People(
        first=first,
        joined=joined,
        live=live,
        taste=taste,
        channel=channel,
        city=city,
        rate=rate,
        leaves=leaves,
        big=big,
        android=rng.random(n) < 0.58,
        lag=rng.exponential(6.0, n).astype(np.int64),
    )


def _deal(order: Array, rng: np.random.Generator) -> Array:
    """Three numbers in 0..1 per user that cover the cube evenly over any run of ``order``.

    The R3 sequence (Roberts 2018, "The unreasonable effectiveness of quasirandom sequences").
    """
    steps = 1.2207440846057596 ** -np.arange(1.0, 4.0)
    dealt = np.empty((3, len(order)))
    dealt[:, order] = (np.outer(steps, np.arange(len(order))) + rng.random((3, 1))) % 1
    return np.clip(dealt, 1e-9, 1 - 1e-9)


def spent_levels(spent: Array) -> Array:
    """Member level by money spent: 普通, 银卡, 金卡, 黑金."""
    return np.searchsorted([600.0, 2400.0, 7000.0], spent, side="right")


def write_people(
    con: duckdb.DuckDBPyConnection,
    plan: Plan,
    world: World,
    people: People,
    spent: Array,
    chunk: int,
) -> None:
    """Append this chunk to users; 0.5% lose their city, a third of a hundredth has no phone."""
    rng = plan.stream("user rows", chunk)
    n = len(people.joined)
    born = np.clip(1994 - rng.normal(0, 9, n), 1955, 2008).astype(np.int64)
    gender = rng.choice(3, n, p=[0.37, 0.56, 0.07])
    prefix = np.array([130, 135, 136, 138, 139, 150, 151, 158, 176, 180, 186, 187, 189, 198])
    phone = prefix[rng.integers(0, len(prefix), n)] * 10**8 + rng.integers(0, 10**8, n)
    no_phone = rng.random(n) < 0.035
    city = people.city
    lost = rng.permutation(n) < round(n * 0.005) if plan.plants(10) else np.zeros(n, dtype=bool)
    append(
        con,
        "users",
        {
            "user_id": FIRST_USER + people.first + np.arange(n),
            "register_time": stamp(people.joined),
            "register_channel": Words(people.channel, CHANNELS),
            "gender": Words(gender, ("男", "女", "未知")),
            "birth_year": Maybe(born, rng.random(n) < 0.04),
            "province": Words(world.province_of[city], world.province),
            "city": Words(np.where(lost, -1, city), world.city),
            "city_tier": Words(world.tier_of[city], ("一线", "新一线", "二线", "三线及以下")),
            "member_level": Words(spent_levels(spent), ("普通", "银卡", "金卡", "黑金")),
            "phone": Maybe(phone.astype(str).astype(object), no_phone),
        },
    )
