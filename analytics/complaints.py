"""Reviews that were read, as tables: by aspect, by group or period, and what is said about one aspect."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from analytics import words
from analytics.contract import Facts, Refused, Suggestion, View
from analytics.reviews import Line, Reviews, aspects, groups
from analytics.voice.aspects import OTHER
from semantic_layer.catalog import Direction, Format, Kind
from semantic_layer.result import Column, ColumnRole, Result

GROUPS = 30
DRAWN = 12  # aspects on the chart; what is about nothing in particular is in the table only
LISTED = 15  # clauses of either mood about one aspect
LEAST = 5  # reviews of a group, to be called the worst
ACTIONS = {
    "物流": "把相关订单交给承运商逐单核对，先处理还没送到的",
    "包装": "请仓库抽查包装，易碎的换加厚的",
    "价格": "核对差评前后的调价，给刚买就降价的人保价",
    "服务": "按原话复盘客服会话，给没有解决的人回电",
    "质量": "请质检抽查同一批次，复检前先减少推广",
    "与描述相符": "逐条核对详情页的图片和参数",
    "尺寸": "在详情页补上实测尺寸和试穿建议",
}
USUAL = "把「{aspect}」的原话交给负责的人逐条核对，一周内给出处理办法"
BLAMED = words.measure("blamed", "抱怨", "条", Direction.DOWN)
PRAISED = words.measure("praised", "称赞", "条")
RATE = Column(
    "rate",
    "抱怨占比",
    Kind.NUMBER,
    ColumnRole.MEASURE,
    "",
    Format.PERCENT,
    direction=Direction.DOWN,
)
QUOTES = (words.dimension("complaint", "抱怨原话"), words.dimension("praise", "称赞原话"))


@dataclass(frozen=True, slots=True)
class Shaped:
    """What an outcome is made of."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[Any, ...], ...]
    view: View
    said: tuple[str, ...]
    advice: tuple[Suggestion, ...]
    extra: Mapping[str, Any] = field(default_factory=dict)


def by_aspect(reviews: Reviews, focus: str) -> Shaped | Refused:
    lines = aspects(reviews)
    if focus == "good":
        lines.sort(key=lambda x: (x.name == OTHER, -x.praised, x.name))
    if not lines:
        return Refused("too-little-data", "评论里没有说得出来的方面")
    total = sum(x.praised if focus == "good" else x.blamed for x in lines)
    cells = tuple(
        (
            x.name,
            x.blamed,
            x.praised,
            x.rate,
            (x.praised if focus == "good" else x.blamed) / total if total else None,
            x.complaint,
            x.praise,
        )
        for x in lines
    )
    kind = "称赞" if focus == "good" else "抱怨"
    columns = (
        words.dimension("aspect", "方面"),
        BLAMED,
        PRAISED,
        RATE,
        words.share("part", f"占全部{kind}", "praised" if focus == "good" else "blamed"),
        *QUOTES,
    )
    first = lines[0]
    count, quote = (
        (first.praised, first.praise) if focus == "good" else (first.blamed, first.complaint)
    )
    said = [overall(reviews, focus)]
    if total and count:
        said.append(
            f"{kind}最多的是{first.name}，{words.count(count)} 条，占 {words.percent(count / total)}：「{quote}」"
        )
    if focus in ("good", "bad"):
        said.reverse()  # what they say was asked, and comes before how many say it
    worst = [x for x in lines if x.name != OTHER and x.blamed][:2]
    named = tuple(row for row, x in zip(cells, lines, strict=True) if x.name != OTHER)
    view = View(
        "hbar",
        "aspect",
        ("praised" if focus == "good" else "blamed",),
        title=f"{kind}最多的是{first.name}",
        data=Result(columns, named[:DRAWN]) if named else None,
    )
    return Shaped(columns, cells, view, tuple(said), tuple(map(_advice, worst)))


