"""用户分群：按购买行为把客户自动分成几群，说清各群是谁、值多少、该做什么。

K-means on a few measures of each customer, as logarithms on one scale, cut at three standard deviations. The
number of groups is the clearest one that comes out again on half of the data. Centres are learnt from a
sample; the engine puts every customer into the nearest one, so all counts are of everybody.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sqlglot import exp

from analytics import cluster_words as told
from analytics import kmeans, words
from analytics.cluster_words import FEATURES, called
from analytics.contract import Analysis, Facts, Intent, Outcome, Param, Params, Refused, View
from analytics.template import fill
from semantic_layer.expressions import literal, parse

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

MIN_PEOPLE = 60
SAMPLE = 20_000
MOST = 10  # groups
CUT = 3.0  # standard deviations beyond which all are alike

CUSTOMERS = """
WITH customers AS (
  SELECT "user", date_diff('day', CAST(MAX(time) AS DATE), :day) AS silent,
         COUNT(DISTINCT CAST(time AS DATE)) AS bought, CAST(SUM(amount) AS DOUBLE) AS total,
         date_diff('day', CAST(MIN(time) AS DATE), :day) AS tenure,
         GREATEST(CAST(SUM(amount) AS DOUBLE), 0) / COUNT(DISTINCT CAST(time AS DATE)) AS spend,
         CAST(SUM(:discount) AS DOUBLE) / NULLIF(CAST(SUM(amount) + SUM(:discount) AS DOUBLE), 0) AS discount
  FROM facts WHERE "user" IS NOT NULL AND time IS NOT NULL GROUP BY 1
)
"""
SEEN = (
    CUSTOMERS
    + 'SELECT "user", :measured AS seen FROM customers WHERE hash("user") % :every = 0 ORDER BY hash("user"), "user"'
)
PLACED = (
    CUSTOMERS
    + """,
scaled AS (SELECT *, :scaled AS z FROM customers),
far AS (SELECT *, list_transform(:centres, lambda c: list_distance(c, z)) AS away FROM scaled),
placed AS (SELECT *, list_position(away, list_min(away)) AS nth FROM far)
"""
)
PROFILE = (
    PLACED
    + """
SELECT COUNT(*) AS people, nth, SUM(total) AS amount, SUM(total) / COUNT(*) AS mean, AVG(silent) AS silent,
       AVG(bought) AS bought, SUM(total) / SUM(bought) AS spend, AVG(tenure) AS tenure, AVG(discount) AS discount,
       :means AS z
FROM placed GROUP BY 2 ORDER BY amount DESC, nth
"""
)
PEOPLE = (
    PLACED
    + 'SELECT "user", list_extract(:names, nth) AS "group", total, bought, silent FROM placed ORDER BY total DESC, "user"'
)
PEOPLE_COLUMNS = (
    words.amount("total", "金额"),
    words.measure("bought", "购买天数", "天"),
    words.measure("silent", "未购天数", "天"),
)
COLUMNS = (
    words.dimension("group", "客群"),
    words.people("people"),
    words.share("people_share", "人数占比", "people"),
    words.amount("amount", "金额"),
    words.share("amount_share", "金额占比", "amount"),
    words.amount("mean", "人均金额"),
    words.measure("bought", "平均购买天数", "天"),
    words.amount("spend", "每次金额"),
    words.measure("silent", "平均未购天数", "天"),
    words.dimension("action", "该做什么"),
)


@dataclass(frozen=True, slots=True)
class Scale:
    """How a measure becomes comparable: its logarithm, less the mean, over the spread."""

    names: tuple[str, ...]
    means: tuple[float, ...]
    spreads: tuple[float, ...]

    def sql(self) -> exp.Expr:
        parts = zip(self.names, self.means, self.spreads, strict=True)
        return exp.array(
            *(
                parse(f"GREATEST(-{CUT}, LEAST({CUT}, ({FEATURES[n].sql} - {m!r}) / {s!r}))")
                for n, m, s in parts
            )
        )


def run(facts: Facts, params: Params) -> Outcome | Refused:
    """Learn the centres, place everybody, name the groups by what sets them apart."""
    rows, holes = _rows(facts)
    people = int(
        facts.run(fill(CUSTOMERS + "SELECT COUNT(*) AS n FROM customers", rows, **holes))[0]["n"]
    )
    if people < MIN_PEOPLE:
        return Refused("too-little-data", f"只有 {people} 位客户，少于 {MIN_PEOPLE} 位")
    every = max(1, -(-people // SAMPLE))
    scale, values = _seen(facts, _names(facts, params), rows, holes, every)
    if not scale.names:
        return Refused("too-little-data", "客户的购买行为都一样，分不出群")
    said = 0 if params["k"] == "auto" else int(params["k"])
    k = said or kmeans.choose(values, range(3, 9))
    found = kmeans.fit(values, k)
    return _told(facts, rows, holes, scale, found, said, every)


def _rows(facts: Facts) -> tuple[dict[str, exp.Query], dict[str, Any]]:
    cut = facts.has("user", "time", "amount", "discount")
    rows = facts.select("user", "time", "amount", *("discount",) * cut, span="until")
    discount = exp.column("discount") if cut else exp.Literal.number(0)
    return {"facts": rows}, {"day": facts.until + timedelta(days=1), "discount": discount}


def _names(facts: Facts, params: Params) -> tuple[str, ...]:
    chosen = params["features"]
    if chosen == "all" and not facts.has("user", "time", "amount", "discount"):
        return tuple(n for n in FEATURES if n != "discount")
    return told.CHOSEN[chosen]


def _seen(
    facts: Facts,
    names: tuple[str, ...],
    rows: Mapping[str, exp.Query],
    holes: Mapping[str, Any],
    every: int,
) -> tuple[Scale, Array]:
    """The sample on one scale; measures in which nobody differs are left out."""
    import numpy as np

    measured = exp.array(*(parse(FEATURES[n].sql) for n in names))
    found = facts.run(fill(SEEN, rows, **holes, measured=measured, every=every))
    raw = np.array([r["seen"] for r in found], dtype=float)
    means, spreads = raw.mean(0), raw.std(0)
    kept = np.flatnonzero(spreads > 1e-9)
    scale = Scale(
        tuple(names[i] for i in kept), tuple(means[kept].tolist()), tuple(spreads[kept].tolist())
    )
    return scale, np.clip((raw[:, kept] - means[kept]) / spreads[kept], -CUT, CUT)


def _told(
    facts: Facts,
    rows: Mapping[str, exp.Query],
    holes: Mapping[str, Any],
    scale: Scale,
    found: kmeans.Groups,
    said: int,
    every: int,
) -> Outcome:
    """Profiles in the order of money, with names, and everybody's group."""
    centres = exp.array(*(exp.array(*map(literal, c)) for c in found.centres.tolist()))
    place = {**holes, "scaled": scale.sql(), "centres": centres}
    means = exp.array(*(parse(f"AVG(z[{i + 1}])") for i in range(len(scale.names))))
    profile = facts.run(fill(PROFILE, rows, **place, means=means))
    lines = told.lines(profile, scale.names)
    names = dict.fromkeys(range(1, len(found.centres) + 1), "")
    names |= {line["nth"]: f"第{i}群" for i, line in enumerate(lines, 1)}
    total = sum(line["people"] for line in lines)
    return Outcome(
        columns=COLUMNS,
        rows=tuple(tuple(line[c.name] for c in COLUMNS) for line in lines),
        view=View("hbar", "group", ("amount",), title=told.title(lines)),
        findings=told.findings(lines, total),
        suggestions=told.suggestions(lines),
        notes=told.notes(facts, found, scale.names, said, every),
        extra={
            "everybody": total,
            "silhouette": found.silhouette,
            "stability": found.stability,
            "inertia": found.inertia,
        },
        people=fill(PEOPLE, rows, **place, names=exp.array(*map(literal, names.values()))),
        people_columns=PEOPLE_COLUMNS,
    )


