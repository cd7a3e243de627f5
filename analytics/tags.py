"""标签与画像：一群人和大家有什么不同（TGI），几群人怎么比、重叠多少，标签库的质量如何。

Which tags there are is the model's business (``tags:`` of the YAML, else the columns of its table of
people); shares, TGI and tests are ``portrait.py``'s, overlaps and the report have files of their own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlglot import exp

from analytics import portrait, portrait_words, tag_report, words
from analytics.contract import (
    Analysis,
    Facts,
    Intent,
    Outcome,
    Param,
    Params,
    Refused,
    View,
)
from analytics.contrasts import contrasted
from analytics.overlaps import overlaps
from semantic_layer.crowd import Trait
from semantic_layer.result import Column

MIN_PEOPLE = 20
SHOWN = 60  # rows of a portrait
BARS = 12
MOST_GROUPS = 8
NOBODY = "所选客户"
OVERLAP = words.listed(
    "重叠 重合 交集 重合度 重叠度 重叠率 有多少重叠 有多少重合 有多少是重叠的 重叠有多少 重合有多少 有多少交集 交集有多少 "
    "重叠多少 重合多少 重叠了多少 重叠情况"
)
LIBRARY = words.listed(
    "标签库 用户标签 客户标签 会员标签 标签体系 有哪些标签 有哪些用户标签 有哪些客户标签 标签质量 标签质量报告 标签覆盖率 标签报告 标签有哪些 标签盘点"
)

TRAIT = (words.dimension("trait", "标签"), words.dimension("value", "特征"))
GROUP = words.dimension("group", "人群")
PLAIN = (words.people("users"), words.share("share", "占比", "users"))


def run(facts: Facts, params: Params) -> Outcome | Refused:
    """The report of the tags, the overlap of groups, or a portrait."""
    if params["show"] == "library":
        return tag_report.report(facts)
    if params["show"] == "overlap":
        return overlaps(facts, MIN_PEOPLE)
    traits = _traits(facts, params)
    if not traits:
        return Refused("missing-role", "能描述客户的标签或属性")
    crowd, groups = facts.crowd.all(), _groups(facts, params)
    sizes = portrait.sizes(facts, crowd, groups)
    if not sizes or max(s["users"] for s in sizes) < MIN_PEOPLE:
        have = max((s["users"] for s in sizes), default=0)
        return Refused("too-little-data", f"只有 {have} 位客户，少于 {MIN_PEOPLE} 位")
    kept = {s["group"]: s["users"] for s in sizes[:MOST_GROUPS] if s["users"] >= MIN_PEOPLE}
    rows = [r for r in portrait.counts(facts, crowd, groups, traits) if r["group"] in kept]
    if not rows:
        return Refused("too-little-data", "这些客户没有任何已知的标签")
    rows = portrait.compared(portrait.telling(rows))
    if not rows:
        return Refused("too-little-data", "除了圈人的条件，这些客户没有别的已知标签")
    for row in rows:
        trait = traits[row["trait"]]
        row |= {"place": row["trait"], "trait": trait.label, "kind": trait.kind}
        row["ruled"] = bool(trait.values or trait.analysis)
        row["verdict"] = portrait.verdict(row)
    everybody = sizes[0]["everybody"]
    _tell_apart(rows)
    against = "总体"
    if params["against"] == "rest":
        against = "其余的人"
        _against_the_rest(rows)
    whole = not facts.by and (not facts.crowd.narrowed or max(kept.values()) >= everybody)
    shown = sorted(rows, key=_by_tag if whole else _by_difference)[:SHOWN]
    if len(kept) == 2:
        return contrasted(facts, rows, kept, everybody)
    columns = TRAIT + (PLAIN if whole else _told(against))
    if len(kept) > 1:
        columns = (GROUP, *columns)
    extra = {"everybody": everybody, "groups": kept, "known": [r["known"] for r in rows]}
    return Outcome(
        columns=columns,
        rows=tuple(tuple(r[c.name] for c in columns) for r in shown),
        view=_view(shown, whole, len(kept)),
        findings=portrait_words.plain(shown, everybody)
        if whole
        else portrait_words.findings(shown, kept, everybody, against),
        suggestions=() if whole else portrait_words.suggestions(shown, against),
        notes=portrait_words.notes(facts, rows, traits, whole),
        extra={**extra, "ratios": [r["tgi"] / 100 for r in rows if r["tgi"]]},
        people=exp.select("*").from_(groups.subquery("members")),
    )


def _told(against: str) -> tuple[Column, ...]:
    return (
        *PLAIN,
        words.share("base_share", f"{against}占比"),
        words.measure("tgi", "TGI"),
        words.dimension("verdict", "和其余的人比"),
        words.measure("p", "p 值"),
    )


def _tell_apart(rows: Sequence[dict[str, Any]]) -> None:
    """A value that two tags have says which one it is of."""
    tags: dict[str, set[str]] = {}
    for row in rows:
        tags.setdefault(row["value"], set()).add(row["trait"])
    for row in rows:
        if len(tags[row["value"]]) > 1:
            row["value"] = f"{row['value']}（{row['trait']}）"


def _traits(facts: Facts, params: Params) -> tuple[Trait, ...]:
    """The columns that were asked for, else all tags that do not say what the group is."""
    asked = [facts.crowd.trait(name) for name in params["columns"]]
    if any(asked):
        return tuple(t for t in asked if t is not None)
    return portrait.known(facts)


def _groups(facts: Facts, params: Params) -> exp.Query:
    """SELECT user, group: by what the question groups by, by each condition of a comparison, or one."""
    if facts.by:
        return facts.crowd.split(facts.by[0])
    parts = facts.crowd.parts()
    if params["versus"] and len(parts) > 1:
        found: exp.Query = _called(parts[0][1], parts[0][0] or NOBODY)
        for i, (name, rows) in enumerate(parts[1:], 2):
            found = exp.union(found, _called(rows, name or f"第 {i} 群"), distinct=False)
        return found
    return _called(facts.crowd.members(), facts.crowd.name() or NOBODY)


def _called(rows: exp.Query, name: str) -> exp.Select:
    label = exp.Literal.string(name).as_("group", quoted=True)
    return exp.select(exp.column("user", quoted=True), label).from_(rows.subquery("rows"))


def _against_the_rest(rows: Sequence[dict[str, Any]]) -> None:
    for row in rows:
        others = row["all_known"] - row["known"]
        share = (row["all_users"] - row["users"]) / others if others else None
        row["base_share"] = share
        row["tgi"] = row["share"] / share * 100 if share else None


def _by_tag(row: Mapping[str, Any]) -> tuple[Any, ...]:
    return (row["place"], -row["users"], row["value"])


def _by_difference(row: Mapping[str, Any]) -> tuple[Any, ...]:
    """What is certain first, then how many of the group it makes different."""
    certain = row["verdict"] in ("偏多", "偏少")
    gap = abs(row["share"] - (row["base_share"] or 0))
    return (not certain, -gap, row["group"], row["place"], row["value"])


Found = Sequence[Mapping[str, Any]]


def _view(rows: Found, whole: bool, groups: int) -> View:
    if whole:
        return View("hbar", "value", ("share",), "trait", title="各标签的人数占比")
    if groups > 1:
        return View("heatmap", "group", ("tgi",), "value", title=portrait_words.title(rows))
    return View(
        "hbar", "value", ("tgi",), title=portrait_words.title(rows), options=(("limit", str(BARS)),)
    )


ANALYSIS = Analysis(
    name="tags",
    title="标签与画像",
    intent=Intent(
        phrases=words.listed(
            "画像 用户画像 人群画像 客户画像 会员画像 客群画像 画像分析 人群特征 用户特征 客户特征 客群特征 TGI TGI指数 "
            "是什么样的人 是什么样的客户 是怎样的人 都是些什么人 都是什么人 是些什么人 是什么人 长什么样 什么样子 "
            "和其他人有什么不一样 跟其他人有什么不一样 和其他人有什么不同 跟其他人有什么不同 和别人有什么不同 有什么特征 有什么特点 有哪些特征 有哪些特点 "
            "偏好 的偏好 偏爱什么 偏爱哪些 偏爱 有什么偏好"
        )
        + OVERLAP
        + LIBRARY,
        examples=(
            "重要挽留客户的画像",
            "黑金会员的品类偏好",
            "核心用户和流失用户有多少重叠",
            "标签质量报告",
        ),
        not_examples=("各会员等级的购买人数", "黑金会员的客单价", "做个RFM分层"),
    ),
    needs=("user",),
    describes=True,
    definition=(
        "占比是这群人里有该特征的比例，TGI = 这群人的占比 ÷ 对照的占比 × 100，大于 100 是偏好；{against}。"
        "显著性检验这群人与其余的人的比例差"
    ),
    params={
        "show": Param(
            "portrait",
            "看什么",
            choices=(
                ("portrait", ("看画像",)),
                ("overlap", OVERLAP),
                ("library", LIBRARY),
            ),
        ),
        "against": Param(
            "all",
            "TGI 的对照",
            choices=(
                ("all", ("对照为总体", "和总体比", "跟总体比", "与总体相比")),
                (
                    "rest",
                    ("对照为其余的人", "和其余的人比", "跟其余的人比", "和其他人比", "跟其他人比"),
                ),
            ),
        ),
        "columns": Param((), "要看的特征"),
        "versus": Param(False, "几群人互相比"),
    },
    run=run,
)
