"""Lifetime value in sentences: findings, suggestions, notes and the chart of ``ltv``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from analytics import words
from analytics.bgnbd import BgNbd
from analytics.contract import Facts, Suggestion, View
from analytics.gammagamma import GammaGamma
from analytics.histories import Backtest
from analytics.lifetime import DRAWS, Future

MIN_GROUP = 20
TIED = 0.3  # above this, spend depends on how often people buy
TOP = 0.8  # the quantile above which future value is high
NAMES = ("未来高价值客户", "未来中等价值客户", "未来低价值客户")
Line = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Asked:
    """The question: days counted, days predictedand yearly discount."""

    window: int
    horizon: int
    discount: float


@dataclass(frozen=True, slots=True)
class Ahead:
    """The models, what they predict per segment, and how well they did before."""

    model: BgNbd
    money: GammaGamma
    tied: float
    futures: Mapping[Any, Future]
    test: Backtest | None


@dataclass(frozen=True, slots=True)
class Reach:
    """Cost of reach per segment and in all; the share of sales that is profit, where known."""

    costs: Mapping[Any, float]
    margin: float | None


def view(facts: Facts, asked: Asked, lines: Sequence[Line], whole: Line) -> View:
    early = whole.get("early") is not None
    title = (
        f"新客首购后 {asked.window} 天人均消费 {words.money(whole['early'])}"
        if early
        else f"新客至今人均消费 {words.money(whole['so_far'])}"
    )
    measures: tuple[str, ...] = ("early",) if early else ("so_far",)
    if facts.by and whole.get("future") is not None:
        measures = (*measures, "future")
    return View("hbar" if facts.by else "line", "segment", measures, title=title)


def findings(asked: Asked, lines: Sequence[Line], whole: Line) -> tuple[str, ...]:
    said = [_past(asked, whole) + _future(asked, whole)]
    if (ends := _ends(lines)) is not None:
        high, low = ends
        said.append(
            f"{high['segment']}的新客 {asked.window} 天 LTV 最高，{words.money(high['early'])}；"
            f"{low['segment']}最低，{words.money(low['early'])}"
        )
    if (paid := _paid(lines)) is not None:
        high, low = paid
        said.append(
            f"{high['segment']}的 LTV:CAC 最高，{words.number(high['ratio'])}（获客成本 {words.money(high['cac'])}，"
            f"{_days(high)}）；{low['segment']}最低，{words.number(low['ratio'])}（{words.money(low['cac'])}，{_days(low)}）"
        )
    elif whole.get("cac") is not None:
        said.append(_back(asked, whole))
    return tuple(said)


def _days(line: Line) -> str:
    days = line.get("payback")
    return "还没回本" if days is None else f"{words.count(days)} 天回本"


def _paid(lines: Sequence[Line]) -> tuple[Line, Line] | None:
    """The groups whose customers bring most and least for what they cost; None where costs are not by group."""
    big = [r for r in lines if r.get("ratio") is not None and r["ripe"] >= MIN_GROUP]
    ranked = sorted(big, key=lambda r: (-r["ratio"], str(r["segment"])))
    return (ranked[0], ranked[-1]) if len(ranked) > 1 else None


def elsewhere(reach: Reach, lines: Sequence[Line]) -> float:
    """Cost that leads to none of the groups."""
    known = sum(float(r["cac"] * r["people"]) for r in lines if r.get("cac") is not None)
    return max(reach.costs.get(None, 0.0) - known, 0.0)


def _past(asked: Asked, whole: Line) -> str:
    if whole.get("early") is None:
        return (
            f"{words.count(whole['people'])} 位新客首购都还不满 {asked.window} 天，"
            f"至今人均消费 {words.money(whole['so_far'])}"
        )
    return (
        f"新客首购后 {asked.window} 天 LTV 为 {words.money(whole['early'])}"
        f"（{words.count(whole['ripe'])} 位满 {asked.window} 天的新客），首日 {words.money(whole['opening'])}"
    )


def _future(asked: Asked, whole: Line) -> str:
    if whole.get("future") is None:
        return ""
    return (
        f"；未来 {asked.horizon} 天预计人均再消费 {words.money(whole['future'])}"
        f"（{words.money(whole['low'])}–{words.money(whole['high'])}）"
    )


def _back(asked: Asked, whole: Line) -> str:
    cost = f"平均获客成本 {words.money(whole['cac'])}"
    if whole.get("early") is None:
        return f"{cost}，还没到能看回本的时候"
    if whole.get("payback") is None:
        return f"{cost}，首购后 {asked.window} 天内没有回本"
    return f"{cost}，平均 {words.count(whole['payback'])} 天回本"


def _ends(lines: Sequence[Line]) -> tuple[Line, Line] | None:
    """The best and the worst group with enough people."""
    big = [r for r in lines if r.get("early") is not None and r["ripe"] >= MIN_GROUP]
    ranked = sorted(big, key=lambda r: (-r["early"], str(r["segment"])))
    return (ranked[0], ranked[-1]) if len(ranked) > 1 else None


def apart(lines: Sequence[Line]) -> float | None:
    """How far the best group's early value is from the worst's."""
    ends = _ends(lines)
    return ends[0]["early"] - ends[1]["early"] if ends else None


def suggestions(asked: Asked, lines: Sequence[Line], whole: Line) -> tuple[Suggestion, ...]:
    said = []
    if whole.get("future") is not None:
        said.append(
            Suggestion(
                f"把服务和新品优先给{NAMES[0]}（预测价值最高的 {words.percent(1 - TOP)}），不靠打折",
                f"人均未来 {asked.horizon} 天预计消费 {words.money(whole['future'])}，"
                f"{words.still_active(whole['alive'])}",
                f"{NAMES[0]}名单",
            )
        )
    if (paid := _paid(lines)) is not None:
        high, low = paid
        said.append(
            Suggestion(
                f"把一部分预算从{low['segment']}移向{high['segment']}，每周看获客成本有没有跟着涨",
                f"LTV:CAC {words.number(low['ratio'])} 对 {words.number(high['ratio'])}",
            )
        )
    elif (ends := _ends(lines)) is not None:
        high, low = ends
        said.append(
            Suggestion(
                f"对照{high['segment']}和{low['segment']}的来源与首单商品，把预算移向前者的来源，一个月后看 LTV 是否跟上",
                f"两者 {asked.window} 天 LTV 相差 {words.money(apart(lines))}",
            )
        )
    return tuple(said)


def notes(
    facts: Facts, asked: Asked, ahead: Ahead | None, reach: Reach, lines: Sequence[Line]
) -> tuple[str, ...]:
    said = []
    if ahead is None:
        said.append(f"复购客户少于 {30} 位，没有预测未来价值")
    else:
        m, g = ahead.model, ahead.money
        if ahead.test is not None:
            said.append(ahead.test.told())
        said.append(
            f"BG/NBD r {m.r:.3f}，α {m.alpha:.2f} 天，a {m.a:.3f}，b {m.b:.3f}；Gamma-Gamma p {g.p:.2f}，q {g.q:.2f}，"
            f"v {g.v:.2f}；次数与单次金额的相关系数 {ahead.tied:.2f}"
            + ("，不独立，预测金额偏差会更大" if abs(ahead.tied) > TIED else "，可视为独立")
        )
        said.append(f"区间：客户重抽样 {DRAWS} 次的 90% 区间，只含抽样误差")
    if reach.costs:
        basis = (
            f"按毛利率 {words.percent(reach.margin)}"
            if reach.margin
            else "按销售额（没有商品成本）"
        )
        said.append(f"获客成本是当期投放花费 ÷ 新客数，回本天数和 LTV:CAC {basis}计")
        if facts.by:
            label, rest = facts.label(facts.by[0]), elsewhere(reach, lines)
            if not any(r.get("cac") is not None for r in lines):
                said.append(f"投放花费对不上{label}的取值，获客成本只有整体")
            elif rest > 0.005 * reach.costs[None]:
                said.append(f"{words.money(rest)}的投放花费对不上任何{label}，没有分摊给它们")
    said.append(
        f"截至 {facts.last.isoformat()}；不满 {asked.window} 天的新客不计入 {asked.window} 天 LTV"
    )
    return tuple(said)
