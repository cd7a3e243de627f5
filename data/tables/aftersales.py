"""What follows an order: refunds and reviews, the failing robot vacuum among them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import duckdb
import numpy as np

from data import words
from data.catalogue import CATEGORIES, subcategories
from data.seasons import day_of
from data.tables.orders import DONE, REFUNDED, Lines, Orders
from data.tables.plan import SECONDS, Array, Plan, Words, append, spread, stamp
from data.tables.world import World

FAILS_FROM = day_of(date(2026, 4, 1))
REASONS = ("质量问题", "尺码不合", "物流太慢", "不想要了", "描述不符")
WEAR = CATEGORIES.index("服饰鞋包")
# 1 to 5 stars: goods as usual, the robot before and after its fall (means 4.6 and 2.9)
STARS = {
    "usual": (0.035, 0.045, 0.10, 0.27, 0.55),
    "robot": (0.01, 0.02, 0.05, 0.20, 0.72),
    "fallen": (0.22, 0.22, 0.18, 0.20, 0.18),
}


def _failed(plan: Plan, world: World, orders: Orders, lines: Lines) -> tuple[Array, Array]:
    """(is the robot, is the robot bought after its fall) per line."""
    robot = lines.product == world.robot
    late = orders.at[lines.order] // SECONDS >= FAILS_FROM
    return robot, robot & late & plan.plants(2)


def make_refunds(
    plan: Plan, world: World, orders: Orders, lines: Lines, chunk: int
) -> tuple[Orders, dict[str, Array]]:
    """Refunds by line; an order whose every line is refunded becomes 已退款."""
    rng = plan.stream("refunds", chunk)
    paid = orders.counted[lines.order]
    robot, failed = _failed(plan, world, orders, lines)
    wear = world.category_of[lines.product] == WEAR
    chance = np.where(wear, 0.048, np.where(world.price[lines.product] > 300, 0.036, 0.023))
    u = rng.random(len(paid))
    for group, rate in ((robot & ~failed & paid, 0.075), (failed & paid, 0.25)):
        u[group] = spread(int(group.sum()), rng)
        chance[group] = rate
    paid_at = orders.paid_at[lines.order]
    at = paid_at + (SECONDS * (0.4 + rng.gamma(2.2, 1.9, len(paid)))).astype(np.int64)
    back = np.flatnonzero(paid & (u < chance) & (at < plan.days * SECONDS))
    back = back[np.argsort(at[back], kind="stable")]
    total = np.bincount(lines.order, minlength=len(orders.at))
    returned = np.bincount(lines.order[back], minlength=len(orders.at))
    status = np.where((returned == total) & (total > 0), REFUNDED, orders.status)
    share = 1 - orders.discount / np.maximum(orders.amount, 0.01)
    kinds = np.where(
        wear[back][:, None], [[0.18, 0.62, 0.70, 0.90, 1.0]], [[0.24, 0.26, 0.46, 0.80, 1.0]]
    )
    reason = (rng.random(len(back))[:, None] >= kinds[:, :4]).sum(axis=1)
    reason = np.where(failed[back] & (rng.random(len(back)) < 0.86), 0, reason)
    return replace(orders, status=status), {
        "order": lines.order[back],
        "product": lines.product[back],
        "at": at[back],
        "amount": np.round(lines.amount[back] * share[lines.order[back]], 2),
        "reason": reason,
    }


def make_reviews(
    plan: Plan, world: World, orders: Orders, lines: Lines, chunk: int
) -> dict[str, Array]:
    """About one completed line in ten is reviewed, some days after it was paid."""
    rng = plan.stream("reviews", chunk)
    robot, failed = _failed(plan, world, orders, lines)
    done = np.isin(orders.status, (DONE, REFUNDED))[lines.order]
    at = orders.paid_at[lines.order] + (SECONDS * (2.2 + rng.gamma(1.6, 2.4, len(done)))).astype(
        np.int64
    )
    done &= (at < plan.days * SECONDS) & (orders.paid_at[lines.order] >= 0)
    chosen = np.flatnonzero(done & (rng.random(len(done)) < np.where(robot, 0.45, 0.089)))
    chosen = chosen[np.argsort(at[chosen], kind="stable")]
    u = rng.random(len(chosen))
    rating = 1 + (u[:, None] >= np.cumsum(STARS["usual"])[:4]).sum(axis=1)
    # The fall is a fall of the reviews: from that day on they complain, whenever the robot was bought.
    fallen = failed[chosen] | (
        robot[chosen] & (at[chosen] // SECONDS >= FAILS_FROM) & plan.plants(2)
    )
    for group, stars in ((robot[chosen] & ~fallen, "robot"), (fallen, "fallen")):
        even = spread(int(group.sum()), rng)
        rating[group] = 1 + (even[:, None] >= np.cumsum(STARS[stars])[:4]).sum(axis=1)
    return {
        "order": lines.order[chosen],
        "product": lines.product[chosen],
        "owner": orders.owner[lines.order[chosen]],
        "rating": rating,
        "at": at[chosen],
        "content": _texts(rng, world, lines.product[chosen], rating, fallen),
    }


def kind_of_robots(world: World) -> int:
    """The subcategory of the robot vacuums: all are praised in the same words."""
    return int(world.subcategory_of[world.robot])


def _pick(rng: np.random.Generator, choices: list[str], n: int) -> Array:
    return np.array(choices, dtype=object)[rng.integers(0, len(choices), n)]


def _texts(
    rng: np.random.Generator, world: World, product: Array, rating: Array, fallen: Array
) -> Array:
    """What each reviewer writes: praise, complaint, or one against the other, as the stars say."""
    n = len(rating)
    good, second, bad = (np.empty(n, dtype=object) for _ in range(3))
    kind_of = world.subcategory_of[product]
    for code, kind in enumerate(subcategories()):
        praise, blame = words.parts(kind.category, kind.name)
        here = np.flatnonzero(kind_of == code)
        good[here] = _pick(rng, praise, len(here))
        second[here] = _pick(rng, praise, len(here))
        bad[here] = _pick(rng, blame, len(here))
    well = np.flatnonzero(kind_of == kind_of_robots(world))
    ill = np.flatnonzero(fallen)
    good[well] = _pick(rng, words.WORKING, len(well))
    bad[ill] = _pick(rng, words.FAILING, len(ill))
    calm = [part for part in words.WORKING if "噪音" not in part and "续航" not in part]
    good[ill] = _pick(rng, calm, len(ill))
    mild = [part for name in ("物流", "包装", "价格") for part in words.ANY[name][1].split("|")]
    bad = np.where(rating == 4, _pick(rng, mild, n), bad)
    opening = _pick(rng, words.OPENINGS, n)
    again = np.where(good == second, "", "，" + second)
    turned = np.where(
        rng.random(n) < 0.5,
        good + _pick(rng, words.TURNS, n) + bad,
        _pick(rng, words.CONCESSIONS, n) + good + _pick(rng, words.BUTS, n) + bad,
    )
    praised = np.where(rng.random(n) < 0.6, good + again, good) + _pick(rng, words.HAPPY, n)
    mixed = turned + _pick(rng, words.EVEN, n)
    blamed = np.where(rng.random(n) < 0.25, turned, bad) + _pick(rng, words.UNHAPPY, n)
    four = np.where(rng.random(n) < 0.45, mixed, good + _pick(rng, words.HAPPY, n))
    return np.asarray(
        opening + np.select([rating >= 5, rating == 4, rating == 3], [praised, four, mixed], blamed)
    )


def write_refunds(
    con: duckdb.DuckDBPyConnection, refunds: dict[str, Array], first_order: int, last: int
) -> int:
    """Append refunds of orders numbered from ``first_order``, after refund ``last``; returns the rows."""
    return append(
        con,
        "refunds",
        {
            "refund_id": last + 1 + np.arange(len(refunds["order"])),
            "order_id": first_order + refunds["order"],
            "product_id": 1 + refunds["product"],
            "refund_time": stamp(refunds["at"]),
            "refund_amount": refunds["amount"],
            "reason": Words(refunds["reason"], REASONS),
        },
    )


def write_reviews(
    con: duckdb.DuckDBPyConnection,
    plan: Plan,
    reviews: dict[str, Array],
    first_user: int,
    first_order: int,
    last: int,
    chunk: int,
) -> int:
    """Append reviews after review ``last``; returns the rows."""
    reviewed = first_order + reviews["order"]
    if chunk == 0 and plan.plants(10):
        # Fifteen reviews name an order that does not exist.
        strays = plan.stream("strays").choice(len(reviewed), min(15, len(reviewed)), replace=False)
        reviewed[strays] = 19_990_000_001 + np.arange(len(strays))
    return append(
        con,
        "reviews",
        {
            "review_id": last + 1 + np.arange(len(reviewed)),
            "order_id": reviewed,
            "product_id": 1 + reviews["product"],
            "user_id": first_user + reviews["owner"],
            "rating": reviews["rating"],
            "content": reviews["content"].tolist(),
            "review_time": stamp(reviews["at"]),
        },
    )
