"""Cohorts as lines of cells: who began, who came back n periods later, and which periods are over."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlglot import exp

from analytics import calendar
from analytics.bits import HELD, holes_of, zero_of
from analytics.contract import Facts
from analytics.template import fill

GROUPS = 12

# Rows c, grp, n, people and amount as ``lines_of`` takes them. ``after``: in period n or later.
CELLS = (
    HELD
    + """
shapes AS (
  SELECT date_diff(:grain, :zero, CAST(date_trunc(:grain, first_at) AS DATE)) AS c, grp, held, COUNT(*) AS people
  FROM people WHERE first_at BETWEEN :since AND :until GROUP BY 1, 2, 3
)
SELECT c, grp, n, CAST(SUM(people) AS BIGINT) AS people
FROM shapes CROSS JOIN range(0, :length + 1) AS r(n)
WHERE CASE WHEN :after THEN (held >> (c + n)) > 0 ELSE (held >> (c + n)) & 1 = 1 END
GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
"""
)


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


def by_bits(
    facts: Facts, rows: Mapping[str, exp.Query], grain: str, holes: Mapping[str, Any], after: bool
) -> list[dict[str, Any]] | None:
    """Cells of everybody's first period, counted over one number a person; None where it is too long."""
    zero = zero_of(facts, rows, grain)
    if zero is None:
        return None
    used = {k: holes[k] for k in ("since", "until", "length")}
    by = holes["by"] if facts.by else None
    found = facts.run(fill(CELLS, rows, **holes_of(zero, grain, by), **used, after=after))
    return [{**r, "c": calendar.shifted(zero, r["c"], grain)} for r in found]


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
