"""路径：把行为按停顿切成会话，看从哪一步到哪一步、从某个行为出发或到某个行为之前怎么走。

A session ends after a pause (30 minutes). Steps are numbered from the start of the session, from the
first time of the event asked for, or backwards from it, as PostHog's paths. The engine counts; only
edges and the most common whole paths come here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from analytics import path_words as told
from analytics import words
from analytics.contract import (
    Analysis,
    Facts,
    Intent,
    Outcome,
    Param,
    Params,
    Refused,
    Suggestion,
    View,
)
from analytics.journeys import CERTAIN, COUNTED, EDGES, cut_of, holes_of
from analytics.template import fill
from semantic_layer.result import Column

MIN_SESSIONS = 10
PATHS = 5  # of every group
GROUPS = 6


def run(facts: Facts, params: Params) -> Outcome | Refused:
    """Edges of the tree of steps, and the most common whole paths (per group)."""
    origin, goal = params["origin"], params["goal"]
    if origin and origin == goal:
        goal = ""
    kind = "between" if origin and goal else "after" if origin else "before" if goal else ""
    start, rows, holes = holes_of(facts, params, origin, goal)
    steps, least = int(params["steps"]), params["least"]
    among = EDGES if least <= 1 else CERTAIN
    holes |= {"backwards": kind == "before", "least": least, "among": among, "paths": PATHS}
    found = facts.run(fill(cut_of(kind, steps) + COUNTED, rows, **holes))
    whole = sorted(
        (r for r in found if not r["k"]), key=lambda r: (-r["everything"], r["grp"], r["place"])
    )
    sessions = sum({r["grp"]: r["everything"] for r in whole}.values())
    if sessions < MIN_SESSIONS:
        return Refused(
            "too-little-data", f"只有 {words.count(sessions)} 次会话，少于 {MIN_SESSIONS} 次"
        )
    notes = told.notes(facts, params, start, bool(facts.asked))
    if facts.by:
        return _by_group(facts, whole, notes)
    edges = sorted((r for r in found if r["k"]), key=lambda r: r["place"])[:EDGES]
    if not edges:
        return Refused("too-little-data", f"没有至少 {least} 人走过的两步")
    table = [_edge(e, steps if kind == "before" else 0) for e in edges]
    table.sort(key=lambda r: (r[0], -r[3], r[1], r[2]))
    return Outcome(
        columns=COLUMNS,
        rows=tuple(table),
        view=View("sankey", "source", ("sessions",), "target", told.title(kind, origin, goal)),
        findings=told.findings(kind, origin, goal, edges, whole, sessions),
        suggestions=told.suggestions(kind, origin, goal, edges, whole, sessions),
        notes=notes,
        extra={
            "sessions": sessions,
            "single": [whole[0]["single"], whole[0]["single"] / sessions],
            "paths": [[w["sessions"], w["people"], w["share"]] for w in whole],
            "before": told.before(edges, goal, steps),
        },
    )


COLUMNS = (
    words.measure("k", "第几步"),
    words.dimension("source", "从"),
    words.dimension("target", "到"),
    words.people("sessions", "会话数", "次"),
    words.people("people"),
    words.share("share", "占这一步", "sessions"),
)


def _edge(edge: Mapping[str, Any], backwards: int) -> tuple[Any, ...]:
    """``k`` counts from the start, or (``backwards`` steps) up to the end: −1 is the last one before."""
    k = edge["k"] - backwards if backwards else edge["k"]
    return (
        k,
        _named(k, edge["source"], bool(backwards)),
        _named(k + 1, edge["target"], bool(backwards)),
        edge["sessions"],
        edge["people"],
        edge["share"],
    )


def _named(k: int, event: str, backwards: bool) -> str:
    """The same event at another step is another node: 2 搜索, 前1 搜索."""
    if not backwards:
        return f"{k} {event}"
    return f"前{-k} {event}" if k else event


def _by_group(facts: Facts, whole: Sequence[Mapping[str, Any]], notes: tuple[str, ...]) -> Outcome:
    """The most common whole paths of every group."""
    label = facts.label(facts.by[0])
    names = list(dict.fromkeys(w["grp"] for w in whole))[:GROUPS]
    shown = [w for w in whole if w["grp"] in names]
    rows = tuple((w["grp"], w["path"], w["sessions"], w["people"], w["share"]) for w in shown)
    tops = [next(w for w in shown if w["grp"] == name) for name in names]
    said = [
        f"{w['grp']}最常见的路径是 {w['path']}，占它 {words.count(w['everything'])} 次会话的 {words.percent(w['share'])}"
        for w in tops[:3]
    ]
    columns: tuple[Column, ...] = (
        words.dimension("grp", label, facts.by[0].removeprefix("by_")),
        words.dimension("path", "路径"),
        words.people("sessions", "会话数", "次"),
        words.people("people"),
        words.share("share", "占该组", "sessions"),
    )
    return Outcome(
        columns=columns,
        rows=rows,
        view=View("grouped", "path", ("share",), "grp", f"各{label}最常见的路径"),
        findings=tuple(said),
        suggestions=(
            Suggestion(
                f"先照着{tops[0]['grp']}最常走的路径改版，其他{label}只改和它不同的一步",
                f"它有 {words.count(tops[0]['everything'])} 次会话，最常见的一条占 {words.percent(tops[0]['share'])}",
            ),
        ),
        notes=notes,
        extra={"everything": [w["everything"] for w in tops]},
    )


ANALYSIS = Analysis(
    name="path",
    title="行为路径",
    intent=Intent(
        phrases=words.listed(
            "路径 路径分析 画一个用户路径 画用户路径 行为路径 用户路径 用户行为路径 访问路径 浏览路径 用户路径分析 行为路径分析 用户行为路径分析 最常见的路径 "
            "常见路径 常见的路径 主要路径 走过的路径 路径图 流向图 用户流向 用户流向图 流转图 桑基图 路径桑基图 路径的桑基图 "
            "页面流转 流转情况 页面流转情况 进来之后一般怎么走 进来之后怎么走 进来后怎么走 用户怎么走 用户一般怎么走 大家一般怎么走 接下来干嘛 接下来干嘛了 "
            "接下来干什么 接下来做什么 接下来做了什么 接下来去了哪 接下来去哪 然后去了哪里 都去了哪里 去了哪里 都去哪了 去哪了 "
            "都去了哪 下一步去哪 下一步去了哪 下一步做什么 下一步是什么 下一步都是什么 下一步干嘛 下一步干什么 最后看的是什么 "
            "最后做的是什么 最后做了什么 最后一步是什么 最后一步 上一步是什么 上一步从哪来 一般都做了些什么 都做了些什么 "
            "一般都做了什么 一般做什么 都做了什么 都干了些什么 路径有哪些 路径有什么不同"
        ),
        examples=("用户下单前最常见的路径", "加购之后用户都去了哪里", "各端用户的行为路径"),
        not_examples=("上个月的加购率", "浏览→加购→下单→支付的转化漏斗", "转化路径漏斗"),
    ),
    needs=("event", "time"),
    wants=("visitor", "user", "event_id"),
    definition=(
        "同一个人的行为停顿超过 {pause}就算新会话；连续相同的行为{repeats}；步数从会话开头数，"
        "说了出发点就从它第一次出现数，说了终点就从它第一次出现往前数，最多 {steps}；占比是占同一步里往下走的会话"
    ),
    params={
        "origin": Param(
            "",
            "出发点",
            (
                "从{}",
                "从{}出发",
                "从{}开始",
                "{}之后",
                "{}后",
                "{}以后",
                "{}完",
                "{}完之后",
                "{}(的人,接着)",
                "{}(的人接着)",
                "{}(的人,然后)",
                "{}了之后",
                "{}完的人",
                "{}过的人",
                "{}的人",
                "以{}为起点",
            ),
            role="event",
        ),
        "goal": Param(
            "",
            "终点",
            ("{}前", "{}之前", "{}以前", "到{}", "到{}之前", "到达{}", "到达{}之前", "以{}为终点"),
            role="event",
        ),
        "exclude": Param(
            (),
            "不看的行为",
            (
                "不看{}",
                "不含{}",
                "去掉{}",
                "排除{}",
                "剔除{}",
                "除了{}",
                "除{}以外",
                "不包括{}",
                "不算{}",
            ),
            role="event",
        ),
        "repeats": Param(
            "merge",
            "连续重复",
            choices=(
                ("merge", ("合并成一步", "合并重复", "合并连续重复", "重复的合并")),
                ("keep", ("不合并", "连续重复的不合并", "重复的不合并", "不合并重复", "保留重复")),
            ),
        ),
        "steps": Param(
            5,
            "步数",
            ("{}步", "前{}步", "看{}步", "看前{}步", "最多{}步", "前{}步就行", "{}步以内"),
            low=2,
            high=5,
            unit="步",
        ),
        "least": Param(
            1,
            "最少人数",
            (
                "至少{}人",
                "至少{}人走过",
                "{}人以上走过",
                "{}人以上走过的",
                "{}人以上",
                "不少于{}人",
                "至少{}个人",
                "{}个人以上",
                "超过{}人",
            ),
            low=1,
            high=1e9,
            unit="人",
        ),
        "pause": Param(
            30,
            "会话间隔",
            (
                "{}分钟没动",
                "{}分钟没动就算新会话",
                "{}分钟不动算新会话",
                "{}分钟算新会话",
                "间隔{}分钟",
                "停顿{}分钟",
                "{}分钟间隔",
                "{}分钟切会话",
                "{}分钟一个会话",
            ),
            low=1,
            high=1440,
            unit="分钟",
        ),
    },
    run=run,
)
