"""A change and its contributions in sentences, rows and a chart. Every number printed is kept in ``extra``."""

from __future__ import annotations

from collections.abc import Iterator

from analytics import why_table, words
from analytics.contract import Facts, Outcome, Suggestion, View
from analytics.contributions import Part, Split
from analytics.factor_tree import OTHER, Factor, formula
from analytics.why_told import Told, figure, item
from semantic_layer.catalog import Direction, Format

AGAINST = 0.1  # of the change, from which what goes the other way is told
NOT_A_CAUSE = "描述性，不代表因果"


def outcome(told: Told, facts: Facts, by_factor: bool) -> Outcome:
    """Findings: what happened and where, what else moved, how it is made up."""
    findings = [_headline(told)]
    findings += [text for text in (_meanwhile(told, facts), _made_up(told)) if text]
    if text := _by_factors(told):
        findings.append(text)
    suggestions = tuple(_suggestions(told, facts))
    factors = by_factor and bool(told.factors)
    columns, rows = why_table.by_factor(told) if factors else why_table.by_dimension(told)
    x = "factor" if factors else "item"
    color = "" if factors else "dimension"
    options = (("signed", ""), ("headed", ""))
    view = View("hbar", x, ("delta",), color, title=_title(told), options=options)
    if not rows:
        columns, rows = why_table.sides_alone(told)
        view = View("bar", "side", ("value",), title=_title(told))
    return Outcome(
        columns=columns,
        rows=rows,
        view=view,
        findings=tuple(findings),
        suggestions=suggestions,
        notes=(NOT_A_CAUSE, *told.notes, *_notes(told)),
        extra={
            "before": told.before,
            "after": told.after,
            "change": told.delta,
            "printed": told.printed,
        },
    )


# ── sentences ─────────────────────────────────────────────────────────────────────────────────


def _title(told: Told) -> str:
    if not told.moved:
        return f"{told.subject}和{told.other}几乎一样"
    return f"{told.subject}比{told.other}{_verb(told)} {told.change(told.delta)}"


def _verb(told: Told) -> str:
    if told.sides.dimension:
        return "高" if told.delta > 0 else "低"
    return "上升" if told.delta > 0 else "下降"


def _headline(told: Told) -> str:
    rate = told.delta / abs(told.before)
    if not told.moved:
        return (
            f"{told.subject} {told.value(told.after)}，和{told.other}几乎一样"
            f"（{told.share(rate)}）{_both_ways(told)}"
        )
    what = f"{told.subject} {told.value(told.after)}，比{told.other}{_verb(told)} {told.change(told.delta)}"
    if told.column.format is not Format.PERCENT:
        what += f"（{told.share(abs(rate))}）"
    return what + _where(told)


def _both_ways(told: Told) -> str:
    best = told.ranked[0] if told.ranked else None
    if best is None:
        return ""
    up = max(best.parts, key=lambda p: p.delta)
    down = min(best.parts, key=lambda p: p.delta)
    if not up.delta > 0 > down.delta:
        return ""
    return (
        f"，内部有升有降：{item(told, best, up)}多 {told.change(up.delta)}，"
        f"{item(told, best, down)}少 {told.change(down.delta)}"
    )


def _where(told: Told) -> str:
    if not told.path:
        if not told.ranked or (part := told.ranked[0].best) is None:
            return ""
        best = told.ranked[0]
        return (
            f"，没有集中在哪一处：影响最大的{told.labels[best.dimension]}是{part.value}，"
            f"占同向变化的 {told.share(best.power(part))}，它原来就占 {told.share(part.base)}"
        )
    last = told.path[-1]
    if told.ratio:
        first = told.path[0]
        text = f"，主要来自{told.named(first)}：影响 {told.change(first.part.delta)}"
        text += _of_all(told, first.part.delta, told.delta)
        if len(told.path) > 1:
            text += f"，其中{told.place()}{_from_to(told, last.part)}"
        return text
    more = "多" if last.part.delta > 0 else "少"
    text = f"，主要在{told.place()}：{more}了 {told.change(last.part.delta)}"
    return text + _of_all(told, last.part.delta, told.base)


def _of_all(told: Told, part: float, whole: float) -> str:
    """Its share of the change; where others offset it, how many times the change it is."""
    if not whole:
        return ""
    told.keep(part / whole)
    text = f"，{words.part_of_change(part / whole)}"
    return text if part / whole <= 1 else f"{text}，别处抵掉了一部分"


def _from_to(told: Told, part: Part) -> str:
    if part.before is None or part.after is None:
        return f"为 {told.value(part.after if part.before is None else part.before)}"
    return f"从 {told.value(part.before)} 到 {told.value(part.after)}"


def _meanwhile(told: Told, facts: Facts) -> str:
    said = []
    for c in told.companions[:2]:
        form, unit = c.metric.format, c.metric.unit
        told.keep(c.before)
        told.keep(c.after)
        inside = " × ".join(str(v) for v in c.inside)
        text = (
            f"{inside}{'的' if inside else ''}{c.metric.label}从 {figure(c.before, form, unit)}"
            f"到 {figure(c.after, form, unit)}"
        )
        if c.part is not None:
            told.keep(c.part.before)
            told.keep(c.part.after)
            text += (
                f"（主要在{c.part.value}，{figure(c.part.before, form, unit)}"
                f" → {figure(c.part.after, form, unit)}）"
            )
        said.append(text)
    return f"同期{'；'.join(said)}" if said else ""


