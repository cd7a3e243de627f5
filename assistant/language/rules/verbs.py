"""做过、没做过、做了几次。动词对应哪些指标由词典给出。"""

from __future__ import annotations

from typing import Any

from assistant.language.grammar import Grammar
from assistant.language.meaning import Cue, MetricWord, RefuseCue, StemWord, TallyWord, VerbWord
from assistant.language.phrases import Asked, Condition_, LastDone, Threshold, Verb
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
    [
        Cue.NOT,
        opt(text("有|再|去|来|过|进行|产生")),
        one_of(VerbWord, StemWord, Verb),
        opt(Cue.EVER),
    ],
    examples=("没下单", "没有再下单过", "从未下单"),
    rejects=("没甲指标",),
)
def did_not(_: Any, __: Any, verb: VerbWord | StemWord | Verb, ___: Any) -> Verb | None:
    if isinstance(verb, Verb) and verb.negated:
        return None
    return Verb(verb.names, negated=True)


@phrase(
    grammar,
    [one_of(VerbWord, Verb), opt(text("了|过|金额|次数|额|数")), Threshold],
    examples=("下单超过5次", "下单次数满3次", "下过单5次以上"),
    rejects=("下单前5次",),
)
def verb_threshold(verb: VerbWord | Verb, _: Any, t: Threshold) -> Condition_ | None:
    if isinstance(verb, Verb) and verb.negated:
        return None
    return Condition_(tuple(Having(MetricRef(n), t.op, t.values) for n in verb.names))


@phrase(
    grammar,
    [
        text("还|又|也"),
        opt(text("会|都|一起|同时|一并")),
        one_of(VerbWord, Verb),
        opt(Cue.EVER),
        Asked,
    ],
    examples=("还下单了哪些渠道", "还会下单哪个渠道"),
    rejects=("下单了哪些渠道", "还没下单哪些渠道"),
)
def did_besides(_: str, __: Any, verb: VerbWord | Verb, ___: Any, asked: Asked) -> RefuseCue | None:
    """买了甲的人还买了什么: what goes with what, never the rows of the deed itself."""
    if (isinstance(verb, Verb) and verb.negated) or asked.grain:
        return None
    return RefuseCue("not-supported-yet")


AT_ALL = text("(?:再|有)?(?:开|下|出|卖|成|做|来|接|签|拿|拍)?(?:出去?|掉|成|到)?(?:过|了)?")


@phrase(
    grammar,
    [
        TallyWord,
        opt(one_of(VerbWord, MetricWord)),
        opt(text("都|也")),
        Cue.NOT,
        opt(AT_ALL),
        opt(one_of(VerbWord, Verb)),
    ],
    examples=("一单都没有", "一单都没开", "一单也没下单", "一单没有", "一单甲指标都没有"),
    rejects=("一单有",),
)
def not_one(tally: TallyWord, of: Any, _: Any, __: Any, ___: Any, verb: Any) -> Verb | None:
    if isinstance(verb, Verb) and verb.negated:
        return None
    return Verb((of or verb or tally).names, negated=True)


@phrase(
    grammar,
    [Cue.NOT, opt(AT_ALL), TallyWord],
    examples=("没有一单", "没卖出一单"),
    rejects=("一单没有",),
)
def none_of(_: Any, __: Any, tally: TallyWord) -> Verb:
    return Verb(tally.names, negated=True)


@phrase(
    grammar,
    [text(r"零|(?<!\d)0"), one_of(MetricWord, VerbWord)],
    examples=("零单量", "零下单"),
    rejects=("零城市", "10单量"),
)
def zero(_: str, what: MetricWord | VerbWord) -> Verb:
    return Verb(what.names, negated=True)


WHEN = text(
    "的?(?:时间|日期)?是?(?:在)?(?:哪一?天|哪日|什么时候|什么时间|何时|几号|几月几号)|的?(?:时间|日期)"
)


@phrase(
    grammar,
    [
        text("最近一?次|上一?次|最后一?次|末次|最近的一次|最后的一次"),
        one_of(VerbWord, Verb),
        opt(text("记录|行为")),
        WHEN,
    ],
    examples=("最近一次下单时间", "上次下单是什么时候"),
    rejects=("下单时间", "最近下单时间"),
)
def last_done(_: str, verb: VerbWord | Verb, __: Any, ___: str) -> LastDone | None:
    return None if isinstance(verb, Verb) and verb.negated else LastDone(verb.names)


@phrase(
    grammar,
    [text("第一次|首次|头一次|最早一次"), one_of(VerbWord, Verb), opt(text("记录|行为")), WHEN],
    examples=("首次下单时间", "第一次下单是哪天"),
    rejects=("下单时间",),
)
def first_done(_: str, verb: VerbWord | Verb, __: Any, ___: str) -> LastDone | None:
    return None if isinstance(verb, Verb) and verb.negated else LastDone(verb.names, last=False)
