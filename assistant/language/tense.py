"""How what is asked about changes the times of the sentence: what is booked ahead, what has no hours.

7月预抵 is the coming July where the reservations of July are in the data already; 昨晚入住率 is yesterday's
where it is kept by the day. Both are the catalog's to know, neither is a word's.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import pairwise
from typing import Any

from assistant.language.calendar import Calendar, resolve_all
from assistant.language.grammar import Mention
from assistant.language.meaning import Cue, MetricWord, VerbWord
from assistant.language.phrases import Measured, Verb
from assistant.language.times import Clock, Rest, Shift, TimeValue, Within
from semantic_layer.catalog import Aggregate, Catalog
from semantic_layer.query import Grain, MetricRef, Period

PART_OF_DAY = 180  # minutes: 早上, 晚上 and no hour of the clock
Resolve = Callable[[Any], tuple[Period, ...]]


@dataclass(frozen=True, slots=True)
class Moment:
    """Today, and the calendar in use."""

    today: date | datetime
    calendar: Calendar


def resolver(moment: Moment, prefer: str, latest: date | None = None) -> Resolve:
    """Times → dates. With ``latest`` nothing that is under way is cut at yesterday."""

    def resolve(value: Any) -> tuple[Period, ...]:
        return resolve_all(
            value,
            moment.today,
            calendar=moment.calendar,
            prefer=prefer,
            partial=latest is None,
            latest=latest,
        )

    return resolve


def fitted(
    mentions: Sequence[Mention], catalog: Catalog, moment: Moment, resolve: Resolve
) -> Resolve:
    """``resolve``, as what these mentions measure wants it."""
    names = _measured(mentions)
    if not names:
        return resolve
    today = moment.today.date() if isinstance(moment.today, datetime) else moment.today
    known = [catalog.ahead.get(n) for n in names]
    latest = min((day for day in known if day is not None), default=today)
    if None not in known and latest >= today:
        resolve = resolver(moment, "past", latest)
        if _still(mentions):
            resolve = _remaining(resolve)
    return _whole_days(resolve) if all(_by_day(n, catalog) for n in names) else resolve


def _measured(mentions: Sequence[Mention]) -> list[str]:
    """The metrics of the sentence; where it names none, those that its deeds are counted by."""
    said: list[str] = []
    done: list[str] = []
    for x in mentions:
        match x.value:
            case MetricWord(names):
                said += names[:1]
            case Measured((MetricRef(name), *_)):
                said.append(name)
            case Verb(names) | VerbWord(names):
                done += names[:1]
            case _:
                pass
    return said or done


def _still(mentions: Sequence[Mention]) -> bool:
    """还有多少: of what is under way, the part to come."""
    values = [x.value for x in mentions]
    after = pairwise(values)
    return any(
        a is Cue.ALSO and (b is Cue.HOW_MANY or (isinstance(b, MetricWord) and b.asks))
        for a, b in after
    )


def _remaining(resolve: Resolve) -> Resolve:
    def rest(value: Any) -> tuple[Period, ...]:
        return resolve(Rest(value) if isinstance(value, Shift) and not value.by else value)

    return rest


def _by_day(name: str, catalog: Catalog) -> bool:
    """Does the metric know nothing finer than a day?"""
    calc, time = catalog.metrics[name].calc, catalog.time_of(name)
    if isinstance(calc, Aggregate) and calc.snapshot:
        return True
    grain = catalog.dimensions[time].grain if time else None
    return grain not in (None, Grain.HOUR, Grain.MINUTE)


def _whole_days(resolve: Resolve) -> Resolve:
    """昨晚, 今早 are the day. 昨晚8点 is asked of something that cannot say, and stays what it is."""

    def days(value: TimeValue) -> tuple[Period, ...]:
        if isinstance(value, Within) and isinstance(value.inner, Clock):
            part = value.inner.end - value.inner.start >= PART_OF_DAY
            value = value.outer if part else value
        return resolve(value)

    return days
