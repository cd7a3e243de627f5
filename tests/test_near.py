"""A refusal helps: what it offers is near to what was asked, and every offer is answered when it is clicked."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from time import process_time

import pytest

from assistant.contract import to_dict
from assistant.corpus import load
from assistant.near.closest import Closest
from assistant.near.cut import without
from assistant.near.names import Names
from assistant.near.said import Said
from assistant.reply import Answer, Refusal
from assistant.service import Assistant
from semantic_layer.query import AnalysisQuery, MetricQuery, Op, Scope, Where
from tests.worlds import clinic_data, school_data

ROOT = Path(__file__).parent
SENTENCES = 60
WARM_MS = 150

pytestmark = [
    pytest.mark.xdist_group("near"),
    pytest.mark.filterwarnings("ignore:invalid escape sequence"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]


@pytest.fixture(scope="module")
def retail() -> Assistant:
    opened = Assistant.open("retail")
    opened._prepare()
    return opened


@pytest.fixture(scope="module")
def clinic(tmp_path_factory: pytest.TempPathFactory) -> Assistant:
    path = clinic_data.write(tmp_path_factory.mktemp("near") / "clinic.duckdb")
    return Assistant.open(ROOT / "worlds" / "clinic", source=path)


@pytest.fixture(scope="module")
def school(tmp_path_factory: pytest.TempPathFactory) -> Assistant:
    path = school_data.write(tmp_path_factory.mktemp("near") / "school.duckdb")
    return Assistant.open(ROOT / "worlds" / "school", source=path)


def refused(assistant: Assistant, question: str) -> Refusal:
    reply = assistant.ask(question)
    assert isinstance(reply, Refusal), question
    return reply


def sentences() -> Iterator[str]:
    files = [
        *sorted((ROOT / "corpus" / "sentences").glob("*.yml")),
        ROOT / "corpus" / "problems.yml",
    ]
    yield from (e.question for f in files for e in load(f) if not e.session and e.question)


# ── every offer answers ───────────────────────────────────────────────────────────────────────


@pytest.mark.slow
def test_every_offer_of_sixty_refusals_is_answered(retail: Assistant) -> None:
    every = [q for q in sentences() if retail.read(q).status == "problem"]
    step = max(1, len(every) // SENTENCES)
    answered: dict[str, str] = {}
    for question in every[::step][:SENTENCES]:
        reply = refused(retail, question)
        assert reply.next_questions or reply.code in ("cancelled", "failed"), question
        for offer in reply.next_questions:
            if offer not in answered:
                answered[offer] = type(retail.ask(offer)).__name__
    assert {q for q, kind in answered.items() if kind != "Answer"} == set()
    assert len(answered) > SENTENCES  # they are not the same three


@pytest.mark.slow
@pytest.mark.parametrize(
    ("world", "question"),
    [
        ("clinic", "火星的挂号量"),
        ("clinic", "上个月各科室的幸福感"),
        ("clinic", "玄学指数是多少"),
        ("clinic", "你好"),
        ("school", "火星上个月的学费收入"),
        ("school", "按血型看看到课率"),
        ("school", "讲个笑话"),
    ],
)
def test_offers_answer_in_other_businesses(
    world: str, question: str, request: pytest.FixtureRequest
) -> None:
    assistant: Assistant = request.getfixturevalue(world)
    reply = refused(assistant, question)
    assert reply.next_questions
    for offer in reply.next_questions:
        assert isinstance(assistant.ask(offer), Answer), offer


# ── what is offered ───────────────────────────────────────────────────────────────────────────


def test_the_sentence_without_the_unknown_word_is_offered_and_not_answered(
    retail: Assistant,
) -> None:
    reply = refused(retail, "黄牛上周买了多少单")
    assert reply.offers[0] == ("上周买了多少单", "去掉「黄牛」：上周买了多少单")
    assert "看懂了：上周、订单数。" in reply.help
    assert to_dict(reply)["next_questions"] == list(reply.next_questions)


@pytest.mark.parametrize(
    "question", ["订单数没到各省平均一半的省份", "其他门店的毛利", "上个月没有折扣的订单数"]
)
def test_a_word_that_turns_the_meaning_is_never_cut(retail: Assistant, question: str) -> None:
    assert not any(refused(retail, question).leads)


def test_a_cut_needs_whole_words_between_understood_ones() -> None:
    everywhere = set(range(20))
    assert without("火星的订单数", [(0, 2)], [(3, 6)], everywhere) == ("订单数", "火星")
    assert without("火星的订单数", [(0, 2)], [(3, 6)], {3}) is None  # no word ends there
    assert without("按血型看订单数", [(1, 3)], [(4, 7)], everywhere) is None  # 按 needs it
    assert without("不到五单的店铺数", [(0, 2)], [(5, 8)], everywhere) is None
    assert (
        without("平均水平的订单数", [(0, 4)], [(5, 8)], everywhere) is None
    )  # a noun, but it compares
    clause = without("上周订单数，客服好着急", [(6, 8)], [(0, 2), (2, 5)], everywhere)
    assert clause == ("上周订单数", "客服好着急")


def test_an_analysis_that_it_sounds_like_is_offered_about_the_same_people(
    retail: Assistant,
) -> None:
    reply = refused(retail, "哪些黑金客户快蔫了，怕是流失")
    first = retail.read(reply.next_questions[0]).query
    assert isinstance(first, AnalysisQuery) and first.analysis == "churn"
    assert "黑金" in reply.next_questions[0]


def test_what_is_bought_together_is_offered_for_whole_orders(retail: Assistant) -> None:
    reply = refused(retail, "口红总跟啥一块拎走")
    read = [retail.read(q).query for q in reply.next_questions]
    baskets = [q for q in read if isinstance(q, AnalysisQuery) and q.analysis == "basket"]
    assert baskets and all(q.scope.where is None for q in baskets)
    phrasing = retail.offers.phrasing
    told = Said(where="口红", scope=Scope(Where("subcategory", Op.EQ, ("口红",))))
    assert not any("口红" in s for s in phrasing.sentences("basket", told))


def test_nothing_sounds_like_an_analysis_by_chance(retail: Assistant) -> None:
    closest = retail.offers.closest
    assert closest.ranked("哪些客户怕是要跑了")[0][0] == "churn"
    assert closest.ranked("火星的")[:1] == [] or closest.ranked("火星的")[0][1] < 0.05


def test_what_was_understood_is_asked_in_plain_words(retail: Assistant) -> None:
    reply = refused(retail, "按血型看上个月华东销售额")
    query = retail.read(reply.next_questions[0]).query
    assert isinstance(query, MetricQuery)
    assert query.scope.where is not None and len(query.scope.periods) == 1
    assert reply.next_questions[0].startswith("上个月华东")


def test_days_to_come_are_offered_as_a_forecast(retail: Assistant) -> None:
    reply = refused(retail, "明年一季度的毛利")
    first = retail.read(reply.next_questions[0]).query
    assert reply.code == "future" and isinstance(first, AnalysisQuery)


def test_names_that_are_near(retail: Assistant) -> None:
    names = Names(retail.parser.lexicon)
    assert names.meant("北上广") == ("北京", "上海", "广州")
    assert names.near("退kuan率")[0] == "退款率"
    assert names.near("木星") == () and names.meant("木星") == ()
    assert "待支付" not in names.near("支付")


def test_examples_stand_in_where_nothing_is_near(retail: Assistant) -> None:
    reply = refused(retail, "你好")
    assert reply.help.startswith("可以问：") and not any(reply.leads)
    assert set(reply.next_questions) <= {q for _, q in retail.catalog.examples}


def test_an_offer_keeps_the_conversation(retail: Assistant) -> None:
    retail.ask("上个月华东的销售额", session="near")
    refused_reply = retail.ask("按血型看", session="near")
    assert isinstance(refused_reply, Refusal)
    for offer in refused_reply.next_questions:
        assert isinstance(retail.ask(offer), Answer)


def test_a_refusal_is_quick(retail: Assistant) -> None:
    asked = ("北上广的销售额", "哪些黑金客户快蔫了，怕是流失", "火星的订单数")
    for question in asked:
        retail.ask(question)
        started = process_time()
        retail.ask(question)
        assert (process_time() - started) * 1e3 < WARM_MS


def test_closeness_of_an_analysis_takes_few_milliseconds(retail: Assistant) -> None:
    closest = Closest(retail.offers.closest.analyses)
    closest.prepare()
    started = process_time()
    for _ in range(20):
        closest.ranked("按下单习惯把会员归成六堆，每堆起个名，顺便看看他们最近都买了什么")
    assert (process_time() - started) * 1e3 / 20 < 5
