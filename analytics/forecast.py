"""预测：季节朴素、Holt-Winters（含阻尼）、Theta 里回测最准的一个，节假日和大促按自己往年的高低计入。

The series is the metric as the page shows it; what has been of the asked period is counted as it was.
Which method, how wrong it was and how wide the interval is: ``backtest.py``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

from analytics import forecast_words as told
from analytics import words
from analytics.backtest import FEWEST, LEAST, forecast
from analytics.calendar import UNITS, is_whole, shifted, start_of
from analytics.contract import Analysis, Facts, Intent, Outcome, Param, Params, Refused
from analytics.forecast_groups import by_group
from analytics.occasions import stretches
from semantic_layer.periods import Festival, add_months
from semantic_layer.query import ByTime, Grain, Measure, MetricQuery, Period, Scope
from semantic_layer.result import Column

if TYPE_CHECKING:
    from analytics.shifts import Floats

FARTHEST = {"day": 366, "week": 52, "month": 24}  # points ahead
JUST_OVER = timedelta(days=31)  # last month and last week are over, a bare 7月 is the next one
GREAT = ("春节", "618", "双11", "双12")  # enough to move a month
MONTHS = {Grain.MONTH: 1, Grain.QUARTER: 3, Grain.HALF: 6, Grain.YEAR: 12}


@dataclass(frozen=True, slots=True)
class Target:
    """Days asked for, both ends included; the past ones among them are known."""

    first: date
    last: date


def run(facts: Facts, params: Params) -> Outcome | Refused:
    """Series → back-test → the days asked for, with intervals."""
    measure = facts.measure if facts.measure is not None else next(iter(facts.metrics), None)
    if measure is None:
        return Refused("too-little-data", "没有说预测哪个指标")
    if facts.asked and facts.until < facts.first:
        return Refused("too-little-data", f"数据从 {facts.first.isoformat()} 开始，这之前没有历史")
    target = _target(facts, params)
    adds_up = _adds_up(facts, measure)
    level = _level(facts, params, target, adds_up)
    starts, values, column = _series(facts, measure, level)
    unit, known = UNITS[level], len(values)
    if not known:
        return Refused("too-little-data", f"没有一个完整的{unit}有数据")
    ahead = _ahead(starts[-1], target.last, level)
    if len(ahead) > FARTHEST[level]:
        return Refused(
            "too-little-data",
            f"最多往后预测 {FARTHEST[level]} {unit}，这个时间段要 {len(ahead)} {unit}",
        )
    skip = sum(shifted(d, 1, level) <= target.first for d in ahead)
    festival = facts.festival if params["festivals"] == "on" else None
    found = forecast(starts, values, ahead, level, festival, skip)
    if found is None:
        need = LEAST[level] + len(ahead) + FEWEST - 1
        return Refused(
            "too-little-data",
            f"只有 {known} {unit}的历史，往后预测 {len(ahead)} {unit}并回测至少要 {need} {unit}",
        )
    many = (target.last - target.first).days + 1
    events = _events(starts[-1] - timedelta(days=many - 1), starts[-1], festival, level)
    t = told.Told(
        column,
        level,
        tuple(starts),
        tuple(values.tolist()),
        tuple(ahead),
        found,
        skip,
        target.first,
        adds_up,
        events,
    )
    if facts.by:
        split = by_group(facts, measure, t, festival)
        if isinstance(split, Refused):
            return split
        return replace(split, notes=(*_moved(facts, target), *split.notes))
    return Outcome(
        columns=told.columns(t),
        rows=told.rows(t),
        view=told.view(t),
        findings=told.findings(t),
        suggestions=told.suggestions(t),
        notes=(*_moved(facts, target), *told.notes(t)),
        extra=told.extra(t),
    )


def _events(first: date, last: date, festival: Festival | None, level: str) -> tuple[str, ...]:
    """Great events of those days: what a comparison with them has to be taken with."""
    if level != "day":
        return ()
    found = stretches(first, last, festival)
    return tuple(e for e in GREAT if any(s.event == e for s in found))


def _target(facts: Facts, params: Params) -> Target:
    """The period that was said if any of it lies ahead (this month: all of it); else the horizon.

    A bare 下半年 is read as the last one begun, but the next is meant. 年底 asks what the year comes to.
    """
    begin = facts.last + timedelta(days=1)
    for period in facts.asked:
        first, end = _day(period.start), _day(period.end)
        if first is None or end is None:
            continue
        if period.partial and period.grain in MONTHS:
            end = shifted(first, MONTHS[period.grain], "month")
        elif period.partial and period.grain is Grain.WEEK:
            end = first + timedelta(days=7)
        elif begin - end > JUST_OVER:
            first, end = _next(first, end, begin, period.lunar, facts.festival)
        if end > begin:
            return Target(first, end - timedelta(days=1))
    if params["through"] != "horizon":
        long = MONTHS[Grain(params["through"])]
        first = date(begin.year, (begin.month - 1) // long * long + 1, 1)
        return Target(first, shifted(first, long, "month") - timedelta(days=1))
    days = int(params["horizon"])
    return Target(begin, begin + timedelta(days=days - 1))


def _moved(facts: Facts, target: Target) -> tuple[str, ...]:
    """What a reader must know when another year was meant than was read."""
    starts = [_day(p.start) for p in facts.asked]
    if not starts or target.first in starts:
        return ()
    return (f"说的时间已经过去，预测的是 {target.first.isoformat()} 至 {target.last.isoformat()}",)


def _next(
    first: date, end: date, begin: date, lunar: str, festival: Festival | None
) -> tuple[date, date]:
    """The same months, days or festival in the first year in which they end after ``begin``."""
    for year in range(begin.year, begin.year + 3):
        if lunar and festival is not None:
            found = festival(lunar, year)
        else:
            found = (
                add_months(first, 12 * (year - first.year)),
                add_months(end, 12 * (year - first.year)),
            )
        if found is not None and found[1] > begin:
            return found
    return first, end


def _day(value: object) -> date | None:
    """The date of a bound, whichever kind it is."""
    return date(value.year, value.month, value.day) if isinstance(value, date) else None


def _level(facts: Facts, params: Params, target: Target, adds_up: bool) -> str:
    """As asked; else days, and months where days are too many or a month's value is no sum of days."""
    if params["level"] != "auto":
        return str(params["level"])
    days = (target.last - facts.last).days
    whole = target.first.day == 1 and (target.last + timedelta(days=1)).day == 1
    months = (facts.last - facts.first).days // 30
    if days > FARTHEST["day"] or (whole and not adds_up and months > LEAST["month"] + FEWEST):
        return "month"
    return "day"


