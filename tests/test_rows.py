"""Questions over small tables that nobody modelled: a toy world whose answers can be counted."""

from __future__ import annotations

from datetime import date
from typing import Any

import duckdb
import pytest

from assistant.language.rows.parser import RowParser
from assistant.reply import Answer
from assistant.service import Assistant
from semantic_layer.engines.duckdb import DuckDBEngine
from semantic_layer.infer import infer

TODAY = date(2020, 6, 1)
WORLD = {
    "国家": (
        "国家id VARCHAR, 国家名 VARCHAR, 人口 DOUBLE, 所属洲 VARCHAR, 面积 DOUBLE",
        [
            ("c_1", "尼泊尔", 3000, "亚洲", 147),
            ("c_2", "瑞士", 870, "欧洲", 41),
            ("c_3", "坦桑尼亚", 6000, "非洲", 945),
        ],
    ),
    "山": (
        "山id VARCHAR, 山名 VARCHAR, 海拔 DOUBLE, 国家id VARCHAR, 首登时间 VARCHAR, 是否开放 VARCHAR",
        [
            ("m_1", "珠峰", 8848, "c_1", "1953-05-29", "是"),
            ("m_2", "马纳斯卢峰", 8163, "c_1", "1956-05-09", "否"),
            ("m_3", "马特洪峰", 4478, "c_2", "1865-07-14", "是"),
            ("m_4", "乞力马扎罗山", 5895, "c_3", "1889-10-06", "是"),
        ],
    ),
    "登山者": (
        "登山者id VARCHAR, 姓名 VARCHAR, 年龄 DOUBLE, 国籍id VARCHAR",
        [("p_1", "丹增", 39, "c_1"), ("p_2", "温珀", 25, "c_2"), ("p_3", "迈耶", 31, "c_2")],
    ),
    "登山记录": (
        "山id VARCHAR, 登山者id VARCHAR, 年份 VARCHAR, 用时 DOUBLE, 费用 DOUBLE",
        [
            ("m_1", "p_1", "2018", 50, 900),
            ("m_1", "p_2", "2019", 60, 700),
            ("m_3", "p_2", "2019", 10, 100),
            ("m_4", "p_3", "2019", 7, 100),
        ],
    ),
}


@pytest.fixture(scope="module")
def world() -> Assistant:
    connection = duckdb.connect()
    for name, (columns, rows) in WORLD.items():
        connection.execute(f'CREATE TABLE "{name}" ({columns})')
        connection.executemany(
            f'INSERT INTO "{name}" VALUES ({",".join("?" * len(rows[0]))})', rows
        )
    engine = DuckDBEngine.wrap(connection)
    return Assistant(infer(engine, "world"), engine, RowParser)


def columns_of(reply: Any, *labels: str) -> list[tuple[Any, ...]]:
    assert isinstance(reply, Answer), reply
    at = [next(i for i, c in enumerate(reply.result.columns) if c.label == x) for x in labels]
    return [tuple(row[i] for i in at) for row in reply.result.rows]


ALONE: list[tuple[str, tuple[str, ...], list[tuple[Any, ...]]]] = [
    ("珠峰的海拔是多少", ("海拔",), [(8848,)]),
    ("珠峰在哪个国家", ("国家名",), [("尼泊尔",)]),
    ("有哪些国家", ("国家名",), [("尼泊尔",), ("瑞士",), ("坦桑尼亚",)]),
    ("尼泊尔有哪些山", ("山名",), [("珠峰",), ("马纳斯卢峰",)]),
    ("哪座山最高", ("山名",), [("珠峰",)]),
    ("海拔最低的山是哪座", ("山名",), [("马特洪峰",)]),
    ("最早首登的是哪座山", ("山名",), [("马特洪峰",)]),
    ("海拔超过5000的山有哪些", ("山名",), [("珠峰",), ("马纳斯卢峰",), ("乞力马扎罗山",)]),
    ("费用最低的登山记录是谁的", ("登山者姓名",), [("温珀",), ("迈耶",)]),
    ("丹增登过哪些山", ("山名",), [("珠峰",)]),
    ("珠峰是什么时候首登的", ("首登时间",), [(date(1953, 5, 29),)]),
    ("2018年的登山记录用时多少", ("用时",), [(50,)]),
    ("哪些山是开放的", ("山名",), [("珠峰",), ("马特洪峰",), ("乞力马扎罗山",)]),
    ("亚洲的国家人口是多少", ("人口",), [(3000,)]),
    ("年龄最大的登山者是哪国人", ("国家名",), [("尼泊尔",)]),
    ("《珠峰》在哪个国家", ("国家名",), [("尼泊尔",)]),
]


