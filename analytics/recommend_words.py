"""Recommendations in words: what is recommended to most, and whether it does better than best sellers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from analytics import words
from analytics.contract import Suggestion
from analytics.similar_items import PEOPLE, PRODUCTS

FRESH, AGAIN = "发现新品", "再次购买"
KINDS = {"fresh": FRESH, "again": AGAIN}

Found = Sequence[Mapping[str, Any]]
Tested = Mapping[str, Mapping[str, Any]]


def title(found: Found) -> str:
    return f"{found[0]['group']}里推荐最多的是{found[0]['name']}"


def findings(found: Found, tested: Tested, one: int = 0) -> tuple[str, ...]:
    """``one`` is the number of the only person asked about, 0 for several."""
    said = []
    for kind in dict.fromkeys(r["group"] for r in found):
        top = next(r for r in found if r["group"] == kind)
        if one:
            rest = [r["name"] for r in found if r["group"] == kind and r is not top]
            others = "、".join(rest[:2])
            also = f"；其次{others}" if others else ""
            why = f"，因为买过{top['because']}" if kind == FRESH else ""
            said.append(f"给用户 {one} 的{kind}首推{top['name']}{why}{also}")
            continue
        why = f"，多半因为买过{top['because']}" if kind == FRESH else ""
        said.append(
            f"{kind}首推{top['name']}，适合买过东西的 {words.count(top['whom'])} 人里的 "
            f"{words.count(top['people'])} 人（{words.percent(top['share'])}）{why}"
        )
    for key, kind in KINDS.items():
        ours, popular = tested.get(key), tested.get(f"{key}_popular")
        if kind == found[0]["group"] and ours and popular and ours["people"]:
            better = "好于" if ours["recall"] > popular["recall"] else "不好于"
            said.append(
                f"回测{kind}的召回率@10 是 {exactly(ours['recall'])}，{better}只推爆款的 "
                f"{exactly(popular['recall'])}"
            )
    return tuple(said)


def exactly(rate: float) -> str:
    """
    >>> exactly(0.0775)
    '7.75%'
    """
    return f"{rate * 100:.2f}%"


def notes(tested: Tested, days: int) -> tuple[str, ...]:
    learned = (
        f"相似度和推荐人数按最多 {PEOPLE:,} 位买过东西的客户的样本、买的人最多的 {PRODUCTS:,} 种商品，"
        "得分乘以商品近一年的热度；名单是全部的人"
    )
    if not tested:
        return ("数据太短，没有回测", learned)
    head = f"回测：只用最后 {days} 天之前的购买学习，对照这 {days} 天真正买了什么"
    said = [
        f"{kind}（{words.count(ours['people'])} 人）：召回率@10 {exactly(ours['recall'])}，爆款 "
        f"{exactly(popular['recall'])}；商品覆盖率 {words.percent(ours['coverage'])}，爆款 "
        f"{words.percent(popular['coverage'])}"
        for key, kind in KINDS.items()
        if (ours := tested.get(key)) and (popular := tested.get(f"{key}_popular"))
    ]
    return (head, *said, learned)


def suggestions(found: Found) -> tuple[Suggestion, ...]:
    actions = {
        FRESH: "给适合的人在首页和消息里推{name}，先分一半人对照，看多带来多少购买人数",
        AGAIN: "给买过{name}的人发回购提醒，配满额优惠，预期比推爆款更容易成交",
    }
    said = []
    for kind, action in actions.items():
        top = next((r for r in found if r["group"] == kind), None)
        if top is not None:
            because = (
                f"{kind}里它适合 {words.count(top['people'])} 人，占 {words.percent(top['share'])}"
            )
            said.append(Suggestion(action.format(**top), because, f"{kind}名单"))
    return tuple(said)


__all__ = ["AGAIN", "FRESH", "exactly", "findings", "notes", "suggestions", "title"]
