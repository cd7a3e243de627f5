"""购物篮：哪些商品常被一起买，买了甲的人有多少也买乙，比平时高几倍。

A basket is an order. Items and pairs are counted in SQL (``basket_counts.py``), larger sets in whole numbers
(``itemsets.py``). Of very many lines a fixed sample of orders is taken, and said.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlglot import exp

from analytics import words
from analytics.basket_counts import MIN_COUNT, counted, places, sampled
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
from analytics.itemsets import Rule, frequent, meeting, often, rules, telling
from semantic_layer.catalog import Direction
from semantic_layer.result import Result

MIN_BASKETS = 50
LEVELS = (
    ("product", ("商品",)),
    ("category", ("品类", "类目", "类别")),
    ("subcategory", ("子品类", "小类", "二级品类", "二级类目")),
)
WORTH = 1.2  # lift below which nothing is worth doing
SHOWN = 50
DRAWN = 12  # pairs on the chart
COLUMNS = (
    words.dimension("left_items", "买了"),
    words.dimension("right_item", "还买"),
    words.people("both", "一起买的订单", "单"),
    words.share("support", "支持度"),
    words.share("confidence", "置信度"),
    words.measure("lift", "提升度", "倍"),
    words.measure("leverage", "杠杆", direction=Direction.UP),
    words.measure("conviction", "确信度"),
)


def run(facts: Facts, params: Params) -> Outcome | Refused:
    """Rules over the scope's orders, the highest lift first."""
    kind = params["level"]
    rows, holes = _lines(facts, kind)
    if rows is None:
        return Refused("missing-role", "商品" if kind == "product" else "品类")
    kept = sampled(facts, rows, holes)
    bought = counted(facts, rows, holes, kept, float(params["support"]))
    if bought.baskets < MIN_BASKETS:
        return Refused("too-little-data", f"只有 {bought.baskets} 笔订单，少于 {MIN_BASKETS} 笔")
    if not bought.pairs:
        return Refused("too-little-data", f"没有两件商品一起买过 {bought.least} 单以上")
    baskets, names = bought.baskets, bought.names
    support = max(bought.wanted, MIN_COUNT / baskets)
    counts = often(bought.singles, bought.pairs, baskets, support)
    if int(params["longest"]) > 2 and (wanted := meeting(counts)):
        bits = places(facts, rows, holes, kept, {bought.items[i]: i for i in wanted})
        counts = frequent(bits, baskets, support, int(params["longest"]), counts)
    found = rules(counts, baskets, float(params["confidence"]))
    found = [r for r in found if exceeds(r, float(params["lift"]))]
    if not found:
        return Refused("too-little-data", "没有一组商品同时达到支持度和置信度")
    # Who names a threshold gets every rule that passes it; else only those that no shorter rule explains.
    shown = found if params["support"] else [r for r in found if telling(r, counts)] or found
    return _told(found, shown, names, facts, params, baskets, kept, support)


def exceeds(rule: Rule, lift: float) -> bool:
    """Bought together more often than chance, by this much."""
    return rule.both * rule.baskets > lift * rule.left_count * rule.right_count


def _lines(facts: Facts, kind: str) -> tuple[exp.Select | None, dict[str, Any]]:
    """Lines of orders at the level asked for: products by name, or what they belong to."""
    order, item = exp.column("order", quoted=True), exp.column(kind)
    if not facts.has("order", "product", kind):
        return None, {}
    named = kind == "product" and facts.has("order", "product", "product_name")
    name = exp.column("product_name") if named else item
    extra = ("product_name",) if named else () if kind == "product" else (kind,)
    rows = facts.select("order", "product", *extra)
    return rows, {"order": order, "item": item, "name": name.copy()}


# ── in words ──────────────────────────────────────────────────────────────────────────────────


def _told(
    found: Sequence[Rule],
    clear: Sequence[Rule],
    names: Sequence[str],
    facts: Facts,
    params: Params,
    baskets: int,
    kept: int,
    support: float,
) -> Outcome:
    shown = clear[:SHOWN]
    left = len(found) - len(clear)
    rows = tuple(
        (
            " + ".join(names[i] for i in r.left),
            names[r.right],
            r.both,
            r.support,
            r.confidence,
            r.lift,
            r.leverage,
            r.conviction,
        )
        for r in shown
    )
    top = rows[0]
    often = max(rows, key=lambda r: (r[2], r[5]))
    sampled = kept < 10_000
    return Outcome(
        columns=COLUMNS,
        rows=rows,
        view=_view(rows) if len(rows) > 3 else View("table"),
        findings=_findings(top, often, baskets, len(found)),
        suggestions=tuple(_suggestion(r) for r in dict.fromkeys((top, often)) if r[5] >= WORTH),
        notes=(
            f"支持度至少 {support:.3%}（{words.count(support * baskets)} 单），置信度至少 "
            f"{words.percent(float(params['confidence']))}，提升度高于 {words.number(float(params['lift']))}",
            *((f"行数太多，按订单号取了 {kept / 100:.1f}% 的订单",) if sampled else ()),
            *((f"另有 {words.count(left)} 条多带一件也不更准，不列",) if left else ()),
            *((f"只列提升度最高的 {SHOWN} 条",) if len(clear) > SHOWN else ()),
            f"截至 {facts.until.isoformat()}",
        ),
        extra={
            "baskets": baskets,
            "rules": len(found),
            "lengths": _lengths(found),
            "left": left,
        },
    )


