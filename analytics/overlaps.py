"""How many people two groups share: pairs of the groups that a question names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlglot import exp

from analytics import words
from analytics.contract import Facts, Outcome, Refused, Suggestion, View
from analytics.template import fill

OVERLAP = """
SELECT (SELECT COUNT(*) FROM one) AS ones, (SELECT COUNT(*) FROM other) AS others,
       (SELECT COUNT(*) FROM one JOIN other USING ("user")) AS both,
       (SELECT COUNT(*) FROM crowd) AS everybody
"""
BOTH = """
SELECT one."user", :name AS "group" FROM one JOIN other USING ("user")
"""
COLUMNS = (
    words.dimension("one", "人群一"),
    words.dimension("other", "人群二"),
    words.people("ones", "人群一人数"),
    words.people("others", "人群二人数"),
    words.people("both", "重叠人数"),
    words.share("of_one", "占人群一"),
    words.share("of_other", "占人群二"),
    words.share("jaccard", "占两群合计"),
    words.measure("lift", "重叠倍数"),
)
SHARED = "两群都在的人"


def overlaps(facts: Facts, least: int) -> Outcome | Refused:
    """One row a pair. Refuses unless the question names two groups or more."""
    parts = facts.crowd.parts()
    if len(parts) < 2:
        return Refused("too-little-data", "看重叠要说出两群人，例如：核心用户和沉睡用户有多少重叠")
    names = [name or f"第 {i} 群" for i, (name, _) in enumerate(parts, 1)]
    rows, first = [], None
    for i, (_, one) in enumerate(parts):
        for j, (_, other) in enumerate(parts[i + 1 :], i + 1):
            relations: dict[str, exp.Query] = {"one": one, "other": other}
            found = facts.run(fill(OVERLAP, {**relations, "crowd": facts.crowd.all()}))[0]
            rows.append(_row(names[i], names[j], found))
            first = first or fill(BOTH, relations, name=SHARED)
    if max(max(r["ones"], r["others"]) for r in rows) < least:
        return Refused("too-little-data", f"两群人都不到 {least} 位")
    rows.sort(key=lambda r: (-r["both"], r["one"], r["other"]))
    return Outcome(
        columns=COLUMNS,
        rows=tuple(tuple(r[c.name] for c in COLUMNS) for r in rows),
        view=View("grouped", "one", ("ones", "others", "both"), title=_said(rows[0])),
        findings=tuple(_said(r) for r in rows[:3]),
        suggestions=_suggestions(rows[0]),
        notes=(
            "重叠倍数是实际重叠 ÷ 两群人互不相干时的期望重叠，1 是互不相干",
            f"截至 {facts.until.isoformat()}，总体 {words.count(rows[0]['everybody'])} 人",
        ),
        extra={"everybody": rows[0]["everybody"]},
        people=first,
    )


def _row(one: str, other: str, found: Mapping[str, Any]) -> dict[str, Any]:
    ones, others, both, everybody = (found[k] for k in ("ones", "others", "both", "everybody"))
    either = ones + others - both
    return {
        **found,
        "one": one,
        "other": other,
        "of_one": both / ones if ones else None,
        "of_other": both / others if others else None,
        "jaccard": both / either if either else None,
        "lift": both * everybody / (ones * others) if ones and others else None,
    }


def _said(row: Mapping[str, Any]) -> str:
    if not row["both"]:
        return (
            f"{row['one']} {words.count(row['ones'])} 人和{row['other']} {words.count(row['others'])} 人"
            f"没有重叠，重叠 {words.count(row['both'])} 人"
        )
    return (
        f"{row['one']}和{row['other']}重叠 {words.count(row['both'])} 人，占{row['one']}的 "
        f"{words.percent(row['of_one'])}，占{row['other']}的 {words.percent(row['of_other'])}"
    )


def _suggestions(row: Mapping[str, Any]) -> tuple[Suggestion, ...]:
    if not row["both"]:
        return ()
    return (
        Suggestion(
            f"对{row['one']}和{row['other']}都做触达时，先去掉重复的人，避免一人收到两次",
            f"两群共有 {words.count(row['both'])} 人",
            f"{row['one']}的画像",
        ),
    )


__all__ = ["overlaps"]
