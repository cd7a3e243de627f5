"""Every phrase rule is its own corpus: its examples are read whole and by that rule, its rejects never."""

from __future__ import annotations

from collections import Counter

import pytest

from assistant.language.cover import covers
from assistant.language.grammar import Mention, explain, recognise
from assistant.language.lexicon import Lexicon
from assistant.language.phrases import Condition_, Measured, Ranked, Threshold, Values
from assistant.language.rules import EVERYTHING, EXPRESSIONS, PHRASES
from assistant.language.text import normalise
from semantic_layer.query import (
    Agg,
    And,
    Benchmark,
    ColumnAggregate,
    CompareKind,
    Comparison,
    Formula,
    Having,
    HavingChange,
    MetricRef,
    Op,
    PerUnit,
    Ref,
    Where,
)
from tests.toy_words import WORDS

LEXICON = Lexicon(WORDS)
NAMES = sorted({rule.name for rule in PHRASES})
EXAMPLES = [pytest.param(r.name, t, id=f"{r.name}:{t}") for r in PHRASES for t in r.examples]
REJECTS = [pytest.param(r.name, t, id=f"{r.name}:{t}") for r in PHRASES for t in r.rejects]


def mentions(said: str) -> tuple[str, tuple[Mention, ...]]:
    text = normalise(said).text
    return text, recognise(text, EVERYTHING, LEXICON.mentions(text))


def told(text: str, found: list[Mention]) -> str:
    return "\n".join(explain(text, m) for m in found)


@pytest.mark.parametrize(("name", "said"), EXAMPLES)
def test_example_is_read_whole_by_its_rule(name: str, said: str) -> None:
    text, found = mentions(said)
    whole = [m for m in found if (m.start, m.end) == (0, len(text))]

    assert name in {m.rule for m in whole}, told(text, whole or list(found))


@pytest.mark.parametrize(("name", "said"), REJECTS)
def test_reject_never_fires(name: str, said: str) -> None:
    text, found = mentions(said)
    fired = [m for m in found if m.rule == name]

    assert not fired, told(text, fired)


@pytest.mark.parametrize("name", NAMES)
def test_every_phrase_rule_brings_its_corpus(name: str) -> None:
    assert any(rule.examples for rule in PHRASES if rule.name == name), (
        f"{name}: add examples=(...) next to the rule"
    )


def test_a_name_says_which_rule() -> None:
    """Weights and derivation trees go by name: two rules of one name would share their fate."""
    bearing = Counter(rule.name for rule in EVERYTHING if rule.examples)
    assert [name for name, times in bearing.items() if times > 1] == []
    assert {r.name for r in EXPRESSIONS}.isdisjoint(NAMES)


FIRST, SECOND, ORDERS = MetricRef("first"), MetricRef("second"), MetricRef("orders")
YOY = Comparison(CompareKind.YEAR_OVER_YEAR)
MEANT = {
    "甲城或乙城": Values((("city", ("甲城", "乙城")),), alternative=True),
    "除了甲城和乙城以外": Values((("city", ("甲城", "乙城")),), negated=True),
    "50到100万": Threshold(Op.BETWEEN, (500_000.0, 1_000_000.0), bare=True),
    "5到10%": Threshold(Op.BETWEEN, (0.05, 0.1), percent=True, bare=True),
    "没有超过3次": Threshold(Op.LE, (3.0,), unit="次"),
    "金额低于成本": Condition_((Where("amount", Op.LT, (Ref("cost"),)),)),
    "金额大于500且小于1000": Condition_(
        (And((Where("amount", Op.GT, (500.0,)), Where("amount", Op.LT, (1000.0,)))),)
    ),
    "昵称不包含测试两个字": Condition_((Where("nickname", Op.NOT_CONTAINS, ("测试",)),)),
    "下单超过5次": Condition_((Having(ORDERS, Op.GT, (5.0,)),)),
    "甲指标有没有超过500万": Condition_((Having(FIRST, Op.GT, (5_000_000.0,)),), claim=True),
    "甲指标超过中位数": Condition_((Having(FIRST, Op.GT, (Benchmark("group_median"),)),)),
    "甲指标低于乙指标": Condition_((Having(FIRST, Op.LT, (Benchmark("measure", SECOND),)),)),
    "甲指标同比下滑超过10%": Condition_((HavingChange(FIRST, YOY, Op.LT, (-0.1,), "rate"),)),
    "倒数第二名": Ranked(1, False, offset=1),
    "前20%": Ranked(0, True, fraction=0.2),
    "最高和最低": Ranked(1, True, both=True, explicit=False),
    "金额的P90": Measured((ColumnAggregate(Agg.PERCENTILE, "amount", at=0.9),)),
    "平均每个用户的甲指标": Measured((PerUnit(FIRST, "@users"),)),
    "日均甲指标": Measured((PerUnit(FIRST, "day"),)),
    "甲指标减去乙指标": Measured((Formula("-", FIRST, SECOND),)),
}


@pytest.mark.parametrize(("said", "value"), MEANT.items(), ids=MEANT)
def test_the_best_cover_is_the_phrase(said: str, value: object) -> None:
    text, found = mentions(said)
    best = covers(text, found, 1)[0].mentions

    assert [m.value for m in best] == [value], told(text, list(best))
