"""Portraits in words: what a group has more and less of, and what to do with that."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from analytics import words
from analytics.contract import Facts, Suggestion
from semantic_layer.crowd import Trait

Found = Sequence[Mapping[str, Any]]


def title(rows: Found) -> str:
    top = next((r for r in rows if r["verdict"] == "偏多"), None)
    return f"{top['group']}里「{top['value']}」明显偏多" if top else "和总体没有明显差别"


def findings(rows: Found, kept: Mapping[str, int], everybody: int, against: str) -> tuple[str, ...]:
    """For each of at most three groups what is more common in it, and for one alone what is rarer."""
    said = []
    for group, users in list(kept.items())[:3]:
        mine = [r for r in rows if r["group"] == group]
        more = [r for r in mine if r["verdict"] == "偏多"][:3]
        head = f"{group} {words.count(users)} 人（总体 {words.count(everybody)} 人）"
        if not more:
            said.append(f"{head}，没有显著偏多的特征")
            continue
        said.append(f"{head}，最突出的是" + "；".join(point(r, against) for r in more))
        if len(kept) == 1:
            fewer = [r for r in mine if r["verdict"] == "偏少"][:2]
            if fewer:
                said.append("偏少的是" + "；".join(point(r, against) for r in fewer))
    return tuple(said)


def point(row: Mapping[str, Any], against: str = "总体") -> str:
    return (
        f"{row['trait']}为「{row['value']}」，占 {words.percent(row['share'])}，"
        f"{against} {words.percent(row['base_share'])}，TGI {words.number(row['tgi'], 0)}"
    )


def plain(rows: Found, everybody: int) -> tuple[str, ...]:
    tops: dict[str, Mapping[str, Any]] = {}
    for row in rows:
        tops.setdefault(row["trait"], row)
    first = list(tops.values())[:4]
    told = "；".join(
        f"{r['trait']}以「{r['value']}」最多，占 {words.percent(r['share'])}" for r in first
    )
    return (f"共 {words.count(everybody)} 人，{told}",)


def suggestions(rows: Found, against: str) -> tuple[Suggestion, ...]:
    """What they do tells how to reach them, who they are whom else to look for."""
    more = [r for r in rows if r["verdict"] == "偏多"]
    said = []
    for kind, action in (
        ("behaviour", "触达{group}时从「{value}」入手，先小范围对照测试，预期响应好于不分人群"),
        ("attribute", "照着{group}找新的人：投放时圈选{trait}为「{value}」的客户，预期转化更好"),
    ):
        row = next((r for r in more if r["kind"] == kind and not r["ruled"]), None)
        if row is not None:
            said.append(Suggestion(action.format(**row), point(row, against)))
    return tuple(said)


def notes(facts: Facts, rows: Found, traits: Sequence[Trait], whole: bool) -> tuple[str, ...]:
    said = [f"标签截至 {facts.until.isoformat()}，占比的分母是该标签已知的人"]
    several = [t.label for t in traits if t.kind == "behaviour" and not t.values]
    if several:
        said.append(f"{'、'.join(several)}一人可有多个，占比相加会超过 100%")
    if not whole:
        said.append(
            f"检验的是这群人与其余的人，双侧，{len(rows)} 个特征一起校正（BH），p 小于 0.05 才说偏多或偏少"
        )
    return tuple(said)


__all__ = ["findings", "notes", "plain", "point", "suggestions", "title"]
