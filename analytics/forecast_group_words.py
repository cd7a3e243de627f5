"""What forecasts of several groups look like and say. Computes none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from analytics import forecast_words as told
from analytics import words
from analytics.contract import Facts, Suggestion, View
from analytics.forecast_words import Told, say
from semantic_layer.catalog import Format
from semantic_layer.result import Column, Result

SAME = 0.005  # how far the groups' sum may be from the whole: a buyer of two groups is in both


@dataclass(frozen=True, slots=True)
class Groups:
    """``parts``: name → its forecast; ``rest`` names the one of all the others together. ``missing``: groups
    without a forecast. ``ratio``: the groups' late sum to the whole's."""

    label: str
    whole: Told
    parts: Mapping[str, Told]
    rest: str
    missing: tuple[str, ...]
    adds_up: bool
    ratio: float


def columns(g: Groups) -> tuple[Column, ...]:
    like = told.columns(g.whole)
    many = len(g.whole.asked) + len(g.whole.known)
    sort = "" if many == 1 else "合计" if g.whole.adds_up else "平均"
    named = {c.name: c for c in like}
    return (
        words.dimension("group", g.label),
        replace(named["forecast"], label=f"预测{sort}"),
        named["low"],
        named["high"],
        replace(named["actual"], name="before", label="此前同样长"),
        words.share("change", "比此前"),
        words.dimension("method", "方法"),
        words.share("mape", "回测平均误差"),
        words.measure("mase", "MASE"),
    )


def rows(g: Groups) -> tuple[tuple[Any, ...], ...]:
    out = []
    for name, t in g.parts.items():
        was, change = told.before(t, told.summed(t)[0])
        chosen = t.found.chosen
        out.append((name, *told.summed(t), was, change, chosen.name, chosen.mape, chosen.mase))
    return tuple(sorted(out, key=lambda r: (r[0] == g.rest, -r[1])))


def findings(g: Groups) -> tuple[str, ...]:
    """The whole, the largest and the smallest, and who changes most."""
    parts, t = rows(g), g.whole
    said = [told.findings(t)[0]]
    named = [r for r in parts if r[0] != g.rest]
    top, low = named[0], named[-1]
    if len(named) > 1:
        least = "" if g.rest or g.missing else f"；{low[0]}最低，{say(t, low[1])}"
        span = f"{say(t, top[2])} 到 {say(t, top[3])}"
        said.append(f"{top[0]}最高，预计 {say(t, top[1])}（80% 的把握在 {span} 之间）{least}")
    moved = [r for r in named if r[5] is not None]
    if len(moved) > 1:
        most = max(moved, key=lambda r: abs(r[5]))
        side = "高" if most[5] >= 0 else "低"
        said.append(
            f"变化最大的是{most[0]}，比此前同样长的 {say(t, most[4])} {side} {words.percent(abs(most[5]))}"
        )
    return tuple(said)


def suggestions(g: Groups) -> tuple[Suggestion, ...]:
    t, parts = g.whole, rows(g)
    ask = f"各{g.label}近30天每天的{t.column.label}"
    out = [
        Suggestion(
            f"按{g.label}分配备货和目标：上限留给余量，下限作保底"
            if t.adds_up
            else f"给每个{g.label}把 80% 区间设成预警线，落在区间外再查原因",
            f"{parts[0][0]} 80% 区间 {say(t, parts[0][2])} 到 {say(t, parts[0][3])}",
            ask,
        )
    ]
    wrong = [r for r in parts if r[0] != g.rest and r[7] is not None and r[7] > told.WIDE]
    if wrong:
        worst = max(wrong, key=lambda r: r[7])
        out.append(
            Suggestion(
                f"{worst[0]}只当方向看，每周重算一次再定计划",
                f"{worst[0]}回测平均误差 {words.percent(worst[7])}",
            )
        )
    return tuple(out)


def notes(g: Groups, facts: Facts) -> tuple[str, ...]:
    t = g.whole
    said = [f"每个{g.label}各自回测、各自选方法；总的单独预测：{told.error(t.found.chosen)}"]
    missing = (
        f"{'、'.join(g.missing[:5])}{' 等' * (len(g.missing) > 5)} {len(g.missing)} 个没有预测"
    )
    if g.adds_up:
        said.append(f"各{g.label}之和与总的预测的差，按各自误差大小分摊，加起来等于总的预测")
    elif t.column.format is Format.PERCENT:
        said.append(f"{t.column.label}是比率，各{g.label}不能相加")
    else:
        share = words.percent(g.ratio)
        said.append(
            f"各{g.label}加起来不等于总的预测：近期各{g.label}之和是总数的 {share}，有重叠或口径不同"
            if abs(g.ratio - 1) > SAME
            else f"各{g.label}加起来不等于总的预测"
        )
    if g.missing:
        said.append(missing)
    if len(facts.by) > 1:
        said.append(f"只按{g.label}拆分，没有再按{'、'.join(facts.label(n) for n in facts.by[1:])}")
    return tuple(said)


def view(g: Groups) -> View:
    """A panel per group: the recent past, what is ahead and its intervals."""
    cells = tuple((name, *row) for name, t in g.parts.items() for row in told.rows(t))
    heads = (words.dimension("group", g.label), *told.columns(g.whole))
    one = told.view(g.whole)
    return replace(
        one,
        title=f"各{g.label}的{one.title}，各图刻度不同" if len(g.parts) > 1 else one.title,
        options=(*one.options, ("panels", "group")) if len(g.parts) > 1 else one.options,
        data=Result(heads, cells),
    )
