"""When the demo business sells: growth, seasons, sales festivals, hours, campaigns.

Pure functions from a range of days to weights. Knows nothing of users or of tables.
"""

from __future__ import annotations

from datetime import date

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

START = date(2024, 1, 1)
GROWTH = 0.247  # of demand, per year, as an exponent: active users grow nearly as fast
LOYAL = 0.3
STAY_DAYS = 220
SPRING_FESTIVALS = (date(2024, 2, 10), date(2025, 1, 29), date(2026, 2, 17))

# April and May are level with each other on purpose: the fall of 2026-05 must not hide in a season.
MONTHS = (1.0, 0.93, 1.0, 0.98, 0.955, 1.0, 0.94, 0.96, 1.02, 1.04, 1.12, 1.06)
WEEKDAYS = (0.97, 0.95, 0.96, 0.97, 1.02, 1.1, 1.08)
HOURS = (
    1.1, 0.6, 0.35, 0.2, 0.2, 0.3, 0.8, 1.8, 3.0, 4.4, 5.4, 5.2,
    5.6, 5.0, 4.8, 4.9, 5.0, 4.8, 5.0, 6.2, 8.2, 9.2, 7.6, 3.8,
)  # fmt: skip

# (month, day) → how much more is sold, every year
FESTIVALS = (
    ((3, 5), (3, 8), 1.3),
    ((5, 1), (5, 5), 1.15),
    ((6, 1), (6, 3), 1.5),
    ((6, 4), (6, 14), 1.1),
    ((6, 15), (6, 17), 1.6),
    ((6, 18), (6, 18), 2.8),
    ((6, 19), (6, 20), 1.3),
    ((9, 9), (9, 9), 1.3),
    ((10, 1), (10, 7), 1.12),
    ((10, 20), (10, 30), 1.1),
    ((10, 31), (11, 3), 1.8),
    ((11, 4), (11, 9), 1.15),
    ((11, 10), (11, 10), 2.0),
    ((11, 11), (11, 11), 3.8),
    ((12, 10), (12, 11), 1.4),
    ((12, 12), (12, 12), 2.2),
)

# name | type | channel | first day | last day | budget in yuan.  Both days count.
CAMPAIGNS = """
2024年货节|满减|全渠道|2024-01-15|2024-02-06|180000
2024女王节美妆秒杀|秒杀|天猫|2024-03-04|2024-03-08|90000
2024五一踏青满减|满减|全渠道|2024-04-29|2024-05-05|110000
2024年618年中大促|满减|全渠道|2024-05-31|2024-06-20|320000
2024七夕礼遇季|满减|小程序|2024-08-05|2024-08-11|70000
2024金秋会员日|会员日|APP|2024-09-06|2024-09-09|60000
2024国庆出游季|满减|线下门店|2024-10-01|2024-10-07|85000
2024双11全球狂欢|满减|全渠道|2024-10-31|2024-11-11|420000
2024双11直播专场|直播|抖音|2024-10-31|2024-11-11|150000
2024双12年终返场|秒杀|全渠道|2024-12-09|2024-12-12|140000
2025年货节|满减|全渠道|2025-01-06|2025-01-26|200000
2025女王节宠爱直播|直播|抖音|2025-03-04|2025-03-08|80000
2025春日会员日|会员日|小程序|2025-04-16|2025-04-19|55000
2025五一焕新满减|满减|全渠道|2025-04-29|2025-05-05|120000
2025年618年中大促|满减|全渠道|2025-05-31|2025-06-20|350000
2025盛夏数码秒杀|秒杀|京东|2025-07-15|2025-07-20|90000
2025金秋会员日|会员日|APP|2025-09-06|2025-09-09|65000
2025双11全球狂欢|满减|全渠道|2025-10-31|2025-11-11|460000
2025双11直播狂欢夜|直播|抖音|2025-10-31|2025-11-11|380000
2025双12年终返场|秒杀|全渠道|2025-12-09|2025-12-12|150000
2026年货节|满减|全渠道|2026-01-26|2026-02-14|220000
2026女王节焕颜秒杀|秒杀|天猫|2026-03-04|2026-03-08|100000
2026五一出游满减|满减|全渠道|2026-04-29|2026-05-05|130000
2026年618年中大促|满减|全渠道|2026-05-31|2026-06-20|380000
"""
LIVE_CAMPAIGN = "2025双11直播狂欢夜"


def campaigns() -> list[tuple[str, str, str, date, date, int]]:
    """Rows of (name, type, channel or 全渠道, first day, last day, budget)."""
    rows = (line.split("|") for line in CAMPAIGNS.strip().splitlines())
    return [
        (name, kind, channel, date.fromisoformat(first), date.fromisoformat(last), int(budget))
        for name, kind, channel, first, last, budget in rows
    ]


def day_of(when: date) -> int:
    """Days since the first day of history."""
    return (when - START).days


def demand(days: int, noise: NDArray[np.float64] | None = None) -> Floats:
    """Relative demand of each day since 2024-01-01: growth × month × weekday × festival × noise."""
    stamps = np.datetime64(START) + np.arange(days)
    months = (stamps.astype("datetime64[M]").astype(int) % 12).astype(int)
    weekday = (stamps.astype("datetime64[D]").astype(int) + 3) % 7
    curve = np.array(MONTHS)[months] * np.array(WEEKDAYS)[weekday]
    curve *= np.exp(GROWTH * np.arange(days) / 365)
    curve *= 1 - 0.6 * np.exp(-np.arange(days) / 30)  # the opening months
    month_day = (months + 1) * 100 + (stamps - stamps.astype("datetime64[M]")).astype(int) + 1
    for (m1, d1), (m2, d2), more in FESTIVALS:
        curve[(month_day >= m1 * 100 + d1) & (month_day <= m2 * 100 + d2)] *= more
    for new_year in SPRING_FESTIVALS:
        eve = day_of(new_year)
        for first, last, more in ((-24, -4, 1.25), (-3, -2, 0.85), (-1, 4, 0.55), (5, 7, 0.8)):
            curve[max(eve + first, 0) : max(eve + last + 1, 0)] *= more
    return np.asarray(curve if noise is None else curve * noise[:days])


def joining(days: int) -> Floats:
    """How registrations spread over the days: an opening rush, then steady with the festivals."""
    t = np.arange(days)
    seasons = demand(days) * np.exp((0.05 - GROWTH) * t / 365)
    curve = 0.2 + 5.0 * np.exp(-t / 60) + 0.55 * seasons
    return np.asarray(curve / curve.sum())


def interest(days: int) -> Floats:
    """How much an active user buys by days since registering: a first burst, then a steady habit."""
    return np.asarray(4.0 * np.exp(-np.arange(days) / 6) + 1.0)


def staying(days: int) -> Floats:
    """Share of users still active by days since registering: some for good, the rest leave."""
    return np.asarray(LOYAL + (1 - LOYAL) * np.exp(-np.arange(days) / STAY_DAYS))
