"""哪年生的人：90后、95后、1990年到1999年出生。是哪一列，由词典里记出生的那一列说了算。"""

from __future__ import annotations

from typing import Any

from assistant.language.grammar import Grammar
from assistant.language.phrases import Threshold
from assistant.language.rules.phrase import one_of, phrase, text
from assistant.language.scales import BORN
from assistant.language.times import After, Before, Date, Range, Since, TimeValue
from semantic_layer.query import Op

grammar = Grammar()

DIGITS = {c: str(i) for i, c in enumerate("零一二三四五六七八九")} | {"〇": "0"}
TURN = 30  # 00后 to 25后 are of this century
YEARS = (1900, 2100)


@phrase(
    grammar,
    [
        text(
            r"(?<![\d.年月号日])(?:[0-9][05]|[零〇一五六七八九][零〇五])后(?!\d|[一二两三四五六七八九十天周]|个|台|来|勤)"
        )
    ],
    examples=("90后", "95后", "零零后", "八五后"),
    rejects=("190后", "90后天", "10后3天"),
)
def cohort(said: str) -> Threshold:
    """90后 are ten years, 95后 five."""
    two = "".join(DIGITS.get(c, c) for c in said[:2])
    first = int(two) + (2000 if int(two) < TURN else 1900)
    return Threshold(
        Op.BETWEEN, (float(first), float(first + (4 if two[1] == "5" else 9))), unit=BORN
    )


@phrase(
    grammar,
    [
        one_of(Date, After, Since, Before, Range),
        text("(?:之间|间)?(?:出生|生)的?(?:人(?![数群均]))?(?!产|意|活|成|效|态|长|日)"),
    ],
    examples=("1995年以后出生的", "1990年到1999年出生", "1988年生的"),
    rejects=("1995年以后", "1995年生产"),
)
def born_in(when: TimeValue, _: Any) -> Threshold | None:
    return _years(when)


@phrase(
    grammar,
    [text("(?<![产发])(?:出生|生)(?:于|在)"), one_of(Date, After, Since, Before, Range)],
    examples=("出生于1995年以后", "生于1990年"),
    rejects=("产生于1995年",),
)
def born_at(_: str, when: TimeValue) -> Threshold | None:
    return _years(when)


def _years(when: TimeValue) -> Threshold | None:
    """The test on a year of birth; only whole years will do."""
    years: tuple[TimeValue, ...]
    match when:
        case Date():
            test, years = Op.EQ, (when,)
        case After(base) | Since(base):
            test, years = Op.GE, (base,)
        case Before(base):
            test, years = Op.LT, (base,)
        case Range(first, last):
            test, years = Op.BETWEEN, (first, last)
        case _:
            return None
    values = []
    for y in years:
        if not isinstance(y, Date) or y.year is None or y.month is not None or y.day is not None:
            return None
        year = y.year if y.year >= 100 else y.year + (2000 if y.year < TURN else 1900)
        if not YEARS[0] <= year < YEARS[1]:
            return None
        values.append(float(year))
    return Threshold(test, tuple(values), unit=BORN)
