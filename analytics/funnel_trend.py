"""The funnel over time: the share that gets through, by the day, week or month in which they began."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from sqlglot import exp

from analytics import calendar, words
from analytics.chains import Rules, levels
from analytics.contract import Facts, Outcome, Refused, View
from analytics.funnel_options import DONE, LOST
from analytics.template import fill

MIN_PEOPLE = 20
GROUPS = 8
MIN_BEST = 30  # people, to be called the best or the worst
COUNTED = """
SELECT CAST(p AS DATE) AS p, grp, COUNT(*) AS people, COUNT(*) FILTER (WHERE level >= :n) AS finished
FROM users GROUP BY 1, 2 ORDER BY 1, 2
"""
PEOPLE = """
SELECT uid AS "user", CASE WHEN level >= :n THEN :done ELSE :lost END AS "group", level
FROM users WHERE uid IS NOT NULL ORDER BY level DESC, uid
"""
PERIOD = {"day": "开始日", "week": "开始周", "month": "开始月"}


def run(
    facts: Facts, steps: Sequence[str], rules: Rules, since: date, users: exp.Select
) -> Outcome | Refused:
    """One row a period (and group); ``users`` without periods are whose lists can be asked for."""
    spread = levels(facts, steps, rules, since)
    found = facts.run(fill(COUNTED, {"users": spread}, n=len(steps)))
    if sum(r["people"] for r in found) < MIN_PEOPLE:
        return Refused("too-little-data", f"这段时间开始的人少于 {MIN_PEOPLE} 人")
    kept = _largest(found) if facts.by else {None}
    lines = [r for r in found if not facts.by or r["grp"] in kept]
    rows = tuple(_row(facts, r, rules, since) for r in lines)
    columns = (
        words.moment("p", PERIOD[rules.grain]),
        *((words.dimension("grp", facts.label(facts.by[0])),) if facts.by else ()),
        words.people("people", f"{steps[0]}人数"),
        words.people("finished", f"{steps[-1]}人数"),
        words.share("rate", "总转化率"),
        words.dimension("done", "周期"),
    )
    return Outcome(
        columns=columns,
        rows=rows,
        view=View("line", "p", ("rate",), "grp" if facts.by else "", title="总转化率的走势"),
        findings=_findings(rows, steps),
        notes=(
            f"按开始的时期算：第一步在这一期的人，{rules.window:g} 天窗口内走完的比例；一个人在几期各开始一次就各算一次",
            f"截至 {facts.last.isoformat()}，窗口还没走完或不足一期的标为未走完",
        ),
        people=_people(users, len(steps)),
    )


def _people(users: exp.Select, n: int) -> exp.Select:
    return fill(PEOPLE, {"users": users}, n=n, done=DONE, lost=LOST)


def _largest(found: Sequence[Mapping[str, Any]]) -> set[str]:
    sizes: dict[str, int] = {}
    for r in found:
        sizes[r["grp"]] = sizes.get(r["grp"], 0) + r["people"]
    return set(sorted(sizes, key=lambda g: (-sizes[g], str(g)))[:GROUPS])


def _row(facts: Facts, r: Mapping[str, Any], rules: Rules, since: date) -> tuple[Any, ...]:
    """(period, group, began, got through, share, is it over?)."""
    end = calendar.shifted(r["p"], 1, rules.grain) - timedelta(days=1)
    over = r["p"] >= since and end <= facts.until
    over = over and end + timedelta(days=rules.window) <= facts.last
    head = (r["p"], r["grp"]) if facts.by else (r["p"],)
    rate = r["finished"] / r["people"]
    return (*head, r["people"], r["finished"], rate, "完整" if over else "未走完")


def _findings(rows: Sequence[tuple[Any, ...]], steps: Sequence[str]) -> tuple[str, ...]:
    ends = [r for r in rows if r[-1] == "完整"]
    way = f"从{steps[0]}到{steps[-1]}"
    if not ends:
        return (f"{way}，每一期的窗口都还没走完",)
    said = []
    groups = dict.fromkeys(r[1] for r in ends) if len(rows[0]) > 5 else {None: None}
    for group in list(groups)[:3]:
        mine = [r for r in ends if group is None or r[1] == group]
        name = f"{group}" if group else way
        first, last = mine[0], mine[-1]
        text = f"{name}的总转化率从 {first[0]} 的 {words.percent(first[-2])} 到 {last[0]} 的 {words.percent(last[-2])}"
        said.append(text)
    large = [r for r in ends if r[-4] >= MIN_BEST]
    if len(groups) == 1 and len(large) > 1:
        high, low = max(large, key=lambda r: r[-2]), min(large, key=lambda r: r[-2])
        said.append(
            f"最高的是 {high[0]}，{words.percent(high[-2])}；最低的是 {low[0]}，{words.percent(low[-2])}"
        )
    return tuple(said)


__all__ = ["run"]
