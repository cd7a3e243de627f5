"""Two groups of people beside each other: per trait and value both shares, their difference, how sure.

People who are in both groups count in both; the test takes them for different people and is cautious
only where they are few, so the answer says how many they are not.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from analytics import portrait, words
from analytics.contract import Facts, Outcome, Suggestion, View

SHOWN = 60
BARS = 12


def contrasted(
    facts: Facts, rows: Sequence[dict[str, Any]], groups: Mapping[str, int], everybody: int
) -> Outcome:
    """``rows`` are those of ``portrait``, of exactly two groups; the surest and largest gaps first."""
    one, other = groups
    pairs: dict[tuple[int, str], dict[str, dict[str, Any]]] = {}
    for row in rows:
        pairs.setdefault((row["place"], row["value"]), {})[row["group"]] = row
    found = [(p[one], p[other]) for p in pairs.values() if len(p) == 2]
    tested = portrait.tested([(a["users"], a["known"], b["users"], b["known"]) for a, b in found])
    told = [_row(a, b, p) for (a, b), (p, _) in zip(found, tested, strict=True)]
    told.sort(key=lambda r: (not r["sure"], -abs(r["gap"]), r["trait"], r["value"]))
    told = told[:SHOWN]
    columns = (
        words.dimension("trait", "标签"),
        words.dimension("value", "特征"),
        words.people("ones", f"{one}人数"),
        words.people("others", f"{other}人数"),
        words.share("one", f"{one}占比", "ones"),
        words.share("other", f"{other}占比", "others"),
        words.share("gap", "占比相差"),
        words.measure("tgi", "TGI（前者比后者）"),
        words.measure("p", "p 值"),
        words.dimension("verdict", "差别"),
    )
    sure = [r for r in told if r["sure"]]
    title = (
        f"{one}和{other}差别最大的是{sure[0]['trait']}" if sure else f"{one}和{other}没有显著差别"
    )
    return Outcome(
        columns=columns,
        rows=tuple(tuple(r[c.name] for c in columns) for r in told),
        view=View(
            "grouped", "value", ("one", "other"), title=title, options=(("limit", str(BARS)),)
        ),
        findings=_findings(sure, one, other, groups),
        suggestions=_suggestions(sure, one, other),
        notes=(
            f"标签截至 {facts.until.isoformat()}，总体 {words.count(everybody)} 人，占比的分母是该标签已知的人",
            f"两群人的比例差，双侧检验，{len(found)} 个特征一起校正（BH）；两群都在的人两边都算",
        ),
        extra={
            "groups": groups,
            "everybody": everybody,
            "ratios": [r["tgi"] for r in told if r["tgi"]],
        },
    )


def _row(a: Mapping[str, Any], b: Mapping[str, Any], p: float | None) -> dict[str, Any]:
    gap = a["share"] - b["share"]
    sure = p is not None and p < portrait.LEVEL
    return {
        "trait": a["trait"],
        "value": a["value"],
        "ones": a["users"],
        "others": b["users"],
        "one": a["share"],
        "other": b["share"],
        "gap": gap,
        "tgi": a["share"] / b["share"] * 100 if b["share"] else None,
        "p": p,
        "sure": sure,
        "verdict": "差不多" if not sure else f"{a['group'] if gap > 0 else b['group']}更多",
    }


def _said(row: Mapping[str, Any], one: str, other: str) -> str:
    return (
        f"{row['trait']}为「{row['value']}」的，{one}占 {words.percent(row['one'])}，"
        f"{other}占 {words.percent(row['other'])}，相差 {words.points(row['gap'])}"
    )


def _findings(
    sure: Sequence[Mapping[str, Any]], one: str, other: str, groups: Mapping[str, int]
) -> tuple[str, ...]:
    size = f"{one} {words.count(groups[one])} 人，{other} {words.count(groups[other])} 人"
    if not sure:
        return (f"{size}，所有特征都没有显著差别",)
    return (size, *(_said(r, one, other) for r in sure[:2]))


def _suggestions(sure: Sequence[Mapping[str, Any]], one: str, other: str) -> tuple[Suggestion, ...]:
    if not sure:
        return (
            Suggestion(f"{one}和{other}可以用同一套内容触达，不必分开做", "所有特征都没有显著差别"),
        )
    top = sure[0]
    return (
        Suggestion(
            f"对{one}和{other}分开做内容，先按{top['trait']}区分，预期响应好于同一套内容",
            _said(top, one, other),
            f"{one}的画像",
        ),
    )


__all__ = ["contrasted"]
