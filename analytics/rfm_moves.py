"""Who moved between the segments of two days: the RFM of each day by its own cut points, side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from sqlglot import exp

from analytics import words
from analytics.contract import Facts, Outcome, Params, Refused, Suggestion, View
from analytics.rfm_segments import SCORED, holes, one_each, orders, ranks
from analytics.template import fill

MOVES = words.listed(
    "RFM迁移 RFM分层迁移 客户层级迁移 用户层级迁移 层级迁移 分层迁移 层级流转 分层流转 客户流转 人群流转 RFM变化 RFM分层变化 RFM的变化 "
    "客户分层变化 分层变化 层级变化 客户层级变化 客户分层怎么变的 客户分层的变化 价值分层的变化 价值分层变化"
)
BEFORE, GONE = "之前没有购买", "现在没有购买"

WINDOW = "SELECT * FROM rows WHERE time >= :start AND time < :end"
DAY = SCORED + 'SELECT "user", segment, m FROM grouped'
MOVED = """
SELECT COALESCE(before.segment, :before) AS source, COALESCE(now.segment, :gone) AS target,
       COUNT(*) AS users, SUM(COALESCE(now.m, 0)) AS amount, SUM(COALESCE(before.m, 0)) AS amount_before
FROM before FULL JOIN now ON before."user" = now."user" GROUP BY 1, 2 ORDER BY 3 DESC, 1, 2
"""
PEOPLE = """
SELECT COALESCE(before."user", now."user") AS "user",
       CASE WHEN before.segment IS NULL THEN :came WHEN now.segment IS NULL THEN :left
            WHEN list_position(:order, now.segment) < list_position(:order, before.segment) THEN :up
            WHEN list_position(:order, now.segment) > list_position(:order, before.segment) THEN :down
            ELSE :same END AS "group",
       COALESCE(before.segment, :before) AS source, COALESCE(now.segment, :gone) AS target,
       before.m AS amount_before, now.m AS amount
FROM before FULL JOIN now ON before."user" = now."user" ORDER BY COALESCE(before.m, 0) DESC, 1
"""
COLUMNS = (
    words.dimension("source", "之前"),
    words.dimension("target", "现在"),
    words.people("users"),
    words.share("share", "占之前那层", "users"),
    words.dimension("way", "方向"),
    words.amount("amount_before", "之前金额"),
    words.amount("amount", "现在金额"),
)


def moves(facts: Facts, params: Params, least: int) -> Outcome | Refused:
    """One row a pair of segments, most people first."""
    until = facts.until + timedelta(days=1)
    back = timedelta(days=int(params["back"]))
    start = facts.since if facts.asked else facts.first
    if until - back <= facts.first:
        return Refused("too-little-data", f"{back.days} 天前还没有数据")
    # inside a period the window moves back as a whole; otherwise all that was known on each day
    earlier = start - back if facts.asked else start
    relations = {
        "now": _day(facts, params, start, until),
        "before": _day(facts, params, earlier, until - back),
    }
    said = {"before": BEFORE, "gone": GONE}
    found = [dict(r) for r in facts.run(fill(MOVED, relations, **said))]
    sizes: dict[str, int] = {}
    for row in found:
        sizes[row["source"]] = sizes.get(row["source"], 0) + row["users"]
    known = sum(n for name, n in sizes.items() if name != BEFORE)
    if known < least:
        return Refused("too-little-data", f"{back.days} 天前只有 {known} 位客户，少于 {least} 位")
    order = ranks(params)
    for row in found:
        row["share"] = row["users"] / sizes[row["source"]]
        row["way"] = _way(row["source"], row["target"], order)
    totals = {w: sum(r["users"] for r in found if r["way"] == w) for w in WAYS}
    return Outcome(
        columns=COLUMNS,
        rows=tuple(tuple(r[c.name] for c in COLUMNS) for r in found),
        view=View("sankey", "source", ("users",), "target", title=_title(totals)),
        findings=_findings(found, totals, known, back.days),
        suggestions=_suggestions(found),
        notes=(
            f"{(until - back - timedelta(days=1)).isoformat()} 和 {facts.until.isoformat()} 各按当天的分界分层",
        ),
        extra={"known": known, "back": back.days, **totals},
        people=fill(PEOPLE, relations, **said, **LISTED, order=_texts(order)),
    )


def _day(facts: Facts, params: Params, start: date, end: date) -> exp.Select:
    """SELECT user, segment, m as of ``end``, which is excluded."""
    rows = fill(WINDOW, {"rows": orders(facts, "all")}, start=start, end=end)
    return fill(DAY, {"facts": one_each(facts, rows)}, **holes(params, end))


WAYS = ("上升", "下降", "不变", "新来", "不再购买")
LISTED = {
    "up": "层级上升",
    "down": "层级下降",
    "same": "层级不变",
    "came": "新进分层",
    "left": "不再购买",
}
_WHO = ("客户", "用户", "会员", "人")
WAY_GROUPS = tuple(
    (
        name,
        tuple(
            f"{start}{way}{of}{who}"
            for start in ("层级", "分层", "等级", "RFM", "价值层级")
            for way in ways
            for of in ("的", "")
            for who in _WHO
        ),
    )
    for name, ways in (
        ("层级上升", ("上升", "上升了", "提升", "升级")),
        ("层级下降", ("下降", "下降了", "下滑", "降级", "掉级", "变差")),
        ("层级不变", ("不变", "没变")),
    )
)


def _texts(values: Sequence[str]) -> exp.Expr:
    return exp.array(*(exp.Literal.string(v) for v in values))


def _way(source: str, target: str, order: Sequence[str]) -> str:
    if source == BEFORE:
        return "新来"
    if target == GONE:
        return "不再购买"
    gap = order.index(source) - order.index(target)
    return "上升" if gap > 0 else "下降" if gap < 0 else "不变"


def _title(totals: Mapping[str, int]) -> str:
    return f"{words.count(totals['上升'])} 人上升，{words.count(totals['下降'])} 人下降"


def _findings(
    found: Sequence[Mapping[str, Any]], totals: Mapping[str, int], known: int, days: int
) -> tuple[str, ...]:
    said = [
        f"{days} 天前的 {words.count(known)} 位客户里，{words.count(totals['上升'])} 人层级上升，"
        f"{words.count(totals['下降'])} 人下降，{words.count(totals['不变'])} 人不变"
        + (f"；新来 {words.count(totals['新来'])} 人" if totals["新来"] else "")
    ]
    for way in ("下降", "上升"):
        rows = [r for r in found if r["way"] == way]
        if rows:
            top = max(rows, key=lambda r: (r["amount_before"], r["users"]))
            said.append(
                f"金额最大的{way}是{top['source']}变成{top['target']}，{words.count(top['users'])} 人，"
                f"占原来那层的 {words.percent(top['share'])}，之前金额 {words.money(top['amount_before'])}"
            )
    return tuple(said)


def _suggestions(found: Sequence[Mapping[str, Any]]) -> tuple[Suggestion, ...]:
    fallen = [r for r in found if r["way"] == "下降"]
    if not fallen:
        return ()
    top = max(fallen, key=lambda r: (r["amount_before"], r["users"]))
    return (
        Suggestion(
            f"先回访从{top['source']}降到{top['target']}的客户，问清原因并给限时回归权益，预期先止住下降",
            f"{words.count(top['users'])} 人，之前金额 {words.money(top['amount_before'])}",
            "层级下降的客户名单",
        ),
    )


__all__ = ["MOVES", "WAY_GROUPS", "moves"]
