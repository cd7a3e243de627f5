"""Where times become dates: what business people say, on a Wednesday in the middle of a quarter."""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.bench_expressions import READERS
from assistant.language.calendar import Calendar, Event, resolve, resolve_all
from assistant.language.festivals import festival, lunar_date, observed, solar_term
from assistant.language.periods import periods_in
from assistant.language.spans import add, floor
from assistant.language.text import normalise
from assistant.language.times import (
    Ago,
    Clock,
    Date,
    Feast,
    Fiscal,
    Last,
    Rest,
    SamePeriod,
    Shift,
    Since,
)
from semantic_layer.catalog import Catalog
from semantic_layer.query import Grain, Period

TODAY = date(2026, 6, 24)
BENCH = Path(__file__).parents[1].parent / "shared" / "bench" / "time"
DAYS = st.dates(date(2005, 1, 1), date(2090, 12, 31))


def written(period: Period) -> str:
    """first..last day, both included; hours half-open; * when cut at yesterday or still open today."""
    start, end = period.start, period.end
    if end is not None and not isinstance(end, datetime):
        end -= timedelta(days=1)
    ends = [
        x.strftime("%m-%d %H:%M") if isinstance(x, datetime) else str(x or "") for x in (start, end)
    ]
    return "..".join(ends) + ("*" if period.partial else "")


# one line, one kind: what is said → the periods it means
SAID = {
    "今天": "2026-06-24..2026-06-24",
    "昨天的单量": "2026-06-23..2026-06-23",
    "大前天": "2026-06-21..2026-06-21",
    "本周": "2026-06-22..2026-06-23*",
    "上周": "2026-06-15..2026-06-21",
    "上上周五": "2026-06-12..2026-06-12",
    "本月": "2026-06-01..2026-06-23*",
    "上个月": "2026-05-01..2026-05-31",
    "本季度": "2026-04-01..2026-06-23*",
    "上季度": "2026-01-01..2026-03-31",
    "今年": "2026-01-01..2026-06-23*",
    "去年全年": "2025-01-01..2025-12-31",
    "近7天": "2026-06-17..2026-06-23",
    "近3个月": "2026-03-24..2026-06-23",
    "最近三个完整月": "2026-03-01..2026-05-31",
    "近半年": "2025-12-24..2026-06-23",
    "前三天": "2026-06-21..2026-06-23",
    "上两周": "2026-06-08..2026-06-21",
    "过去72小时": "06-21 00:00..06-24 00:00",
    "月初至今": "2026-06-01..2026-06-23*",
    "今年以来": "2026-01-01..2026-06-23*",
    "2023年以来": "2023-01-01..2026-06-23",
    "截至5月底": "..2026-05-31",
    "618之前": "..2026-06-17",
    "双11之后": "2025-11-12..2026-06-23",
    "3月": "2026-03-01..2026-03-31",
    "11月": "2025-11-01..2025-11-30",
    "6月": "2026-06-01..2026-06-23*",
    "三季度": "2025-07-01..2025-09-30",
    "周六": "2026-06-20..2026-06-20",
    "上周一到上周五的订单数": "2026-06-15..2026-06-19",
    "23年5月": "2023-05-01..2023-05-31",
    "20231101到20231111": "2023-11-01..2023-11-11",
    "2025.1-2025.6": "2025-01-01..2025-06-30",
    "6.1-6.18": "2026-06-01..2026-06-18",
    "5-6月": "2026-05-01..2026-06-23*",
    "去年11月到今年3月": "2025-11-01..2026-03-31",
    "10月到3月": "2025-10-01..2026-03-31",
    "2026年6月1日至18日": "2026-06-01..2026-06-18",
    "2月29号": "2024-02-29..2024-02-29",
    "上个月15号": "2026-05-15..2026-05-15",
    "4月中下旬": "2026-04-11..2026-04-30",
    "去年前三季度": "2025-01-01..2025-09-30",
    "5月前10天": "2026-05-01..2026-05-10",
    "今年第10周": "2026-03-02..2026-03-08",
    "去年双11": "2025-11-11..2025-11-11",
    "双十一期间（11.1-11.11）": "2025-11-01..2025-11-11",
    "618大促": "2026-06-01..2026-06-18",
    "双11前一周": "2025-11-04..2025-11-10",
    "今年春节": "2026-02-16..2026-02-23",
    "国庆黄金周": "2025-10-01..2025-10-07",
    "端午": "2026-06-19..2026-06-19",
    "农历正月": "2026-02-17..2026-03-18",
    "冬至": "2025-12-21..2025-12-21",
    "昨天下午3点": "06-23 15:00..06-23 16:00",
    "昨天晚上8点到10点": "06-23 20:00..06-23 22:00",
    "去年今天": "2025-06-24..2025-06-24",
    "last month": "2026-05-01..2026-05-31",
    "YTD": "2026-01-01..2026-06-23*",
    "5月和6月": "2026-05-01..2026-05-31 2026-06-01..2026-06-23*",
    "5月、6月和7月": "2025-05-01..2025-05-31 2025-06-01..2025-06-30 2025-07-01..2025-07-31",
    "去年5月和6月": "2025-05-01..2025-05-31 2025-06-01..2025-06-30",
    "今年618和去年618": "2026-06-18..2026-06-18 2025-06-18..2025-06-18",
    "2024、2025两年": "2024-01-01..2024-12-31 2025-01-01..2025-12-31",
}

