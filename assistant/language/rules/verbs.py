"""做过、没做过、做了几次。动词对应哪些指标由词典给出。"""

from __future__ import annotations

from typing import Any

from assistant.language.grammar import Grammar
from assistant.language.meaning import Cue, VerbWord
from assistant.language.phrases import Condition_, Threshold, Verb
from assistant.language.rules.phrase import one_of, opt, phrase, text
from semantic_layer.query import Having, MetricRef

grammar = Grammar()


@phrase(grammar, [VerbWord, Cue.EVER], examples=("下单过", "下单了"), rejects=("下单多少",))
def did(verb: VerbWord, _: Any) -> Verb:
    return Verb(verb.names)


@phrase(
    grammar,
    [text("曾经?|有|已经?"), VerbWord, opt(Cue.EVER)],
    examples=("有下单过", "曾下单"),
    rejects=("下单",),
)
def had_done(_: Any, verb: VerbWord, __: Any) -> Verb:
    return Verb(verb.names)


@phrase(
    grammar,
    [Cue.NOT, opt(text("有|再|去|来|过|进行|产生")), one_of(VerbWord, Verb), opt(Cue.EVER)],
    examples=("没下单", "没有再下单过", "从未下单"),
    rejects=("没甲指标",),
)
def did_not(_: Any, __: Any, verb: VerbWord | Verb, ___: Any) -> Verb | None:
    if isinstance(verb, Verb) and verb.negated:
        return None
    return Verb(verb.names, negated=True)


@phrase(
    grammar,
    [VerbWord, opt(text("了|过|金额|次数|额|数")), Threshold],
    examples=("下单超过5次", "下单次数满3次"),
    rejects=("下单前5次",),
)
def verb_threshold(verb: VerbWord, _: Any, t: Threshold) -> Condition_:
    return Condition_(tuple(Having(MetricRef(n), t.op, t.values) for n in verb.names))
