"""排名：前三、TOP10、倒数五名、第二名、最高的5个、前20%、最高和最低。"""

from __future__ import annotations

from typing import Any

from assistant.language.grammar import Grammar
from assistant.language.meaning import PICKED, UNSAID, Cue, RankCue, Superlative, UnitWord
from assistant.language.phrases import Ranked
from assistant.language.rules.number import Kind as NumberKind
from assistant.language.rules.number import Number
from assistant.language.rules.phrase import one_of, opt, phrase, text

grammar = Grammar()

COUNTER = text(
    "名|位|个|家|强|的|种|类|款|条|笔|单|件|大|甲|项|所|座|部|场|本|首|人|只|支|张|间|块|行|套|台|辆|省|市"
)
LIMIT = 100_000


def _n(number: Number) -> int | None:
    value = float(number.value)
    return int(value) if value.is_integer() and 0 < value <= LIMIT else None


@phrase(grammar, [Superlative], examples=("最高", "卖得最好", "更低"), rejects=("高",))
def superlative(s: Superlative) -> Ranked:
    return Ranked(
        1,
        s.descending,
        ties=True,
        change=s.change,
        quality=s.quality,
        hint=s.hint,
        explicit=False,
        comparative=s.comparative,
    )


LITTLE = "闲弱冷淡惨清轻短慢懒穷小少低薄"


@phrase(
    grammar,
    [text(r"最(?![近后终初先新高低大小多少好差早晚长短贵])[一-鿿]{1,2}(?=的|,|是|$|按|\d)")],
    examples=("最忙", "最拥挤"),
    rejects=("最近", "最忙碌极了"),
)
def unknown_superlative(said: str) -> Superlative:
    """最忙: which way is up is guessed, what is measured must be said with 按."""
    return Superlative(not set(said) & set(LITTLE), hint=UNSAID)


@phrase(
    grammar,
    [RankCue, opt(text("第")), Number, opt(COUNTER)],
    examples=("前三", "倒数五名", "第二名", "前20%", "前10个"),
    rejects=("前0个", "最高的三个"),
)
def leading_n(cue: RankCue, _: Any, number: Number, counter: Any) -> Ranked | None:
    if number.kind is NumberKind.PERCENT:
        return Ranked(0, cue.descending is not False, fraction=float(number.value))
    n = _n(number)
    if n is None:
        return None
    if cue.ordinal and counter in ("单", "笔"):
        return None  # 第二单: of somebody's, as 第二次
    if cue.ordinal:
        return Ranked(1, None, offset=n - 1)
    if _ is not None:
        return Ranked(1, cue.descending, offset=n - 1)
    return Ranked(n, cue.descending, counter=counter if isinstance(counter, str) else "")


@phrase(grammar, [text(r"top\s*\d{1,4}")], examples=("top10", "TOP 5"), rejects=("top",))
def top_n(said: str) -> Ranked:
    return Ranked(int(said.removeprefix("top")), None)


@phrase(
    grammar,
    [Superlative, opt(text("的|那|前|的前")), Number, opt(COUNTER)],
    examples=("最高的5个", "最差的3家", "最低的前三", "最高的5%", "最低的那10%"),
    rejects=("更高的5个",),
)
def superlative_n(s: Superlative, _: Any, number: Number, __: Any) -> Ranked | None:
    if s.comparative:
        return None
    if number.kind is NumberKind.PERCENT:
        share = float(number.value)
        return Ranked(0, s.descending, fraction=share, quality=s.quality, hint=s.hint)
    n = _n(number)
    if n is None:
        return None
    said = __ if isinstance(__, str) else ""
    return Ranked(n, s.descending, change=s.change, quality=s.quality, hint=s.hint, counter=said)


@phrase(
    grammar,
    [text("各?(?:自|都)?(?:挑|选|拎|找|取)出?"), Number, COUNTER],
    examples=("挑一家", "各选3个"),
    rejects=("挑前3个", "一家"),
)
def picked(_: str, number: Number, __: str) -> Ranked | None:
    """各大区挑一家退款率最高的店: so many of what another word ranks."""
    n = _n(number)
    return Ranked(n, None, hint=PICKED) if n else None


@phrase(
    grammar, [Number, COUNTER, Superlative], examples=("5个最高", "三家最差"), rejects=("5个更高",)
)
def n_superlative(number: Number, _: str, s: Superlative) -> Ranked | None:
    n = _n(number)
    return (
        Ranked(n, s.descending, change=s.change, quality=s.quality, hint=s.hint)
        if n and not s.comparative
        else None
    )


@phrase(
    grammar,
    [Superlative, text("的?第"), Number, opt(COUNTER)],
    examples=("最高的第三名", "最低第2个"),
    rejects=("最高的三个",),
)
def superlative_nth(s: Superlative, _: str, number: Number, __: Any) -> Ranked | None:
    n = _n(number)
    return Ranked(1, s.descending, offset=n - 1, quality=s.quality, hint=s.hint) if n else None


@phrase(
    grammar,
    [text("第"), Number, text("高|多|大|贵|长|好")],
    examples=("第二高", "第三多"),
    rejects=("第二低",),
)
def nth_high(_: str, number: Number, __: str) -> Ranked | None:
    n = _n(number)
    return Ranked(1, True, offset=n - 1) if n else None


@phrase(
    grammar,
    [text("第"), Number, text("低|少|小|便宜|短|差")],
    examples=("第二低", "第三少"),
    rejects=("第二高",),
)
def nth_low(_: str, number: Number, __: str) -> Ranked | None:
    n = _n(number)
    return Ranked(1, False, offset=n - 1) if n else None


@phrase(
    grammar,
    [RankCue, Number, UnitWord, opt(COUNTER)],
    examples=("前5元", "倒数3票"),
    rejects=("前5天", "前20%"),
)
def leading_n_units(cue: RankCue, number: Number, unit: UnitWord, _: Any) -> Ranked | None:
    n = _n(number)
    if (
        n is None
        or number.kind is NumberKind.PERCENT
        or unit.text in ("天", "日", "年", "月", "个月", "周", "小时", "分钟")
    ):
        return None
    if cue.ordinal:
        return None  # 第二次, 第三单: the second of somebody's deeds, no rank
    return Ranked(n, cue.descending)


@phrase(
    grammar,
    [Ranked, opt(text("的")), one_of(Cue.AND, text("[、/]"), text("以及")), Ranked],
    examples=("最高和最低", "最多以及最少", "前三和后三"),
    rejects=("最高和最多", "前三和后五"),
)
def both_ends(a: Ranked, _: Any, __: Any, b: Ranked) -> Ranked | None:
    if a.both or b.both or a.descending is b.descending or a.n != b.n:
        return None
    return Ranked(a.n, True, both=True, quality=a.quality, explicit=a.explicit, hint=a.hint)
