"""What goes on without a break: 连续三个月下降, 三连跌, 连着10天没出单."""

from __future__ import annotations

from typing import Any

from assistant.language.slots.base import Base, C
from semantic_layer.query import (
    By,
    ByTime,
    Grain,
    Group,
    Having,
    HavingChange,
    MetricRef,
    Op,
    Streak,
)


class Streaks(Base):
    """Mixed into the reader."""

    def _streak(self) -> Streak | None:
        said = self.said
        if said.runs and not said.streaks:
            return self._run()
        if not said.streaks or not said.durations:
            return None
        i = said.streaks[0]
        lengths = [d for j, d in said.durations if j > i]
        if not lengths:
            return None
        duration = lengths[0]
        direction, value = "down", None
        negative: list[Any] = [v for j, v in said.verbs if v.negated and j > i]
        negative += [x for j, x in said.measures if said.at(j - 1) is C.NOT]
        change = [c for j, c in said.changes if j > i and c.direction]
        if negative:
            direction = "zero"
        elif change:
            direction = "up" if change[0].direction > 0 else "down"
        elif said.thresholds or said.having:
            direction, value = self._streak_level()
        elif said.verbs or said.bare_verbs:
            direction = "nonzero"
        else:
            return None
        return Streak(int(duration.n), duration.grain, direction, value)

    def _without_streak(self, groups: list[Group]) -> list[Group]:
        """按周算连涨4周的渠道: the unit of the streak is no group beside the things that have it."""
        named = self.said.dims or self.said.entities or any(isinstance(g, By) for g in groups)
        if self.streak is None or not named:
            return groups
        return [g for g in groups if g != ByTime(self.streak.grain)]

    def _run(self) -> Streak:
        """三连跌的门店: months, unless another unit is said."""
        run, grains = self.said.runs[0][1], [g.grain for _, g in self.said.grains]
        if not grains:
            self.notes.append("没有说按什么连着看，按月")
        return Streak(
            run.n, grains[0] if grains else Grain.MONTH, "up" if run.direction > 0 else "down", None
        )

    def _streak_level(self) -> tuple[str, float | None]:
        said = self.said
        i, moved = said.having[0] if said.having else (0, None)
        if isinstance(moved, HavingChange) and moved.values == (0.0,):
            said.having.pop(0)  # 连着两个月环比都上涨: the change is what goes on
            if moved.measure not in (MetricRef(""), *(x for _, x in said.measures)):
                said.measures.append((i, moved.measure))
            return ("up" if moved.op is Op.GT else "down"), None
        if said.thresholds:
            _, t = said.thresholds.pop(0)
            return ("above" if t.op in (Op.GT, Op.GE) else "below"), float(t.values[0])
        i, having = said.having[0]
        if isinstance(having, Having) and isinstance(having.values[0], (int, float)):
            said.having.pop(0)
            said.measures.append((i, having.measure))
            return ("above" if having.op in (Op.GT, Op.GE) else "below"), float(having.values[0])
        return "down", None
