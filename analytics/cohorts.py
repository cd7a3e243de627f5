"""Cohorts as lines of cells: who began, who came back n periods later, and which periods are over."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlglot import exp

from analytics import calendar
from analytics.bits import BITS, HELD, holes_of, zero_of
from analytics.contract import Facts
from analytics.returns import Span, relation
from analytics.template import fill

GROUPS = 12

# Rows c, grp, n (which span) and people as ``lines_of`` takes them. ``after``: in its first period or later.
CELLS = (
    HELD
    + """
shapes AS (
  SELECT date_diff(:grain, :zero, CAST(date_trunc(:grain, first_at) AS DATE)) AS c, grp, held, COUNT(*) AS people
  FROM people WHERE first_at BETWEEN :since AND :until GROUP BY 1, 2, 3
)
SELECT c, grp, k AS n, CAST(SUM(people) AS BIGINT) AS people
FROM shapes CROSS JOIN spans
WHERE CASE WHEN :after THEN (held >> (c + low)) > 0
      ELSE (held >> (c + low)) & ((CAST(1 AS BIGINT) << LEAST(high - low + 1, :bits)) - 1) > 0 END
GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
"""
)


@dataclass(frozen=True, slots=True)
class Line:
    """One cohort, or several added up. ``cells[n]`` came back in span n of ``base[n]`` who began; where
    ``done`` is false the span is still running. Added up are only cells that are done."""

    name: str
    size: float
    cells: tuple[float, ...]
    base: tuple[float, ...]
    done: tuple[bool, ...]

    def rate(self, n: int) -> float | None:
        return self.cells[n] / self.base[n] if n < len(self.cells) and self.base[n] else None


def by_bits(
    facts: Facts,
    rows: Mapping[str, exp.Query],
    grain: str,
    holes: Mapping[str, Any],
    spans: Sequence[Span],
) -> list[dict[str, Any]] | None:
    """Cells of everybody's first period, counted over one number a person; None where it is too long."""
    zero = zero_of(facts, rows, grain)
    if zero is None:
        return None
    used = {k: holes[k] for k in ("since", "until", "after")}
    by = holes["by"] if facts.by else None
    relations = {**rows, "spans": relation(spans)}
    found = facts.run(fill(CELLS, relations, **holes_of(zero, grain, by), **used, bits=BITS))
    return [{**r, "c": calendar.shifted(zero, r["c"], grain)} for r in found]


def lines_of(
    found: Sequence[Mapping[str, Any]],
    last: date,
    grain: str,
    spans: Sequence[Span],
    value: str,
    *,
    grouped: bool,
    rolling: bool = False,
    united: str = "",
) -> tuple[Line, ...]:
    """One line a cohort, or a period of ``united`` with all its cohorts; or a group over all its
    cohorts, the largest groups first.

    ``found`` has columns c, grp, n and ``value``; nothing is said where nobody came back. ``rolling``
    periods end for the last of a cohort a period later than those of the calendar.
    """
    cohorts: dict[tuple[date, str], dict[int, float]] = {}
    for r in found:
        cohorts.setdefault((r["c"], r["grp"]), {})[r["n"]] = float(r[value] or 0)
    lines: list[tuple[str, Line]] = []
    for (start, group), cells in cohorts.items():
        begun = [s for s in spans if calendar.shifted(start, s.low, grain) <= last]
        ends = [calendar.shifted(start, s.high + rolling * bool(s.high), grain) for s in begun]
        size = cells.get(0, 0.0)
        line = Line(
            calendar.name(calendar.start_of(start, united or grain), united or grain),
            size,
            tuple(cells.get(n, 0.0) for n in range(len(begun))),
            (size,) * len(begun),
            tuple(calendar.is_whole(end, grain, last) for end in ends),
        )
        lines.append((group if grouped else line.name, line))
    if not grouped and not united:
        return tuple(line for _, line in lines)
    groups = {g: [x for h, x in lines if h == g] for g, _ in lines}
    added = [added_up(g, parts) for g, parts in groups.items()]
    if not grouped:
        return tuple(added)
    return tuple(sorted(added, key=lambda x: (-x.size, x.name))[:GROUPS])


def added_up(name: str, lines: Sequence[Line]) -> Line:
    """The weighted mean: sums of what came back over sums of who began, finished spans only."""
    cells: list[float] = []
    base: list[float] = []
    for n in range(max((len(x.cells) for x in lines), default=0)):
        over = [x for x in lines if n < len(x.cells) and x.done[n]]
        cells.append(sum(x.cells[n] for x in over))
        base.append(sum(x.base[n] for x in over))
    while base and not base[-1]:
        cells.pop()
        base.pop()
    size = sum(x.size for x in lines)
    return Line(name, size, tuple(cells), tuple(base), (True,) * len(cells))
