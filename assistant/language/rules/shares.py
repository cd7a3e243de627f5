"""占比与一项之最：占当月、占该季度，最大的一笔。"""

from __future__ import annotations

import re
from typing import Any

from assistant.language.grammar import Grammar
from assistant.language.meaning import AggWord, DimensionWord, Superlative, WindowCue
from assistant.language.rules.phrase import opt, phrase, text
from assistant.language.rules.units import UNITS
from semantic_layer.query import Agg, WindowKind

grammar = Grammar()


@phrase(
    grammar,
    [re.compile(r"占(?:了|到)?(?:当|该|各)(天|日|周|月|季度?|年)度?(?:总|全部|整体)?(?![上下])")],
    examples=("占当月", "占当季", "占该周"),
    rejects=("占上月", "占全年"),
)
def share_of_unit(m: re.Match[str]) -> WindowCue:
    """A share of the unit of time that the row is in."""
    return WindowCue(WindowKind.SHARE, grain=UNITS[m[1]])


@phrase(
    grammar,
    [
        text("占(?:所在|所属|其|该|本|各自?的?)?"),
        DimensionWord,
        opt(text("的?(?:总体|整体|全部|总)")),
    ],
    examples=("占城市", "占所在城市", "占所属渠道总"),
    rejects=("占甲城", "占当月"),
)
def share_of_group(_: str, dimension: DimensionWord, __: Any) -> WindowCue | None:
    """各省占大区的比例: a share of the group that the row is in."""
    return None if dimension.numbers else WindowCue(WindowKind.SHARE, of=dimension.names)


@phrase(
    grammar,
    [Superlative, opt(text("的")), text("那?一(?:笔|单|次|条|张)")],
    examples=("最大的一笔", "最高一单"),
    rejects=("更大的一笔", "最大的三笔"),
)
def single_extreme(s: Superlative, _: Any, __: str) -> AggWord | None:
    if s.comparative or s.quality or s.change or s.hint:
        return None
    return AggWord(Agg.MAX if s.descending else Agg.MIN)