def _made_up(told: Told) -> str:
    """Of a ratio mix against rate; of a sum what goes the other way."""
    if not told.moved or not told.ranked:
        return ""
    split = told.ranked[0]
    label = told.labels[split.dimension]
    if not told.ratio:
        against = sum(p.delta for p in split.parts if p.delta * told.delta < 0)
        largest = max(split.parts, key=lambda p: -p.delta * told.delta)
        if abs(against) < AGAINST * abs(told.delta):
            return ""
        more = "多" if against > 0 else "少"
        return (
            f"按{label}看，另有一部分反方向{more}了 {told.change(against)}，"
            f"最大的是{item(told, split, largest)}（{told.change(largest.delta)}）"
        )
    mix = sum(p.mix for p in split.parts)
    rate = sum(p.rate for p in split.parts)
    text = f"按{label}拆：结构变化{_signed(told, mix)}，各{label}自己变化{_signed(told, rate)}"
    return text + _paradox(told, split, label)


def _signed(told: Told, value: float) -> str:
    return f"拉{'高' if value > 0 else '低'} {told.change(value)}"


def _paradox(told: Told, split: Split, label: str) -> str:
    """Every part moves one way and the whole the other: the mix did it."""
    both = [p for p in split.parts if p.before is not None and p.after is not None]
    against = [p for p in both if p.rate * told.delta < 0]
    if len(both) < 2 or len(against) < len(both):
        return ""
    mover = max(both, key=lambda p: p.mix * told.delta)
    way = "升" if told.delta < 0 else "降"
    return (
        f"。每个{label}自己都在{way}，是{mover.value}的占比从 {told.share(mover.weights[0])}"
        f"变到 {told.share(mover.weights[1])}带动了整体"
    )


def _by_factors(told: Told) -> str:
    if not told.moved or not told.factors:
        return ""
    ordered = sorted(told.factors, key=lambda f: -abs(f.effect))[:3]
    said = "，".join(
        f"{f.label}{_signed(told, f.effect)}"
        + ("" if f.label == OTHER else f"（{_rate(told, f)}）")
        for f in ordered
    )
    return f"拆成{formula(told.column.label, told.factors)}：{said}"


def _rate(told: Told, f: Factor) -> str:
    rate = f.after / f.before - 1
    told.keep(rate)
    return f"{rate * 100:+,.1f}%"


def _suggestions(told: Told, facts: Facts) -> Iterator[Suggestion]:
    if not told.moved:
        return
    worse = (told.delta > 0) == (told.column.direction is Direction.DOWN)
    period = told.names[1] if told.sides.periods else ""
    if told.path:
        last = told.path[-1]
        values = "".join(map(told.named, told.path))
        gain = told.change((told.path[0] if told.ratio else last).part.delta)
        goal = "回到对比期的水平" if worse else "把做法推广到别处"
        yield Suggestion(
            f"请{told.owner or '负责人'}先看{told.place()}，目标是{goal}",
            f"这里影响 {gain}，是最能解释变化的一处",
            f"{period}{values}每天的{told.column.label}" if period else "",
        )
    for c in told.companions[: int(worse)]:
        form, unit = c.metric.format, c.metric.unit
        place = str(c.part.value) if c.part is not None else ""
        inside = "".join(str(v) for v in c.inside)
        of = "的" if place or inside else ""
        yield Suggestion(
            f"请{c.metric.owner or '负责人'}核对{place}{inside}{of}{c.metric.label}，处理后看{told.column.label}是否恢复",
            f"{c.metric.label}从 {figure(c.before, form, unit)}到 {figure(c.after, form, unit)}",
            f"{period}{inside}各{facts.label(c.dimension)}的{c.metric.label}"
            if c.dimension
            else "",
        )
    if told.ratio and told.ranked:
        split = told.ranked[0]
        label = told.labels[split.dimension]
        yield Suggestion(
            f"按{label}分开定目标，不要只看整体的{told.column.label}",
            f"结构变化{_signed(told, sum(p.mix for p in split.parts))}，"
            f"自己变化{_signed(told, sum(p.rate for p in split.parts))}",
            f"{period}各{label}的{told.column.label}" if period else "",
        )


def _notes(told: Told) -> Iterator[str]:
    kind = "两组" if told.sides.dimension else "两个时期"
    yield f"{kind}：{told.names[1]} 对比 {told.names[0]}"
    for c in told.companions[:2]:
        if not c.whole:
            yield f"{c.metric.label}不分所问的全部条件，这里放宽了看"
    for split in told.ranked:
        if abs(split.delta - told.delta) > 1e-6 * max(abs(told.delta), 1e-9):
            yield f"{told.column.label}不能按{told.labels[split.dimension]}拆分，用更细的同类指标，变化合计 {told.change(split.delta)}"
