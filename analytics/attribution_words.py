"""Attribution in words: who gets the credit, whom counting only the last visit forgets, what to do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from analytics import words
from analytics.contract import Suggestion, View
from analytics.credit import RULES

METHODS = (*RULES, "markov")
LABELS = {
    "first": "首次触点",
    "last": "末次触点",
    "linear": "线性",
    "decay": "时间衰减",
    "position": "位置",
    "markov": "马尔可夫",
}

Line = Mapping[str, Any]


def view(lines: Sequence[Line], methods: Sequence[str]) -> View:
    method, top = methods[0], lines[0]
    title = f"{LABELS[method]}归因：{top['channel']}占 {words.percent(top[f'{method}_share'])}"
    return View("bar", "channel", tuple(f"{m}_share" for m in _compared(methods)), title=title)


def _compared(methods: Sequence[str]) -> tuple[str, ...]:
    """What was asked for, alone or beside the two ends and the chain: more than four bars say nothing."""
    beside = ("first", "last", "markov") if len(methods) == 1 else ()
    return tuple(dict.fromkeys((*methods, *beside)))


def _gap(line: Line) -> float:
    return float(line["first_share"] - line["last_share"])


def findings(
    lines: Sequence[Line], found: Sequence[Line], methods: Sequence[str], money: bool
) -> tuple[str, ...]:
    method, top, total = methods[0], lines[0], sum(r["first"] for r in found)
    worth = f"，金额 {words.money(top['amount'])}" if money else ""
    said = [
        f"按{LABELS[method]}归因，{top['channel']}贡献最大：{words.count(top['deals'])} 单，"
        f"占 {words.percent(top[f'{method}_share'])}{worth}"
    ]
    for other in methods[1:]:
        best = max(lines, key=lambda line: line[f"{other}_share"])
        said.append(
            f"按{LABELS[other]}归因，{best['channel']}贡献最大，占 {words.percent(best[f'{other}_share'])}"
        )
    early = max(lines, key=_gap)
    if _gap(early) > 0:
        said.append(
            f"{early['channel']}更多在开头出现：首次触点占 {words.percent(early['first_share'])}，"
            f"末次触点占 {words.percent(early['last_share'])}；只看末次会少记它的功劳"
        )
    key = max(lines, key=lambda line: line["effect"])
    said.append(f"去掉{key['channel']}影响最大，模型估计成交少 {words.percent(key['effect'])}")
    touches = sum(r["touched"] for r in found) / total
    said.append(
        f"成交前平均 {words.number(touches, 1)} 个触点，{words.percent(found[0]['single'] / total)} 的成交只有一个"
    )
    return tuple(said)


def suggestions(lines: Sequence[Line]) -> tuple[Suggestion, ...]:
    early, late = max(lines, key=_gap), min(lines, key=_gap)
    if early is late or _gap(early) <= 0:
        return (
            Suggestion(
                "渠道预算按现在的比例走，先做一次停投实验再调",
                f"各方法给出的占比接近，{lines[0]['channel']}占 {words.percent(lines[0]['linear_share'])}",
            ),
        )
    return (
        Suggestion(
            f"考核{early['channel']}时加看首次触点：它负责把人带来，别只按最后成交砍预算",
            f"首次触点占 {words.percent(early['first_share'])}，末次触点占 {words.percent(early['last_share'])}",
            f"{early['channel']}拉来的新客LTV",
        ),
        Suggestion(
            f"{late['channel']}多在最后出现，先停一小块投放看成交会不会真的少，再决定加钱",
            f"末次触点占 {words.percent(late['last_share'])}，首次触点只占 {words.percent(late['first_share'])}",
        ),
    )
