"""The three experiments: who was in which arm.

Orders come first and arms after: among the users of an experiment, those who went on to buy are dealt to the arms in
the planted proportion, in the order of their first purchase, so that the planted lift holds in any window
after the assignment and no order has to be invented.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import duckdb
import numpy as np

from data.seasons import day_of
from data.tables.orders import Orders
from data.tables.people import FIRST_USER, People
from data.tables.plan import SECONDS, USERS_PER_CHUNK, Array, Plan, Words, append, stamp

ARMS = ("对照组", "实验组")


@dataclass(frozen=True, slots=True)
class Trial:
    """``lift``: relative lift of conversion; ``tilt``: how much the arm leans to orders of high value."""

    name: str
    users: int
    first_day: date
    buyers: float  # share of users who buy after the assignment
    lift: float
    tilt: float = 0.0


TRIALS = (
    Trial("按钮颜色", 6_000, date(2026, 3, 9), 0.38, 0.0),
    Trial("满减门槛", 6_000, date(2026, 5, 4), 0.42, -0.09, 0.13),
    Trial("详情页改版", 18_000, date(2026, 5, 25), 0.40, 0.062),
)
DAYS = 14


def deal(shares: Array) -> Array:
    """Deal rows to the treatment so that every prefix holds its share: a Bresenham walk."""
    running = np.floor(np.cumsum(shares) + 1e-9)
    return np.diff(np.concatenate([[0.0], running])) > 0


def write_trials(
    con: duckdb.DuckDBPyConnection, plan: Plan, people: People, orders: Orders, chunk: int
) -> None:
    """Append this chunk's share of every experiment that has begun."""
    for trial in TRIALS:
        start = day_of(trial.first_day)
        if plan.days < start + DAYS:
            continue
        rng = plan.stream(trial.name, chunk)
        n = len(people.joined)
        wanted = round(trial.users * n / USERS_PER_CHUNK)
        assigned = start * SECONDS + rng.integers(0, DAYS * SECONDS, n)
        after = orders.counted & (orders.at >= assigned[orders.owner])
        count = np.bincount(orders.owner[after], minlength=n)
        value = np.bincount(orders.owner[after], orders.paid[after], n) / np.maximum(count, 1)
        first = np.full(n, plan.days * SECONDS)
        np.minimum.at(first, orders.owner[after], orders.at[after])
        here = people.joined < assigned
        # Bulk buying is no shopping: an outlier of that size would be the experiment.
        buyers = np.flatnonzero(here & (count > 0) & (count < 40))
        others = np.flatnonzero(here & (count == 0))
        # Four in five of the buyers buy within a fortnight, so that a short window sees the lift too.
        soon = first[buyers] < assigned[buyers] + DAYS * SECONDS
        early, late = rng.permutation(buyers[soon]), rng.permutation(buyers[~soon])
        many = round(wanted * trial.buyers)
        early = early[: round(many * 0.8)]
        buyers = np.concatenate([early, late[: many - len(early)]])
        others = rng.permutation(others)[: wanted - len(buyers)]
        lift, tilt = (trial.lift, trial.tilt) if plan.plants(7) else (0.0, 0.0)
        by = first if lift and not tilt else value
        buyers = buyers[
            np.lexsort(
                (by[buyers], np.arange(len(buyers)) >= len(early) if not tilt else by[buyers])
            )
        ]
        share = (1 + lift) / (2 + lift)
        lean = tilt * (np.arange(len(buyers)) / max(len(buyers), 1) - 0.5)
        treated = deal(share + lean)
        rest = (wanted / 2 - treated.sum()) / max(len(others), 1)
        arm = np.concatenate([treated, deal(np.full(len(others), rest))])
        who = np.concatenate([buyers, others])
        by_time = np.argsort(assigned[who], kind="stable")
        append(
            con,
            "experiments",
            {
                "experiment_name": Words(np.zeros(len(who), dtype=np.int64), (trial.name,)),
                "variant": Words(arm[by_time].astype(np.int64), ARMS),
                "user_id": FIRST_USER + people.first + who[by_time],
                "assigned_at": stamp(assigned[who][by_time]),
            },
        )
