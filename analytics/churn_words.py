"""Churn in sentences: how far to trust it, why people leave, what to do; the words of ``churn``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from analytics import words
from analytics.churn_features import FEATURES
from analytics.classify import Score
from analytics.contract import Facts, Suggestion, View

BANDS = ("高流失风险客户", "中流失风险客户", "低流失风险客户")
GAIN = 0.01  # of AUC over the silence alone, that makes a model worth having
USABLE = 0.6  # an AUC below this is hardly a ranking
OFF = 0.05  # mean chance against what came
Line = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Tested:
    """What the model that had not seen the latest cut-off said of it."""

    cuts: tuple[date, ...]
    learnt: int
    score: Score
    tree: float
    silence: float
    bands: Mapping[str, tuple[float, float]]
    leaking: tuple[str, ...] = ()
    every: int = 1

    def usable(self) -> bool:
        """Is the ranking better than chance by enough to act on it?"""
        return self.score.auc >= USABLE

    def trust(self) -> str:
        """可信度 in words."""
        if not self.usable():
            return "可信度低，不要据此行动"
        if self.score.auc < self.silence + GAIN:
            return "可信度一般：不优于只看未购天数"
        return "可信度高" if self.score.auc >= 0.8 else "可信度中等，适合排序"

    def off(self) -> float:
        """Mean predicted chance minus the share that was gone."""
        return sum(chance for chance, _ in self.score.bins) / len(self.score.bins) - self.score.base

    def figures(self) -> Mapping[str, float]:
        s = self.score
        known = {"rows": s.rows, "base": s.base, "auc": s.auc, "precision": s.precision}
        more = {"lift": s.lift, "brier": s.brier, "tree": self.tree, "silence": self.silence}
        return {**known, **more, "learnt": self.learnt}


def signal(name: str, weight: float) -> str:
    """What a feature says when it raises the risk: its high value or its low one."""
    _, high, low = FEATURES[name]
    return high if weight > 0 else low


def view(facts: Facts, horizon: int, whole: Line) -> View:
    title = f"未来 {horizon} 天预计流失 {words.count(whole['lost'])} 人，涉及消费 {words.money(whole['value'])}"
    if facts.by:
        return View("hbar", "label", ("risk",), title=title)
    return View(
        "grouped", "label", ("tested", "actual"), title=title, options=(("order", "natural"),)
    )


def findings(
    facts: Facts, horizon: int, lines: Sequence[Line], whole: Line, reasons: Sequence[Line]
) -> tuple[str, ...]:
    ahead = (
        f"近 {horizon} 天买过的 {words.count(whole['people'])} 位客户里，预计 {words.count(whole['lost'])} 位"
        f"（{words.percent(whole['risk'])}）未来 {horizon} 天不再买，涉及平时消费 {words.money(whole['value'])}"
    )
    said = [ahead]
    if whole["rate"] is not None:
        said = [
            f"最近 {horizon} 天流失率 {words.percent(whole['rate'])}：此前活跃的 {words.count(whole['was'])} 位客户里 "
            f"{words.count(whole['gone'])} 位没有再买；未来 {horizon} 天预计再流失 {words.count(whole['lost'])} 位",
            ahead,
        ]
    if facts.by:
        ranked = sorted(lines, key=lambda r: (-r["risk"], str(r["label"])))
        if len(ranked) > 1:
            high, low = ranked[0], ranked[-1]
            said.append(
                f"{high['label']}的预计流失率最高，{words.percent(high['risk'])}；"
                f"{low['label']}最低，{words.percent(low['risk'])}"
            )
    elif reasons:
        said.append(
            f"高风险客户最常见的信号是「{reasons[0]['reason']}」，{words.count(reasons[0]['people'])} 人"
        )
    return tuple(said)


def suggestions(facts: Facts, lines: Sequence[Line], test: Tested) -> tuple[Suggestion, ...]:
    """By band: whom to call, whom to write to; none of it where the prediction is no good."""
    if not test.usable():
        return (
            Suggestion(
                "先不要按这份名单行动：购买记录还看不出谁会走，换一个流失天数再试",
                f"检验 AUC 只有 {words.number(test.score.auc, 3)}，猜硬币是 0.5",
            ),
        )
    if facts.by:
        worst = max(lines, key=lambda r: (r["value"], str(r["label"])))
        return (
            Suggestion(
                f"先挽留{worst['label']}的客户：按可能损失从高到低联系，留一成不联系做对照",
                f"{words.count(worst['people'])} 人，可能损失 {words.money(worst['value'])}",
                f"{BANDS[0]}名单",
            ),
        )
    deeds = (
        "按可能损失从高到低逐个回访，问清原因再给权益，留一成不联系做对照",
        "推送常买商品的补货提醒，三天没有反应再发小额券",
    )
    return tuple(
        Suggestion(
            f"对{line['label']}：{deed}",
            f"{words.count(line['people'])} 人，平均流失概率 {words.percent(line['risk'])}，"
            f"可能损失 {words.money(line['value'])}",
            f"{line['label']}名单",
        )
        for line, deed in zip(lines, deeds, strict=False)
    )


def notes(facts: Facts, horizon: int, test: Tested) -> tuple[str, ...]:
    s, cuts = test.score, [c.isoformat() for c in test.cuts]
    said = [
        f"检验：用 {'、'.join(cuts[:0:-1])} 之前的情况学习（{words.count(test.learnt)} 条），在 {cuts[0]} 的 {words.count(s.rows)} 位客户上检验，"
        f"其后 {horizon} 天真实流失率 {words.percent(s.base)}：逻辑回归 AUC {s.auc:.3f}，PR-AUC {s.precision:.3f}，"
        f"前 10% 提升 {s.lift:.2f} 倍，Brier {s.brier:.3f}；浅树 AUC {test.tree:.3f}，只看未购天数 AUC {test.silence:.3f}。{test.trust()}"
    ]
    if abs(test.off()) > OFF:
        way = "高" if test.off() > 0 else "低"
        said.append(
            f"检验时平均概率比实际{way} {abs(test.off()) * 100:.1f} 个百分点，看排序，不要当作准确的比例"
        )
    if test.leaking:
        names = "、".join(FEATURES[n][1] for n in test.leaking)
        said.append(f"没有使用：{names}。它单独就几乎知道答案，多半看到了以后的事")
    if test.every > 1:
        said.append(f"学习和检验用了 1/{test.every} 的客户，打分是全部客户")
    return (*said, "原因是与流失一起出现的信号，不代表因果", f"截至 {facts.until.isoformat()}")