# words that only look like times
SILENT = [
    "天猫的单量",
    "上海",
    "三星手机",
    "周大福",
    "积分",
    "日用品",
    "年货",
    "月饼",
    "1号店",
    "618元以上",
    "单价618",
    "十一个城市",
    "5.1版本",
    "2.5倍",
    "日均",
    "月活",
    "年龄分布",
    "周边",
    "五一路店",
    "今日头条",
    "3-5万",
    "10%到20%",
    "25-30岁",
    "50到100元之间",
    "2000元以上",
    "前5名",
    "7日留存",
    "首月留存",
    "年度会员",
    "去年同期",
    "周末",
    "每周一",
    "90后",
    "夏季新款",
    "下午茶",
]


@pytest.mark.parametrize(("said", "means"), SAID.items(), ids=list(SAID))
def test_business_times(said: str, means: str) -> None:
    assert " ".join(written(p) for _, _, p in periods_in(said, TODAY)) == means


@pytest.mark.parametrize("said", SILENT)
def test_words_that_hold_no_period(said: str) -> None:
    assert [written(p) for _, _, p in periods_in(said, TODAY)] == []


def test_a_period_knows_its_words_in_the_original() -> None:
    said = "ＧＭＶ　上個月多少"
    ((start, end, period),) = periods_in(said, TODAY)

    assert said[start:end] == period.label == "上個月"


def test_a_word_next_to_a_weekday_is_not_eaten() -> None:
    for said in ("上周一共卖了多少", "上周三个品类", "上周日活"):
        ((start, end, _),) = periods_in(said, TODAY)
        assert said[start:end] == "上周"


# ── values ────────────────────────────────────────────────────────────────────────────────────


def test_what_has_no_dates_of_its_own_is_refused() -> None:
    assert resolve(SamePeriod(-1, Grain.YEAR), TODAY) is None
    assert resolve(Ago(10**6, Grain.YEAR), TODAY) is None
    assert resolve_all(SamePeriod(-1, Grain.YEAR), TODAY) == ()


def test_fiscal_year_that_begins_in_april_is_named_by_its_end() -> None:
    april = Calendar(fiscal_start=4)

    assert resolve(Since(Fiscal(0)), TODAY, calendar=april) == Period(
        date(2026, 4, 1), TODAY, "", Grain.YEAR, True
    )
    named = resolve(Fiscal(year=2025), TODAY, calendar=april)
    assert named is not None and (named.start, named.end) == (date(2024, 4, 1), date(2025, 4, 1))


def test_a_business_may_date_its_own_promotion() -> None:
    ours = Calendar(events=(Event("双11", date(2025, 10, 20), date(2025, 11, 14)),))
    whole = resolve(Feast("双11", True), TODAY, calendar=ours)
    day = resolve(Feast("双11", False), TODAY, calendar=ours)

    assert whole is not None and (whole.start, whole.end) == (
        date(2025, 10, 20),
        date(2025, 11, 15),
    )
    assert day is not None and day.start == date(2025, 11, 11)


def test_future_is_preferred_where_asked() -> None:
    coming = resolve(Feast("双11"), TODAY, prefer="future")

    assert coming is not None and coming.start == date(2026, 11, 11)


def test_what_is_booked_ahead_is_of_the_coming_time_and_uncut() -> None:
    today, latest = date(2026, 6, 24), date(2026, 8, 26)

    def days(said: Any) -> tuple[Any, Any]:
        (found,) = resolve_all(said, today, partial=False, latest=latest)
        return found.start, found.end

    assert days(Date(month=7)) == (date(2026, 7, 1), date(2026, 8, 1))
    assert days(Date(month=12)) == (date(2025, 12, 1), date(2026, 1, 1))  # nothing that far yet
    assert days(Shift(0, Grain.WEEK)) == (date(2026, 6, 22), date(2026, 6, 29))
    assert days(Since(Date(month=8))) == (date(2026, 8, 1), date(2026, 8, 27))
    assert days(Rest(Shift(0, Grain.MONTH))) == (today, date(2026, 7, 1))


def test_lunar_periods_say_so() -> None:
    spring = resolve(Feast("春节"), TODAY)
    promotion = resolve(Feast("618"), TODAY)

    assert spring is not None and promotion is not None
    assert (spring.lunar, promotion.lunar) == ("春节", "")


