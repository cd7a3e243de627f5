"""Where a sentence falls into a set and a question about it: the place of the last word of the set."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.language import meaning as m
from assistant.language.grammar import Mention
from assistant.language.phrases import (
    Asked,
    Condition_,
    Grouping,
    Measured,
    Ranked,
    Threshold,
    Verb,
)
from assistant.language.times import PerGrain, SamePeriod, TimeValue
from semantic_layer.query import Having, HavingChange

MEASURES = (m.MetricWord, Measured)
SELECTIVE = (Ranked, Threshold, Verb)


def boundary(mentions: Sequence[Mention]) -> int | None:
    """The place of the word that closes a set, or None."""
    for i, mention in enumerate(mentions):
        if mention.value is not m.Cue.WITHIN:
            continue
        left, right = mentions[:i], mentions[i + 1 :]
        if _selective(left) and _questioning(right):
            return i
    return _earlier_set(mentions) or _ranked_thing(mentions)


def _earlier_set(mentions: Sequence[Mention]) -> int | None:
    """去年消费过5000的会员，今年又来买的: a test in one period, a deed or a figure in another."""
    for i, mention in enumerate(mentions):
        if not isinstance(mention.value, (m.TableWord, m.DimensionWord)):
            continue
        left, right = mentions[:i], mentions[i + 1 :]
        when = [k for k, x in enumerate(right) if isinstance(x.value, TimeValue)]
        dated = any(isinstance(x.value, TimeValue) for x in left)
        tested = any(
            isinstance(x.value, Condition_) and isinstance(x.value.options[0], Having) for x in left
        )
        if not (dated and tested and len(when) == 1):
            continue
        held = (m.CompareCue, SamePeriod, Grouping)
        around = right[max(when[0] - 1, 0) : when[0] + 2]
        compared = any(x.value in (m.Cue.THAN, m.Cue.VERSUS, m.Cue.GAP) for x in around)
        asks = any(isinstance(x.value, (*MEASURES, m.VerbWord, Verb)) for x in right[when[0] :])
        if asks and not compared and not any(isinstance(x.value, held) for x in mentions):
            return i
    return None


def _ranked_thing(mentions: Sequence[Mention]) -> int | None:
    """销售额前10的城市的客单价: a ranked thing with another measure after it closes the set."""
    if mentions and mentions[-1].value is m.Cue.ALSO:
        return None  # 退款率最高的品类，退款金额也带上: beside it, not about it
    for i, mention in enumerate(mentions):
        value = mention.value
        if not isinstance(value, Ranked) or value.comparative:
            continue
        measured = any(_measuring(mentions, k) for k in range(i))
        for k in range(i + 1, min(i + 3, len(mentions))):
            if isinstance(mentions[k].value, (m.DimensionWord, m.TableWord)):
                rest = mentions[k + 1 :]
                asks = any(isinstance(x.value, MEASURES) for x in rest)
                ranks = any(isinstance(x.value, Ranked) for x in rest)
                if measured and ranks and rest[0].value is m.Cue.RESPECTIVELY:
                    return k  # 前三的省份各自卖得最好的品类
                each = any(isinstance(x.value, Grouping) for x in mentions[:i])
                shown = any(isinstance(x.value, (Grouping, PerGrain, m.FormCue)) for x in rest)
                implied = value.explicit and value.n > 1 and shown
                if (measured or implied) and asks and not ranks and not each:
                    return k
                break
    return None


def _measuring(mentions: Sequence[Mention], place: int) -> bool:
    """Is it a measure, rather than the people who did it (新客买得最多的)?"""
    value = mentions[place].value
    if isinstance(value, m.MetricWord) and value.values and place + 1 < len(mentions):
        return not isinstance(mentions[place + 1].value, m.VerbWord)
    return isinstance(value, MEASURES)


def _selective(mentions: Sequence[Mention]) -> bool:
    for x in mentions:
        if isinstance(x.value, SELECTIVE) and not getattr(x.value, "comparative", False):
            return True
        if isinstance(x.value, Condition_) and isinstance(
            x.value.options[0], (Having, HavingChange)
        ):
            return True
    return False


def _questioning(mentions: Sequence[Mention]) -> bool:
    kinds = (m.MetricWord, Measured, Ranked, Asked, m.DimensionWord, m.WindowCue, Condition_)
    return any(isinstance(x.value, kinds) for x in mentions)