def by_group(reviews: Reviews, facts: Facts, grain: str) -> Shaped | Refused:
    """Groups of the question, worst first, or periods in their order."""
    lines = [x for x in groups(reviews) if x.blamed + x.praised]
    if grain:
        lines = sorted(
            (replace(x, name=x.name[:7] if grain == "month" else x.name) for x in lines),
            key=lambda x: x.name,
        )
    else:
        lines.sort(key=lambda x: (-(x.rate or 0), -x.blamed, x.name))
        lines = lines[:GROUPS]
    if not lines:
        return Refused("too-little-data", "没有分得出好坏的评论")
    cells = tuple(
        (
            x.name,
            x.blamed,
            x.praised,
            x.rate,
            x.topic,
            x.complaint,
            x.praise,
        )
        for x in lines
    )
    label = {"day": "日", "week": "周", "month": "月"}[grain] if grain else facts.label(facts.by[0])
    columns = (
        words.dimension("grp", label),
        words.measure("blamed", "差评", "条", Direction.DOWN),
        words.measure("praised", "好评", "条"),
        RATE,
        words.dimension("topic", "抱怨最多的方面"),
        *QUOTES,
    )
    counted = [x for x in lines if x.blamed + x.praised >= LEAST] or lines
    worst = max(counted, key=lambda x: (x.rate or 0, x.name))
    name = worst.name
    about = f"，主要抱怨{worst.topic}：「{worst.complaint}」" if worst.topic else ""
    said = f"{name}的抱怨占比最高，{words.percent(worst.rate)}{about}"
    view = View("line" if grain else "hbar", "grp", ("rate",), title=f"{name}的抱怨占比最高")
    return Shaped(columns, cells, view, (overall(reviews), said), (_advice(worst),))


def about(reviews: Reviews, aspect: str) -> Shaped | Refused:
    """What is said about one aspect: clauses, the most frequent first."""
    said = [o for o in reviews.opinions if o.aspect == aspect and o.mood]
    if not said:
        return Refused("too-little-data", f"这些评论没有说到{aspect}")
    counted = Counter((o.clause, o.mood) for o in said)
    order = sorted(counted, key=lambda k: (k[1], -counted[k], k[0]))
    shown = [k for mood in (-1, 1) for k in [x for x in order if x[1] == mood][:LISTED]]
    blamed = sum(o.mood < 0 for o in said)
    praised = len(said) - blamed
    columns = (
        words.dimension("clause", "原话"),
        words.dimension("mood", "态度"),
        words.measure("times", "次数", "次", Direction.NEITHER),
    )
    found = (
        f"说到{aspect}的有 {words.count(len(said))} 处，{words.count(blamed)} 处抱怨，"
        f"{words.count(praised)} 处称赞"
    )
    lines = [x for x in aspects(reviews) if x.name == aspect and x.blamed]
    if lines:
        found += f"，最常见的抱怨是「{lines[0].complaint}」"
    return Shaped(
        columns,
        tuple((c, "抱怨" if m < 0 else "称赞", counted[c, m]) for c, m in shown),
        View("table", title=f"大家怎么说{aspect}"),
        (found,),
        tuple(_advice(x) for x in lines),
        {"said": len(said), "blamed": blamed, "praised": praised},
    )


def moods(reviews: Reviews) -> dict[str, float]:
    counted, n = reviews.moods(), len(reviews.texts)
    return {
        "blamed": counted[-1],
        "praised": counted[1],
        "unsure": counted[0],
        "blamed_share": counted[-1] / n,
        "praised_share": counted[1] / n,
    }


def overall(reviews: Reviews, focus: str = "") -> str:
    """How many were read, out of how many, and their mood; where one mood is asked for, only that."""
    part, read_ = moods(reviews), len(reviews.texts)
    drawn = f"从 {words.count(reviews.everything)} 条评论里抽 {words.count(read_)} 条来读"
    said = drawn if read_ < reviews.everything else f"读了 {words.count(read_)} 条评论"
    if focus != "bad":
        said += f"，{words.percent(part['praised_share'])} 偏好评"
    if focus != "good":
        said += f"，{words.percent(part['blamed_share'])} 偏差评"
    return said


def conflict_said(conflict: dict[str, int]) -> str:
    return (
        f"打分高而内容是抱怨的有 {words.count(conflict['good_mark_bad_text'])} 条，"
        f"打分低而内容是称赞的有 {words.count(conflict['bad_mark_good_text'])} 条"
    )


def _advice(line: Line) -> Suggestion:
    aspect = line.topic or line.name
    return Suggestion(
        ACTIONS.get(aspect, USUAL.format(aspect=aspect)),
        f"{line.name}有 {words.count(line.blamed)} 条抱怨"
        + (f"，比如「{line.complaint}」" if line.complaint else ""),
        "差评客户名单",
    )