@pytest.mark.parametrize(
    ("name", "days"),
    [
        ("春节", ["2024-02-10", "2025-01-29", "2026-02-17", "2027-02-06"]),
        ("中秋", ["2023-09-29", "2024-09-17", "2025-10-06", "2026-09-25"]),
        ("端午", ["2023-06-22", "2024-06-10", "2025-05-31", "2026-06-19"]),
        ("清明", ["2023-04-05", "2024-04-04", "2025-04-04", "2026-04-05"]),
        ("母亲节", ["2023-05-14", "2024-05-12", "2025-05-11", "2026-05-10"]),
        ("黑五", ["2023-11-24", "2024-11-29", "2025-11-28", "2026-11-27"]),
        ("复活节", ["2022-04-17", "2024-03-31", "2025-04-20", "2026-04-05"]),
        ("小年", ["2024-02-02", "2025-01-22", "2026-02-10"]),
    ],
)
def test_festivals_fall_where_almanacs_say(name: str, days: list[str]) -> None:
    for day in map(date.fromisoformat, days):
        found = festival(name, day.year, whole=False)
        assert found == (day, day + timedelta(days=1)), name


def test_almanac_borders() -> None:
    assert festival("没有的节", 2025) is None
    assert festival("春节", 1500) is None
    assert lunar_date(2024, 1, 30) is None  # a short month
    assert lunar_date(2025, -6, 1) == date(2025, 7, 25)  # leap month
    assert solar_term("冬至", 2024) == date(2024, 12, 21)


# ── laws ──────────────────────────────────────────────────────────────────────────────────────


@given(DAYS, st.integers(1, 400))
def test_last_n_days_end_yesterday(today: date, n: int) -> None:
    period = resolve(Last(n, Grain.DAY), today)

    assert period is not None
    assert (period.start, period.end) == (today - timedelta(days=n), today)


@given(DAYS, st.sampled_from([Grain.WEEK, Grain.MONTH, Grain.QUARTER, Grain.HALF, Grain.YEAR]))
def test_units_tile_the_calendar(today: date, grain: Grain) -> None:
    before = resolve(Shift(-1, grain), today)
    whole = resolve(Shift(0, grain), today, partial=False)
    cut = resolve(Shift(0, grain), today)

    assert before is not None and whole is not None
    assert before.end == whole.start and not before.partial
    assert cut is not None and cut.start == whole.start
    assert cut.partial == (cut.end == today)
    if whole.start == today:  # its first day: all of it is ahead, and nothing was cut
        assert cut == whole


@given(DAYS, st.sampled_from(sorted(SAID)))
def test_periods_are_never_empty_or_backwards(today: date, said: str) -> None:
    for _, _, period in periods_in(said, today):
        if period.start is not None and period.end is not None:
            assert str(period.start) < str(period.end)


@given(DAYS, st.integers(-40, 40), st.sampled_from([Grain.MONTH, Grain.QUARTER, Grain.YEAR]))
def test_adding_units_moves_by_units(day: date, n: int, grain: Grain) -> None:
    at = datetime(day.year, day.month, day.day)

    assert floor(add(at, n, grain), grain) == add(floor(at, grain), n, grain)


@given(st.text(max_size=40))
def test_every_normal_character_points_into_the_original(original: str) -> None:
    text = normalise(original)

    assert len(text.offsets) == len(text.text) + 1
    assert list(text.offsets) == sorted(text.offsets)
    assert text.said(0, len(text.text)) in original


def test_a_clock_alone_is_its_last_occurrence() -> None:
    period = resolve(Clock(540, 720), TODAY)

    assert period is not None
    assert (period.start, period.end) == (datetime(2026, 6, 23, 9), datetime(2026, 6, 23, 12))


# ── public suites ─────────────────────────────────────────────────────────────────────────────


@pytest.mark.skipif(not BENCH.exists(), reason="the public suites are not beside this tree")
@pytest.mark.parametrize(("kind", "bar"), [("time", 0.93), ("number", 0.97)])
def test_public_suites_stay_above_their_bars(kind: str, bar: float) -> None:
    lines = [json.loads(x) for x in (BENCH / f"{kind}.jsonl").read_text("utf-8").splitlines()]
    right = 0
    for line in lines:
        out = READERS[kind](line)
        if kind == "number":
            value = out["value"]
            right += value is not None and abs(value - line["value"]) <= 1e-9 * max(
                1, abs(line["value"])
            )
        else:
            got = [
                f"{s}T00:00:00" if len(str(s)) == 10 else str(s).replace(" ", "T")[:19]
                for s in (out["start"], out["end"])
            ]
            right += got in line["any_of"]

    assert right / len(lines) >= bar


@pytest.mark.parametrize(
    ("campaigns", "keeps"),
    [
        (("双11大促", "会员日"), True),
        (("会员日", "早鸟特惠"), False),
        (("618", "1618号店"), False),  # rooms, branches
        ((), False),
    ],
)
def test_events_of_shops_are_kept_where_they_are_named(
    campaigns: tuple[str, ...], keeps: bool
) -> None:
    """A hotel that runs none of them must not read 618 into its weekends; holidays are everybody's."""
    shop = Catalog("toy", "店", {}, (), {}, {}, values={"campaign": campaigns})

    calendar = observed(shop)

    assert (calendar("618", 2026) is not None) is keeps
    assert calendar("国庆", 2026) == festival("国庆", 2026)
