"""Paths in words: where people go most, where they stop, what to do about it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from analytics import words
from analytics.contract import Facts, Params, Suggestion
from analytics.journeys import EDGES, USUAL

Edges = Sequence[Mapping[str, Any]]


def title(kind: str, origin: str, goal: str) -> str:
    match kind:
        case "after":
            return f"{origin}之后怎么走"
        case "before":
            return f"{goal}之前怎么走"
        case "between":
            return f"从{origin}到{goal}怎么走"
        case _:
            return "从进来起怎么走"


def _last(edges: Edges, goal: str) -> list[Mapping[str, Any]]:
    """Edges into ``goal`` at the last step, the most common first."""
    return [e for e in edges if e["target"] == goal and e["k"] == max(x["k"] for x in edges)]


def before(edges: Edges, goal: str, steps: int) -> list[float]:
    last = [e for e in edges if e["target"] == goal and e["k"] == steps - 1]
    return [e["sessions"] / sum(x["sessions"] for x in last) for e in last]


def findings(
    kind: str, origin: str, goal: str, edges: Edges, whole: Edges, sessions: int
) -> tuple[str, ...]:
    single = whole[0]["single"]
    said = [
        f"{words.count(sessions)} 次{'' if not kind else '有这一步的'}会话里，最常见的路径是 {whole[0]['path']}，"
        f"{words.count(whole[0]['sessions'])} 次，占 {words.percent(whole[0]['share'])}"
    ]
    if kind == "before" and (last := _last(edges, goal)):
        total = sum(e["sessions"] for e in last)
        said.insert(
            0,
            f"{goal}前的最后一步多半是{last[0]['source']}，{words.count(last[0]['sessions'])} 次，"
            f"占 {words.percent(last[0]['sessions'] / total)}",
        )
    else:
        first = [e for e in edges if e["k"] == 1 and (not origin or e["source"] == origin)]
        if first:
            top = first[0]
            said.append(
                f"{top['source']}之后最多去{top['target']}，{words.count(top['sessions'])} 次，"
                f"占往下走的 {words.percent(top['share'])}"
            )
    if single and kind in ("", "after"):
        what = f"到{origin}就停了" if kind else "只有一步"
        said.append(f"{words.count(single)} 次会话{what}，占 {words.percent(single / sessions)}")
    return tuple(said)


def suggestions(
    kind: str, origin: str, goal: str, edges: Edges, whole: Edges, sessions: int
) -> tuple[Suggestion, ...]:
    if kind == "before" and (last := _last(edges, goal)):
        return (
            Suggestion(
                f"把到{goal}的入口放在{last[0]['source']}上，少一次跳转",
                f"{goal}前的最后一步有 {words.count(last[0]['sessions'])} 次是它",
                f"{last[0]['source']}之后用户去了哪里",
            ),
        )
    single = whole[0]["single"]
    where = origin or "第一步"
    if single:
        return (
            Suggestion(
                f"在{where}给停下的人一个下一步：推荐位、优惠提示或搜索框",
                f"{words.count(single)} 次会话停在这里，占 {words.percent(single / sessions)}",
                "各端用户的行为路径",
            ),
        )
    return (
        Suggestion(
            f"把{whole[0]['path']}做成更短的路：能合并的页面合并",
            f"它是最常见的一条，{words.count(whole[0]['sessions'])} 次",
        ),
    )


def notes(facts: Facts, params: Params, start: date, asked: bool) -> tuple[str, ...]:
    usual = "" if asked else f"没有说时间，看近 {USUAL} 天："
    said = [
        f"{usual}{start.isoformat()} 至 {facts.until.isoformat()}，停顿超过 {params['pause']:g} 分钟算新会话，"
        f"路径最多 {int(params['steps'])} 步，图上最多 {EDGES} 条"
    ]
    if params["exclude"]:
        said.append(f"不看{'、'.join(params['exclude'])}")
    return tuple(said)
