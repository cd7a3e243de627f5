"""Replies come back from the store as they were, and nothing else comes back."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

import pytest

from assistant import archive
from assistant.reply import (
    Advice,
    Answer,
    Chart,
    Chip,
    Choice,
    Common,
    Option,
    Refusal,
    Reply,
    Timing,
    Unread,
)
from semantic_layer.catalog import Format, Kind
from semantic_layer.query import (
    And,
    By,
    ByTime,
    Grain,
    MetricQuery,
    MetricRef,
    Op,
    Period,
    Scope,
    Where,
)
from semantic_layer.result import Column, ColumnRole, Result

QUERY = MetricQuery(
    (MetricRef("sales"),),
    (By("city"), ByTime(Grain.MONTH)),
    Scope(
        And((Where("city", Op.IN, ("甲", "乙")), Where("age", Op.GT, (18,)))),
        (Period(date(2026, 5, 1), datetime(2026, 6, 1, 8), "5月", Grain.MONTH),),
    ),
)
COMMON = Common("问？", (Unread("帮我", 0, 2),), ("未限定时间",), Timing(0.5, 1, 2, 3))
ROWS = (("甲", date(2026, 5, 1), 1.5), (None, datetime(2026, 5, 1, 9), 2))
ANSWER = Answer(
    COMMON,
    QUERY,
    "2026年5月",
    (Chip("measure", "指标", "销售额"), Chip("group", "分组", "按月", 1)),
    "1.5 元",
    Result(
        (
            Column("city", "城市", Kind.TEXT, ColumnRole.DIMENSION),
            Column("month", "月", Kind.TIME, ColumnRole.TIME),
            Column("sales", "销售额", Kind.NUMBER, ColumnRole.MEASURE, "元", Format.MONEY),
        ),
        ROWS,
        notes=("截至昨天",),
    ),
    chart=Chart(
        "line",
        "month",
        ("sales",),
        options=(("labels", "yes"),),
        data=Result((Column("at", "日", Kind.TIME, ColumnRole.TIME),), ((date(2026, 5, 1),),)),
    ),
    findings=("最高 2 元",),
    advice=(Advice("补货", "库存 0"),),
    next_questions=("为什么",),
    sql="SELECT 1",
    definitions=(("销售额", "支付金额"),),
)


@pytest.mark.parametrize(
    "reply",
    [
        ANSWER,
        Choice(COMMON, (Option("甲。", QUERY), Option("乙。", QUERY)), "苹果"),
        Refusal(COMMON, "no-metric", "没看出指标。", span=(0, 2), query=QUERY),
        Refusal(COMMON, "no-metric", "没看出指标。"),
    ],
    ids=lambda reply: reply.status,
)
def test_a_reply_comes_back_equal(reply: Reply) -> None:
    assert archive.loads(archive.dumps(reply)) == reply


def test_numbers_that_json_lacks_come_back() -> None:
    result = replace(ANSWER.result, rows=(("甲", None, float("inf")),))
    assert archive.loads(archive.dumps(replace(ANSWER, result=result))) == replace(
        ANSWER, result=result
    )


def test_a_long_table_is_cut_and_says_so() -> None:
    rows = tuple(("甲", date(2026, 5, 1), i) for i in range(archive.KEPT_ROWS + 5))
    reply = replace(ANSWER, result=replace(ANSWER.result, rows=rows))
    back = archive.loads(archive.dumps(reply))
    assert isinstance(back, Answer)
    assert len(back.result.rows) == archive.KEPT_ROWS
    assert back.result.truncated and back.result.total == len(rows)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "null",
        "[1]",
        '{"no": "type"}',
        '{"~":"Period","start":null,"end":null}',
        '{"~":"Gone","v":1}',
        '{"~":"Refusal","colour":"red"}',
        '{"~":"Popen","args":"ls"}',
    ],
)
def test_anything_else_is_unreadable(text: str) -> None:
    with pytest.raises(archive.Unreadable):
        archive.loads(text)


def test_the_query_alone() -> None:
    assert '"MetricQuery"' in archive.query_text(ANSWER)
    assert archive.query_text(Choice(COMMON, ())) == ""
