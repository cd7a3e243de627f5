"""The periods in a text, for people and benchmarks: recognise, choose a cover, resolve.

The parser proper chooses between mentions with its own scores; this is the short way.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime
from typing import get_args

from assistant.language.calendar import DEFAULT, Calendar, resolve_all
from assistant.language.grammar import Mention, recognise
from assistant.language.rules import EXPRESSIONS
from assistant.language.text import normalise
from assistant.language.times import Cyclic, SamePeriod, TimeValue, WeekPart
from semantic_layer.query import Grain, Period

TIMES: frozenset[type] = frozenset(get_args(TimeValue))


def cover(mentions: Iterable[Mention]) -> tuple[Mention, ...]:
    """Non-overlapping mentions, the longest first; among equals the one said first."""
    chosen: list[Mention] = []
    for m in sorted(mentions, key=lambda m: (-len(m), m.start)):
        if all(m.end <= c.start or m.start >= c.end for c in chosen):
            chosen.append(m)
    return tuple(sorted(chosen, key=lambda m: m.start))


def periods_in(
    text: str,
    today: date | datetime,
    style: str = "business",
    calendar: Calendar = DEFAULT,
) -> tuple[tuple[int, int, Period], ...]:
    """(start, end, period) in places of the original text; several periods of one mention repeat its place."""
    source = normalise(text)
    resolved: dict[Mention, tuple[Period, ...]] = {}
    for m in recognise(source.text, EXPRESSIONS):
        if isinstance(m.value, Cyclic) and m.value.grain is Grain.WEEKEND and style != "business":
            m = replace(m, value=WeekPart(workdays=m.value.values == (0,)))
        if isinstance(m.value, (Cyclic, SamePeriod)):
            resolved[m] = ()
        elif type(m.value) in TIMES:
            said = source.said(m.start, m.end)
            if found := resolve_all(m.value, today, calendar=calendar, style=style, label=said):
                resolved[m] = found
    return tuple(
        (*source.span(m.start, m.end), period) for m in cover(resolved) for period in resolved[m]
    )
