"""Write the demo business into one DuckDB file: ``python -m data.generate``.

Seeded and deterministic: the same seed, scale and end give the same rows. Users are drawn in chunks of 60,000 and
each chunk is written with everything it did before the next begins, so memory does not grow with the scale.
What is planted is measured back by ``data.truths`` and written beside the database.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from time import perf_counter
from typing import Any

import duckdb
import numpy as np
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from data.tables.aftersales import make_refunds, make_reviews, write_refunds, write_reviews
from data.tables.losses import add_bulk_buyer, broken_app, in_time_order, level_may
from data.tables.orders import STATUSES, Lines, Orders, make_orders
from data.tables.people import FIRST_USER, People, make_people, write_people
from data.tables.plan import SECONDS, USERS_PER_CHUNK, Array, Maybe, Plan, Words, append, stamp
from data.tables.schema import statements
from data.tables.snapshots import write_ads, write_inventory, write_targets
from data.tables.traffic import write_events
from data.tables.trials import write_trials
from data.tables.world import CHANNELS, World, make_world, write_world
from data.truths import measure

END = date(2026, 6, 23)
FIRST_ORDER = 20_240_000_001
Step = Callable[[str], None]


def build(
    out: Path,
    *,
    seed: int = 7,
    scale: float = 1,
    end: date = END,
    without: frozenset[int] = frozenset(),
    progress: bool = False,
) -> dict[str, Any]:
    """Write the database to ``out`` (replacing it) and ``ground_truth.json`` beside it; return its contents."""
    plan = Plan(seed, scale, end, without)
    out.parent.mkdir(parents=True, exist_ok=True)
    fresh = out.with_name(out.name + ".new")
    fresh.unlink(missing_ok=True)
    chunks = -(-plan.users // USERS_PER_CHUNK)
    with _steps(progress, chunks * 4 + 3) as step, duckdb.connect(str(fresh)) as con:
        con.execute("SET memory_limit = '6GB'")  # measuring back a large scale spills instead
        for statement in statements():
            con.execute(statement)
        world, brands = make_world(plan)
        write_world(con, plan, world, brands)
        last = {"order": FIRST_ORDER - 1, "refund": 0, "review": 0, "event": 0, "session": 0}
        for chunk in range(chunks):
            _write_chunk(con, plan, world, chunk, last, step)
        step("库存、目标、广告")
        write_ads(con, plan)
        write_targets(con, plan)
        write_inventory(con, plan, world)
        step("核对埋点事实")
        truth = measure(con, plan, world)
        step("落盘")
        con.execute("CHECKPOINT")
    fresh.replace(out)
    text = json.dumps(truth, ensure_ascii=False, indent=2, default=str)
    (out.parent / "ground_truth.json").write_text(text + "\n", encoding="utf-8")
    return truth


def _write_chunk(
    con: duckdb.DuckDBPyConnection,
    plan: Plan,
    world: World,
    chunk: int,
    last: dict[str, int],
    step: Step,
) -> None:
    """Draw one chunk of users with all that they do, and append it; ``last`` holds the numbers used."""
    step("用户与订单")
    people = make_people(plan, world, chunk)
    orders, lines = make_orders(plan, world, people, chunk)
    broken = broken_app(plan, people, orders)
    first_line = np.searchsorted(lines.order, np.arange(len(orders.at)))
    abandoned = (orders.take(broken), lines.product[first_line[broken]])
    orders, lines = orders.take(~broken), lines.of(~broken)
    lost = level_may(plan, world, orders, chunk)
    orders, lines = orders.take(~lost), lines.of(~lost)
    orders, lines = in_time_order(*add_bulk_buyer(plan, world, people, orders, lines, chunk))
    orders, refunds = make_refunds(plan, world, orders, lines, chunk)
    step("写入订单")
    number = last["order"] + 1
    spent = np.bincount(orders.owner, orders.paid * orders.counted, len(people.joined))
    write_people(con, plan, world, people, spent, chunk)
    _write_orders(con, plan, world, people, orders, lines, chunk, number)
    last["refund"] += write_refunds(con, refunds, number, last["refund"])
    step("评论与实验")
    reviews = make_reviews(plan, world, orders, lines, chunk)
    first_user = FIRST_USER + people.first
    last["review"] += write_reviews(con, plan, reviews, first_user, number, last["review"], chunk)
    write_trials(con, plan, people, orders, chunk)
    step("行为事件")
    last["event"], last["session"] = write_events(
        con, plan, world, people, orders, lines, abandoned, chunk, (last["event"], last["session"])
    )
    last["order"] += len(orders.at)


def _write_orders(
    con: duckdb.DuckDBPyConnection,
    plan: Plan,
    world: World,
    people: People,
    orders: Orders,
    lines: Lines,
    chunk: int,
    number: int,
) -> None:
    """Append orders and their lines, with the dirty rows of truth 10."""
    rng = plan.stream("dirt", chunk)
    city, paid_at = orders.city.copy(), orders.paid_at.copy()
    cities = world.city
    if plan.plants(10):
        shanghai = np.flatnonzero(city == cities.index("上海"))
        odd = rng.permutation(shanghai)[: round(len(city) * 0.002)]
        city[odd] = len(cities) + rng.integers(0, 2, len(odd))
        if chunk == 0:
            early = _in_mid_month(orders)
            early = rng.choice(early, min(20, len(early)), replace=False)
            paid_at[early] = orders.at[early] - rng.integers(60, 7200, len(early))
    append(
        con,
        "orders",
        {
            "order_id": number + np.arange(len(city)),
            "user_id": FIRST_USER + people.first + orders.owner,
            "channel": Words(orders.channel, CHANNELS),
            "store_id": Maybe(1 + orders.store, orders.store < 0),
            "campaign_id": Maybe(orders.campaign, orders.campaign == 0),
            "province": Words(world.province_of[orders.city], world.province),
            "city": Words(city, (*cities, "上海市", "Shanghai")),
            "order_time": stamp(orders.at),
            "pay_time": Maybe(stamp(paid_at), orders.paid_at < 0),
            "status": Words(orders.status, STATUSES),
            "order_amount": orders.amount,
            "discount_amount": orders.discount,
            "shipping_fee": orders.shipping,
            "pay_amount": np.round(orders.paid, 2),
        },
    )
    first = np.searchsorted(lines.order, np.arange(len(city)))
    append(
        con,
        "order_items",
        {
            "order_id": number + lines.order,
            "line_no": 1 + np.arange(len(lines.order)) - first[lines.order],
            "product_id": 1 + lines.product,
            "quantity": lines.quantity,
            "unit_price": lines.price,
            "item_amount": lines.amount,
            "cost_amount": np.round(lines.quantity * world.cost[lines.product], 2),
        },
    )


def _in_mid_month(orders: Orders) -> Array:
    """Paid orders around noon of a day in mid-month: moving their payment moves no monthly figure."""
    day = orders.at // SECONDS
    stamps = np.datetime64("2024-01-01", "D") + day
    of_month = (stamps - stamps.astype("datetime64[M]")).astype(int)
    noon = (orders.at % SECONDS > 10 * 3600) & (orders.at % SECONDS < 20 * 3600)
    return np.flatnonzero((orders.paid_at >= 0) & (of_month > 8) & (of_month < 20) & noon)


@contextmanager
def _steps(show: bool, total: int) -> Iterator[Step]:
    """A progress bar on a terminal; nothing elsewhere."""
    console = Console(stderr=True)
    if not (show and console.is_terminal):
        yield lambda said: None
        return
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.completed}/{task.total}"),
    )
    with Progress(*columns, TimeElapsedColumn(), console=console) as bar:
        task = bar.add_task("准备", total=total)

        def step(said: str) -> None:
            bar.update(task, description=said, advance=1)

        yield step


def _truths(text: str) -> frozenset[int]:
    numbers = frozenset(int(part) for part in text.split(",") if part.strip())
    if not numbers <= frozenset(range(1, 11)):
        raise argparse.ArgumentTypeError("truths are numbered 1 to 10")
    return numbers


def main(arguments: list[str] | None = None) -> int:
    """The command line; prints what was planted as JSON."""
    parser = argparse.ArgumentParser(prog="python -m data.generate", description=__doc__)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--scale", type=float, default=1.0)
    parser.add_argument("--end", type=date.fromisoformat, default=END, help="last day of data")
    parser.add_argument("--out", type=Path, default=Path("data/retail.duckdb"))
    parser.add_argument("--without", type=_truths, default=frozenset(), metavar="N,…")
    asked = parser.parse_args(arguments)
    began = perf_counter()
    truth = build(
        asked.out,
        seed=asked.seed,
        scale=asked.scale,
        end=asked.end,
        without=asked.without,
        progress=True,
    )
    print(json.dumps(truth, ensure_ascii=False, indent=2, default=str))
    size = asked.out.stat().st_size / 1e6
    print(f"{asked.out}: {size:.0f} MB, {perf_counter() - began:.1f} s", file=sys.stderr)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
