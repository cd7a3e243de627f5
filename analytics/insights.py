"""洞察：最近完整的月和周里，哪些变化值得一位经理看。

A search over metrics × dimensions × periods and a few watches, under a time budget. Every test made
counts when it is decided which of them hold (Benjamini & Hochberg 1995, 5%); what holds is ranked by
impact × surprise and told once. Says what changed and where; why it did is described, never proven.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any

from analytics import words
from analytics.calendar import shifted, start_of
from analytics.card_words import span
from analytics.cards import Card, card
from analytics.contract import Analysis, Facts, Intent, Outcome, Param, Params, Refused, View
from analytics.signals import Kind, passed
from analytics.stories import stories
from analytics.sweep import Clock, Progress, Swept, notable, sweep
from analytics.watches import WATCHES
from semantic_layer.errors import Unanswerable
from semantic_layer.query import Grain, MetricQuery, Period, Scope
from semantic_layer.result import Column

SECONDS = 10.0
MOST = 8
SWEPT_BY, MERGED_BY = 0.65, 0.85  # of the time
LEVEL = 0.05  # false discovery rate
SAID = 3  # findings in the chat
COLUMNS = (
    words.dimension("story", "发现"),
    words.dimension("kind", "类型"),
    words.dimension("period", "时间"),
    words.dimension("against", "对比"),
    words.measure("before", "对比期的值"),
    words.measure("after", "本期的值"),
    words.measure("change", "变化"),
    words.share("impact", "影响（占整体）"),
    words.measure("p", "p 值"),
)
PHRASES = """
洞察 给我几条洞察 几条洞察 来几条洞察 看看洞察 今日洞察 业务洞察 数据洞察 自动洞察 洞察报告 有什么洞察 有哪些洞察 有什么发现 有哪些发现 最近有什么发现
最近业务怎么样 业务怎么样 最近业务如何 业务如何 最近生意有什么变化 业务有什么变化 最近业务情况 业务情况怎么样 业务整体怎么样 整体业务怎么样 最近经营情况怎么样 经营情况怎么样 经营情况如何 经营状况如何
有什么需要关注的 有什么需要关注 需要关注什么 需要关注的 有哪些需要关注的 有什么要关注的 要关注什么 该关注什么 我该关注什么 应该关注什么 需要我关注什么 有什么值得关注的 有哪些值得关注的 值得关注的 值得关注什么 有什么要注意的 要注意什么 需要注意什么 有什么需要注意的
有什么值得注意的 有哪些值得注意的 值得注意的 有什么值得看的 有什么值得说的 有什么重要变化 有哪些重要变化 有什么重要的变化 有哪些重要的变化 有什么大的变化 有哪些大的变化 有什么大变化 有哪些大变化 有什么明显变化 有哪些明显变化 有什么明显的变化 有哪些明显的变化
有什么亮点 有哪些亮点 有什么亮点和问题 有哪些亮点和问题 有哪些问题和机会 有什么问题和机会 有什么风险 有哪些风险 有哪些风险点 有什么机会 有哪些机会 最近出了什么事 出了什么事 发生了什么 都发生了什么 发生了什么变化 有什么新情况 有什么动向 有什么新动向
帮我看看有什么问题 看看有什么问题 有什么问题吗 给我汇报一下 汇报一下业务 汇报一下 总结一下业务 业务总结 做个业务总结 给老板汇报一下 周会要说什么 周会说什么 月会说什么 开会要说什么 哪些地方需要关注 哪些地方值得关注 哪里需要关注 哪里值得关注
"""


def cards(
    facts: Facts, budget_seconds: float = SECONDS, on_progress: Progress | None = None
) -> tuple[Card, ...]:
    """At most eight stories, best first. ``on_progress`` hears the stage and the part of the time."""
    return _searched(facts, Clock(budget_seconds, on_progress))[0]


def _searched(facts: Facts, clock: Clock) -> tuple[tuple[Card, ...], Swept]:
    swept = Swept()
    for stage, watch in WATCHES:
        clock.at(stage)
        swept.look(stage, partial(watch, facts))
    sweep(facts, clock, SWEPT_BY, swept)
    tests = swept.tests
    held = [s for s, ok in zip(tests, passed([t.p for t in tests], LEVEL), strict=True) if ok]
    merged = max(MERGED_BY, clock.spent + MERGED_BY - SWEPT_BY)
    told = stories(facts, [s for s in held if notable(s)], MOST, clock, merged)
    reasons = max(1.0, clock.spent + 1.0 - MERGED_BY)
    return tuple(card(facts, story, clock, reasons) for story in told), swept


def run(facts: Facts, params: Params) -> Outcome | Refused:
    """The same cards as an answer: a row for each, the first sentences, what to do."""
    over = start_of(facts.until + timedelta(days=1), "month")
    if shifted(over, -1, "month") < facts.first and not _weeks(facts):
        return Refused("too-little-data", "还没有一个完整的月或两周的数据，看不出变化")
    if facts.until < facts.first:
        return Refused("too-little-data", f"数据从 {facts.first} 开始，之前没有可看的")
    clock = Clock(float(params["budget"]))
    found, swept = _searched(facts, clock)
    overview, extra = _overview(facts)
    if not found and not overview:
        return Refused("too-little-data", "完整的月和周太少，看不出变化")
    rows = [_row(c) for c in found] or [row for row, _ in overview]
    state = "，".join(text for _, text in overview[:2])
    count = f"有 {len(found)} 件事值得看" if found else "没有超出正常波动的变化"
    headline = f"{state}；{count}" if state else count
    findings = tuple(c.sentence for c in found[:SAID]) or (headline,)
    notes = [
        f"做了 {len(swept.tests):,} 次检验，按错误发现率 5%（BH）筛选，同一件事只说一次",
        f"截至 {facts.until}，只看完整的月和周",
    ]
    if swept.left:
        notes.append(f"时间到了，还有 {swept.left} 组没有看")
    if swept.failed:
        what = "、".join(dict.fromkeys(swept.failed))
        notes.append(f"有 {len(swept.failed)} 项没有看成：{what}")
    return Outcome(
        columns=COLUMNS,
        rows=rows,
        view=View("hbar", "story", ("impact",), title=_finding(found)),
        headline=headline,
        findings=findings,
        suggestions=tuple(c.suggestion for c in found[:MOST]),
        notes=tuple(notes),
        extra={**extra, "tests": len(swept.tests), "cards": [dict(c.figures) for c in found]},
    )


def _finding(found: Sequence[Card]) -> str:
    return f"先看{found[0].title}" if found else "各指标没有超出正常波动"


def _weeks(facts: Facts) -> bool:
    return (facts.until - facts.first).days >= 27


def _row(c: Card) -> tuple[Any, ...]:
    s = c.signal
    return (
        c.title,
        s.kind.value,
        span(s.period),
        span(s.against),
        s.before,
        s.after,
        s.change,
        s.impact,
        s.p,
    )


def _overview(facts: Facts) -> tuple[list[tuple[tuple[Any, ...], str]], dict[str, Any]]:
    """The last complete month of the first metrics against the month before."""
    over = start_of(facts.until + timedelta(days=1), "month")
    now = Period(shifted(over, -1, "month"), over, grain=Grain.MONTH)
    if now.start is None or now.start < start_of(facts.first, "month"):
        return [], {}
    then = replace(now, start=shifted(over, -2, "month"), end=shifted(over, -1, "month"))
    out: list[tuple[tuple[Any, ...], str]] = []
    extra: dict[str, Any] = {}
    for measure in (facts.measure,) if facts.measure is not None else facts.metrics[:3]:
        try:
            sides = [
                facts.compute(MetricQuery((measure,), (), Scope(periods=(p,)))) for p in (then, now)
            ]
        except Unanswerable:
            continue
        column: Column = sides[1].columns[-1]
        before, after = (float(r.rows[0][-1] or 0) if r.rows else 0.0 for r in sides)
        if not before:
            continue
        change = after / before - 1
        head = "" if out else span(now)
        text = f"{head}{column.label} {words.figure(column, after)}，环比 {change * 100:+,.1f}%"
        extra[f"overview_{len(out)}"] = (before, after, change)
        row = (
            column.label,
            "概况",
            span(now),
            span(then),
            before,
            after,
            change,
            abs(change),
            None,
        )
        out.append((row, text))
    return out, extra


ANALYSIS = Analysis(
    name="insights",
    title="洞察",
    intent=Intent(
        phrases=words.listed(PHRASES),
        examples=(
            "最近业务怎么样",
            "本月有什么需要关注的",
            "有什么值得注意的",
            "给我几条洞察",
            "华东最近有什么值得关注的",
        ),
        not_examples=("上个月的销售额怎么样", "关注过的商品有多少", "最近有什么异常"),
    ),
    needs=(),
    measured=True,
    splits=False,
    definition=(
        "在指标 × 维度 × 最近完整的月和周里找：先扣掉大家共同的变化（季节、大促），再和自己过去的波动比；"
        "所有检验一起按错误发现率 5%（Benjamini–Hochberg）筛选，按影响 × 意外排序，最多 8 条，同一件事只说一次。"
        "限时 {budget}。原因是描述，不代表因果"
    ),
    params={"budget": Param(SECONDS, "限时", unit="秒")},
    run=run,
)


__all__ = ["ANALYSIS", "Card", "Kind", "cards", "run"]
