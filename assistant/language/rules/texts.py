"""文本与空值：包含、开头、结尾、为空、没填。"""

from __future__ import annotations

import re
from typing import Any

from assistant.language.grammar import Grammar
from assistant.language.meaning import Cue, DimensionWord, Quoted
from assistant.language.phrases import Condition_, Said
from assistant.language.rules.phrase import one_of, opt, phrase, text
from semantic_layer.query import Op, Where

grammar = Grammar()

ASKS = re.compile("多少|几|哪|什么|谁|吗")  # 新客里有多少人: a question, nothing that was written
SHORTEST = 2  # characters of a word that is looked for without quotation marks
FREE_TEXT = text(
    r"[一-鿿A-Za-z0-9]{1,10}?(?=的|字样|这|两个字|二字|[,，。?？!！\s]|$|有|是|开头|打头|起头|结尾|收尾|结束|字)"
)


def _content(value: Any) -> str | None:
    match value:
        case Quoted(t):
            return t
        case str():
            return value
    return None


@phrase(
    grammar,
    [
        DimensionWord,
        opt(text("里面|里头|里边|里|中|上|名字里|名称里|的名字|的名称|名称|名字|名")),
        opt(Cue.NOT),
        one_of(
            Cue.CONTAINS,
            text(
                "含|带(?!来|动|货|走|给|了多少|多少)|写了|写着|写到|说了|说到|提了|提过|讲到|出现了"
            ),
        ),
        opt(Cue.EVER),
        one_of(Quoted, FREE_TEXT),
        opt(text("两个字|二字|字样|这个词|这两个字|字眼|字")),
    ],
    examples=("昵称包含旗舰", "昵称里带'花'", "昵称不包含测试两个字"),
    rejects=("昵称包含甲", "昵称带分布"),
)
def contains(
    dimension: DimensionWord, _: Any, no: Any, __: Any, ___: Any, what: Any, ____: Any
) -> Condition_ | None:
    content = _content(what)
    weak = not isinstance(what, Quoted) and ____ is None
    if weak and content is not None and (len(content) < 2 or content.endswith("分布")):
        return None
    op = Op.NOT_CONTAINS if no else Op.CONTAINS
    return Condition_(tuple(Where(d, op, (content,)) for d in dimension.names)) if content else None


@phrase(
    grammar,
    [
        opt(text("里面|里头|里边|里|中|上")),
        opt(Cue.NOT),
        one_of(Cue.CONTAINS, text("写了|写着|写到|说了|说到|提了|提过|讲到|出现了")),
        opt(Cue.EVER),
        one_of(Quoted, FREE_TEXT),
        opt(text("两个字|二字|字样|这个词|这两个字|字眼|字")),
    ],
    examples=("提到噪音", "里写了'掉色'", "没提到噪音"),
    rejects=("包含甲",),
)
def said(_: Any, no: Any, how: Any, __: Any, what: Any, ___: Any) -> Said | None:
    """Which column holds what was said, the tables of the question tell."""
    content = _content(what)
    free = not isinstance(what, Quoted)
    if content is None or (free and (len(content) < SHORTEST or ASKS.search(content))):
        return None
    return Said(Op.NOT_CONTAINS if no else Op.CONTAINS, content)


@phrase(
    grammar,
    [
        DimensionWord,
        opt(text("的")),
        text("尾号|尾数|末尾|末[一二两三四五六\\d]位|(?:最后|后)[一二两三四五六\\d]位数?"),
        opt(text("是|为")),
        one_of(Quoted, text(r"[\da-z]{1,12}")),
    ],
    examples=("电话尾号888", "单号后四位是0012"),
    rejects=("电话888",),
)
def tail(dimension: DimensionWord, _: Any, __: str, ___: Any, what: Any) -> Condition_ | None:
    content = _content(what)
    options = tuple(Where(d, Op.ENDS, (content,)) for d in dimension.names) if content else ()
    return Condition_(options) if options else None


@phrase(
    grammar,
    [
        DimensionWord,
        opt(text("的")),
        text("前[一二两三四五六\\d]位数?|开头"),
        text("是|为"),
        one_of(Quoted, text(r"[\da-z]{1,12}")),
    ],
    examples=("电话前三位是138",),
    rejects=("电话前三位",),
)
def head(dimension: DimensionWord, _: Any, __: str, ___: Any, what: Any) -> Condition_ | None:
    content = _content(what)
    options = tuple(Where(d, Op.STARTS, (content,)) for d in dimension.names) if content else ()
    return Condition_(options) if options else None


@phrase(
    grammar,
    [DimensionWord, opt(text("以|是|为|用")), one_of(Quoted, FREE_TEXT), Cue.STARTS],
    examples=("昵称以'小'开头", "昵称以小开头"),
    rejects=("昵称以小结尾",),
)
def starts(dimension: DimensionWord, _: Any, what: Any, __: Any) -> Condition_ | None:
    content = (_content(what) or "").removeprefix("以")
    return (
        Condition_(tuple(Where(d, Op.STARTS, (content,)) for d in dimension.names))
        if content
        else None
    )


@phrase(
    grammar,
    [DimensionWord, opt(text("以|是|为|用")), one_of(Quoted, FREE_TEXT), Cue.ENDS],
    examples=("昵称以'店'结尾", "单号以88结尾"),
    rejects=("昵称以小开头",),
)
def ends(dimension: DimensionWord, _: Any, what: Any, __: Any) -> Condition_ | None:
    content = (_content(what) or "").removeprefix("以")
    return (
        Condition_(tuple(Where(d, Op.ENDS, (content,)) for d in dimension.names))
        if content
        else None
    )


@phrase(
    grammar,
    [DimensionWord, opt(text("字段|这一列|一栏|这栏|这列|信息")), Cue.NULL],
    examples=("昵称为空", "电话没填"),
    rejects=("甲指标为空",),
)
def is_null(dimension: DimensionWord, _: Any, __: Any) -> Condition_:
    return Condition_(tuple(Where(d, Op.IS_NULL) for d in dimension.names))


@phrase(
    grammar,
    [DimensionWord, Cue.NOT_NULL],
    examples=("昵称不为空", "电话非空"),
    rejects=("昵称为空",),
)
def not_null(dimension: DimensionWord, _: Any) -> Condition_:
    return Condition_(tuple(Where(d, Op.NOT_NULL) for d in dimension.names))


@phrase(
    grammar,
    [
        text(
            "没有|没填写?|未填写?|缺少?|无|没留|未留|没写|没有?用到?|未使?用|没有?使用|没有?参[加与]|未参[加与]|没带|没挂|没关联|没绑定?"
        ),
        DimensionWord,
    ],
    examples=("没有昵称", "没留电话", "未填写电话"),
    rejects=("没有甲城",),
)
def without(_: str, dimension: DimensionWord) -> Condition_:
    return Condition_(tuple(Where(d, Op.IS_NULL) for d in dimension.names))


@phrase(
    grammar,
    [text("填了|填写了|留了|有"), DimensionWord, opt(text("的"))],
    examples=("填了电话", "留了电话的", "有昵称的"),
    rejects=("有昵称",),
)
def with_something(_: str, dimension: DimensionWord, of: Any) -> Condition_ | None:
    if _ == "有" and of is None:
        return None
    return Condition_(tuple(Where(d, Op.NOT_NULL) for d in dimension.names))