def _adds_up(facts: Facts, measure: Measure) -> bool:
    """Is the value of four weeks the sum of their days? Buyers and rates are not."""
    since = max(facts.first, facts.last - timedelta(days=27))
    scope = Scope(periods=(Period(since, facts.last + timedelta(days=1)),))
    days = facts.compute(MetricQuery((measure,), (ByTime(Grain.DAY),), scope))
    whole = facts.compute(MetricQuery((measure,), (), scope))
    total = float(whole.rows[0][-1] or 0) if whole.rows else 0.0
    return abs(sum(float(row[-1] or 0) for row in days.rows) - total) <= 0.005 * abs(total)


def _series(facts: Facts, measure: Measure, level: str) -> tuple[list[date], Floats, Column]:
    """Whole periods up to the end of the data, from the first that has a value."""
    import numpy as np

    span = Period(facts.first, facts.last + timedelta(days=1))
    query = MetricQuery((measure,), (ByTime(Grain(level)),), Scope(periods=(span,)))
    result = facts.compute(query)
    points = [
        (row[0], np.nan if row[-1] is None else float(row[-1]))
        for row in result.rows
        if is_whole(row[0], level, facts.last) and (level == "day" or row[0] >= facts.first)
    ]
    begun = next((i for i, (_, v) in enumerate(points) if v and v == v), len(points))
    kept = points[begun:]
    return [d for d, _ in kept], np.array([v for _, v in kept]), result.columns[-1]


