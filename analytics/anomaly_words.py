"""What the anomalies are called, shown and advised: rows, sentences, next steps. Computes nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from analytics import words
from analytics.alarms import DOWN, LEVELS, RECORD, USUAL, Alarm, Series
from analytics.baseline import WARM
from analytics.calendar import UNITS
from analytics.contract import Suggestion
from analytics.movers import Mover
from analytics.outliers import GROUP, Record
from semantic_layer.catalog import Direction

SHOWN = 20
FESTIVE = 4
ALIKE = "各维度同步"
COLUMNS = (
    words.dimension("what", "异常"),
    words.dimension("kind", "类型"),
    words.moment("first", "开始"),
    words.moment("last", "结束"),
    words.measure("value", "实际", direction=Direction.NEITHER),
    words.measure("expected", "预期", direction=Direction.NEITHER),
    words.share("deviation", "偏离预期"),
    words.measure("score", "强度", "倍", Direction.NEITHER),
    words.dimension("source", "主要来自"),
    words.share("share", "占变化"),
    words.dimension("also", "同时异常"),
)


@dataclass(frozen=True, slots=True)
class Told:
    """Everything that was found. ``movers`` by the identity of the alarm."""

    grain: str
    limit: float
    first: date
    last: date
    series: tuple[Series, ...]
    found: tuple[Alarm, ...]
    movers: Mapping[int, Mover]
    records: Sequence[Record]
    festive: Sequence[Alarm]
    earlier: Sequence[Alarm]  # the last before a period in which nothing rang


def rows(t: Told) -> tuple[tuple[Any, ...], ...]:
    """Alarms first, then single customers, then what festivals explain; the usual where there is none."""
    out = [_row(a, t.movers.get(id(a))) for a in t.found[:SHOWN]]
    out += [_record_row(r) for r in t.records]
    if not out:
        out += [_row(a, None) for a in t.earlier]
        out += [_row(a, None) for s in t.series if (a := _farthest(s, t)) is not None]
    return tuple(out + [_row(a, None) for a in t.festive[:FESTIVE]])


def _row(a: Alarm, m: Mover | None) -> tuple[Any, ...]:
    source = a.occasion if m is None else f"{m.label}：{m.member}" if m.dimension else ALIKE
    what = f"{a.first.isoformat()} {a.series.name}"
    return (
        what,
        a.kind,
        a.first,
        a.last,
        a.value,
        a.expected,
        a.deviation,
        a.score,
        source,
        m.share if m and m.dimension else None,
        "、".join(a.also),
    )


def _record_row(r: Record) -> tuple[Any, ...]:
    often = r["n_far"] >= r["paid_far"]
    value, usual = (r["n"], r["n_mid"]) if often else (r["paid"], r["paid_usual"])
    what = f"{r['at'].isoformat()} {'单客单日笔数' if often else '单客单日金额'}"
    score = max(r["n_far"], r["paid_far"])
    return (
        what,
        RECORD,
        r["at"],
        r["at"],
        value,
        usual,
        None,  # a multiple of one is no deviation to draw beside others
        score,
        f"客户 {r['user']}",
        None,
        "",
    )


def _farthest(s: Series, t: Told) -> Alarm | None:
    """The least usual point of the period, which is usual all the same."""
    import numpy as np

    inside = np.array([t.first <= d <= t.last for d in s.starts])
    sizes = np.where(inside, np.nan_to_num(np.abs(s.base.score)), -1)
    at = int(np.argmax(sizes))
    if sizes[at] < 0 or np.isnan(s.values[at]):
        return None
    score, day = float(np.nan_to_num(s.base.score[at])), s.starts[at]
    return Alarm(s, USUAL, day, day, s.values[at], float(s.base.expected[at]), score)


def when(a: Alarm, grain: str) -> str:
    if grain == "month":
        return a.first.isoformat()[:7]
    if grain == "week":
        return f"{a.first.isoformat()} 起的一周"
    return (
        a.first.isoformat()
        if a.first == a.last
        else f"{a.first.isoformat()} 至 {a.last.isoformat()}"
    )


def side(a: Alarm) -> str:
    return f"{'高' if a.deviation > 0 else '低'} {words.percent(abs(a.deviation))}"


def sentence(a: Alarm, t: Told) -> str:
    """One alarm: what, by how much, who moved it, what else rang."""
    name, value, expected = (
        a.series.name,
        words.figure(a.series.column, a.value),
        words.figure(a.series.column, a.expected),
    )
    if a.kind in LEVELS:
        turn = "上移" if a.deviation > 0 else "下移"
        size = words.percent(abs(a.deviation))
        return (
            f"{name}从 {a.first.isoformat()} 起水平{turn} {size}：中位数由 {expected} 变为 {value}"
        )
    mean = f"平均每{UNITS[t.grain]} " if a.first != a.last and t.grain == "day" else ""
    said = f"{when(a, t.grain)} {name} {mean}{value}，比预期的 {expected} {side(a)}"
    if (m := t.movers.get(id(a))) is not None:
        said += (
            f"，主要来自{m.label}为{m.member}的部分（{words.part_of_change(m.share)}）"
            if m.dimension
            else f"，各维度同步{'上升' if a.deviation > 0 else '下降'}"
        )
    if a.also:
        said += f"；{'、'.join(a.also)}同时异常"
    return said


def findings(t: Told) -> tuple[str, ...]:
    said = [sentence(a, t) for a in t.found[: 2 if t.records else 3]]
    if t.records:
        r = t.records[0]
        if r["n_far"] >= r["paid_far"]:
            said.append(
                f"客户 {r['user']} 在 {r['at'].isoformat()} 一天有 {words.count(r['n'])} 笔，"
                f"其他客户通常 {words.number(r['n_mid'])} 笔"
            )
        else:
            said.append(
                f"客户 {r['user']} 在 {r['at'].isoformat()} 一天花了 {words.money(r['paid'])}，"
                f"其他客户通常 {words.money(r['paid_usual'])}"
            )
    if not said:
        named = "、".join(dict.fromkeys(s.name for s in t.series[:6]))
        said.append(f"没有发现异常：{named}都在预期范围内")
        said += [f"之前最近的一次：{sentence(a, t)}" for a in t.earlier]
    if t.festive and len(said) < 3:
        a = t.festive[0]
        said.append(
            f"{a.first.isoformat()} {a.series.name} {words.figure(a.series.column, a.value)}，比平日{side(a)}，"
            f"是{a.occasion}的常态，不算异常"
        )
    return tuple(said)


def headline(t: Told) -> str:
    """How many, and the strongest."""
    total = len(t.found) + len(t.records)
    if not total:
        return findings(t)[0]
    first = sentence(t.found[0], t) if t.found else findings(t)[0]
    return f"发现 {total} 处异常，最突出的是：{first}"


def suggestions(t: Told) -> tuple[Suggestion, ...]:
    out = []
    if t.records:
        r = t.records[0]
        out.append(
            Suggestion(
                "请运营或风控核对这些客户是团购还是刷单，确认前把它们从日均和预测里剔除",
                f"{len(t.records)} 个客户日远离其他客户，最多的一天 {words.count(r['n'])} 笔、{words.money(r['paid'])}",
                f"{GROUP}名单",
            )
        )
    for a in t.found[:2]:
        m, name = t.movers.get(id(a)), a.series.name
        day = f"{a.first.year}年{a.first.month}月{a.first.day}日"
        if m is not None and m.dimension:
            action = f"先看{m.label}为{m.member}当天的明细，再决定要不要补货、调价或拦截"
            ask = f"{day}各{m.label}的{name}"
        elif a.kind in LEVELS:
            action = f"核对 {a.first.isoformat()} 前后的改版、价格、供货或统计口径有没有变"
            ask = f"{name}每周的走势"
        elif a.kind == DOWN and m is not None:
            action = "各维度一起下降，像记录不全：先请数据同学核对当天的数据是否收全，再谈业务原因"
            ask = f"{day}的{name}"
        else:
            action = "对照当天的活动、价格和供货记录，确认是业务变化还是记录问题"
            ask = f"{day}的{name}"
        because = f"{a.first.isoformat()} {name} {words.figure(a.series.column, a.value)}，预期 {words.figure(a.series.column, a.expected)}"
        out.append(Suggestion(action, because, ask))
    return tuple(out[:3])


def notes(t: Told) -> tuple[str, ...]:
    unit = UNITS[t.grain]
    points = max(len(s.starts) for s in t.series)
    said = [
        f"检查了 {t.first.isoformat()} 至 {t.last.isoformat()}，只看完整的{unit}；基线用到之前的全部数据，"
        f"最长的序列 {points} {unit}，最初 {WARM[t.grain]} {unit}只作基线",
        f"偏离超过 {t.limit:g} 倍稳健标准差、且超过 15% 才报",
    ]
    if t.festive:
        names = "、".join(dict.fromkeys(a.occasion for a in t.festive[:6]))
        said.append(f"节日和大促（{names}）按自己的往年或前后几天比较，不因为高低本身报警")
    return tuple(said)
