"""Idioms of analyses: families combine, halves turn round, words set parameters, near misses stay free."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

import pytest

import analytics
from analytics.idiom_families import FAMILIES
from analytics.idioms import idioms, soft
from assistant.language.idioms import Idioms
from assistant.language.intents import Intents
from assistant.language.meaning import AnalysisGroup, AnalysisParam, AnalysisWord, ValueWord
from assistant.language.role_values import RoleValues
from assistant.language.shortened import shortened
from semantic_layer.query import MetricQuery, MetricRef, Op, Scope, Where
from tests.toy_words import WORDS

EVENTS = {"加购": "加购", "领券": "领券", "付钱": "支付"}


def _values(role: str) -> Mapping[str, str]:
    return EVENTS if role == "event" else {"新按钮": "新按钮"} if role == "experiment" else {}


IDIOMS = Idioms(analytics.load(), _values)


def asked(text: str) -> set[str]:
    found = set[str]()
    for m in IDIOMS.mentions(text):
        if isinstance(m.value, AnalysisWord):
            found |= set(m.value.names)
        elif isinstance(m.value, AnalysisParam):
            found.add(m.value.analysis)
    return found


@pytest.mark.parametrize(
    ("text", "analysis"),
    [
        ("再不联系就要溜走的老客", "churn"),
        ("谁最悬", "churn"),
        ("走了又回头的有几个", "lifecycle"),
        ("热乎的、犯困的、跑掉的各占几成", "lifecycle"),
        ("头一回上门的客人,到现在还剩多少", "retention"),
        ("一个客人一辈子能给店里贡献多少钱", "ltv"),
        ("广告花的钱几个月才捞回来", "ltv"),
        ("隔几天又来买一包", "repeat"),
        ("哪些最有希望再掏腰包", "repurchase"),
        ("把客人按贡献排个档次", "rfm"),
        ("把客户拢成几伙", "cluster"),
        ("每堆人都啥路数", "cluster"),
        ("哪几样最常凑一块买", "basket"),
        ("给他们塞点啥好", "recommend"),
        ("到了哪一关溜掉的最多", "funnel"),
        ("加购之后都往哪儿跑", "path"),
        ("从引流一直到老带新", "aarrr"),
        ("这单子到底谁领进来的", "attribution"),
        ("新按钮值不值得全推", "abtest"),
        ("牢骚主要出在哪方面", "sentiment"),
        ("有没有哪天突然窜得很高", "anomaly"),
        ("该怪哪家", "why"),
        ("照目前的劲头", "forecast"),
        ("拣要紧的讲讲", "insights"),
        ("有没有漏填的、打架的", "quality"),
        ("卖得多的时候退款是不是也跟着多", "correlation"),
    ],
)
def test_families_combine(text: str, analysis: str) -> None:
    assert analysis in asked(text)


@pytest.mark.parametrize(
    "text",
    [
        "上个月退款原因分几种",
        "5月回来买的老客有多少",
        "各渠道贡献了多少流水",
        "上周哪天单量最高",
        "每个等级的人均消费次数",
        "把订单按金额分成三档",
        "走过来的路上",
        "差评有多少条",
    ],
)
def test_near_misses_are_no_analysis(text: str) -> None:
    assert asked(text) == set()


@pytest.mark.parametrize(
    ("text", "key", "value"),
    [
        ("功劳算给头一个渠道", "method", "first"),
        ("按最后碰到的那个渠道算", "method", "last"),
        ("功劳平摊一下", "method", "linear"),
        ("谁往下掉了一档", "show", "moves"),
        ("砍掉线上店这条线,还剩多少", "gone", "yes"),
    ],
)
def test_words_set_a_parameter(text: str, key: str, value: str) -> None:
    said = {m.value for m in IDIOMS.mentions(text) if isinstance(m.value, AnalysisParam)}
    assert any((s.name, s.value, s.asks) == (key, value, True) for s in said)


def test_every_shorthand_is_known_and_flat() -> None:
    for words in FAMILIES.values():
        assert not set(words) & set("()[]?*+{}"), words
    used = {
        name
        for lines in idioms().values()
        for line in lines
        for name in re.findall(r"\{(\D+?)\}", line)
    }
    assert used == {*FAMILIES, "谁"}


def test_parameters_that_words_set_exist() -> None:
    analyses = analytics.load()
    for name, lines in idioms().items():
        for line in lines:
            key, _, value = line.partition(" => ")[2].partition("=")
            if key:
                assert value in dict(analyses[name].params[key].choices), line


def test_soft_words_need_an_analysis_beside_them() -> None:
    intents = Intents(analytics.load(), WORDS)
    assert "你看着办" in soft()
    assert intents.mentions("你看着办,单量", [], None) == []
    words = list(IDIOMS.mentions("你看着办,把客户拢成几伙"))
    said = intents.mentions("你看着办,把客户拢成几伙", words, None)
    assert [m for m in said if m.rule == "soft" and (m.start, m.end) == (0, 4)]


def test_a_verb_is_parted_from_its_object() -> None:
    roles = RoleValues(replace(WORDS, steps=(("领券", ()), ("支付成功", ("付钱",)))))
    funnel = analytics.load()["funnel"].params["steps"]
    said = list(roles.mentions("领了券的人,走到付完钱", "funnel", "steps", funnel))
    assert [(m.start, m.end, m.value.value) for m in said] == [(0, 11, ("领券", "支付成功"))]


def test_a_group_is_called_by_its_place_only_in_the_talk_of_it() -> None:
    intents = Intents(analytics.load(), WORDS)
    said = intents.mentions("漏掉的是什么人", [], "funnel")
    assert [(m.start, m.end) for m in said if isinstance(m.value, AnalysisGroup)] == [(0, 3)]
    assert not any(
        isinstance(m.value, AnalysisGroup) for m in intents.mentions("漏掉的", [], "rfm")
    )
    assert not any(str(surface).startswith("…") for surface, *_ in intents.words())


def test_the_beginning_of_a_name_is_enough_beside_a_filter_of_its_kind() -> None:
    before = MetricQuery((MetricRef("first"),), scope=Scope(Where("channel", Op.EQ, ("线上店",))))
    found = list(shortened("线下呢", [(0, 2)], before, WORDS))
    assert [(m.value, m.rule) for m in found] == [
        (ValueWord((("channel", "线下店"),)), "fuzzy:线下店")
    ]
    assert not list(shortened("线呢", [(0, 1)], before, WORDS)), "one letter is no name"
    assert not list(shortened("甲城呢", [(0, 2)], before, WORDS)), "cities are not filtered by"
    assert not list(shortened("线下呢", [(0, 2)], None, WORDS))
