"""What one row of a table is called, counted with and shown by. Works on names and profiles only."""

from __future__ import annotations

import re
from collections.abc import Sequence

from semantic_layer.inference.labels import has_chinese, stem_of, translate
from semantic_layer.inference.profile import ColumnProfile
from semantic_layer.inference.words import (
    CLASSIFIERS,
    LABEL_ENDINGS,
    LABEL_NAMES,
    NOT_LABELS,
    OPENINGS,
)

_NOUNS = tuple((noun, c) for c, nouns in CLASSIFIERS for noun in nouns.split())


def entity_of(table: str) -> str:
    """订单表 → 订单, dim_customers → 客户; an unknown English name stays as it is.

    >>> entity_of("订单信息表"), entity_of("orders"), entity_of("诗人")
    ('订单', '订单', '诗人')
    """
    name = table.split(".")[-1]
    if has_chinese(name):
        return re.sub(r"(?<=..)(信息表|数据表|明细表|记录表|表)$", "", name.replace("_", ""))
    bare = re.sub(r"^(dim|fact|fct|ods|dwd|dws|ads|tbl|t)_", "", name.lower())
    return (translate(bare) or (name,))[0]


def classifier_of(entity: str) -> str:
    """The measure word of an entity, by its longest known ending.

    >>> classifier_of("诗人"), classifier_of("基金公司"), classifier_of("某物")
    ('位', '家', '条')
    """
    ending = max((n for n, _ in _NOUNS if entity.endswith(n)), key=len, default="")
    return next((c for n, c in _NOUNS if n == ending), "条")


def label_column(
    table: str, entity: str, columns: Sequence[ColumnProfile], key: ColumnProfile | None
) -> ColumnProfile | None:
    """The column that shows a person which row it is: a name, or what shares the table's name."""

    def rank(column: ColumnProfile) -> tuple[int, int] | None:
        name = column.name
        if not column.textual or column is key or name.endswith(NOT_LABELS):
            return None
        lower = name.lower()
        if lower in LABEL_NAMES or lower in {entity + e for e in LABEL_ENDINGS}:
            return 0, column.position
        if lower.endswith(LABEL_ENDINGS) and column.position <= 3:
            return 1, column.position
        if name in (table, entity):
            return 1, column.position
        stem = stem_of(key.name) if key is not None else ""
        if stem and name == stem:
            return 1, column.position
        if column.position <= 2 and len(name) >= 2 and lower in entity.lower():
            return 2, column.position
        if lower.endswith(LABEL_ENDINGS) and column.unique:
            return 3, column.position
        if column.unique and column.position <= 1 and key is not None:
            return 4, column.position
        return None

    ranked = [(r, c) for c in columns if (r := rank(c)) is not None]
    return min(ranked, key=lambda rc: rc[0])[1] if ranked else None


def entity_synonyms(
    table: str, entity: str, key: ColumnProfile | None, label: ColumnProfile | None
) -> tuple[str, ...]:
    """Other words for a row: the stem of its key (人物id), of its name (公司名), its last noun."""
    found: list[str] = []
    if key is not None and has_chinese(stem_of(key.name)):
        found.append(stem_of(key.name))
    if label is not None and has_chinese(label.name):
        for ending in ("名称", "姓名", "名字", "名"):
            if label.name.endswith(ending):
                found.append(label.name[: -len(ending)])
                break
        else:
            found.append(label.name)
    noun = max((n for n, _ in _NOUNS if entity.endswith(n) and n != entity), key=len, default="")
    found.append(noun)
    found += translate(table)[1:] if not has_chinese(table) else ()
    found.append(table)
    found += _RELATED.get(entity, ())
    stop = (entity, "中文", "中文学", "英文", *OPENINGS)
    named = (f for f in dict.fromkeys(found) if f in _RELATED.get(entity, ()) or len(f) >= 2)
    return tuple(f for f in named if f not in stop)


_RELATED: dict[str, tuple[str, ...]] = {
    "公司": ("企业",),
    "企业": ("公司",),
    "高校": ("大学", "学校"),
    "小学": ("学校",),
    "中学": ("学校",),
    "大学": ("学校", "高校"),
    "城市": ("地方",),
    "省份": ("省", "地方", "地区"),
    "国家": ("地方",),
    "员工": ("职工", "职员", "雇员"),
    "客户": ("顾客",),
    "顾客": ("客户",),
    "用户": ("使用者",),
    "商品": ("产品", "货品"),
    "电影": ("影片", "片子"),
    "教师": ("老师",),
    "老师": ("教师",),
    "软件": ("应用", "APP"),
    "歌手": ("歌星",),
    "演员": ("艺人",),
    "场馆": ("体育馆", "场地"),
    "作者": ("作家",),
    "作家": ("作者",),
    "酒店": ("宾馆",),
    "小说": ("书", "作品"),
    "文集": ("书", "作品"),
    "传记": ("书",),
    "书籍": ("书",),
    "电视剧": ("剧", "连续剧"),
    "歌曲": ("歌", "作品"),
    "门店": ("店铺", "店"),
    "店铺": ("门店", "店"),
    "供应商": ("供货商",),
    "列车": ("火车", "车次"),
    "人物": ("人",),
    "将军": ("将领",),
    "诗词": ("作品", "诗"),
    "词语": ("词",),
    "专业": ("学科",),
}
