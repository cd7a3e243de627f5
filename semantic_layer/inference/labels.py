"""From a column name to what people call it: label, unit and synonyms.

所属省id → 所属省; 绿化率(%) → 绿化率, %; pay_amount → 支付金额. Works on the name alone; it never sees data.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import product

from semantic_layer.inference.glossary import COMPOUNDS, GLOSSARY
from semantic_layer.inference.words import (
    ENDINGS,
    KEY_ENDINGS,
    OPENINGS,
    SAME,
    STEM_ENDINGS,
    YES_NO_OPENINGS,
)

_UNIT = re.compile(r"^(?P<label>.+?)\s*[（(\[【](?P<unit>[^（()）\[\]【】]{1,12})[)）\]】]$")
_WORD = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|\d+")
_UNIT_NOTES = (
    "月份",
    "年份",
    "日期",
    "元",
    "%",
)  # 时间(月份): the note is a word for the column too


@dataclass(frozen=True, slots=True)
class Naming:
    """How a column is spoken of. ``stem`` is the label without its key ending, for joins."""

    label: str
    unit: str = ""
    synonyms: tuple[str, ...] = ()
    stem: str = ""


def has_chinese(text: str) -> bool:
    return any("\u4e00" <= c <= "\u9fff" for c in text)


def is_key_name(name: str) -> bool:
    """Does the name say that it identifies rows? 城市id, 部门编号, order_id; 称号 and grid do not.

    >>> [is_key_name(n) for n in ("城市id", "order_id", "orderId", "paid", "型号", "员工编号", "id")]
    [True, True, True, False, False, True, True]
    """
    words = _WORD.findall(name)
    last = words[-1].lower() if words and name.endswith(words[-1]) else ""
    if last in KEY_ENDINGS:
        return len(words) > 1 or has_chinese(name) or last == name.lower()
    if last.endswith("id") and last[:-2] in GLOSSARY:
        return True
    return any(name.endswith(e) for e in KEY_ENDINGS if has_chinese(e))


def stem_of(name: str) -> str:
    """The thing a key points to: 所属省id → 省, customer_id → customer; other names unchanged.

    >>> stem_of("所属省id"), stem_of("customer_id"), stem_of("部门编号"), stem_of("id")
    ('省', 'customer', '部门', '')
    """
    text = name.lower() if not has_chinese(name) else name
    for ending in sorted(KEY_ENDINGS, key=len, reverse=True):
        if text.lower().endswith(ending) and is_key_name(name):
            text = text[: -len(ending)].rstrip("_- ")
            break
    for opening in OPENINGS:
        if text.startswith(opening) and len(text) > len(opening):
            return text[len(opening) :]
    return text


def translate(name: str) -> tuple[str, ...]:
    """Chinese for an English identifier, best first; empty when a word is unknown.

    >>> translate("pay_amount"), translate("createdAt")[:1], translate("foo_bar")
    (('支付金额', '实付金额', '付款金额'), ('创建时间',), ())
    """
    words = [w.lower() for w in _WORD.findall(name) if not w.isdigit()]
    digits = "".join(w for w in _WORD.findall(name) if w.isdigit())
    if tuple(words) in COMPOUNDS:
        return COMPOUNDS[tuple(words)]
    if not words or any(w not in GLOSSARY for w in words):
        return ()
    options = [GLOSSARY[w] for w in words]
    if len(words) > 1 and words[-1] == "name":
        options[-1] = ("名称", "名")
    if len(words) <= 3:
        return tuple(dict.fromkeys("".join(p) + digits for p in product(*options)))[:6]
    return ("".join(o[0] for o in options) + digits,)


def _swapped(name: str) -> list[str]:
    """The name with its ending or a part replaced by a word that means the same."""
    out: list[str] = []
    for group in SAME:
        if name in group:
            out += [w for w in group if w != name]
    for endings in ENDINGS:
        ending = max((e for e in endings if name.endswith(e)), key=len, default="")
        if ending and len(name) > len(ending) and (len(ending) > 1 or ending in "数价费"):
            keep = [e for e in endings if e != ending and (len(e) > 1 or e in "数价费")]
            return out + [name[: -len(ending)] + e for e in keep]
    return out


def synonyms_of(label: str) -> tuple[str, ...]:
    """Other ways to say a Chinese column name, from morphology and general vocabulary only."""
    found: list[str] = []
    bases = [label]
    for opening in YES_NO_OPENINGS:
        if label.startswith(opening) and len(label) > len(opening):
            bases.append(label[len(opening) :])
            break
    for opening in OPENINGS:
        if label.startswith(opening) and not label.startswith("总部") and len(label) > len(opening):
            bases.append(label[len(opening) :])
            break
    if "的" in label:
        bases.append(label.replace("的", ""))
    for base in bases:
        found += [base, *_swapped(base)]
    for base in bases:
        for ending in STEM_ENDINGS:
            if base.endswith(ending) and len(base) - len(ending) >= 2:
                found.append(base[: -len(ending)])
                break
    return tuple(s for s in dict.fromkeys(found) if s and s != label)


def naming_of(column: str) -> Naming:
    """Label, unit and synonyms of one column.

    >>> naming_of("绿化率(%)").label, naming_of("绿化率(%)").unit, naming_of("列_500强排名").label
    ('绿化率', '%', '500强排名')
    """
    text, unit, extra = column.strip(), "", []
    text = re.sub(r"^列_", "", text)
    if match := _UNIT.match(text):
        text, unit = match["label"], match["unit"]
        if unit in ("月份", "年份", "日期", "月", "年", "日"):
            extra, unit = [unit], ""
    if not has_chinese(text):
        chinese = translate(text)
        spoken = text.replace("_", " ").strip()
        if chinese:
            others = [s for c in chinese for s in (c, *synonyms_of(c))]
            names = dict.fromkeys([*others, text, spoken, *extra])
            rest = tuple(n for n in names if n != chinese[0])
            return Naming(chinese[0], unit, rest, stem_of(text))
        return Naming(
            text, unit, (spoken, *extra) if spoken != text else tuple(extra), stem_of(text)
        )
    label = text.replace("_", "")
    names = dict.fromkeys([*extra, *synonyms_of(label), *([column] if column != label else [])])
    return Naming(label, unit, tuple(names), stem_of(text))
