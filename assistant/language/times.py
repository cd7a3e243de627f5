"""What a person can mean by a time, before any date is known.

Values are relative and small; ``calendar.resolve`` is the one place where they become dates. A
value that recurs (三月, 周三, 双11, 下午) is resolved inside an ``outer`` value if there is one, or
else to the most recent occurrence that has begun.

    Period-like   Shift Last Next Ago Recent Date Nth NthWeekday Slice Edge Tenth Weekday WeekPart
                  Feast LunarDate SolarTerm Clock Decade Fiscal Within Range Since Rest Before After Until Adjacent
                  SamePeriod Several                                           → union ``TimeValue``
    Not a period  PerGrain (按月), Duration (7天), Cyclic (周末, 每周一, 晚上8点到10点 of every day)
"""

from __future__ import annotations

from dataclasses import dataclass

from semantic_layer.query import Grain


@dataclass(frozen=True, slots=True)
class Shift:
    """The calendar unit ``by`` steps from the current one: -1 is 上个, 0 is 本, 1 is 下个."""

    by: int
    grain: Grain


@dataclass(frozen=True, slots=True)
class Last:
    """The n units before today. ``whole``: whole calendar units (最近三个完整月, 上两周)."""

    n: float
    grain: Grain
    whole: bool = False


@dataclass(frozen=True, slots=True)
class Next:
    """The n units after today."""

    n: float
    grain: Grain
    whole: bool = False


@dataclass(frozen=True, slots=True)
class Ago:
    """A point n units before today (7天前), or after it when n is negative. ``written`` 三 or 3."""

    n: int
    grain: Grain
    written: bool = False
    long: bool = False  # 之前、之后
    exact: bool = False  # the very day: 去年今天


@dataclass(frozen=True, slots=True)
class Date:
    """Calendar fields; the missing coarser ones come from the outer value or from today."""

    year: int | None = None
    month: int | None = None
    day: int | None = None


@dataclass(frozen=True, slots=True)
class Nth:
    """The n-th unit of the outer period: 三季度, 下半年, 第2周; negative counts from its end."""

    n: int
    grain: Grain


@dataclass(frozen=True, slots=True)
class Slice:
    """The first n units of the outer period, or its last: 前三季度, 最后3周.

    Without an outer period 前三天 are the three days before today, unless ``inside`` (头三个月, 最后两周:
    of this year, or of this month where days and weeks are counted).
    """

    n: int
    grain: Grain
    end: bool = False
    written: bool = True
    inside: bool = False


@dataclass(frozen=True, slots=True)
class Edge:
    """``which`` is start, middle or end of a month, quarter or year: 月初, 年中, 季末."""

    which: str
    grain: Grain | None = None  # None: of the outer period


@dataclass(frozen=True, slots=True)
class Tenth:
    """上旬 1, 中旬 2, 下旬 3."""

    n: int


@dataclass(frozen=True, slots=True)
class Weekday:
    """1 is Monday. ``weeks`` 0 this week, -1 last; None when nobody said which."""

    day: int
    weeks: int | None = None


@dataclass(frozen=True, slots=True)
class WeekPart:
    """``workdays`` is Monday to Friday, otherwise Saturday and Sunday, of one week."""

    workdays: bool
    weeks: int | None = None


@dataclass(frozen=True, slots=True)
class Feast:
    """A festival or promotion by its name in ``festivals.py``. ``whole``: True for 期间, 假期, 大促; False for 当天."""

    name: str
    whole: bool | None = None


@dataclass(frozen=True, slots=True)
class LunarDate:
    """A date of the Chinese calendar; ``day`` None is the whole lunar month."""

    month: int
    day: int | None = None
    year: int | None = None


@dataclass(frozen=True, slots=True)
class SolarTerm:
    name: str


@dataclass(frozen=True, slots=True)
class NthWeekday:
    """The n-th Monday … of the outer period: 十月第一个星期一; -1 is the last."""

    n: int
    day: int


@dataclass(frozen=True, slots=True)
class Recent:
    """最近, 近期 without a length: thirty days unless the asker's model says otherwise."""


@dataclass(frozen=True, slots=True)
class Clock:
    """A part of a day in minutes since midnight, half-open."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Decade:
    """``start`` is 1990, or 90 when the century was not said."""

    start: int


@dataclass(frozen=True, slots=True)
class Fiscal:
    """A fiscal year: ``by`` steps from the current one, or of calendar ``year`` (FY2025)."""

    by: int = 0
    year: int | None = None


@dataclass(frozen=True, slots=True)
class Within:
    """``inner`` inside ``outer``: 去年三季度, 上个月15号, 昨天下午."""

    outer: TimeValue
    inner: TimeValue


@dataclass(frozen=True, slots=True)
class Range:
    """From ``first`` to ``last``, both included. ``mark`` is what stood between them."""

    first: TimeValue
    last: TimeValue
    mark: str = "到"


@dataclass(frozen=True, slots=True)
class Since:
    """From the start of ``base`` through yesterday: 至今, 以来, 起."""

    base: TimeValue


@dataclass(frozen=True, slots=True)
class Rest:
    """What is left of ``base``, today included: 这个月剩下几天."""

    base: TimeValue


@dataclass(frozen=True, slots=True)
class Before:
    """Everything before ``base`` begins."""

    base: TimeValue


@dataclass(frozen=True, slots=True)
class After:
    """From the end of ``base`` through yesterday."""

    base: TimeValue


@dataclass(frozen=True, slots=True)
class Until:
    """Everything through the end of ``base``: 截至5月底."""

    base: TimeValue


@dataclass(frozen=True, slots=True)
class Adjacent:
    """The n units right before (n < 0) or after ``base``: 双11前一周. ``both``: with it and either side."""

    base: TimeValue
    n: int
    grain: Grain
    both: bool = False


@dataclass(frozen=True, slots=True)
class SamePeriod:
    """The period under discussion, ``by`` units of ``grain`` away: 去年同期 is (-1, YEAR)."""

    by: int
    grain: Grain


@dataclass(frozen=True, slots=True)
class Several:
    """Periods named side by side: 5月和6月, 今明两年."""

    parts: tuple[TimeValue, ...]


TimeValue = (
    Shift | Last | Next | Ago | Date | Nth | Slice | Edge | Tenth | Weekday | WeekPart | Feast
    | LunarDate | SolarTerm | NthWeekday | Recent | Clock | Decade | Fiscal | Within | Range | Since
    | Rest | Before | After | Until | Adjacent | SamePeriod | Several
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class PerGrain:
    """One row per unit of time: 按月, 每周, 逐日; cyclic grains for 按星期几, 各时段.

    ``which``: asked for one of them (哪个月).
    """

    grain: Grain
    which: bool = False


@dataclass(frozen=True, slots=True)
class Duration:
    """A length, not a place in time: 三个月, 7天. ``grain`` is a calendar unit."""

    n: float
    grain: Grain


@dataclass(frozen=True, slots=True)
class Cyclic:
    """A filter that recurs: ``values`` of a cyclic grain.

    WEEKEND 1 is Saturday and Sunday, 0 Monday to Friday; DAY_OF_WEEK 1 (Monday) to 7;
    DAY_OF_MONTH 1 to 31; HOUR_OF_DAY 0 to 23.
    """

    grain: Grain
    values: tuple[int, ...]
