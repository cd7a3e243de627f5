"""The small tables that everything refers to: places, products, stores, campaigns, regions.

Made once per run and small at any scale. Also holds them as arrays for the modules that draw from them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import duckdb
import numpy as np

from data.catalogue import BRANDS, CATEGORIES, subcategories
from data.places import REGIONS, STORE_SPOTS, cities
from data.seasons import campaigns, day_of
from data.tables.plan import Array, Plan, append, day_stamp

CHANNELS = ("抖音", "APP", "小程序", "天猫", "京东", "线下门店")
DOUYIN, APP, MINI, TMALL, JD, SHOP = range(6)
PRODUCTS = 800
STORES = 150
BEST_SELLERS = (
    "口红",
    "精华",
    "面膜",
    "防晒霜",
    "洗面奶",
    "香水",
)  # one product of each, in 广东 on 抖音
PAIRS = (("咖啡豆", "滤纸"), ("猫粮", "猫砂"), ("隔离霜", "卸妆油"))


@dataclass(frozen=True, slots=True)
class World:
    """Columns of the small tables; ``*_of`` arrays hold codes into the others."""

    city: tuple[str, ...]
    province: tuple[str, ...]
    tier_of: Array  # city → tier 0..3
    province_of: Array  # city → province
    region_of: Array  # city → region
    city_share: Array
    product_name: tuple[str, ...]
    category_of: Array  # product → category
    subcategory_of: Array
    subcategory: tuple[str, ...]
    popularity: Array  # product → share of lines
    price: Array  # yuan
    cost: Array
    launch_day: Array  # may be negative: before history
    elder: Array  # product → a product of its subcategory sold since the start
    store_city: Array
    store_open: Array
    store_elder: Array  # store → a store nearby open since the start
    best_sellers: Array
    robot: int  # the product whose quality falls

    def members(self, subcategory: str) -> Array:
        """Product indexes of one subcategory."""
        return np.flatnonzero(self.subcategory_of == self.subcategory.index(subcategory))


def nines(price: Array) -> Array:
    """Prices as a shop writes them: the last digit is a 9 (129, 1299; below 60 also 19.9)."""
    tens = np.maximum(np.round((price + 1) / 10) * 10 - 1, 9)
    return np.asarray(np.where(price < 60, np.maximum(np.floor(price), 6) + 0.9, tens))


def make_world(plan: Plan) -> tuple[World, list[str]]:
    """The world of this seed, and the brand of each product."""
    rng = plan.stream("world")
    places = cities()
    provinces = tuple(dict.fromkeys(row[1] for row in places))
    tiers = ("一线", "新一线", "二线", "三线及以下")
    share = np.array([row[4] for row in places])
    goods, brands = _products(rng)
    store_city, store_open, store_elder = _stores(rng, places, share)
    world = World(
        city=tuple(row[0] for row in places),
        province=provinces,
        tier_of=np.array([tiers.index(row[3]) for row in places]),
        province_of=np.array([provinces.index(row[1]) for row in places]),
        region_of=np.array([REGIONS.index(row[2]) for row in places]),
        city_share=share,
        store_city=store_city,
        store_open=store_open,
        store_elder=store_elder,
        **goods,
    )
    return world, brands


def _products(rng: np.random.Generator) -> tuple[dict[str, Any], list[str]]:
    kinds = subcategories()
    counts = np.full(len(kinds), PRODUCTS // len(kinds))
    counts[: PRODUCTS - counts.sum()] += 1
    kind_of = np.repeat(np.arange(len(kinds)), counts)
    names: list[str] = []
    brands: list[str] = []
    for kind, count in zip(kinds, counts, strict=True):
        sold_by = BRANDS[kind.category].split()
        every = [
            (brand, f"{brand}{style}{noun} {size}")
            for brand in sold_by
            for style in kind.styles
            for noun in kind.nouns
            for size in kind.sizes
        ]
        chosen = rng.permutation(len(every))[:count]
        names += [every[i][1] for i in chosen]
        brands += [every[i][0] for i in chosen]
    rank = np.concatenate([np.arange(count) for count in counts])
    low = np.array([kind.lowest for kind in kinds])[kind_of]
    high = np.array([kind.highest for kind in kinds])[kind_of]
    price = nines(low * (high / low) ** rng.beta(1.6, 2.2, PRODUCTS))
    # A leader sells most of its subcategory where two are bought together: the pair shows at product level too.
    leads = {name for pair in PAIRS for name in pair}
    led = np.array([kind.name in leads for kind in kinds])[kind_of]
    popularity = 1 / (rank + 2.0) ** np.where(led, 1.6, 0.7)
    popularity *= (
        np.array([kind.share for kind in kinds])[kind_of]
        / np.bincount(kind_of, popularity)[kind_of]
    )
    launch = np.where(
        (rng.random(PRODUCTS) < 0.18) & (rank > 1),
        rng.integers(20, 880, PRODUCTS),
        -rng.integers(30, 900, PRODUCTS),
    )
    firsts = np.flatnonzero(rank == 0)
    named = {kind.name: first for kind, first in zip(kinds, firsts, strict=True)}
    best = np.array([named[name] for name in BEST_SELLERS])
    price[best] = (219, 299, 189, 179, 159, 259)
    robot = int(named["扫地机器人"])
    price[robot] = 1299
    popularity[robot] *= 3
    goods = {
        "product_name": tuple(names),
        "category_of": np.array([CATEGORIES.index(kind.category) for kind in kinds])[kind_of],
        "subcategory_of": kind_of,
        "subcategory": tuple(kind.name for kind in kinds),
        "popularity": popularity / popularity.sum(),
        "price": price,
        "cost": np.round(price * rng.uniform(0.42, 0.68, PRODUCTS), 2),
        "launch_day": launch,
        "elder": firsts[kind_of],
        "best_sellers": best,
        "robot": robot,
    }
    return goods, brands


def _stores(
    rng: np.random.Generator, places: list[tuple[str, str, str, str, float]], share: Array
) -> tuple[Array, Array, Array]:
    """(city, opening day, a neighbour open since the start) of each store; every province has one."""
    provinces = [row[1] for row in places]
    capitals = np.array([provinces.index(name) for name in dict.fromkeys(provinces)])
    rest = rng.choice(len(places), STORES - len(capitals), p=share)
    where = np.concatenate([capitals, rest])
    opened = -rng.integers(60, 2200, STORES)
    late = np.arange(STORES) >= STORES - 24
    opened[late] = rng.integers(30, 860, int(late.sum()))
    capital_of = {provinces[c]: i for i, c in enumerate(capitals)}
    elder = np.array([capital_of[provinces[c]] for c in where])
    return where, opened, elder


def write_world(
    con: duckdb.DuckDBPyConnection, plan: Plan, world: World, brands: list[str]
) -> None:
    """Fill products, stores, regions and campaigns."""
    kinds = subcategories()
    append(
        con,
        "products",
        {
            "product_id": np.arange(1, PRODUCTS + 1),
            "product_name": world.product_name,
            "brand": brands,
            "category": [CATEGORIES[i] for i in world.category_of],
            "subcategory": [kinds[i].name for i in world.subcategory_of],
            "list_price": world.price,
            "cost_price": world.cost,
            "launch_date": day_stamp(world.launch_day),
        },
    )
    _write_stores(con, plan, world)
    region = dict(zip(world.province_of, world.region_of, strict=True))
    append(
        con,
        "regions",
        {
            "province": world.province,
            "region": [REGIONS[region[i]] for i in range(len(world.province))],
        },
    )
    _write_campaigns(con, plan)


def _write_stores(con: duckdb.DuckDBPyConnection, plan: Plan, world: World) -> None:
    """Named by city and spot: two stores of one city never share a spot, the next free one is taken."""
    rng = plan.stream("world rows")
    spots = rng.permutation(len(STORE_SPOTS) * STORES)[:STORES] % len(STORE_SPOTS)
    names: dict[str, None] = {}
    for city, spot in zip(world.store_city, spots, strict=True):
        while (name := f"{world.city[city]}{STORE_SPOTS[spot]}店") in names:
            spot = (spot + 1) % len(STORE_SPOTS)
        names[name] = None
    append(
        con,
        "stores",
        {
            "store_id": np.arange(1, STORES + 1),
            "store_name": list(names),
            "region": [REGIONS[world.region_of[c]] for c in world.store_city],
            "province": [world.province[world.province_of[c]] for c in world.store_city],
            "city": [world.city[c] for c in world.store_city],
            "store_type": np.where(rng.random(STORES) < 0.6, "直营", "加盟").tolist(),
            "open_date": day_stamp(world.store_open),
        },
    )


def _write_campaigns(con: duckdb.DuckDBPyConnection, plan: Plan) -> None:
    names = ("campaign_name", "campaign_type", "channel", "start_date", "end_date", "budget")
    rows = [row for row in campaigns() if row[3] <= plan.end]
    told = {name: [row[i] for row in rows] for i, name in enumerate(names)}
    append(con, "campaigns", {"campaign_id": np.arange(1, len(rows) + 1), **told})


def campaign_calendar(days: int) -> Array:
    """(channel, day) → campaign id, 0 for none. A campaign of one channel goes before one of all."""
    table = np.zeros((len(CHANNELS), days), dtype=np.int64)
    rows = list(enumerate(campaigns(), 1))
    for number, (_, _, channel, first, last, _) in sorted(rows, key=lambda r: r[1][2] != "全渠道"):
        where = slice(None) if channel == "全渠道" else CHANNELS.index(channel)
        table[where, day_of(first) : day_of(last) + 1] = number
    return table


def since(when: date) -> int:
    """Seconds from the first moment of history to the first moment of ``when``."""
    return day_of(when) * 86_400