def _view(rows: Sequence[tuple[Any, ...]]) -> View:
    """Pairs as bars: what is bought, and what with it, read in one line."""
    lift = next(c for c in COLUMNS if c.name == "lift")
    pairs = tuple((f"{r[0]} → {r[1]}", r[5]) for r in rows[:DRAWN])
    return View(
        "hbar",
        "pair",
        ("lift",),
        title=f"最强的搭配是平时的 {words.number(rows[0][5])} 倍",
        data=Result((words.dimension("pair", "搭配"), lift), pairs),
    )


def _findings(
    top: tuple[Any, ...], often: tuple[Any, ...], baskets: int, found: int
) -> tuple[str, ...]:
    """``top`` is the row of the highest lift, ``often`` the one in most orders."""
    said = [
        f"买「{top[0]}」的订单里 {words.percent(top[4])} 也买「{top[1]}」，是平时的 {words.number(top[5])} 倍"
    ]
    if often != top:
        said.append(
            f"一起买得最多的是「{often[0]}」和「{often[1]}」，{words.count(often[2])} 单，"
            f"是平时的 {words.number(often[5])} 倍"
        )
    said.append(f"{words.count(baskets)} 笔订单里找到 {words.count(found)} 条规则")
    if top[5] < WORTH:
        said.append("没有明显的搭配：一起买和各买各的差不多")
    return tuple(said)


def _suggestion(row: tuple[Any, ...]) -> Suggestion:
    left, right, both, _, confidence, lift, *_ = row
    return Suggestion(
        f"把「{right}」放到「{left}」的详情页和结算页，或做成组合装",
        f"一起买过 {words.count(both)} 单，买前者的 {words.percent(confidence)} 会买后者，是平时的 {words.number(lift)} 倍",
    )


def _lengths(found: Sequence[Rule]) -> dict[str, int]:
    """How many rules of how many items."""
    sizes = sorted({len(r.left) + 1 for r in found})
    return {str(n): sum(len(r.left) + 1 == n for r in found) for n in sizes}


ANALYSIS = Analysis(
    name="basket",
    title="购物篮分析",
    intent=Intent(
        phrases=words.listed(
            "购物篮 购物篮分析 关联规则 关联分析 商品关联 商品关联分析 连带分析 连带购买 搭配购买 搭配分析 组合购买 "
            "经常被一起买 经常一起买 经常一起购买 经常一起被买 常被一起买 常一起买 一起被购买 一起购买 被一起买 一起买 "
            "常常一起买 最常一起买 买了还买什么 还会买什么 适合捆绑 捆绑销售 适合搭配 搭配销售 适合一起卖 组合销售"
        ),
        examples=(
            "哪些商品经常被一起买",
            "做一下购物篮分析",
            "今年的关联规则，支持度0.5%，置信度30%",
            "哪些品类经常一起买",
            "上个月线上的商品关联分析",
        ),
        not_examples=("连带率是多少", "卖得最好的商品", "上个月的订单数"),
    ),
    needs=("order", "product"),
    wants=("product_name", "category"),
    splits=False,
    definition=(
        "一笔订单是一个篮子。支持度 = 同时含这些{level}的订单 ÷ 全部订单，置信度 = 买了前者的订单里也买后者的比例，"
        "提升度 = 置信度 ÷ 后者平时的比例，大于 1 才算相关；最多看 {longest} 件的组合，后者只有一件"
    ),
    params={
        "support": Param(
            0,
            "最小支持度",
            ("支持度", "最小支持度", "最低支持度", "支持度{}以上", "支持度{}以上的"),
            low=0,
            high=1,
            unit="%",
        ),
        "confidence": Param(
            0.05, "最小置信度", ("置信度", "最小置信度", "最低置信度"), low=0, high=1, unit="%"
        ),
        "lift": Param(
            1,
            "最小提升度",
            ("提升度", "最小提升度", "提升度大于", "提升度{}以上", "提升度{}以上的"),
            low=0,
            high=100,
        ),
        "longest": Param(
            3, "组合件数", ("最多{}件", "{}件组合", "{}件以内的组合"), low=2, high=10, unit="件"
        ),
        "level": Param(
            "product",
            "看哪一级",
            choices=LEVELS,
        ),
    },
    run=run,
)
