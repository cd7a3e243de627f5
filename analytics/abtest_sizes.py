"""How many people an A/B test takes, as an answer of its own: by power, with the size to write down first."""

from __future__ import annotations

from analytics import comparisons, words
from analytics.contract import Outcome, Refused, Suggestion, View
from analytics.trial import Asked

SIZES = (
    words.share("power", "功效"),
    words.share("old", "基线转化率"),
    words.share("new", "目标转化率"),
    words.people("each", "每组人数"),
    words.people("both", "两组合计"),
)


def sized(old: float, new: float, asked: Asked, source: str = "") -> Outcome | Refused:
    """How many people it takes to see a rate of ``old`` become ``new``."""
    if old == new or not 0 < old < 1 or not 0 < new < 1:
        return Refused("too-little-data", "两个转化率要不同，而且在 0 和 1 之间")
    powers = sorted({asked.power, 0.7, 0.8, 0.9, 0.95})
    each = {p: -(-comparisons.needed(old, new, asked.confidence, p) // 1) for p in powers}
    rows = tuple((p, old, new, each[p], 2 * each[p]) for p in powers)
    size = each[asked.power]
    told = (
        f"转化率从 {words.percent(old)} 到 {words.percent(new)}，置信度 {asked.confidence * 100:g}%、功效 {asked.power * 100:g}%，"
        f"每组要 {words.count(size)} 人，两组共 {words.count(2 * size)} 人"
    )
    notes: tuple[str, ...] = ("两比例检验、双侧、两组人数相同；和 R 的 power.prop.test 一致",)
    if source:
        notes = (f"基线取自{source}的对照组", *notes)
    return Outcome(
        columns=SIZES,
        rows=rows,
        view=View(
            "bar",
            "power",
            ("each",),
            title=f"每组要 {words.count(size)} 人",
            options=(("order", "natural"),),
        ),
        findings=(told,),
        suggestions=(
            Suggestion(
                f"开跑前写下每组 {words.count(size)} 人，到数再看结果",
                f"中途看着停会让误判高于 {asked.alpha * 100:g}%",
            ),
        ),
        notes=notes,
        extra={"each": list(each.values()), "alpha": asked.alpha},
    )
