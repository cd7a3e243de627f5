"""假设：一个因子变了、一块生意没有了、一段日子不算，指标会是多少。

A factor acts through a product (销售额 = 访客数 × 转化率 × 客单价) with everything else held still;
a segment or some days are left out and the metric is computed again. Arithmetic, not a forecast.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from analytics import words
from analytics.contract import (
    Analysis,
    Facts,
    Intent,
    Outcome,
    Param,
    Params,
    Refused,
    Suggestion,
    View,
)
from analytics.contributions import Sides
from analytics.factor_tree import Factor, formula, label_of, tree, ways
from analytics.supposed import ASKING, FALL, GONE, RISE, TRIGGERS, Change, change_of
from analytics.without import fig, left_out, period_of, rate_text, sides_columns, values_of, without
from semantic_layer.catalog import Metric
from semantic_layer.periods import add_months
from semantic_layer.query import (
    ByTime,
    Grain,
    Measure,
    MetricQuery,
    Period,
    Scope,
)

BACK = 6  # months looked back at, for what has been reached before
STEP = 0.1  # by which every factor is moved where nobody says
STILL = "其余因子不变的静态测算，不是预测"


@dataclass(frozen=True, slots=True)
class Lever:
    """``factor`` to the power ``power`` is one of the things that ``target`` is the product of."""

    factor: Measure
    target: Measure
    power: int
    way: tuple[tuple[Measure, int], ...]


def run(facts: Facts, params: Params) -> Outcome | Refused:
    named = tuple(m for m in (facts.measure, *facts.others) if m is not None)
    change = change_of(params)
    if change is not None:
        return _moved(facts, named, change)
    target = named[0] if named else next(iter(facts.metrics), None)
    if target is None:
        return Refused("too-little-data", "没有说是哪个指标")
    if (left := left_out(facts, params["gone"] == "yes")) is not None:
        return without(facts, target, left)
    return _each(facts, target, said=params["view"] == "all")


# ── a factor moves ────────────────────────────────────────────────────────────────────────────


def _moved(facts: Facts, named: Sequence[Measure], change: Change) -> Outcome | Refused:
    lever = _lever(facts, named)
    if lever is None:
        labels = "、".join(label_of(facts, m) for m in named) or "这些指标"
        return Refused("too-little-data", f"模型里没有写{labels}和别的指标怎么相乘，算不出来")
    period = period_of(facts)
    sides = Sides(after=period)
    asked = (lever.target, *(m for m, _ in lever.way))
    found = values_of(facts, asked, sides)
    at = 1 + [m for m, _ in lever.way].index(lever.factor)
    if any(v is None or v <= 0 for v in (found[0], found[at])):
        return Refused("too-little-data", f"{period.label}没有可测算的数据")
    now, factor = float(found[0] or 0), float(found[at] or 0)
    then = change.applied(factor)
    if then <= 0:
        return Refused("too-little-data", f"{label_of(facts, lever.factor)}会变成 0 以下，算不出来")
    result = now * (then / factor) ** lever.power
    metrics = [facts.anatomy.metric(m) for m in asked]
    rows = []
    for i, metric in enumerate(metrics):
        value, new = found[i], result if i == 0 else then if i == at else found[i]
        if metric is not None and value and new is not None:
            rows.append((metric.label, value, new, new - value, new / value - 1))
    target, moved = metrics[0], metrics[at]
    assert target is not None and moved is not None
    best = _best(facts, lever.factor, period, min if then < factor else max)
    return _told_moved(
        facts, lever, period, (target, moved), (now, result, factor, then), best, rows
    )


def _told_moved(
    facts: Facts,
    lever: Lever,
    period: Period,
    metrics: tuple[Metric, Metric],
    values: tuple[float, float, float, float],
    best: float | None,
    rows: Sequence[tuple[object, ...]],
) -> Outcome:
    (target, moved), (now, result, factor, then) = metrics, values
    more = "多" if result > now else "少"
    said = (
        f"{moved.label}从 {fig(factor, moved)}到 {fig(then, moved)}（{rate_text(then / factor - 1)}），"
        f"其余不变，{period.label} 的{target.label}从 {fig(now, target)}到 {fig(result, target)}，"
        f"{more} {fig(abs(result - now), target)}（{rate_text(result / now - 1)}）"
    )
    findings = [said]
    down = then < factor
    if best is not None:
        reached = "到过" if (best <= then if down else best >= then) else "没有到过"
        findings.append(
            f"此前 {BACK} 个月{moved.label}最{'低' if down else '高'} {fig(best, moved)}，{reached}这个水平"
        )
    split = next(iter(facts.anatomy.splits(lever.factor)), "")
    where = f"各{facts.label(split)}的{moved.label}" if split else moved.label
    way = [Factor(label_of(facts, m), 1, 1, power=p) for m, p in lever.way]
    return Outcome(
        columns=sides_columns(),
        rows=tuple(rows),
        view=View("bar", "metric", ("rate",), title=f"{target.label}{rate_text(result / now - 1)}"),
        findings=tuple(findings),
        suggestions=(
            Suggestion(
                f"请{moved.owner or '负责人'}先挑{moved.label}最{'高' if down else '低'}的一块试，按 {fig(then, moved)}定目标",
                f"全部做到值 {fig(abs(result - now), target)}",
                f"{period.label}{where}",
            ),
        ),
        notes=(STILL, formula(target.label, way)),
        extra={
            "values": [*values, result - now],
            "rates": [then / factor - 1, result / now - 1],
            "best": best or 0.0,
            "months": BACK,
        },
    )


def _lever(facts: Facts, named: Sequence[Measure]) -> Lever | None:
    """Which of the metrics named acts on which; with one named, on what it acts."""
    if len(named) > 1:
        orders = [(a, b) for a in named for b in named if a != b]
        whole = [
            o for o in orders if facts.anatomy.fraction(o[1]) is None
        ]  # sales before sales each
        tried = [*whole, *(o for o in orders if o not in whole)]
        return next((found for a, b in tried if (found := _acts(facts, a, b))), None)
    if not named:
        return None
    halves = facts.anatomy.fraction(named[0])
    targets = [*facts.metrics, *(halves[:1] if halves else ())]
    return next((found for t in targets if (found := _acts(facts, named[0], t))), None)


def _acts(facts: Facts, factor: Measure, target: Measure) -> Lever | None:
    """A product that has ``factor`` in it, one level down if need be."""
    products = ways(facts, target)
    for way in products:
        for part, power in way:
            if part == factor:
                return Lever(factor, target, power, way)
    for way in products:
        for part, power in way:
            for inner in ways(facts, part):
                for deep, sign in inner:
                    if deep == factor and deep != target:
                        rest = tuple(w for w in way if w[0] != part)
                        whole = (*rest, *((m, p * power) for m, p in inner))
                        return Lever(factor, target, power * sign, whole)
    return None


def _best(
    facts: Facts, factor: Measure, period: Period, best: Callable[..., float]
) -> float | None:
    """The most (or least) that ``factor`` was in one of the last months before ``period``."""
    assert period.start is not None
    end = period.start
    span = Period(add_months(end, -BACK), end)
    query = MetricQuery((factor,), (ByTime(Grain.MONTH),), Scope(periods=(span,)))
    known = [float(r[-1]) for r in facts.compute(query).rows if r[-1]]
    return best(known) if known else None


def _each(facts: Facts, target: Measure, said: bool) -> Outcome | Refused:
    """Every factor a tenth up, and back to where it was a period ago."""
    period = period_of(facts)
    before = replace(facts.before(period), label="上一期")
    factors = [f for f in tree(facts, target, Sides(before, period)) if f.metric is not None]
    now = values_of(facts, (target,), Sides(after=period))[0]
    metric = facts.anatomy.metric(target)
    if not factors or not now or metric is None:
        return Refused("too-little-data", "没有可以拆的因子，或者缺上一期的数据")
    rows = tuple(
        (
            f.label,
            f.after,
            f.before,
            now * ((1 + STEP) ** f.power - 1),
            now * ((f.before / f.after) ** f.power - 1),
        )
        for f in factors
    )
    top = max(rows, key=lambda r: abs(r[4]))
    back = "多" if top[4] > 0 else "少"
    money = replace(
        words.measure("up", f"提高 {STEP:.0%} 的影响"), unit=metric.unit, format=metric.format
    )
    columns = (
        words.dimension("factor", "因子"),
        words.measure("now", period.label),
        words.measure("before", "上一期"),
        money,
        replace(money, name="back", label="回到上一期的影响"),
    )
    return Outcome(
        columns=columns,
        rows=rows,
        view=View("hbar", "factor", ("back",), title=f"回到上一期，{top[0]}的影响最大"),
        findings=(
            f"{formula(metric.label, factors)}，每个因子提高 {STEP:.0%}，{period.label} 的{metric.label}都变 {fig(abs(rows[0][3]), metric)}",
            f"只把{top[0]}放回上一期的水平，{metric.label}{back} {fig(abs(top[4]), metric)}，是各因子里最大的",
        ),
        suggestions=(
            Suggestion(
                f"先守住{top[0]}",
                f"它这一期的变化值 {fig(abs(top[4]), metric)}",
                f"{period.label}{metric.label}为什么变化",
            ),
        ),
        notes=(STILL,) if said else (STILL, "没有说改变什么，逐个因子看"),
        extra={"step": STEP},
    )


def _params() -> Iterator[tuple[str, Param]]:
    for name, verbs, label in (("rise", RISE, "提高"), ("fall", FALL, "降低")):
        yield name, Param(0, f"{label}（%）", tuple(v + "{}%" for v in verbs), high=1000)
        ends = ("个百分点", "个点", "百分点", "点")
        points = tuple(v + "{}" + e for v in verbs for e in ends)
        yield f"{name}_points", Param(0, f"{label}（百分点）", points, high=100)
        yield (
            f"{name}_tenths",
            Param(0, f"{label}（成）", tuple(v + "{}成" for v in verbs), high=20),
        )


ANALYSIS = Analysis(
    name="whatif",
    title="假设测算",
    intent=Intent(
        phrases=TRIGGERS,
        examples=(
            "如果转化率提升10%，销售额会怎样",
            "如果客单价提高5%，销售额能多多少",
            "要是没有抖音，上个月销售额会是多少",
            "做一下5月销售额的敏感性分析",
        ),
        not_examples=("销售额提升10%以上的城市有哪些", "没有下单的用户有多少"),
    ),
    needs=(),
    measured=True,
    relates=True,
    definition=(
        "改一个因子：目标等于几个因子相乘，其余不变，按比例算；去掉一块或几天：去掉后重新算。没说时间按最近一个完整的月。"
        "静态测算，不考虑连带影响，不是预测"
    ),
    params={
        **dict(_params()),
        "scale": Param(
            "",
            "倍数",
            choices=(
                ("2", ("翻一倍", "翻倍", "翻番", "翻一番", "加倍", "涨一倍")),
                ("0.5", ("减半", "腰斩", "砍半", "少一半", "砍一半")),
            ),
        ),
        "asked": Param("effect", "问法", choices=(("effect", ASKING),)),
        "gone": Param("no", "去掉", choices=(("no", ()), ("yes", GONE))),
        "view": Param(
            "one",
            "看法",
            choices=(
                ("one", ()),
                ("all", ("敏感性分析", "敏感度分析", "敏感性", "敏感度", "哪个因素", "测算一下")),
            ),
        ),
    },
    run=run,
)
