"""A change and its contributions in sentences, rows and a chart. Every number printed is kept in ``extra``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from analytics import words
from analytics.companions import Companion
from analytics.contract import Facts, Outcome, Suggestion, View
from analytics.contributions import Part, Sides, Split, settled
from analytics.drill import Step, merged
from analytics.factor_tree import OTHER, Factor, formula
from semantic_layer.catalog import Direction, Format
from semantic_layer.result import Column, ColumnRole

PARTS = 6  # of one dimension in the table
MANY = 1.5  # times the change, from which it is told in times
AGAINST = 0.1  # of the change, from which what goes the other way is told
NOT_A_CAUSE = "描述性，不代表因果"
BLANK = "未填写"


@dataclass(frozen=True, slots=True)
class Told:
    """All that is known of one change. ``base`` is the change that the path is a share of; ``labels``
    what people call the dimensions."""

    column: Column
    sides: Sides
    names: tuple[str, str]
    before: float
    after: float
    ranked: tuple[Split, ...]
    path: tuple[Step, ...]
    base: float
    ratio: bool
    factors: tuple[Factor, ...]
    companions: tuple[Companion, ...]
    labels: Mapping[str, str]
    owner: str = ""
    notes: tuple[str, ...] = ()
    printed: list[float] = field(default_factory=list)

    @property
    def delta(self) -> float:
        return self.after - self.before

    @property
    def moved(self) -> bool:
        return settled(Split("", self.before, self.after, ()))

    def value(self, value: float | None) -> str:
        self.keep(value)
        return figure(value, self.column.format, self.column.unit)

    def change(self, value: float) -> str:
        """A difference without its sign; of rates in points."""
        self.keep(value)
        if self.column.format is Format.PERCENT:
            return words.points(abs(value)).lstrip("+")
        return figure(abs(value), self.column.format, self.column.unit)

    def share(self, value: float) -> str:
        self.keep(value)
        return words.percent(value)

    def keep(self, value: float | None) -> None:
        if value is not None:
            self.printed.extend((value, abs(value)))


def figure(value: float | None, form: Format, unit: str) -> str:
    """
    >>> figure(0.123, Format.PERCENT, ""), figure(7.0, Format.COUNT, "款"), figure(12345.0, Format.MONEY, "元")
    ('12.3%', '7 款', '1.2 万元')
    """
    match form:
        case Format.PERCENT:
            return words.percent(value)
        case Format.MONEY:
            return words.money(value, unit or "元")
        case Format.COUNT:
            return f"{words.count(value)} {unit}".strip()
        case _:
            return f"{words.number(value)} {unit}".strip()


def outcome(told: Told, facts: Facts, by_factor: bool) -> Outcome:
    """Findings: what happened and where, what else moved, how it is made up."""
    findings = [_headline(told)]
    findings += [text for text in (_meanwhile(told, facts), _made_up(told)) if text]
    if text := _by_factors(told):
        findings.append(text)
    suggestions = tuple(_suggestions(told, facts))
    factors = by_factor and bool(told.factors)
    columns, rows = _factor_table(told) if factors else _table(told)
    x = "factor" if factors else "item"
    view = View("hbar", x, ("delta",), "" if factors else "dimension", title=_title(told))
    if not rows:
        columns, rows = _plain_table(told)
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
    first, last = told.names
    if not told.moved:
        return f"{last} 和 {first} 的{told.column.label}几乎一样"
    return f"{told.column.label} {last} 比 {first} {_verb(told)} {told.change(told.delta)}"


def _verb(told: Told) -> str:
    if told.sides.dimension:
        return "高" if told.delta > 0 else "低"
    return "上升" if told.delta > 0 else "下降"


def _headline(told: Told) -> str:
    first, last = told.names
    rate = told.delta / abs(told.before)
    if not told.moved:
        return (
            f"{last} 的{told.column.label} {told.value(told.after)}，和 {first} 几乎一样"
            f"（{told.share(rate)}）{_both_ways(told)}"
        )
    what = f"{last} 的{told.column.label} {told.value(told.after)}，比 {first} {_verb(told)} {told.change(told.delta)}"
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
        f"，内部有升有降：{_item(told, best, up)}多 {told.change(up.delta)}，"
        f"{_item(told, best, down)}少 {told.change(down.delta)}"
    )


def path_text(path: Sequence[Step]) -> str:
    return " × ".join(str(s.part.value) for s in path)


def _where(told: Told) -> str:
    if not told.path:
        if not told.ranked or (part := told.ranked[0].best) is None:
            return ""
        best = told.ranked[0]
        return (
            f"，没有集中在哪一处：影响最大的{told.labels[best.dimension]}是{part.value}，"
            f"只占同向变化的 {told.share(best.power(part))}"
        )
    last = told.path[-1]
    if told.ratio:
        first = told.path[0]
        text = f"，主要来自{first.part.value}：影响 {told.change(first.part.delta)}"
        text += _of_all(told, first.part.delta, told.delta)
        if len(told.path) > 1:
            text += f"，其中{path_text(told.path)}{_from_to(told, last.part)}"
        return text
    more = "多" if last.part.delta > 0 else "少"
    text = f"，主要在{path_text(told.path)}：{more}了 {told.change(last.part.delta)}"
    return text + _of_all(told, last.part.delta, told.base)


def _of_all(told: Told, part: float, whole: float) -> str:
    """Its share of the change; where others offset it, how many times the change it is."""
    if not whole:
        return ""
    if part / whole <= MANY:
        return f"，占变化的 {told.share(part / whole)}"
    told.keep(part / whole)
    return f"，是净变化的 {part / whole:.1f} 倍，别处抵掉了一部分"


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
            f"最大的是{_item(told, split, largest)}（{told.change(largest.delta)}）"
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
    period = told.names[1] if told.sides.periods else ""
    if told.path:
        last = told.path[-1]
        values = "".join(str(s.part.value) for s in told.path)
        gain = told.change((told.path[0] if told.ratio else last).part.delta)
        bad = (told.delta > 0) == (told.column.direction is Direction.DOWN)
        goal = "回到对比期的水平" if bad else "把做法推广到别处"
        yield Suggestion(
            f"请{told.owner or '负责人'}先看{path_text(told.path)}，目标是{goal}",
            f"这里影响 {gain}，是最能解释变化的一处",
            f"{period}{values}每天的{told.column.label}" if period else "",
        )
    for c in told.companions[:1]:
        form, unit = c.metric.format, c.metric.unit
        place = str(c.part.value) if c.part is not None else ""
        inside = "".join(str(v) for v in c.inside)
        yield Suggestion(
            f"请{c.metric.owner or '负责人'}核对{place}{inside}的{c.metric.label}，处理后看{told.column.label}是否恢复",
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


# ── rows ──────────────────────────────────────────────────────────────────────────────────────


def _item(told: Told, split: Split, part: Part) -> str:
    return BLANK + told.labels[split.dimension] if part.value is None else str(part.value)


def _table(told: Told) -> tuple[tuple[Column, ...], tuple[tuple[Any, ...], ...]]:
    """Of each dimension the largest parts, the rest and what is counted twice: they add up to the change."""
    rows: list[tuple[Any, ...]] = []
    for split in told.ranked:
        label = told.labels[split.dimension]
        kept, rest = merged(split, PARTS)
        listed = [(_item(told, split, p), p) for p in kept]
        if rest is not None:
            listed.append((f"其余{label}", rest))
        if split.overlap:
            listed.append((f"{label}间重复计数", Part(None, None, None, split.overlap, 0.0, 0.0)))
        for name, p in listed:
            share = p.delta / split.delta if settled(split) else None
            ratio = (*p.weights, p.mix, p.rate) if told.ratio else ()
            rows.append((label, name, p.before, p.after, *ratio, p.delta, share, p.surprise))
    return _columns(told), tuple(rows)


def _columns(told: Told) -> tuple[Column, ...]:
    first, last = told.names
    own = replace(told.column, role=ColumnRole.MEASURE, of="")
    ratio: tuple[Column, ...] = ()
    if told.ratio:
        ratio = (
            words.share("weight_before", f"占比（{first}）"),
            words.share("weight_after", f"占比（{last}）"),
            replace(own, name="mix", label="结构变化"),
            replace(own, name="rate", label="自身变化"),
        )
    return (
        words.dimension("dimension", "维度"),
        words.dimension("item", "取值"),
        replace(own, name="before", label=first),
        replace(own, name="after", label=last),
        *ratio,
        replace(own, name="delta", label="对变化的贡献"),
        words.share("share", "占变化"),
        words.measure("surprise", "意外度", direction=Direction.NEITHER),
    )


def _factor_table(told: Told) -> tuple[tuple[Column, ...], tuple[tuple[Any, ...], ...]]:
    first, last = told.names
    own = replace(told.column, role=ColumnRole.MEASURE, of="", name="delta", label="对变化的贡献")
    columns = (
        words.dimension("factor", "因子"),
        words.measure("before", first),
        words.measure("after", last),
        words.share("rate", "变化率"),
        own,
        words.share("share", "占变化"),
    )
    rows = tuple(
        (
            f.label,
            f.before,
            f.after,
            f.after / f.before - 1,
            f.effect,
            f.effect / told.delta if told.moved else None,
        )
        for f in told.factors
    )
    return columns, rows


def _plain_table(told: Told) -> tuple[tuple[Column, ...], tuple[tuple[Any, ...], ...]]:
    """Nothing to split by: the two sides alone."""
    own = replace(told.column, role=ColumnRole.MEASURE, of="", name="value")
    return (words.dimension("side", "时期"), own), tuple(
        zip(told.names, (told.before, told.after), strict=True)
    )
