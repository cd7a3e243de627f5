"""Festivals and sales events as stretches of days: 618 has an opening, a run-up, a day and an encore.

Dates come from whoever knows the calendar (``Facts.festival``); which days around them commonly
differ is said here. How much they differ is always measured, never assumed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from semantic_layer.periods import Festival

# name that the calendar knows | event | stretch | first and last day, from the first day of the name
STRETCHES = """
双11|双11|双11当天|0|0
双11|双11|双11预售期|-22|-12
双11|双11|双11开门红|-11|-8
双11|双11|双11活动期|-7|-2
双11|双11|双11前夜|-1|-1
双11|双11|双11返场|1|5
618|618|618当天|0|0
618|618|618开门红|-18|-15
618|618|618活动期|-14|-4
618|618|618冲刺|-3|-1
618|618|618返场|1|5
双12|双12|双12当天|0|0
双12|双12|双12预热|-3|-1
大年初一|春节|春节|-1|4
大年初一|春节|年货节|-28|-4
大年初一|春节|春节前夕|-3|-2
大年初一|春节|春节后|5|8
元旦|元旦|元旦|0|2
国庆|国庆|国庆|0|6
五一|五一|五一|-2|4
妇女节|女神节|女神节|-4|0
99大促|99大促|99大促|0|0
清明|清明|清明|-1|1
端午|端午|端午|-1|1
中秋|中秋|中秋|-1|1
七夕|七夕|七夕|0|0
情人节|情人节|情人节|0|0
520|520|520|0|0
圣诞|圣诞|圣诞|-1|0
"""


@dataclass(frozen=True, slots=True)
class Stretch:
    """One occurrence, 双11开门红 of one year. Both ends included."""

    event: str
    name: str
    first: date
    last: date


def stretches(first: date, last: date, festival: Festival | None) -> tuple[Stretch, ...]:
    """Occurrences that touch the range, those that win a shared day first."""
    if festival is None:
        return ()
    found: list[Stretch] = []
    for line in STRETCHES.strip().splitlines():
        known, event, name, start, end = line.split("|")
        for year in range(first.year, last.year + 2):
            if (span := festival(known, year)) is None:
                continue
            begin, over = (span[0] + timedelta(days=int(n)) for n in (start, end))
            if over >= first and begin <= last:
                found.append(Stretch(event, name, begin, over))
    return tuple(found)


def by_day(first: date, days: int, found: Sequence[Stretch]) -> list[Stretch | None]:
    """The stretch that each of ``days`` days from ``first`` on belongs to.

    >>> one = Stretch("618", "618当天", date(2026, 6, 18), date(2026, 6, 18))
    >>> [s and s.name for s in by_day(date(2026, 6, 17), 3, [one])]
    [None, '618当天', None]
    """
    out: list[Stretch | None] = [None] * days
    for one in found:
        low, high = (one.first - first).days, (one.last - first).days
        for at in range(max(low, 0), min(high + 1, days)):
            out[at] = out[at] or one
    return out
