"""People of an analysis and saved groups, in later questions: the same people, counted by plain SQL."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from assistant.groups import Saved, wanted
from assistant.reply import Answer, Refusal
from assistant.service import Assistant
from semantic_layer.query import AnalysisQuery, Members, MetricQuery, Term

pytestmark = pytest.mark.slow  # ten seconds and more over the demo

DATA = Path(__file__).parents[1] / "data" / "retail.duckdb"
needs_data = pytest.mark.skipif(
    not DATA.exists(), reason="the demo data is not built: python -m data.generate"
)
MAY = "pay_time >= '2026-05-01' AND pay_time < '2026-06-01'"


@pytest.fixture
def assistant() -> Assistant:
    return Assistant.open("retail")


def answered(assistant: Assistant, question: str, session: str | None = "s") -> Answer:
    reply = assistant.ask(question, session=session)
    assert isinstance(reply, Answer), reply
    return reply


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("把这些人存成人群，叫高价值", "高价值"),
        ("存成人群 五月老客", "五月老客"),
        ("保存为人群：华东大户", "华东大户"),
        ("存成人群", ""),
        ("保存这些人", ""),
        ("库存多少", None),
        ("存货周转天数", None),
    ],
)
def test_what_is_to_be_saved(said: str, name: str | None) -> None:
    assert wanted(said) == name


@needs_data
def test_they_are_the_people_listed(assistant: Assistant) -> None:
    listed = answered(assistant, "重要价值客户名单")
    assert isinstance(listed.query, AnalysisQuery)
    bought = answered(assistant, "他们上个月买了多少单")
    assert isinstance(bought.query, MetricQuery)
    members = bought.query.scope.where
    assert isinstance(members, Members) and members.query == listed.query
    with duckdb.connect(str(DATA), read_only=True) as db:
        whole = assistant.ask("重要价值客户上个月的订单数")
        assert isinstance(whole, Answer)
        (all_orders,) = db.execute(f"SELECT count(*) FROM orders WHERE {MAY}").fetchone() or (0,)
    number = whole.result.rows[0][0]
    assert 0 < number < all_orders
    assert number in bought.result.rows[0]


@needs_data
def test_a_saved_group_is_a_word(assistant: Assistant) -> None:
    kept: list[Saved] = []
    assistant.keep = kept.append
    answered(assistant, "重要价值客户名单")
    direct = answered(assistant, "重要价值客户上个月的销售额", None).result.rows[0][0]
    saved = answered(assistant, "把这些人存成人群，叫六月大户")
    assert [g.name for g in kept] == ["六月大户"]
    (people,) = saved.result.rows[0]
    assert f"{people:,} 人" in saved.headline
    group = answered(assistant, "六月大户上个月的销售额", None)
    assert isinstance(group.query, MetricQuery) and group.query.scope.where == Term("六月大户")
    assert group.result.rows[0][0] == direct
    others = answered(assistant, "不是六月大户的客户上个月的销售额", None).result.rows[0][0]
    whole = answered(assistant, "上个月的销售额", None).result.rows[0][0]
    assert float(others) + float(direct) == pytest.approx(float(whole))


@needs_data
def test_a_saved_group_narrows_an_analysis(assistant: Assistant) -> None:
    answered(assistant, "消费满5000元的重要价值客户名单")
    answered(assistant, "存成人群，叫五千户")
    inside = answered(assistant, "五千户的RFM", None)
    rows = inside.result.rows
    n = next(
        i for i, c in enumerate(inside.result.columns) if c.label in ("人数", "客户数", "用户数")
    )
    (people,) = answered(assistant, "五千户有多少人", None).result.rows[0][:1]
    assert sum(row[n] for row in rows) == people


@needs_data
@pytest.mark.parametrize(
    ("before", "said", "code"),
    [
        ((), "存成人群，叫空的", "nobody-to-save"),
        (("重要价值客户名单",), "存成人群", "group-needs-name"),
        (("重要价值客户名单",), "存成人群，叫广东", "name-taken"),
    ],
)
def test_what_cannot_be_saved_is_said(
    assistant: Assistant, before: tuple[str, ...], said: str, code: str
) -> None:
    for question in before:
        answered(assistant, question)
    reply = assistant.ask(said, session="s")
    assert isinstance(reply, Refusal) and reply.code == code


@needs_data
def test_a_rank_beside_an_analysis_chooses_a_set(assistant: Assistant) -> None:
    reply = answered(assistant, "销售额前5的城市做RFM", None)
    assert isinstance(reply.query, AnalysisQuery)
    where = reply.query.scope.where
    assert isinstance(where, Members) and isinstance(where.query, MetricQuery)
    assert where.query.top is not None and where.query.top.n == 5
