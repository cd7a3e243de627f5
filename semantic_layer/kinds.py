"""The closed lists that queries are made of: grains, aggregates, operators, forms, comparisons, windows."""

from __future__ import annotations

from enum import StrEnum


class Grain(StrEnum):
    """A unit of time. The first group truncates, the ``*_OF_*`` group is cyclic."""

    MINUTE = "minute"
    HOUR = "hour"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    HALF = "half"
    YEAR = "year"
    HOUR_OF_DAY = "hour_of_day"
    DAY_OF_WEEK = "day_of_week"
    DAY_OF_MONTH = "day_of_month"
    MONTH_OF_YEAR = "month_of_year"
    WEEKEND = "weekend"  # 周末 | 工作日


class Agg(StrEnum):
    SUM = "sum"
    AVG = "avg"
    MIN = "min"
    MAX = "max"
    COUNT = "count"
    COUNT_DISTINCT = "count_distinct"
    MEDIAN = "median"
    STDDEV = "stddev"
    VARIANCE = "variance"
    PERCENTILE = "percentile"


class Op(StrEnum):
    EQ = "="
    NE = "!="
    IN = "in"
    NOT_IN = "not in"
    LT = "<"
    LE = "<="
    GT = ">"
    GE = ">="
    BETWEEN = "between"  # both ends included
    CONTAINS = "contains"
    NOT_CONTAINS = "not contains"
    STARTS = "starts"
    ENDS = "ends"
    IS_NULL = "is null"
    NOT_NULL = "not null"


class Form(StrEnum):
    """How the person asked, which decides the headline and nothing about the numbers."""

    VALUE = "value"  # 多少
    WHICH = "which"  # 哪个、谁、哪些
    LIST = "list"  # 列出、有哪些
    COUNT = "count"  # 有几个
    YES_NO = "yes_no"  # 有没有、是不是
    TREND = "trend"  # 走势、趋势
    RANK = "rank"  # 排名、排第几


class CompareKind(StrEnum):
    YEAR_OVER_YEAR = "yoy"
    PREVIOUS_PERIOD = "pop"
    PERIOD = "period"  # an explicit other period


class WindowKind(StrEnum):
    SHARE = "share"  # of the total under the same filters, or within ``within``
    CUMULATIVE = "cumulative"  # running sum along the time group
    CUMULATIVE_SHARE = "cumulative_share"  # running share in descending order (二八)
    MOVING_AVERAGE = "moving_average"  # over the last n buckets
    MOVING_SUM = "moving_sum"
    RANK = "rank"
    CHANGE = "change"  # against the previous bucket
