"""The tag library and how good it is: how each tag is made, whom it covers, what is wrong with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from analytics import portrait, words
from analytics.contract import Facts, Outcome, Refused, Suggestion, View
from analytics.template import fill
from semantic_layer.crowd import Trait

KINDS = {"attribute": "属性", "behaviour": "行为", "value": "价值"}
COVERED = 0.8  # below this share of people a tag is said to be incomplete
LOPSIDED = 0.95  # above this share of one value a tag tells nobody apart
FINE = "正常"

SPREAD = """
WITH said AS (
  SELECT DISTINCT t.trait, t.value, t."user" FROM traits AS t JOIN crowd USING ("user")
  WHERE t.value IS NOT NULL
),
counted AS (SELECT trait, value, COUNT(*) AS users FROM said GROUP BY 1, 2),
covered AS (SELECT trait, COUNT(DISTINCT "user") AS users FROM said GROUP BY 1)
SELECT trait, covered.users, COUNT(*) AS values_, MAX(counted.users) AS most,
       arg_max(counted.value, counted.users) AS top, (SELECT COUNT(*) FROM crowd) AS everybody
FROM counted JOIN covered USING (trait) GROUP BY 1, 2 ORDER BY 1
"""
COLUMNS = (
    words.dimension("label", "标签"),
    words.dimension("kind", "类别"),
    words.dimension("method", "算法"),
    words.measure("values", "取值数", "个"),
    words.people("users", "有标签的人"),
    words.share("coverage", "覆盖率"),
    words.dimension("top", "最多的取值"),
    words.share("top_share", "最多取值占比"),
    words.dimension("problem", "质量"),
    words.moment("at", "截至"),
    words.dimension("definition", "口径"),
)


def report(facts: Facts) -> Outcome | Refused:
    """One row a tag, the doubtful ones first."""
    traits = portrait.known(facts)
    if not traits:
        return Refused("missing-role", "能描述客户的标签或属性")
    crowd = facts.crowd.all()
    found = {
        r["trait"]: r for r in facts.run(fill(SPREAD, portrait.relations(traits, crowd=crowd)))
    }
    if not found:
        return Refused("too-little-data", "没有任何客户有标签")
    everybody = next(iter(found.values()))["everybody"]
    rows = [_row(t, found.get(i), everybody, facts) for i, t in enumerate(traits)]
    rows.sort(key=lambda r: (r["problem"] == FINE, r["coverage"]))
    return Outcome(
        columns=COLUMNS,
        rows=tuple(tuple(r[c.name] for c in COLUMNS) for r in rows),
        view=View("hbar", "label", ("coverage",), title="各标签覆盖了多少人"),
        findings=_findings(rows, everybody),
        suggestions=_suggestions(rows),
        notes=(
            f"总体 {words.count(everybody)} 人，标签截至 {facts.until.isoformat()}，每次提问按当天数据重算",
            f"覆盖率低于 {COVERED:.0%} 说不完整，一个取值超过 {LOPSIDED:.0%} 说区分不开人",
        ),
        extra={
            "everybody": everybody,
            "doubtful": sum(r["problem"] != FINE for r in rows),
            "fine": sum(r["problem"] == FINE for r in rows),
        },
    )


def _row(
    trait: Trait, found: Mapping[str, Any] | None, everybody: int, facts: Facts
) -> dict[str, Any]:
    users = found["users"] if found else 0
    coverage = users / everybody if everybody else 0.0
    top_share = found["most"] / users if found and users else None
    count = found["values_"] if found else 0
    return {
        "label": trait.label,
        "kind": KINDS.get(trait.kind, trait.kind),
        "method": _method(trait),
        "values": count,
        "users": users,
        "coverage": coverage,
        "top": found["top"] if found else None,
        "top_share": top_share,
        "problem": _problem(trait, coverage, top_share, count),
        "at": facts.until,
        "definition": trait.definition or _defined(trait),
    }


def _method(trait: Trait) -> str:
    if trait.analysis:
        return "模型"
    if trait.cuts:
        return "分位数"
    return "规则" if trait.values else "字段取值"


def _defined(trait: Trait) -> str:
    return (
        "按规则，先写的先得：" + "、".join(trait.values) if trait.values else f"取自{trait.label}"
    )


def _problem(trait: Trait, coverage: float, top_share: float | None, count: int) -> str:
    if coverage < COVERED:
        return "覆盖不全"
    if top_share is not None and top_share > LOPSIDED and _one_each(trait):
        return "区分不开"
    unused = len(trait.values) - count
    return f"有 {unused} 个取值没有人" if trait.values and unused > 0 else FINE


def _one_each(trait: Trait) -> bool:
    return trait.kind != "behaviour" or bool(trait.values)


def _findings(rows: Sequence[Mapping[str, Any]], everybody: int) -> tuple[str, ...]:
    doubtful = [r for r in rows if r["problem"] != FINE]
    said = [
        f"标签库共 {len(rows)} 个标签，{len(rows) - len(doubtful)} 个正常，{len(doubtful)} 个要看一下"
    ]
    if doubtful:
        first = doubtful[0]
        said.append(
            f"「{first['label']}」{first['problem']}：覆盖 {words.count(first['users'])} 人，"
            f"占 {words.count(everybody)} 人的 {words.percent(first['coverage'])}"
        )
    return tuple(said)


def _suggestions(rows: Sequence[Mapping[str, Any]]) -> tuple[Suggestion, ...]:
    first = next((r for r in rows if r["problem"] == "覆盖不全"), None)
    if first is None:
        return ()
    return (
        Suggestion(
            f"用「{first['label']}」圈人前，先想好没有标签的人怎么办：多半是没有这类行为，或资料没填",
            f"覆盖率 {words.percent(first['coverage'])}",
        ),
    )


__all__ = ["report"]
