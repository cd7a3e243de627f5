"""The A/B test in words: rows, columns, findings, what to do, and how far to trust it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from math import isinf
from typing import Any

from analytics import words
from analytics.contract import Facts, Params, Suggestion
from analytics.trial import MEASURES, Asked, Judged, Test

UNEVEN = 0.001  # below this the groups were not dealt as planned
TINY = 0.0001
SHORT = 7  # days
SAID = 3  # experiments told one by one


def printed(value: float | None, measure: str) -> str:
    match measure:
        case "rate":
            return words.percent(value)
        case "orders":
            return words.number(value, 3)
        case _:
            return words.money(value)


def apart(value: float, measure: str) -> str:
    """A difference, with its sign."""
    if measure == "rate":
        return words.points(value)
    sign = "+" if value > 0 else ""
    return sign + (words.number(value, 3) if measure == "orders" else words.money(value))


def chance(p: float) -> str:
    """
    >>> chance(0.00741), chance(0.00001)
    ('p = 0.0074', 'p 小于 0.0001')
    """
    return f"p = {words.number(p, 4)}" if p >= TINY else f"p 小于 {words.number(TINY, 4)}"


def level(asked: Asked) -> str:
    return f"{asked.confidence * 100:g}%"


# ── sentences ─────────────────────────────────────────────────────────────────────────────────


def best(result: Judged, measure: str) -> tuple[str, Test] | None:
    """The variant that differs most surely."""
    found = [(v, t) for (v, m), t in result.tests.items() if m == measure]
    return min(found, key=lambda f: (f[1].p, -abs(f[1].difference.value)), default=None)


def verdict(test: Test, asked: Asked) -> str:
    if test.p >= asked.alpha:
        return "差异不显著"
    return "显著提升" if test.difference.value > 0 else "显著下降"


def name_of(result: Judged) -> str:
    trial = result.trial
    return f"{trial.name}（{trial.segment}）" if trial.segment else trial.name


def title(results: Sequence[Judged], asked: Asked, grouped: bool) -> str:
    label = MEASURES[asked.metric]
    if len(results) > 1:
        return f"各{'组' if grouped else '实验'}的{label}"
    found = best(results[0], asked.metric)
    if found is None:
        return label
    return f"{results[0].trial.name}：{found[0]}的{label}{verdict(found[1], asked)}"


def findings(results: Sequence[Judged], asked: Asked, grouped: bool) -> tuple[str, ...]:
    said = [f"{name_of(r)}{_uneven(r)}，先别看结论" for r in results if r.uneven < UNEVEN]
    if len(results) > 1:
        surely = [r for r in results if (b := best(r, asked.metric)) and b[1].p < asked.alpha]
        unit = "个人群" if grouped else "个实验"
        said.append(f"{len(results)} {unit}里 {len(surely)} 个的{MEASURES[asked.metric]}有显著差异")
        order = surely or list(results)
        return tuple((said + [_main(r, asked) for r in order])[: SAID + 1])
    result = results[0]
    said.append(_main(result, asked))
    if further := _further(result, asked):
        said.append(further)
    found = best(result, asked.metric)
    if found is not None and found[1].p >= asked.alpha:
        test = found[1]
        said.append(
            f"以现在的人数，只看得出 {apart(test.visible, asked.metric).lstrip('+')} 以上的差别，再小的看不出来"
        )
    return tuple(said)


def _uneven(result: Judged) -> str:
    sizes = "、".join(f"{a.variant} {words.count(a.n)} 人" for a in result.trial.arms)
    return f"的分流不均：{sizes}，均匀分流时这样的差别 {chance(result.uneven)}"


def _main(result: Judged, asked: Asked) -> str:
    measure, trial = asked.metric, result.trial
    found = best(result, measure)
    if found is None:
        return f"{name_of(result)}的{MEASURES[measure]}没有可比的数据"
    variant, test = found
    d = test.difference
    adjusted = "（CUPED 调整后）" if asked.cuped and measure == "value" else ""
    lift = (
        ""
        if d.lift is None
        else f"，相对{'提升' if d.lift >= 0 else '下降'} {words.percent(abs(d.lift))}"
    )
    return (
        f"{name_of(result)}：{variant}的{MEASURES[measure]}{adjusted} {printed(d.new, measure)}，"
        f"{trial.control.variant} {printed(d.old, measure)}，相差 {apart(d.value, measure)}"
        f"（{level(asked)} 区间 {apart(d.low, measure)} 到 {apart(d.high, measure)}）"
        f"{lift}，{chance(test.p)}，{verdict(test, asked)}"
    )


def _further(result: Judged, asked: Asked) -> str:
    """The other measures of the variant that decides: those that moved, else that none did."""
    found = best(result, asked.metric)
    if found is None:
        return ""
    said = []
    for measure in asked.measures[1:]:
        test = result.tests.get((found[0], measure))
        if test is None:
            continue
        d = test.difference
        said.append(
            f"{MEASURES[measure]} {printed(d.old, measure)} → {printed(d.new, measure)}"
            f"（{chance(test.p)}，{verdict(test, asked)}）"
        )
    return "同时看：" + "；".join(said) if said else ""


def suggestions(results: Sequence[Judged], asked: Asked, grouped: bool) -> tuple[Suggestion, ...]:
    """What to do with each experiment: roll out, stop, run on, or weigh one measure against another."""
    if grouped:
        results = sorted(results, key=lambda r: b[1].p if (b := best(r, asked.metric)) else 1)[:1]
    return tuple(s for r in results[:SAID] if (s := _suggestion(r, asked)) is not None)


def _suggestion(result: Judged, asked: Asked) -> Suggestion | None:
    found = best(result, asked.metric)
    if found is None:
        return None
    name, (variant, test), label = name_of(result), found, MEASURES[asked.metric]
    because = f"{label}相差 {apart(test.difference.value, asked.metric)}，{chance(test.p)}"
    if result.uneven < UNEVEN:
        return Suggestion(
            f"先查{name}的分流和埋点，修好再重跑", name + _uneven(result), f"{name}各组人数"
        )
    against = [
        (m, t)
        for m in asked.measures[1:]
        if (t := result.tests.get((variant, m))) is not None
        and t.p < asked.alpha
        and t.difference.value * test.difference.value < 0
    ]
    ask = f"各性别的{result.trial.name}实验效果"
    if test.p >= asked.alpha:
        size = (
            ""
            if isinf(test.size)
            else f"；要看出现在这点差别，每组要 {words.count(test.size)} 人，现在 {words.count(result.trial.control.n)} 人"
        )
        return Suggestion(
            f"{name}不建议按{label}全量；想再试就先备够人数或加大改动", because + size, ask
        )
    if against:
        other = "、".join(f"{MEASURES[m]} {apart(t.difference.value, m)}" for m, t in against)
        money = result.tests.get((variant, "value"))
        total = (
            ""
            if money is None
            else f"；合起来人均金额 {apart(money.difference.value, 'value')}，{chance(money.p)}"
        )
        return Suggestion(
            f"{name}先不全量：请业务定{label}和{MEASURES[against[0][0]]}哪个优先，再按人均金额和毛利决定",
            f"{because}，而{other}{total}",
            ask,
        )
    if test.difference.value > 0:
        return Suggestion(
            f"把{name}的{variant}分批放到全量，放量时留一成不改，继续看{label}", because, ask
        )
    return Suggestion(f"停掉{name}的{variant}，回到{result.trial.control.variant}", because, ask)


# ── how far to trust it ───────────────────────────────────────────────────────────────────────


def notes(results: Sequence[Judged], asked: Asked, facts: Facts, params: Params) -> tuple[str, ...]:
    window = round(float(params["window"]))
    said = []
    for result in results[:SAID]:
        arms = result.trial.arms
        began, ended = min(a.began for a in arms), max(a.ended for a in arms)
        said.append(
            f"{name_of(result)}：{began.isoformat()} 至 {ended.isoformat()} 进组，"
            f"{'、'.join(f'{a.variant} {words.count(a.n)} 人' for a in arms)}，分流检验 {chance(result.uneven)}"
        )
        if twice := sum(a.twice for a in arms):
            said.append(f"{words.count(twice)} 人同时在多个组，没有计入")
        if ended + timedelta(days=max(window, 1)) > facts.last:
            said.append(_still_running(result, asked))
        elif (ended - began).days + 1 < SHORT:
            said.append(f"只进组了 {(ended - began).days + 1} 天，不满一周，周中和周末可能不同")
    till = f"进组后 {window} 天" if window else f"进组后到 {facts.last.isoformat()} "
    said.append(f"看{till}的付款订单；{MEASURES[asked.metric]}之外的指标按 BH 校正，只作参考")
    if any(r.trial.segment for r in results):
        said.append("各人群的 p 值按 BH 校正；人群里的差别只作线索")
    return tuple(said)


def _still_running(result: Judged, asked: Asked) -> str:
    found = best(result, asked.metric)
    told = f"；允许随时看的算法（mSPRT）{chance(found[1].anytime)}" if found else ""
    return f"实验还没走完，天天看着停会把误判抬高到 {asked.alpha * 100:g}% 以上，请按计划人数跑完再下结论{told}"


def extra(results: Sequence[Judged], asked: Asked) -> Mapping[str, Any]:
    sure = [r for r in results if (b := best(r, asked.metric)) and b[1].p < asked.alpha]
    return {
        "experiments": len(results),
        "significant": len(sure),
        "tiny": TINY,
        "uneven": [r.uneven for r in results],
        "tests": [_numbers(t) for r in results for t in r.tests.values()],
    }


def _numbers(test: Test) -> tuple[float, ...]:
    d = test.difference
    said = (d.old, d.new, d.value, d.low, d.high, d.lift or 0.0, d.statistic, d.p)
    return (*said, test.p, test.visible, test.size, test.anytime)
