"""Who will buy again, in sentences: the bands, findings, suggestions and notes of ``repurchase``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from analytics import histories, words
from analytics.bgnbd import BgNbd
from analytics.contract import Facts, Suggestion, View

Line = Mapping[str, Any]
BANDS = (  # 至少多大的概率 → 名称
    (0.6, "很可能复购的客户"),
    (0.3, "可能复购的客户"),
    (0.1, "不太会复购的客户"),
    (0.0, "几乎不会复购的客户"),
)


@dataclass(frozen=True, slots=True)
class Tested:
    """The prediction of ``days`` ago: per band what it said and what came, and how well it ranked."""

    cut: date
    bands: Mapping[str, Mapping[str, float]]
    predicted: float
    actual: float
    auc: float


def view(facts: Facts, days: int, lines: Sequence[Line], whole: Line) -> View:
    title = f"未来 {days} 天预计 {words.count(whole['buyers'])} 位老客再买"
    if facts.by:
        return View("hbar", "label", ("chance",), title=title)
    return View("bar", "label", ("people",), title=title, options=(("order", "natural"),))


def findings(
    facts: Facts, days: int, lines: Sequence[Line], whole: Line, test: Tested | None
) -> tuple[str, ...]:
    said = [
        f"{words.count(whole['people'])} 位买过的客户里，未来 {days} 天预计 {words.count(whole['buyers'])} 位会再买，"
        f"共 {words.count(whole['orders'])} 次；{words.still_active(whole['alive'])}"
    ]
    if facts.by:
        ranked = sorted(lines, key=lambda r: (-r["chance"], str(r["label"])))
        high, low = ranked[0], ranked[-1]
        if high is not low:
            said.append(
                f"{high['label']}的复购概率最高，{words.percent(high['chance'])}；"
                f"{low['label']}最低，{words.percent(low['chance'])}"
            )
    else:
        top = lines[0]
        said.append(
            f"{top['label']}有 {words.count(top['people'])} 人（{words.percent(top['share'])}），"
            f"平均概率 {words.percent(top['chance'])}"
        )
    if test is not None:
        said.append(
            f"{days} 天前做同样的预测，预计 {words.count(test.predicted)} 人会来，实际来了 {words.count(test.actual)} 人"
        )
    return tuple(said)


def suggestions(days: int, lines: Sequence[Line]) -> tuple[Suggestion, ...]:
    deeds = {
        BANDS[0][1]: "不发券，推新品和搭配：他们本来就会来",
        BANDS[1][1]: "发一张有效期短的小额券，并提醒常买的商品，推他们一把",
        BANDS[2][1]: "先问清楚不来的原因，再给一次回归权益，留一成不发做对照",
    }
    there = [line for line in lines if line["label"] in deeds]
    return tuple(
        Suggestion(
            f"对{line['label']}：{deeds[line['label']]}",
            f"{words.count(line['people'])} 人，未来 {days} 天的复购概率平均 {words.percent(line['chance'])}",
            f"{line['label']}名单",
        )
        for line in there
    )


def notes(facts: Facts, days: int, model: BgNbd, test: Tested | None) -> tuple[str, ...]:
    said = []
    if test is None:
        said.append("数据太短，没有回测，概率只用来排序")
    else:
        far = abs(test.predicted / test.actual - 1)
        trust = (
            "可信"
            if far <= histories.CLOSE
            else "可作参考"
            if far <= histories.FAIR
            else "只用来排序"
        )
        said.append(
            f"回测：{test.cut.isoformat()} 的预测与其后 {days} 天相比，AUC {test.auc:.3f}，人数相差 "
            f"{test.predicted / test.actual - 1:+.1%}，{trust}"
        )
    said.append(
        f"BG/NBD r {model.r:.3f}，α {model.alpha:.2f} 天，a {model.a:.3f}，b {model.b:.3f}；同一天的订单算一次购买"
    )
    return (*said, f"截至 {facts.until.isoformat()}")
