"""How groups of people differ from everybody: shares per trait and value, TGI, significance.

A share is of those of whom the trait is known. TGI is the share in the group over the share in the
population, times 100. The test is two proportions, group against the rest (Fisher where few).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlglot import exp

from analytics.contract import Facts
from analytics.template import fill
from semantic_layer.crowd import Trait
from semantic_layer.expressions import parse

FEW = 5  # expected people of a cell, under which the normal approximation does not hold
LEVEL = 0.05

COUNTS = """
WITH said AS (
  SELECT DISTINCT t.trait, t.value, t."user" FROM traits AS t JOIN crowd USING ("user")
  WHERE t.value IS NOT NULL
),
base AS (SELECT trait, COUNT(DISTINCT "user") AS known FROM said GROUP BY 1),
everyone AS (SELECT trait, value, COUNT(*) AS users FROM said GROUP BY 1, 2),
mine AS (
  SELECT g."group", s.trait, s.value, COUNT(*) AS users
  FROM said AS s JOIN groups AS g USING ("user") GROUP BY 1, 2, 3
),
told AS (
  SELECT g."group", s.trait, COUNT(DISTINCT s."user") AS known
  FROM said AS s JOIN groups AS g USING ("user") GROUP BY 1, 2
)
SELECT told."group", everyone.trait, everyone.value, COALESCE(mine.users, 0) AS users, told.known,
       everyone.users AS all_users, base.known AS all_known
FROM told JOIN everyone USING (trait) JOIN base USING (trait)
LEFT JOIN mine ON mine."group" = told."group" AND mine.trait = everyone.trait AND mine.value = everyone.value
ORDER BY 1, 2, 4 DESC, 3
"""
SIZES = """
SELECT "group", COUNT(DISTINCT "user") AS users, (SELECT COUNT(*) FROM crowd) AS everybody
FROM groups GROUP BY 1 ORDER BY 2 DESC, 1
"""
CUT = """
WITH cuts AS (SELECT quantile_cont(value, :levels) AS at FROM numbers)
SELECT "user", :label AS value FROM numbers CROSS JOIN cuts WHERE value IS NOT NULL
"""

Found = Sequence[Mapping[str, Any]]


def counts(
    facts: Facts, crowd: exp.Query, groups: exp.Query, traits: Sequence[Trait]
) -> list[dict[str, Any]]:
    """One row per group, trait (its place in ``traits``) and value: people with it, people known."""
    return [dict(r) for r in facts.run(fill(COUNTS, relations(traits, crowd=crowd, groups=groups)))]


def sizes(facts: Facts, crowd: exp.Query, groups: exp.Query) -> Found:
    return facts.run(fill(SIZES, {"crowd": crowd, "groups": groups}))


def relations(traits: Sequence[Trait], **others: exp.Query) -> Mapping[str, exp.Query]:
    """``traits``: SELECT trait (its place), user, value of all of them, beside the ``others``."""
    values = [labelled(trait) for trait in traits]
    rows = [
        exp.select(
            exp.column("user", quoted=True),
            exp.Literal.number(i).as_("trait"),
            exp.cast(exp.column("value"), "VARCHAR").as_("value"),
        ).from_(query.subquery("rows"))
        for i, query in enumerate(values)
    ]
    union: exp.Query = rows[0]
    for more in rows[1:]:
        union = exp.union(union, more, distinct=False)
    return {**others, "traits": union}


def labelled(trait: Trait) -> exp.Select:
    """SELECT user, value: a number is cut at the quantiles of everybody, above a cut is the next."""
    assert trait.rows is not None
    if not trait.cuts:
        return trait.rows
    case = exp.Case()
    for i in range(len(trait.cuts), 0, -1):
        case = case.when(parse(f"value > at[{i}]"), exp.Literal.string(trait.values[i]))
    label = case.else_(exp.Literal.string(trait.values[0]))
    levels = exp.array(*(exp.Literal.number(c) for c in trait.cuts))
    return fill(CUT, {"numbers": trait.rows}, levels=levels, label=label)


def grouped(trait: Trait, facts: Facts) -> Trait | None:
    """A trait whose values are the groups of another analysis, with its people; None without any."""
    from analytics import load
    from analytics.contract import Outcome

    analysis = load().get(trait.analysis)
    if analysis is None or not facts.has(*analysis.needs):
        return None
    everybody = facts.crowd.everybody
    outcome = analysis.run(everybody, {n: p.default for n, p in analysis.params.items()})
    if not isinstance(outcome, Outcome) or outcome.people is None:
        return None
    rows = exp.select(
        exp.column("user", quoted=True), exp.column("group", quoted=True).as_("value")
    ).from_(outcome.people.subquery("members"))
    return replace(trait, rows=rows, definition=trait.definition or analysis.title)


def known(facts: Facts) -> tuple[Trait, ...]:
    """All traits of the model that can be computed."""
    traits = (t if t.rows is not None else grouped(t, facts) for t in facts.crowd.traits())
    return tuple(t for t in traits if t is not None)


def compared(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Adds share, base_share, tgi, p (corrected for the number of rows) and whether it is few."""
    for row in rows:
        row["share"] = row["users"] / row["known"]
        row["base_share"] = row["all_users"] / row["all_known"]
        row["tgi"] = row["share"] / row["base_share"] * 100 if row["base_share"] else None
    rest = [
        (r["users"], r["known"], r["all_users"] - r["users"], r["all_known"] - r["known"])
        for r in rows
    ]
    for row, (p, few) in zip(rows, tested(rest), strict=True):
        row["p"], row["few"] = p, few
    return rows