ANALYSIS = Analysis(
    name="cluster",
    title="用户分群",
    intent=Intent(
        phrases=words.listed(
            "跑一下聚类 跑聚类 跑个聚类 跑一下用户聚类模型 跑一下客户聚类模型 各有什么特点 各有什么不同 "
            "聚类 聚类分析 聚类模型 用户聚类 客户聚类 会员聚类 用户聚类分析 客户聚类分析 用户聚类模型 K-means Kmeans K均值 聚成 聚成几类 能聚成几类 "
            "用户分群 客户分群 会员分群 自动分群 用户自动分群 客户自动分群 给用户分群 给客户分群 给会员分群 用户分成几类 客户分成几类 "
            "分成哪几类人 分成哪几类 可以分成哪几类人 可以分成几类 分成几类 几种类型 有几种类型 用户类型 客户类型 分群看看 群体划分 人群划分 "
            "用户分成 客户分成 会员分成 把用户分成 把客户分成 把会员分成"
        ),
        examples=(
            "给客户做个聚类",
            "用户自动分群",
            "把会员分成5群",
            "广东客户的聚类分析",
            "第1群客户名单",
        ),
        not_examples=("做个RFM分层", "用户数", "各品类销售额"),
    ),
    needs=("user", "time", "amount"),
    wants=("discount",),
    splits=False,
    definition=(
        "每位客户的未购天数、购买天数、每次金额、客户时长（绑定了优惠金额时还有优惠占比）取对数、标准化、截到 ±3 个标准差后做 K-means；"
        "群数{k}；群按金额从高到低编号，用和全体相差最大的两项命名。本次用{features}"
    ),
    params={
        "k": Param(
            "auto",
            "群数",
            (
                "分成{}群",
                "分成{}个群",
                "分成{}类",
                "分{}群",
                "分{}类",
                "分为{}群",
                "分为{}类",
                "聚成{}类",
                "聚{}类",
                "{}个群",
                "{}群",
                "{}类人",
                "{}类",
                "{}种",
                *(
                    "分成{}堆",
                    "分{}堆",
                    "{}堆",
                    "分成{}拨",
                    "分{}拨",
                    "{}拨人",
                    "{}拨",
                    "分成{}批",
                    "分成{}伙",
                ),
            ),
            low=2,
            high=MOST,
            choices=(("auto", ("自动选取", "自动选群数")),),
        ),
        "features": Param(
            "all",
            "特征",
            choices=(
                (
                    "all",
                    (
                        *(
                            "全部行为",
                            "按消费习惯",
                            "按购买行为",
                            "按行为",
                            "按购物习惯",
                            "按花钱习惯",
                            "按购买习惯",
                        ),
                        *("按消费行为", "按购物行为", "按消费特点", "按买东西的习惯", "按消费方式"),
                    ),
                ),
                ("money", ("消费金额", "按消费金额", "按金额", "只看消费金额", "按消费力")),
                ("pace", ("购买节奏", "按购买节奏", "按购买频次", "按活跃程度")),
            ),
        ),
    },
    run=run,
    groups=tuple(
        (f"第{i}群", (f"第{i}群", f"第{i}群客户", f"第{i}群用户", *called(i)))
        for i in range(1, MOST + 1)
    ),
)