@pytest.mark.parametrize(("question", "labels", "rows"), ALONE, ids=[a[0] for a in ALONE])
def test_one_question(
    world: Assistant, question: str, labels: tuple[str, ...], rows: list[tuple[Any, ...]]
) -> None:
    reply = world.ask(question, None, TODAY)
    assert sorted(columns_of(reply, *labels), key=str) == sorted(rows, key=str)


@pytest.mark.parametrize(
    ("question", "count"),
    [("有多少座山", 4), ("尼泊尔有几座山", 2), ("珠峰有多少登山记录", 2), ("一共有几个国家", 3)],
)
def test_counting(world: Assistant, question: str, count: int) -> None:
    reply = world.ask(question, None, TODAY)
    assert isinstance(reply, Answer)
    assert reply.result.rows == ((count,),)


def test_sums_and_means_only_where_they_are_said(world: Assistant) -> None:
    reply = world.ask("登山记录的平均费用", None, TODAY)
    assert isinstance(reply, Answer)
    assert reply.result.rows == ((450.0,),)
    plain = world.ask("登山记录的费用是多少", None, TODAY)
    assert len(columns_of(plain, "费用")) == 4


DIALOGUES: dict[str, list[tuple[str, str, list[Any]]]] = {
    "它 goes on with the winner": [
        ("哪座山最高", "山名", ["珠峰"]),
        ("它在哪个国家", "国家名", ["尼泊尔"]),
        ("这个国家的人口是多少", "人口", [3000]),
    ],
    "其中 ranks within": [
        ("尼泊尔有哪些山", "山名", ["珠峰", "马纳斯卢峰"]),
        ("其中哪座最低", "山名", ["马纳斯卢峰"]),
    ],
    "呢 replaces its own kind": [
        ("珠峰的海拔是多少", "海拔", [8848]),
        ("马特洪峰呢", "海拔", [4478]),
        ("首登时间呢", "首登时间", [date(1865, 7, 14)]),
    ],
    "another direction": [
        ("海拔最高的山是哪座", "山名", ["珠峰"]),
        ("最低的呢", "山名", ["马特洪峰"]),
    ],
    "sorted as said": [
        ("列出所有的山", "山名", ["珠峰", "马纳斯卢峰", "马特洪峰", "乞力马扎罗山"]),
        ("按海拔从高到低排序", "山名", ["珠峰", "马纳斯卢峰", "乞力马扎罗山", "马特洪峰"]),
    ],
    "another table of the same things": [
        ("年龄最大的登山者是谁", "登山者姓名", ["丹增"]),
        ("他登过哪些山", "山名", ["珠峰"]),
    ],
    "a new subject starts anew": [
        ("尼泊尔有哪些山", "山名", ["珠峰", "马纳斯卢峰"]),
        ("哪个国家人口最多", "国家名", ["坦桑尼亚"]),
    ],
    "one more condition": [
        ("列出所有山的海拔", "海拔", [8848, 8163, 4478, 5895]),
        ("只列出瑞士的", "海拔", [4478]),
    ],
    "a condition and its opposite": [
        ("亚洲有哪些国家", "国家名", ["尼泊尔"]),
        ("其他的呢", "国家名", ["瑞士", "坦桑尼亚"]),
    ],
}


@pytest.mark.parametrize("name", DIALOGUES)
def test_dialogue(world: Assistant, name: str) -> None:
    world.forget(name)
    for question, label, values in DIALOGUES[name]:
        found = [v for (v,) in columns_of(world.ask(question, name, TODAY), label)]
        ordered = "排序" in question
        assert (found if ordered else sorted(found, key=str)) == (
            values if ordered else sorted(values, key=str)
        ), question


def test_words_that_were_not_used_are_said(world: Assistant) -> None:
    reply = world.ask("听说风景壮丽，珠峰的海拔是多少", None, TODAY)
    assert isinstance(reply, Answer)
    assert any("没有用到" in note for note in reply.common.assumptions)


def test_a_long_table_is_summed_up_not_listed() -> None:
    connection = duckdb.connect()
    connection.execute(
        "CREATE TABLE 订单 AS SELECT n AS 订单号, n % 2 AS 金额, "
        "['甲','乙'][1 + n % 2] AS 城市 FROM range(2000) r(n)"
    )
    engine = DuckDBEngine.wrap(connection)
    shop = Assistant(infer(engine, "shop"), engine, RowParser)
    reply = shop.ask("订单的总金额是多少", None, TODAY)
    assert isinstance(reply, Answer)
    assert len(reply.result.rows) == 1
    assert reply.result.rows[0][-1] == 1000