def telling(rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Without what is true of a group by its own definition: all of it has the value, others do not."""
    own = [r for r in rows if r["users"] == r["known"] and r["all_users"] < r["all_known"]]
    whole: dict[Any, float] = {}
    for r in rows:
        whole[r["group"], r["trait"]] = whole.get((r["group"], r["trait"]), 0) + r["users"]
    single = {r["trait"] for r in own if whole[r["group"], r["trait"]] == r["known"]}
    several = {(r["group"], r["trait"], r["value"]) for r in own}
    return [
        r
        for r in rows
        if r["trait"] not in single and (r["group"], r["trait"], r["value"]) not in several
    ]


def tested(cells: Sequence[tuple[int, int, int, int]]) -> list[tuple[float | None, bool]]:
    """(k, n, other k, other n) → (p after Benjamini and Hochberg, too few?), two-sided.

    p is None where there is nobody to compare with.
    """
    import numpy as np
    from scipy import stats

    if not cells:
        return []
    k, n, k2, n2 = (np.array(c, dtype=float) for c in zip(*cells, strict=True))
    with np.errstate(divide="ignore", invalid="ignore"):
        both = (k + k2) / (n + n2)
        z = (k / n - k2 / n2) / np.sqrt(both * (1 - both) * (1 / n + 1 / n2))
    p = 2 * stats.norm.sf(np.abs(np.nan_to_num(z)))
    least = np.minimum(np.minimum(n, n2) * both, np.minimum(n, n2) * (1 - both))
    some = (n > 0) & (n2 > 0)
    for i in np.flatnonzero(some & (least < FEW)):
        table = [[k[i], n[i] - k[i]], [k2[i], n2[i] - k2[i]]]
        p[i] = stats.fisher_exact(np.array(table, dtype=int)).pvalue
    if some.any():
        p[some] = stats.false_discovery_control(p[some])
    return [
        (float(p[i]) if some[i] else None, bool(least[i] < FEW) if some[i] else False)
        for i in range(len(cells))
    ]


def verdict(row: Mapping[str, Any]) -> str:
    """偏多, 偏少, 差不多; 样本少 where the group's people are too few to say."""
    if row["p"] is None:
        return "—"
    if row["p"] >= LEVEL:
        return "样本少" if row["few"] else "差不多"
    return "偏多" if row["share"] > row["base_share"] else "偏少"


__all__ = [
    "compared",
    "counts",
    "known",
    "labelled",
    "relations",
    "sizes",
    "telling",
    "tested",
    "verdict",
]
