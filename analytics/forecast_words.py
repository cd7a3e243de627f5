"""What a forecast looks like and says: rows, sentences, next steps. Computes no forecast."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from analytics import words
from analytics.backtest import NAIVE, Forecast, Method
from analytics.calendar import UNITS, name, shifted
from analytics.contract import Suggestion, View
from semantic_layer.catalog import Direction, Format
from semantic_layer.result import Column, ColumnRole

SHOWN = {"day": 60, "week": 26, "month": 24}  # points of the past beside the forecast
BEFORE = {
    ("day", 7): "上周同一天",
    ("week", 1): "上一周",
    ("month", 12): "去年同月",
    ("month", 1): "上个月",
}
MANY = {"day": "天", "week": "周", "month": "个月"}
LIFTED = 1.2  # of a usual day, from which on a festival has to be prepared for
WIDE = 0.2  # a mean error from which on a forecast is a direction and no plan


@dataclass(frozen=True, slots=True)
class Told:
    """``skip`` points ahead come before the period asked for, which begins on ``first``."""

    column: Column
    level: str
    starts: tuple[date, ...]
    values: tuple[float, ...]
    ahead: tuple[date, ...]
    found: Forecast
    skip: int
    first: date
    adds_up: bool
    events: tuple[str, ...] = ()  # festivals in as long a time before

    @property
    def asked(self) -> range:
        return range(self.skip, len(self.ahead))

    @property
    def known(self) -> tuple[float, ...]:
        """What the asked period has already brought."""
        pairs = zip(self.starts, self.values, strict=True)
        return tuple(v for d, v in pairs if d >= self.first and v == v)


def columns(t: Told) -> tuple[Column, ...]:
    """Like the metric's own column, so that money is printed as money."""

    def like(name: str, label: str) -> Column:
        plain = replace(t.column, name=name, label=label, role=ColumnRole.MEASURE)
        return replace(plain, of="", direction=Direction.NEITHER)

    return (
        words.moment("at", {"day": "日期", "week": "周（起始日）", "month": "月份"}[t.level]),
        like("actual", "实际"),
        like("forecast", "预测"),
        like("low", "80% 下限"),
        like("high", "80% 上限"),
        like("lowest", "95% 下限"),
        like("highest", "95% 上限"),
        words.dimension("occasion", "节日大促"),
    )


def rows(t: Told) -> tuple[tuple[Any, ...], ...]:
    """The recent past, then what is ahead; a forecast of what can't be below zero never is."""
    shown = SHOWN[t.level]
    past = zip(t.starts[-shown:], t.values[-shown:], strict=True)
    out: list[tuple[Any, ...]] = [
        (d, v if v == v else None, None, None, None, None, None, "") for d, v in past
    ]
    for k, day in enumerate(t.ahead):
        occasion = t.found.occasion[k]
        out.append((day, None, *_point(t, k), occasion.name if occasion else ""))
    return tuple(out)


def _point(t: Told, k: int) -> tuple[float, ...]:
    low, high = t.found.bounds[0.8]
    lowest, highest = t.found.bounds[0.95]
    floor = 0.0 if min((v for v in t.values if v == v), default=0.0) >= 0 else float("-inf")
    roof = 1.0 if t.column.format is Format.PERCENT and max(t.values) <= 1 else float("inf")
    several = (t.found.point[k], low[k], high[k], lowest[k], highest[k])
    return tuple(min(max(float(v), floor), roof) for v in several)


def extra(t: Told) -> Mapping[str, Any]:
    """The numbers that sentences quote and no row has."""
    total, low, high = summed(t)
    earlier, change = before(t, total)
    return {
        "level": 0.8,
        "total": total,
        "low": low,
        "high": high,
        "known": sum(t.known),
        "rest": t.found.total,
        "points": len(t.asked) + len(t.known),
        "before": earlier,
        "change": change,
        "origins": t.found.origins,
        "methods": {m.name: (m.mase, m.mape) for m in t.found.methods},
        "covered": list(t.found.covered.values()),
        "weighed": t.found.weighed,
    }


def summed(t: Told) -> tuple[float, float, float]:
    """Total (or mean, where days do not add up) of the asked period with its 80% bounds."""
    low, high = t.found.total_bounds[0.8]
    known, many = sum(t.known), len(t.asked) + len(t.known)
    sums = (
        t.found.total + known,
        max(low, 0.0 if t.found.total > 0 else low) + known,
        high + known,
    )
    if t.adds_up:
        return sums
    total, least, most = (v / many for v in sums)
    return total, least, most


def before(t: Told, total: float) -> tuple[float | None, float | None]:
    """The same number of points just before, and the change against it."""
    many = len(t.asked) + len(t.known)
    end = len(t.values) - len(t.known)
    past = [v for v in t.values[max(0, end - many) : end] if v == v]
    if len(past) < many or not past or t.skip > many:  # far ahead: what is before is no neighbour
        return None, None
    was = sum(past) if t.adds_up else sum(past) / many
    return was, total / was - 1 if was else None


def _scored(t: Told, name: str) -> Method:
    return next(m for m in t.found.methods if m.name == name)


# ── in words ──────────────────────────────────────────────────────────────────────────────────


def when(t: Told) -> str:
    first = min(t.first, t.ahead[t.skip]) if t.known else t.ahead[t.skip]
    last = shifted(t.ahead[-1], 1, t.level) - timedelta(days=1)
    if t.level == "month":
        a, b = name(first, "month"), name(t.ahead[-1], "month")
        return a if a == b else f"{a} 至 {b}"
    return first.isoformat() if first == last else f"{first.isoformat()} 至 {last.isoformat()}"