def _ahead(last: date, until: date, level: str) -> Sequence[date]:
    """Starts of the periods after ``last`` up to the one that ``until`` is in."""
    out, at = [], shifted(start_of(last, level), 1, level)
    while at <= until:
        out.append(at)
        at = shifted(at, 1, level)
    return out or [at]


ANALYSIS = Analysis(
    name="forecast",
    title="预测",
    intent=Intent(
        phrases=words.listed(
            """
            预测 预测一下 预测下 做个预测 预测值 趋势预测 预估 预估一下 预计 预计能卖 预计卖 预计能做 估一下 估算一下
            大概能有 大概能做 大概能卖 大概会有 大概有 能做多少 能做到多少 能做到 能到多少 最后能到多少 最后能到 最终能到
            能卖多少 能卖多少钱 会卖多少 会有多少 能有多少 能达到多少 会怎么走 会怎样 会怎么样 走势会怎样
            照这个势头 照这个趋势 照这个速度 按这个势头 按这个趋势 按目前的趋势 按现在的趋势 后面 后续 往后 会不会涨 会不会跌 会涨吗 会跌吗
            """
        ),
        examples=(
            "预测下个月的销售额",
            "未来30天大概能有多少订单",
            "这个月销售额最后能到多少",
            "按周预测订单数",
            "各大区下个月能卖多少",
            "不考虑节日预测下个月的订单数",
        ),
        not_examples=("上个月的销售额是多少", "本月目标达成率", "今年每个月销售额的走势"),
    ),
    needs=("time",),
    definition=(
        "候选：季节朴素（照搬上一个周期）、Holt-Winters、阻尼 Holt-Winters、Theta 和后三者的平均；"
        "在最多 10 个时点上只用当时已知的数据回测，取 MASE 最小的；没有比朴素预测好就用朴素预测并说明。"
        "{festivals}：节日和大促的高低按自己往年同一天算，春节按农历；训练时剔除异常点。"
        "区间按回测误差定，合计的区间按回测合计的误差定"
    ),
    params={
        "horizon": Param(
            30,
            "预测天数",
            ("往后{}", "往后预测{}"),
            low=1,
            high=366,
            unit="天",
        ),
        "through": Param(
            "horizon",
            "到",
            choices=(
                (
                    "year",
                    words.listed(
                        "年底 全年 整年 到年底 年末 到年末 今年年底 到今年年底 今年底 年内"
                    ),
                ),
                (
                    "quarter",
                    words.listed("季末 全季 整个季度 到季末 季度末 到季度末 本季末 这个季度末"),
                ),
                (
                    "month",
                    words.listed(
                        "月底 全月 整月 到月底 月末 到月末 本月底 到本月底 这个月底 到这个月底"
                    ),
                ),
            ),
        ),
        "level": Param(
            "auto",
            "粒度",
            choices=(
                ("auto", ("自动粒度",)),
                ("day", ("按天", "按日", "每天", "每日", "逐日")),
                ("week", ("按周", "每周", "周度", "逐周")),
                ("month", ("按月", "每月", "每个月", "月度", "逐月")),
            ),
        ),
        "festivals": Param(
            "on",
            "节日",
            choices=(
                ("on", words.listed("考虑节日和大促 考虑节日 考虑大促 算上节日 算上大促 含大促")),
                (
                    "off",
                    words.listed(
                        "不考虑节日和大促 不考虑节日 不考虑大促 不考虑节假日 不算节日 不算大促 不含大促 剔除大促 排除节日 排除大促"
                    ),
                ),
            ),
        ),
    },
    run=run,
    measured=True,
    ahead=True,
)
