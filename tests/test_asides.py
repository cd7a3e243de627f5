"""What is about the asker is no part of the question; what could be part of it is never dropped."""

from __future__ import annotations

import pytest

from assistant.language.asides import asides
from assistant.language.grammar import recognise
from assistant.language.lexicon import Lexicon
from assistant.language.rules import EXPRESSIONS
from tests.toy_words import WORDS

LEXICON = Lexicon(WORDS)


def aside(text: str) -> list[str]:
    timed = [x for x in recognise(text, EXPRESSIONS, ()) if len(x) > 1]
    return [text[m.start : m.end] for m in asides(text, LEXICON.mentions(text, None), timed)]


@pytest.mark.parametrize(
    "clause",
    [
        "我刚接手",
        "我新来的",
        "跟供应商谈价用",
        "客服好赶紧跟进",
        "好跟工厂下单",
        "要跟老板碰头",
        "方便仓库安排",
        "老板催得紧",
        "仓库好排人",
    ],
)
def test_a_clause_about_the_asker_is_an_aside(clause: str) -> None:
    assert aside(f"{clause},甲城的甲指标") == [clause]
    assert aside(clause) == [], "alone it is all that was said"


@pytest.mark.parametrize(
    "clause",
    [
        "要跟老板汇报甲城",  # a place
        "好跟甲城比",  # a comparison
        "我刚看近30天",  # a time
        "我要做前10个",  # a rank
        "为了没下单的用户",  # a negation
        "好卖的东西",  # a rank of its own
        "我刚下单",  # a deed that may be a condition
        "方便退货的用户",  # people described
        "我想说多少",  # a question
    ],
)
def test_what_may_be_part_of_the_question_is_kept(clause: str) -> None:
    assert aside(f"{clause},甲城的甲指标") == []
