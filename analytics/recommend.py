"""个性化推荐：给每个人、每群人推荐没买过的（发现新品）和该再买的（再次购买），并和卖爆款比一比。

Similarity, scores and the back-test are ``similar_items.py``'s. What is learned comes from everybody;
whom it is for are the people of the question, and conditions on products filter what is recommended.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from sqlglot import exp

from analytics import words
from analytics.contract import (
    Analysis,
    Facts,
    Intent,
    Outcome,
    Param,
    Params,
    Refused,
    View,
)
from analytics.recommend_people import people_of
from analytics.recommend_words import AGAIN, FRESH, findings, notes, suggestions, title
from analytics.similar_items import (
    AT_ONCE,
    Baskets,
    again,
    backtest,
    baskets,
    ranked,
    weights,
)
from analytics.template import fill

MIN_PEOPLE, MIN_PRODUCTS = 20, 4
HELD_BACK = 30  # days of the back-test
AT = 10  # recommendations of the back-test
COMMON = 0.05  # of the people: what fewer of them bought is no reason for them
SHOWN = 10  # products of each kind

SIZE = """
SELECT COUNT(DISTINCT "user") AS people, COUNT(DISTINCT product) AS products FROM facts WHERE "user" IS NOT NULL
"""
ONE = 'SELECT * FROM members WHERE CAST("user" AS VARCHAR) = :who'
HIS = 'SELECT "user" FROM facts SEMI JOIN whom USING ("user") LIMIT 1'
COLUMNS = (
    words.dimension("group", "推荐方式"),
    words.dimension("name", "商品"),
    words.people("people", "推荐给"),
    words.share("share", "占这些人", "people"),
    words.dimension("because", "多半因为买过"),
    words.measure("score", "平均得分"),
)
PEOPLE_COLUMNS = (
    words.dimension("product", "首推商品"),
    words.measure("score", "得分"),
)


def run(facts: Facts, params: Params) -> Outcome | Refused:
    """Score → the best ``n`` of each person → one row a product and kind, most people first."""
    people, things = facts.crowd.towards("product")
    everybody = people.crowd.everybody
    bought = everybody.select("user", "product", "time", span="until")
    size = facts.run(fill(SIZE, {"facts": bought}))[0]
    if size["people"] < MIN_PEOPLE or size["products"] < MIN_PRODUCTS:
        return Refused(
            "too-little-data",
            f"只有 {size['people']} 位客户买过 {size['products']} 种商品，"
            f"少于 {MIN_PEOPLE} 位或 {MIN_PRODUCTS} 种",
        )
    whom, one = people.crowd.members(), int(params["who"])
    if one:
        whom = fill(ONE, {"members": whom}, who=str(one))
        if not facts.run(fill(HIS, {"facts": bought, "whom": whom})):
            return Refused("too-little-data", f"没有编号是 {one} 的用户买过东西")
    end = facts.until + timedelta(days=1)
    now, then = baskets(facts, bought, whom, end, end - timedelta(days=HELD_BACK))
    kinds = {"fresh": (FRESH,), "again": (AGAIN,)}.get(params["mode"], (FRESH, AGAIN))
    names = {r["product"]: r["name"] for r in facts.run(_names(everybody))}
    allowed = _allowed(facts, things, now)
    similar = weights(now)
    found = [r for k in kinds for r in _told(now, similar, allowed, k, int(params["n"]), names)]
    if not found:
        return Refused("too-little-data", "这些人没有买过能推出别的商品的东西")
    tested = backtest(then, AT)
    goods = things or exp.select("product").distinct().from_(bought.subquery("rows"))
    relations = {"facts": bought, "whom": whom, "things": goods, "names": _names(everybody)}
    return Outcome(
        columns=COLUMNS,
        rows=tuple(tuple(r[c.name] for c in COLUMNS) for r in found),
        view=View("hbar", "name", ("people",), "group", title=title(found)),
        findings=findings(found, tested, one),
        suggestions=suggestions(found),
        notes=(*notes(tested, HELD_BACK), f"截至 {facts.until.isoformat()}"),
        extra={"whom": [r["whom"] for r in found], "tested": list(tested.values()), "at": AT},
        people=people_of(now, similar, found, names, relations),
        people_columns=PEOPLE_COLUMNS,
    )


def _allowed(facts: Facts, things: exp.Select | None, known: Baskets) -> Any:
    """Which products may be recommended."""
    import numpy as np

    if things is None:
        return np.ones(len(known.goods), dtype=bool)
    kept = {r["product"] for r in facts.run(things)}
    return np.array([p in kept for p in known.goods], dtype=bool)


def _told(
    known: Baskets, similar: Any, allowed: Any, kind: str, n: int, names: Mapping[Any, Any]
) -> list[dict[str, Any]]:
    """The products recommended to most of those who are asked about; ``similar`` are ``weights``."""
    import numpy as np

    whom = np.flatnonzero(known.asked & (np.diff(known.own.indptr) > 0))
    people, points = np.zeros(len(known.goods)), np.zeros(len(known.goods))
    because = np.zeros(similar.shape) if kind == FRESH else None
    for start in range(0, len(whom), AT_ONCE):
        some = whom[start : start + AT_ONCE]
        own = known.own[some].toarray() > 0
        scores = known.own[some] @ similar if kind == FRESH else again(known, some)
        top, best = ranked(scores, (~own if kind == FRESH else own) & allowed, n)
        here = top >= 0
        np.add.at(people, top[here], 1)
        np.add.at(points, top[here], best[here])
        if because is not None:
            told = np.zeros(own.shape, dtype=np.float32)
            np.put_along_axis(told, np.maximum(top, 0), here.astype(np.float32), 1)
            because += known.own[some].T @ told
    order = [i for i in np.lexsort((np.arange(len(people)), -points, -people))[:SHOWN] if people[i]]
    rows = []
    for i in order:
        reason = "自己买过"
        if because is not None:
            common = because[:, i] >= COMMON * people[i]
            reason = str(names.get(known.goods[int((common * similar[:, i]).argmax())], "—"))
        product = known.goods[i]
        rows.append(
            {
                "group": kind,
                "product": product,
                "place": int(i),
                "name": str(names.get(product, product)),
                "people": int(people[i]),
                "share": float(people[i] / len(whom)),
                "because": reason,
                "score": float(points[i] / people[i]),
                "whom": len(whom),
            }
        )
    return rows


def _names(facts: Facts) -> exp.Select:
    """SELECT product, name: what people call it, else the product itself."""
    named = facts.has("product", "product_name")
    rows = facts.select("product", "product_name", span="all") if named else facts.select("product")
    label = "product_name" if named else "product"
    return fill(
        "SELECT product, ANY_VALUE(CAST(:label AS VARCHAR)) AS name FROM rows GROUP BY 1",
        {"rows": rows},
        label=exp.column(label),
    )


ANALYSIS = Analysis(
    name="recommend",
    title="个性化推荐",
    intent=Intent(
        phrases=words.listed(
            "个性化推荐 商品推荐 商品推荐清单 推荐清单 推荐名单 推荐商品 推荐什么 推荐什么商品 推荐哪些商品 推荐些什么 推荐卖什么 推荐 该推什么 该推什么货 该推什么商品 "
            "推什么 推什么货 推什么商品 推哪些商品 猜你喜欢 猜他们喜欢什么 猜你喜欢怎么配 协同过滤 千人千面 协同过滤推荐 跑一下协同过滤 千人千面的推荐 千人千面的推荐名单 "
            "可能还喜欢什么 可能还喜欢什么商品 还会喜欢什么 可能喜欢什么 可能喜欢什么商品 还可能买什么 推荐效果 推荐效果比卖爆款好吗 推荐比卖爆款好吗 "
            "提醒他们回购什么 可以提醒他们回购什么 提醒回购什么 回购什么 该提醒回购什么"
        ),
        examples=(
            "给黑金会员推荐什么商品",
            "重要挽留客户该推什么货",
            "做个个性化推荐",
            "发现新品名单",
        ),
        not_examples=("哪些商品经常被一起买", "销售额前10的商品", "复购率是多少"),
    ),
    needs=("user", "product", "time"),
    wants=("product_name",),
    splits=False,
    definition=(
        "两种商品的相似度是余弦：都买过的人数 ÷ 两种商品购买人数之积的平方根。发现新品把一个人买过的商品的相似度相加，乘以商品近期的热度，去掉买过的；"
        "再次购买按买过的次数和最近一次排序。每人最多 {n}。商品条件只筛推荐的商品，人的条件决定推荐给谁"
    ),
    params={
        "who": Param(
            0,
            "用户编号",
            tuple(
                f"{before}{name}{number}{{}}"
                for before in ("", "编号")
                for name in ("用户", "客户", "会员", "顾客")
                for number in ("", "编号", "id", "号")
            )
            + tuple(
                f"{{}}{of}{name}"
                for of in ("号", "这个", "这位")
                for name in ("用户", "客户", "会员", "顾客")
            ),
            low=1000,
            unit="号",
        ),
        "n": Param(
            10,
            "每人推荐数",
            (
                "每人推荐{}",
                "每人推荐{}个商品",
                "推荐{}个商品",
                "推荐{}个",
                "推荐{}款",
                "各推荐{}",
                "每人{}个",
                "每人推{}",
                *(
                    f"{who}{deed}{{}}{unit}"
                    for who in ("一人", "每人", "每个人")
                    for deed in ("配", "推", "推荐")
                    for unit in ("款", "个", "样", "件")
                ),
            ),
            low=1,
            high=50,
            unit="个",
        ),
        "mode": Param(
            "both",
            "推荐方式",
            choices=(
                ("both", ("两种都要",)),
                ("fresh", ("发现新品", "没买过的商品", "没买过的", "未买过的")),
                (
                    "again",
                    (
                        "再次购买",
                        "提醒他们回购什么",
                        "可以提醒他们回购什么",
                        "提醒回购什么",
                        "回购什么",
                        "该提醒回购什么",
                    ),
                ),
            ),
        ),
    },
    run=run,
    groups=(
        (FRESH, ("发现新品名单", "发现新品的名单")),
        (AGAIN, ("再次购买名单", "再次购买的名单")),
    ),
)
