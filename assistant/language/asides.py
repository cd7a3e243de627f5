"""Clauses that are about the asker and not about the question: 我刚接手, 给老板汇报用, 好跟工厂对接.

``rules/chatter.py`` knows whole phrases of the kind; here the clause is open (what for, and who asks, can be
anything) and what it must not contain decides: a word of the catalog, a time, a number, a negation or a
question in it makes it part of the question. A clause alone is never an aside.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from assistant.language.grammar import Mention
from assistant.language.meaning import (
    AnalysisGroup,
    AnalysisWord,
    DimensionWord,
    Filler,
    MetricWord,
    TermWord,
    ValueWord,
    VerbWord,
)

CLAUSE = re.compile(r"[^,。;!?~]+")
SAYS = (MetricWord, DimensionWord, ValueWord, TermWord, VerbWord, AnalysisWord, AnalysisGroup)
ASKING = re.compile(
    r"\d|[二三四五六七八九十百千万两半]|[不没无非别未除哪几谁啥每各按比最占超前后去今昨]|多少|什么|怎么|吗$|为何|(?<!来)的|只看|换成|改成"
)
SOMEBODY = (
    "老板|领导|上级|上头|总监|经理|主管|同事|团队|财务|客服|运营|采购|销售|市场|仓库|工厂|供应商|厂家|总部|股东|投资人|"
    "大家|他们|人家|客户|别人|下面|部门|店长|店里|新人"
)
PURPOSE = (
    "汇报|报告|报|碰|聊|谈|讲|说|开|写|做|排|定|交|审|过|对|商量|讨论|解释|交代|沟通|交接|拍板|签"
)
ELSEWHERE = re.compile(
    rf"(?:{SOMEBODY})?(?:也)?好(?:跟|给|让|找|向)(?:{SOMEBODY})"
)  # their deed, not one asked about
WHOSE = re.compile(rf"(?:{SOMEBODY})(?=也?(?:好|催|等着|急着))")
ASIDES = re.compile(
    "|".join(
        (
            r"(?:我|我们|咱们|咱|本人)(?:这边|这儿|也)?(?:刚刚|刚|才|新|正在|正|是|负责|马上要|准备|打算).{1,9}",
            rf"(?:{SOMEBODY})?(?:也)?(?:好(?=赶紧|早点|尽快|及时|跟|给|让|找|向|去|安排|通知|联系|打|备|补|订|定|调|做|交|回|约|派|发|准备|决定|汇报|排|应付)|以便|便于|方便|为了|免得|省得).{{2,11}}",
            rf"(?:我|我们|咱们)?(?:这|这个|这份)?(?:是)?(?:要|拿来|拿去|用来|想|得)?(?:给|跟|向|和|做|写|开|排|定|编)(?:{SOMEBODY})?.{{1,6}}(?:要用|用|参考|过目|交差|备查)",
            rf"(?:我|我们|咱们)?(?:要|得|想|准备|打算|等着|急着|需要|回头|正)(?:跟|给|向|和|找|去)?(?:{SOMEBODY})?(?:{PURPOSE})(?:个|一|下|一下|份)*.{{0,4}}",
            rf"(?:{SOMEBODY})(?:在|又|都)?(?:急着要|等着要|等着|催着要|催|要看|想看|想知道|要)(?:了|呢|得紧)?",
        )
    )
)


def asides(text: str, found: Iterable[Mention], timed: Iterable[Mention]) -> Iterator[Mention]:
    """The clauses of ``text`` that say nothing of the question; ``timed`` are times and numbers."""
    clauses = [m for m in CLAUSE.finditer(text) if m.group().strip()]
    if len(clauses) < 2:
        return
    said = [m for m in found if isinstance(m.value, SAYS) and len(m) > 1]
    said += (m for m in timed if not isinstance(m.value, Filler))
    for m in clauses:
        clause = m.group().strip()
        start = m.start() + m.group().index(clause)
        end = start + len(clause)
        whose = WHOSE.match(clause)
        after = start + (
            whose.end() if whose else 0
        )  # 仓库好排人: a name of the catalog, but who asks
        deeds = bool(ELSEWHERE.match(clause))
        inside = any(
            after < m.end and m.start < end and not (deeds and isinstance(m.value, VerbWord))
            for m in said
        )
        if not inside and not ASKING.search(clause) and ASIDES.fullmatch(clause):
            yield Mention(start, end, Filler("闲话"), "chatter")


__all__ = ["asides"]
