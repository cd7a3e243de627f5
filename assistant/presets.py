"""The periods that people pick most, as dates. Knows a calendar and nothing of any business."""

from __future__ import annotations

from datetime import date, timedelta

from semantic_layer.query import Grain, Period


def periods(today: date) -> tuple[Period, ...]:
    """Running periods end with yesterday and are partial, as everywhere.

    >>> [p.label for p in periods(date(2026, 6, 24))][:3]
    ['昨天', '近7天', '近30天']
    >>> {p.label: (p.start.isoformat(), p.end.isoformat()) for p in periods(date(2026, 1, 1))}["上月"]
    ('2025-12-01', '2026-01-01')
    """
    day = timedelta(days=1)
    week = today - day * today.weekday()
    month = today.replace(day=1)
    last_month = (month - day).replace(day=1)
    quarter = date(today.year, (today.month - 1) // 3 * 3 + 1, 1)
    last_quarter = (quarter - day).replace(day=1, month=(quarter - day).month - 2)
    year = date(today.year, 1, 1)
    whole = (
        Period(today - day, today, "昨天", Grain.DAY),
        Period(today - day * 7, today, "近7天"),
        Period(today - day * 30, today, "近30天"),
        Period(week - day * 7, week, "上周", Grain.WEEK),
        Period(last_month, month, "上月", Grain.MONTH),
        Period(last_quarter, quarter, "上季度", Grain.QUARTER),
        Period(date(today.year - 1, 1, 1), year, "去年", Grain.YEAR),
    )
    running = tuple(
        Period(start, today, label, grain, partial=True)
        for start, label, grain in (
            (month, "本月", Grain.MONTH),
            (year, "今年", Grain.YEAR),
        )
        if start < today
    )
    return whole[:3] + running + whole[3:]
