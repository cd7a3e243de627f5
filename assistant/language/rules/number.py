"""数：3、三、十二、两百五、1.5万、三成、八五折、百分之五、三分之一、10k。

Values are plain floats; a percentage, 成 and 折 are fractions. What is counted (元, 个, 家) is not
this file's business.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from assistant.language.grammar import Grammar, word
from assistant.language.rules.numerals import ARABIC, DIGITS, TENS, chinese

grammar = Grammar()


class Kind(StrEnum):
    PLAIN = "plain"
    PERCENT = "percent"  # said as a part: 5%, 三成, 八折, 百分之五, 三分之一, 一半
    ABOUT = "about"  # 十几, 五百余


@dataclass(frozen=True, slots=True)
class Number:
    """``value`` as a float; parts of a whole are fractions with kind ``percent``."""

    value: float
    kind: Kind = Kind.PLAIN


LATIN = {"k": 1e3, "w": 1e4, "m": 1e6, "kw": 1e7, "b": 1e9, "e": 1e8}

_ABOUT = "几余多来"
_NOT_NUMBERS = ("万一",)
_FUNCTION_WORDS = "下样直起些共定般切旦致键体律并边向贯度旁味齐连如同川"
_D = "".join(DIGITS)


_CHINESE = rf"(?!百分位)[{_D}十拾百佰千仟廿卅卌]"
_BODY = (
    rf"(?:(?:{ARABIC})\s*个?(?=[{_ABOUT}]?[十百千万亿兆])|{_CHINESE}|万(?=[{_D}亿万]))"
    rf"(?:(?:{ARABIC})|{_CHINESE}|[{_ABOUT}](?=[十百千万亿兆])|个?[万亿兆])*"
    rf"(?:点[{_D}\d]+)?"
)


@grammar.rule(
    [re.compile(rf"(?<![\d.a-z])(?:[-+负]\s*)?(?:{ARABIC})(?:e[+-]?\d+)?(?![\d])")],
    examples={"3": Number(3), "12.5": Number(12.5), "1,234.5": Number(1234.5), "-5": Number(-5)},
    rejects=("a3b", "v5"),
)
def arabic(digits: str) -> Number:
    return Number(float(digits.replace(",", "").replace("负", "-").replace(" ", "")))


@grammar.rule(
    [re.compile(rf"(?<![\d.,万])负?{_BODY}(?![{_FUNCTION_WORDS}])")],
    examples={
        "三": Number(3),
        "十二": Number(12),
        "两百": Number(200),
        "一百零五": Number(105),
        "两千四百五": Number(2450),
        "1.5万": Number(15_000),
        "三亿": Number(300_000_000),
        "3个亿": Number(300_000_000),
        "百万": Number(1_000_000),
        "负三十二": Number(-32),
        "十点二三": Number(10.23),
        "二十几万": Number(200_000, Kind.ABOUT),
    },
    rejects=("一共", "一下", "万一", "百"),
)
def written(text: str) -> Number | None:
    negative, text = text.startswith("负"), text.removeprefix("负")
    about = any(c in text for c in _ABOUT)
    text = re.sub(rf"[\s个{_ABOUT}]", "", text)
    if (text in TENS and text not in "十拾") or text in _NOT_NUMBERS:
        return None
    value = chinese(text)
    if value is None:
        return None
    return Number(-value if negative else value, Kind.ABOUT if about else Kind.PLAIN)


@grammar.rule(
    [Number, re.compile(r"(kw|[kwmb])(?![a-z])")],
    examples={"10k": Number(10_000), "500w": Number(5_000_000), "1.2m": Number(1_200_000)},
    rejects=("5kg",),
)
def latin_scale(n: Number, m: re.Match[str]) -> Number | None:
    return Number(n.value * LATIN[m[1]]) if n.kind is Kind.PLAIN else None


@grammar.rule(
    [Number, re.compile(r"\s*(?:%|个百分点|百分点|个点(?![击赞评]))")],
    examples={"5%": Number(0.05, Kind.PERCENT), "三个百分点": Number(0.03, Kind.PERCENT)},
)
def percent(n: Number, _: str) -> Number | None:
    return Number(_tidy(n.value / 100), Kind.PERCENT) if n.kind is not Kind.PERCENT else None


@grammar.rule(
    [Number, word("‰")],
    examples={"3‰": Number(0.003, Kind.PERCENT)},
)
def per_mille(n: Number, _: str) -> Number | None:
    return Number(_tidy(n.value / 1000), Kind.PERCENT) if n.kind is not Kind.PERCENT else None


@grammar.rule(
    [re.compile(r"(一?[百千]|一?万|一?百万)分之"), Number],
    examples={
        "百分之五": Number(0.05, Kind.PERCENT),
        "百分之12.5": Number(0.125, Kind.PERCENT),
        "千分之三": Number(0.003, Kind.PERCENT),
    },
)
def hundredths(m: re.Match[str], n: Number) -> Number | None:
    if n.kind is Kind.PERCENT:
        return None
    of = {"百": 1e2, "千": 1e3, "万": 1e4, "百万": 1e6}[m[1].removeprefix("一")]
    return Number(_tidy(n.value / of), Kind.PERCENT)


@grammar.rule(
    [Number, word("分之"), Number],
    examples={
        "三分之一": Number(0.333333333333, Kind.PERCENT),
        "二分之一": Number(0.5, Kind.PERCENT),
    },
    rejects=("零分之一",),
)
def fraction(whole: Number, _: str, part: Number) -> Number | None:
    if whole.value == 0 or Kind.PERCENT in (whole.kind, part.kind):
        return None
    sign = -1 if (whole.value < 0) != (part.value < 0) else 1
    return Number(sign * abs(_tidy(part.value / whole.value)), Kind.PERCENT)


@grammar.rule(
    [Number, word("又"), Number],
    examples={"三又二分之一": Number(3.5)},
)
def mixed(whole: Number, _: str, part: Number) -> Number | None:
    if whole.kind is not Kind.PLAIN or part.kind is not Kind.PERCENT or not 0 < part.value < 1:
        return None
    return Number(whole.value + (part.value if whole.value >= 0 else -part.value))


@grammar.rule(
    [re.compile(r"(?<![\d/.])(-?)(?:(\d+)\s+)?(\d+)/(\d+)(?![\d/])")],
    examples={"1 3/5": Number(1.6), "16/5": Number(3.2)},
    rejects=("2023/11/1",),
)
def slash(m: re.Match[str]) -> Number | None:
    if int(m[4]) == 0:
        return None
    value = int(m[2] or 0) + int(m[3]) / int(m[4])
    return Number(-value if m[1] else value)


@grammar.rule(
    [Number, re.compile(rf"成([{_D}](?!成))?(?![交单品本员功为人])")],
    examples={
        "三成": Number(0.3, Kind.PERCENT),
        "三成五": Number(0.35, Kind.PERCENT),
        "9.5成": Number(0.95, Kind.PERCENT),
    },
    rejects=("三成交", "十成本"),
)
def tenths(n: Number, m: re.Match[str]) -> Number | None:
    if n.kind is not Kind.PLAIN or not 0 <= n.value <= 20:
        return None
    return Number(_tidy((n.value + DIGITS.get(m[1] or "零", 0) / 10) / 10), Kind.PERCENT)


@grammar.rule(
    [Number, re.compile("折(?![扣线损])")],
    examples={
        "八折": Number(0.8, Kind.PERCENT),
        "八五折": Number(0.85, Kind.PERCENT),
        "7.5折": Number(0.75, Kind.PERCENT),
    },
    rejects=("三折线",),
)
def discount(n: Number, _: str) -> Number | None:
    if n.kind is not Kind.PLAIN or not 0 < n.value < 100:
        return None
    return Number(_tidy(n.value / (10 if n.value < 10 else 100)), Kind.PERCENT)


@grammar.rule(
    [re.compile(r"打?[对半]折|[一1]半半?(?!年|个|月)|半数|半成|半百")],
    examples={
        "一半": Number(0.5, Kind.PERCENT),
        "对折": Number(0.5, Kind.PERCENT),
        "半成": Number(0.05, Kind.PERCENT),
        "半百": Number(50),
    },
    rejects=("一半年",),
)
def half(text: str) -> Number:
    if text == "半百":
        return Number(50)
    return Number(0.05 if text == "半成" else 0.5, Kind.PERCENT)


@grammar.rule(
    [Number, re.compile("打(?![开折包])")],
    examples={"五打": Number(60)},
    rejects=("五打折",),
)
def dozens(n: Number, _: str) -> Number | None:
    return Number(n.value * 12) if n.kind is Kind.PLAIN else None


@grammar.rule(
    [re.compile(r"(-?\d*\.?\d+)\^([+-]*)(\d+)")],
    examples={"2^5": Number(32)},
)
def power(m: re.Match[str]) -> Number | None:
    exponent = int(m[3]) * (-1) ** m[2].count("-")
    base = float(m[1])
    return Number(base**exponent) if abs(exponent) <= 100 and base else None


def _tidy(value: float) -> float:
    """Without the last bits of a decimal division: 0.07 rather than 0.07000000000000001."""
    return float(f"{value:.12g}")
