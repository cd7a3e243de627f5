"""Cohorts as lines of cells: who began, who came back n periods later, and which periods are over."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from analytics import calendar

GROUPS = 12


@dataclass(frozen=True, slots=True)
class Line:
    """One cohort, or several added up. ``cells[n]`` came back of ``base[n]`` who began; where ``done`` is
    false the period is still running. Added up are only cells that are done."""

    name: str
    size: float
    cells: tuple[float, ...]
    base: tuple[float, ...]
    done: tuple[bool, ...]

    def rate(self, n: int) -> float | None:
        return self.cells[n] / self.base[n] if n < len(self.cells) and self.base[n] else None


def lines_of(
    found: Sequence[Mapping[str, Any]],
    last: date,
    grain: str,
    length: int,
    value: str,
    grouped: bool,
) -> tuple[Line, ...]:
    """One line a cohort; or a group over all its cohorts, the largest groups first.

    ``found`` has columns c, grp, n and ``value``; nothing is said where nobody came back.
    """
    cohorts: dict[tuple[date, str], dict[int, float]] = {}
    for r in found:
        cohorts.setdefault((r["c"], r["grp"]), {})[r["n"]] = float(r[value] or 0)
    lines: list[tuple[str, Line]] = []
    for (start, group), cells in cohorts.items():
        begins = [calendar.shifted(start, n, grain) for n in range(length + 1)]
        begins = [b for b in begins if b <= last]
        size = cells.get(0, 0.0)
        line = Line(
            calendar.name(start, grain),
            size,
            tuple(cells.get(n, 0.0) for n in range(len(begins))),
            (size,) * len(begins),
            tuple(calendar.is_whole(b, grain, last) for b in begins),
        )
        lines.append((group, line))
    if not grouped:
        return tuple(line for _, line in lines)
    groups = {g: [x for h, x in lines if h == g] for g, _ in lines}
    added = [added_up(g, parts) for g, parts in groups.items()]
    return tuple(sorted(added, key=lambda x: (-x.size, x.name))[:GROUPS])


def added_up(name: str, lines: Sequence[Line]) -> Line:
    """The weighted mean: sums of what came back over sums of who began, finished periods only."""
    cells: list[float] = []
    base: list[float] = []
    for n in range(max((len(x.cells) for x in lines), default=0)):
        over = [x for x in lines if n < len(x.cells) and x.done[n]]
        if not over:
            break
        cells.append(sum(x.cells[n] for x in over))
        base.append(sum(x.base[n] for x in over))
    size = sum(x.size for x in lines)
    return Line(name, size, tuple(cells), tuple(base), (True,) * len(cells))
