"""目标：差多少、完没完成。哪个指标是谁的目标由目录给出；没点名的，就是目录里唯一的那个。"""

from __future__ import annotations

from typing import Any

from assistant.language.grammar import Grammar
from assistant.language.meaning import Cue, MetricWord, OpWord, TargetWord
from assistant.language.phrases import Aim
from assistant.language.rules.phrase import one_of, opt, phrase, text
from semantic_layer.query import Op

grammar = Grammar()

REACH = r"完成|达成|达到|达|实现|做到|做够|做完|完得成|够到|摸到"
ASKS = text("了?吗|了?没有?|了?么|了没(?=$|[?？])|没有?")
STILL = text("还|总共|一共|又|还要|到底|大概|现在|目前")


@phrase(
    grammar,
    [
        text("(?:距离?|离|和|跟|与|比|较|到)(?:完成|达成)?"),
        TargetWord,
        opt(text("完成|达成")),
        opt(STILL),
        Cue.GAP,
    ],
    examples=("离甲目标还差多少", "距离甲目标差多少钱", "和甲目标的差距"),
    rejects=("离甲指标还差多少",),
)
def short_of(_: str, target: TargetWord, __: Any, ___: Any, ____: Any) -> Aim:
    return Aim(target.names)


@phrase(
    grammar,
    [TargetWord, opt(STILL), Cue.GAP],
    examples=("甲目标还差多少", "甲目标缺口"),
    rejects=("甲指标还差多少",),
)
def shortfall(target: TargetWord, _: Any, __: Any) -> Aim:
    return Aim(target.names)


@phrase(
    grammar,
    [opt(text("还")), Cue.GAP, text("(?:才|就)?能?(?:完成|达成|达到|实现|到)"), TargetWord],
    examples=("还差多少完成甲目标", "差多少才能达到甲目标"),
    rejects=("还差多少完成甲指标",),
)
def short_of_before(_: Any, __: Any, ___: str, target: TargetWord) -> Aim:
    return Aim(target.names)


@phrase(
    grammar,
    [
        text(rf"(?:已经?|都|全都?)?(?<![没未不有能])(?:{REACH})(?:了|过)?"),
        TargetWord,
        opt(ASKS),
    ],
    examples=("完成甲目标", "完成了甲目标", "达到甲目标了吗"),
    rejects=("没完成甲目标", "完成甲指标"),
)
def reached(_: str, target: TargetWord, asks: Any) -> Aim:
    return Aim(target.names, Op.GE, asks is not None)


@phrase(
    grammar,
    [TargetWord, opt(STILL), text(rf"(?:已经?|都|全都?|有没有)?(?:{REACH})"), opt(ASKS)],
    examples=("甲目标达成", "甲目标完成了吗"),
    rejects=("甲目标没完成",),
)
def reached_after(target: TargetWord, _: Any, how: str, asks: Any) -> Aim:
    return Aim(target.names, Op.GE, asks is not None or how.startswith("有没有"))


NEVER = text("都?没有?|未能?|没能|不能|没法|并未|均未|尚未|还没有?|仍未")


@phrase(
    grammar,
    [NEVER, text(rf"(?:{REACH})(?:了|过)?"), TargetWord],
    examples=("没完成甲目标", "未达到甲目标"),
    rejects=("完成甲目标",),
)
def missed(_: str, __: str, target: TargetWord) -> Aim:
    return Aim(target.names, Op.LT)


@phrase(
    grammar,
    [
        TargetWord,
        opt(STILL),
        one_of(NEVER, text("完不成|达不成|达不到|没完成|未完成")),
        opt(text(REACH)),
    ],
    examples=("甲目标没完成", "甲目标还没达成", "甲目标完不成"),
    rejects=("甲目标完成",),
)
def missed_after(target: TargetWord, _: Any, no: str, verb: Any) -> Aim | None:
    return Aim(target.names, Op.LT) if verb or no[-1] in "成到" else None


@phrase(
    grammar,
    [
        text("(?:都?没有?|未|不|没能|未能|均未|还没有?)达标(?!率|情|进|比|杆|准|题)"),
        opt(text("了?吗|了?么")),
    ],
    examples=("没达标", "未达标", "不达标"),
    rejects=("达标", "没达标率"),
)
def below_standard(_: str, __: Any) -> Aim:
    return Aim((), Op.LT)


@phrase(
    grammar,
    [text("(?:已经?|都|全都?|有没有|是否)?达(?:到)?了?标(?!率|情|进|比|杆|准|题)"), opt(ASKS)],
    examples=("达标", "达标了吗"),
    rejects=("达标率", "达标情况"),
)
def up_to_standard(how: str, asks: Any) -> Aim:
    return Aim((), Op.GE, asks is not None or how.startswith(("有没有", "是否")))


@phrase(
    grammar,
    [OpWord, TargetWord],
    examples=("超过甲目标", "低于甲目标"),
    rejects=("超过甲指标",),
)
def beyond_target(op: OpWord, target: TargetWord) -> Aim | None:
    return None if op.after else Aim(target.names, op.op)


@phrase(
    grammar,
    [text("超额(?:完成|达成|实现)(?:了|过)?"), opt(TargetWord), opt(ASKS)],
    examples=("超额完成甲目标", "超额完成"),
    rejects=("完成甲目标",),
)
def exceeded(_: str, target: TargetWord | None, asks: Any) -> Aim:
    return Aim(target.names if target else (), Op.GT, asks is not None)


@phrase(grammar, [Cue.ACTUAL, MetricWord], examples=("实际甲指标",), rejects=("实际甲城",))
def actual(_: Any, metric: MetricWord) -> MetricWord:
    return metric
