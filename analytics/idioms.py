"""How people ask for an analysis without its name: 哪一步掉的人最多, 还会再下单吗, 跟啥一起卖.

Turns of phrase rather than phrases, one a line, by the name of the analysis. Written as regular
expressions with four shorthands: a blank is a few words that say nothing (的 会 大概 都 …), ``{谁}`` is any
word for the people, ``<event>`` a value of that role, and ``…`` a stretch that others read (a metric, a
place, a time). A piece after ``=`` has to be there but belongs to somebody else. Words of no business.
"""

from __future__ import annotations

from collections.abc import Mapping

from analytics.idioms_of_change import CHANGE
from analytics.idioms_of_people import PEOPLE

LIGHT = (
    "的|了|会|还|就|都|再|又|是|在|有|那|这|也|把|给|我|帮|来|个|些|们|一下|下|到底|究竟|一般|通常|大概|往往|最后|最终|"
    "平均|差不多|可能|一个|各|里面|里|呢|啊|,|、"
)
WHO = "客户|客人|顾客|用户|会员|买家|消费者|大家|人家|他们|她们|人们|人"


def idioms() -> Mapping[str, tuple[str, ...]]:
    """Name of an analysis → its idioms."""
    return {
        name: tuple(line.strip() for line in text.strip().splitlines())
        for name, text in {**PEOPLE, **CHANGE}.items()
    }
