"""What a supposition says: the words that make one, and by how much something is supposed to move."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from analytics.words import listed
from semantic_layer.periods import add_months
from semantic_layer.query import Period

RISE = listed(
    "提升 拉高 再拉高 抬高 拉升 做高 拔高 提升到原来的 提高 上升 上涨 增加 增长 涨 再涨 再提升 再提高 多 升 升高 提升了 提高了 增加了 增长了 涨了 多了 上升了"
)
FALL = listed(
    "下降 砍 压低 再砍 缩水 缩 降低 降 下滑 下跌 跌 减少 少 再降 掉 下降了 降低了 降了 减少了 少了 跌了 掉了"
)
TRIGGERS = listed(
    "如果 假如 假设 要是 若是 倘若 假使 如果说 假定 敏感性分析 敏感度分析 敏感性 敏感度 情景分析 情景测算 假设分析 假设测算 "
    "的话会怎样 的话会怎么样 会怎样 会怎么样 会如何 会变成多少 有多大影响 影响多大 影响最大 会影响多少 能多多少 会多多少 会少多少 会增加多少 会减少多少 "
    "能带来多少增量 能省下多少"
)
ASKING = listed(  # they ask for the effect once something is supposed; alone they suppose nothing
    "会是多少 能到多少 会到多少 能有多少 会有多少 还剩多少 剩多少 还剩下多少 剩下多少 还有多少 要缩水多少 会缩水多少 缩水多少 要损失多少 会损失多少 损失多少 要掉多少 会掉多少 要少多少 还能有多少 能省多少 能增加多少 能带来多少 能提升多少 有什么影响"
)


GONE = listed("没有了 没了 不做 不做了 不做的话 去掉 拿掉 砍掉 剔除 缺席 关掉 停掉 撤掉 不算")


@dataclass(frozen=True, slots=True)
class Change:
    """``factor`` times the value, ``points`` added to it."""

    factor: float = 1.0
    points: float = 0.0

    def applied(self, value: float) -> float:
        return value * self.factor + self.points


def change_of(params: Mapping[str, Any]) -> Change | None:
    """
    >>> change_of({"rise": 10, "scale": ""}), change_of({"fall_tenths": 1})
    (Change(factor=1.1, points=0.0), Change(factor=0.9, points=0.0))
    """
    if scale := params.get("scale"):
        return Change(float(scale))
    for sign, name in ((1, "rise"), (-1, "fall")):
        if percent := params.get(name):
            return Change(1 + sign * float(percent) / 100)
        if tenths := params.get(f"{name}_tenths"):
            return Change(1 + sign * float(tenths) / 10)
        if points := params.get(f"{name}_points"):
            return Change(1.0, sign * float(points) / 100)
    return None


def said_as(period: Period) -> str:
    """2026-05 for a whole month, else both ends."""
    if period.start is None or period.end is None:
        return period.label
    first, end = _day(period.start), _day(period.end)
    last = end - timedelta(days=1)
    if first.day == 1 and add_months(first, 1) == end:
        return f"{first:%Y-%m}"
    return f"{first}" if first >= last else f"{first} 至 {last}"


def _day(moment: date) -> date:
    return date(moment.year, moment.month, moment.day)
