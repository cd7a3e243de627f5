"""What explaining a word is worth: the one table of weights that the cover and the choice use.

Per mention: ``rate`` × characters explained − ``price``. Characters that are only glue inside a phrase
count a little. Unread content characters cost; blanks and punctuation don't.
"""

from __future__ import annotations

from dataclasses import dataclass

from assistant.language.grammar import Mention
from assistant.language.meaning import (
    AboutCue,
    AggWord,
    AnalysisGroup,
    AnalysisParam,
    AnalysisWord,
    ChartCue,
    Cue,
    DimensionWord,
    Filler,
    MetricWord,
    RefuseCue,
    StemWord,
    TableWord,
    TermWord,
    UnitWord,
    ValueWord,
    VerbWord,
)

GLUE = set("的 ")
FREE = set(" \t\n?!,.。，、；;:：？！…~()（）[]【】<>《》\"'“”‘’「」-—_/|*#@·^&=+`")
UNREAD_PRICE = 1.25
MARGIN = 0.08  # two different queries closer than this are asked about
FUZZY = 0.55  # what a character explained by a corrected word is worth


@dataclass(frozen=True, slots=True)
class Weight:
    rate: float
    price: float


PHRASE = Weight(1.0, 0.45)
DOUBTFUL = {
    "run_on": 0.15,
    "aggregate_of": 0.15,
    "of_aggregate": 0.15,
    "negative_threshold": 0.6,
    "single_extreme": 0.05,
    "column_bucketed": 0.3,  # half of a metric's name may be a column's (优惠|金额)
    "which_ones": -0.45,  # its first two letters are text: what 哪 and a measure word would be worth, and more
    "did_not": 0.05,  # a value of that name says it better
    "distinct_by": -0.6,  # 按人去重 says one thing, not a group and a wish
}  # rules that guess a little
TABLE: dict[type, Weight] = {
    MetricWord: Weight(1.05, 0.45),
    DimensionWord: Weight(1.0, 0.45),
    ValueWord: Weight(1.0, 0.45),
    TableWord: Weight(0.98, 0.45),
    TermWord: Weight(1.02, 0.45),
    VerbWord: Weight(0.95, 0.5),
    StemWord: Weight(0.0, 3.0),  # nothing by itself
    AnalysisWord: Weight(1.04, 0.4),
    AnalysisGroup: Weight(1.04, 0.4),
    AnalysisParam: Weight(1.1, 0.4),
    Cue: Weight(0.9, 0.45),
    AggWord: Weight(0.92, 0.45),
    AboutCue: Weight(0.95, 0.4),
    ChartCue: Weight(1.0, 0.4),
    RefuseCue: Weight(0.95, 0.4),
    UnitWord: Weight(0.5, 0.3),
    Filler: Weight(0.3, 0.05),
}


def of(m: Mention) -> float:
    """The worth of one mention in a cover."""
    weight = TABLE.get(type(m.value), PHRASE)
    if m.rule.startswith("fuzzy"):
        return FUZZY * len(m) - 0.6
    if isinstance(m.value, Filler) and m.end - m.start >= 3:
        whole = 0.3 if m.rule == "chatter" else 0.0  # a clause that says nothing, said to the end
        return 0.8 * (m.end - m.start) - 0.4 + whole  # an idiom rather than a stray particle
    if m.rule == "run_on" and m.children[1].start > m.children[0].end:
        return -1.0  # 广东的北京 is no list
    size = _explained(m)
    return weight.rate * size - weight.price - _doubt(m)


def _doubt(m: Mention) -> float:
    return DOUBTFUL.get(m.rule, 0.0) + sum(map(_doubt, m.children))


def _explained(m: Mention) -> float:
    """Characters explained: glue between the children of a phrase counts for a fifth."""
    if not m.children:
        return (m.end - m.start) * (0.85 if m.rule == "text" else 1.0)
    inside = sum(_explained(c) for c in m.children)
    gaps = (m.end - m.start) - sum(c.end - c.start for c in m.children)
    return inside + 0.2 * gaps


def unread(character: str) -> float:
    """What leaving this character unexplained costs."""
    return 0.0 if character in FREE else UNREAD_PRICE
