"""How people ask for an analysis without its name: 哪一步掉的人最多, 还会再下单吗, 跟啥一起卖.

Turns of phrase rather than phrases, one a line, by the name of the analysis. Written as regular
expressions with shorthands: a blank is a few words that say nothing (的 会 大概 都 …), ``{谁}`` is any word
for the people, ``{离开}`` a family of words (``idiom_families.py``), ``<event>`` a value of that role, and
``…`` a stretch that others read (a metric, a place, a time). A piece after ``=`` has to be there but belongs
to somebody else. ``&`` joins halves that come in either order, and what stands behind ``=>`` is a parameter
that the words set: 功劳平摊 is ``method=linear``. Words of no business.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping

from analytics.idioms_of_change import CHANGE
from analytics.idioms_of_figures import FIGURES
from analytics.idioms_of_people import PEOPLE
from analytics.idioms_of_staying import STAYING
from analytics.idioms_of_ways import WAYS

LIGHT = (
    "的|了|会|还|就|都|再|又|是|在|有|那|这|也|把|给|我|帮|来|个|些|们|一下|下|到底|究竟|一般|通常|大概|往往|最后|最终|"
    "平均|差不多|可能|一个|各|里面|里|呢|啊|,|、"
)
WHO = "客户|客人|顾客|用户|会员|买家|消费者|大家|人家|他们|她们|人们|主顾|人"
SOFT = (
    "经常 老是 总是 往往 平时 一般 通常 平均 大多 大都 彻底 一路 仔细 明显 真正 挑一挑 列一列 摆一摆 摆一下 摆出来 排排看 "
    "说说看 讲讲 点评一下 给个数 给个准数 给个说法 你看着办 看着办 这条线 那条线 整条线 这块 那块 这事 这事儿 这件事 想看出 算数 早点 "
    "个准 眼下 如今 当下 现阶段"
)


def idioms() -> Mapping[str, tuple[str, ...]]:
    """Name of an analysis → its idioms."""
    found = defaultdict[str, list[str]](list)
    for family in (PEOPLE, CHANGE, STAYING, WAYS, FIGURES):
        for name, text in family.items():
            found[name] += _lines(text)
    return {name: tuple(lines) for name, lines in found.items()}


def soft() -> tuple[str, ...]:
    """Words that say nothing beside an analysis, longest first; beside a metric they may say something."""
    return tuple(sorted(set(SOFT.split()), key=len, reverse=True))


def _lines(text: str) -> Iterator[str]:
    """One order of the halves a line.

    >>> list(_lines("甲&乙 => k=v"))
    ['甲…乙 => k=v', '乙…甲 => k=v']
    """
    for line in filter(None, map(str.strip, text.splitlines())):
        what, arrow, sets = line.partition(" => ")
        halves = what.split("&")
        yield "…".join(halves) + arrow + sets
        if len(halves) > 1:
            yield "…".join(reversed(halves)) + arrow + sets