def findings(t: Told) -> tuple[str, ...]:
    total, low, high = summed(t)
    earlier, change = before(t, total)
    label, unit, many = t.column.label, UNITS[t.level], len(t.asked) + len(t.known)
    sort = "" if many == 1 else "合计" if t.adds_up else f"平均每{unit}"
    said = f"预计 {when(t)} {label}{sort} {say(t, total)}（80% 的把握在 {say(t, low)} 到 {say(t, high)} 之间）"
    if t.known and t.adds_up:
        said += f"，其中 {say(t, sum(t.known))} 已经发生"
    elif change is not None and earlier is not None and many > 1:
        side = "高" if change >= 0 else "低"
        said += f"，比此前 {many} {MANY[t.level]}的 {say(t, earlier)} {side} {words.percent(abs(change))}"
        said += f"（那时有{'、'.join(t.events)}）" if t.events else ""
    return (said, _trust(t), *_peak(t))


def say(t: Told, value: float) -> str:
    return words.figure(t.column, value)


def error(m: Method) -> str:
    share = "" if m.mape is None else f"平均误差 {words.percent(m.mape)}，"
    return f"{share}MASE {words.number(m.mase)}"


def _trust(t: Told) -> str:
    plain, chosen = _scored(t, NAIVE), t.found.chosen
    if chosen.name == NAIVE:
        best = min((m for m in t.found.methods if m is not plain), key=lambda m: m.mase)
        return (
            f"不优于朴素预测：{t.found.origins} 次回测里最好的{best.name} MASE {words.number(best.mase)}，"
            f"照搬{BEFORE[t.level, t.found.period]}是 {words.number(plain.mase)}，所以用朴素预测"
        )
    return (
        f"{t.found.origins} 次回测里 {chosen.name} 最准，{error(chosen)}；"
        f"照搬{BEFORE[t.level, t.found.period]}的朴素预测 MASE {words.number(plain.mase)}"
    )


def _peak(t: Told) -> list[str]:
    """The highest point, where there are enough of them for one to matter."""
    if len(t.asked) < 7:
        return []
    at = max(t.asked, key=lambda k: float(t.found.point[k]))
    occasion = t.found.occasion[at]
    why = f"（{occasion.name}）" if occasion else ""
    day = name(t.ahead[at], t.level)
    return [
        f"最高的一{UNITS[t.level].removeprefix('个')}是 {day}{why}，预计 {say(t, _point(t, at)[0])}"
    ]


def suggestions(t: Told) -> tuple[Suggestion, ...]:
    total, low, high = summed(t)
    label = t.column.label
    plan = (
        "备货、排班按区间上限留余量，保底目标按区间下限定"
        if t.adds_up
        else "把 80% 区间设成预警线：实际落在区间外再查原因，区间内不必反应"
    )
    out = [
        Suggestion(
            plan,
            f"{when(t)} {label}预计 {say(t, total)}，80% 区间 {say(t, low)} 到 {say(t, high)}",
            f"近30天每天的{label}",
        )
    ]
    recent = sorted(v for v in t.values[-28:] if v == v)
    usual = recent[len(recent) // 2] * LIFTED
    point = t.found.point
    festive = [k for k in t.asked if t.found.occasion[k] is not None and point[k] > usual]
    if festive:
        at = max(festive, key=lambda k: float(point[k]))
        occasion, day = t.found.occasion[at], t.ahead[at]
        assert occasion is not None
        out.append(
            Suggestion(
                f"提前两周锁定{occasion.event}的货源、客服和投放预算",
                f"{day.isoformat()}（{occasion.name}）预计 {say(t, _point(t, at)[0])}",
                f"去年{occasion.event}的{label}",
            )
        )
    chosen = t.found.chosen
    if chosen.mape is not None and chosen.mape > WIDE:
        out.append(
            Suggestion(
                "误差偏大，只当方向看，每周重算一次再定计划",
                f"回测平均误差 {words.percent(chosen.mape)}",
                f"今年{label}有什么异常",
            )
        )
    return tuple(out)


def notes(t: Told) -> tuple[str, ...]:
    unit = UNITS[t.level]
    scores = "；".join(f"{m.name} {error(m)}" for m in t.found.methods)
    said = [
        f"历史 {len(t.values)} {MANY[t.level]}，{t.starts[0].isoformat()} 至 {t.starts[-1].isoformat()}，只用完整的{unit}",
        f"回测：{scores}",
        "留一次回测检验：80% 区间盖住 "
        f"{words.percent(t.found.covered[0.8])}，95% 区间盖住 {words.percent(t.found.covered[0.95])}",
    ]
    if t.found.weighed:
        said.append(f"预测期里有 {t.found.weighed} 天按节日和大促往年的高低调整过")
    if not t.adds_up and len(t.asked) > 1:
        said.append(f"{t.column.label}按{unit}相加没有意义，给的是每{unit}的平均")
    return tuple(said)


def view(t: Told) -> View:
    total, _, _ = summed(t)
    title = f"{t.column.label}预计{'' if t.adds_up else '平均'} {say(t, total)}"
    return View(
        "line",
        "at",
        ("actual", "forecast"),
        title=title,
        options=(
            ("grain", t.level),
            ("dashed", "forecast"),
            ("bands", "95% 区间|lowest|highest\n80% 区间|low|high"),
        ),
    )
