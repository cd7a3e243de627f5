"""评论情感与客户之声：每条评论、每个方面是夸是骂，在抱怨什么（附原话），和自己以前比有没有变坏。

Reviews are read by ``analytics.reviews``, whole and clause by clause, from a stated sample that a hash
draws, so that it is always the same. Alerts and marks are counted over all reviews in SQL.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlglot import exp

from analytics import words
from analytics.alerts import Alert, alerts, sentence
from analytics.complaints import BLAMED, about, by_aspect, by_group, conflict_said, moods
from analytics.contract import (
    Analysis,
    Facts,
    Intent,
    Outcome,
    Param,
    Params,
    Refused,
    Suggestion,
)
from analytics.reviews import MARKS, Reviews, read
from analytics.template import by_column, fill

MIN_REVIEWS = 20
READ = 6_000  # reviews read word by word; of more, as many are drawn
GROUPS = 30
LISTED = 30  # clauses about one aspect
LEAST = 5  # reviews of a group, to be called the worst

SAMPLE = """
SELECT text, time, rating, grp, COUNT(*) OVER () AS everything
FROM (SELECT text, time, :rating AS rating, CAST(:by AS VARCHAR) AS grp FROM facts)
WHERE text IS NOT NULL AND length(trim(text)) > 1
ORDER BY hash(text, time), text, time, rating LIMIT :read
"""
TOP = "SELECT MAX(rating) AS top FROM facts"
PEOPLE = """
SELECT "user", '差评客户' AS "group", COUNT(*) AS blamed, MIN(rating) AS lowest, arg_max(text, time) AS said
FROM facts WHERE "user" IS NOT NULL AND rating <= :bad GROUP BY 1 ORDER BY blamed DESC, lowest, "user"
"""


def run(facts: Facts, params: Params) -> Outcome | Refused:
    """Sample → moods and opinions → a row an aspect, a group, or a clause about one aspect."""
    rated = facts.has("text", "time", "rating")
    names = ("text", "time", *(("rating",) if rated else ()))
    grain = "" if facts.by else params["grain"]
    by = (
        exp.cast(exp.func("date_trunc", exp.Literal.string(grain), exp.column("time")), "DATE")
        if grain
        else by_column(facts.by)
    )
    rating = exp.column("rating") if rated else exp.null()
    rows = {"facts": facts.select(*names, *facts.by)}
    found = facts.run(fill(SAMPLE, rows, rating=rating, by=by, read=READ))
    if len(found) < MIN_REVIEWS:
        return Refused(
            "too-little-data", f"只有 {len(found)} 条有内容的评论，少于 {MIN_REVIEWS} 条"
        )
    top = None
    if rated and (best := facts.run(fill(TOP, {"facts": facts.select(*names, span="until")}))):
        top = float(best[0]["top"]) if best[0]["top"] else None
    reviews = read(found, top, dict(facts.anatomy.catalog.aspects))
    rung = alerts(facts, top) if top and not params["aspect"] else []
    if params["aspect"]:
        shaped = about(reviews, params["aspect"])
    elif facts.by or grain:
        shaped = by_group(reviews, facts, grain)
    else:
        shaped = by_aspect(reviews, params["focus"])
    if isinstance(shaped, Refused):
        return shaped
    said = shaped.said
    conflict = reviews.conflicts()
    if params["focus"] == "conflict":
        said = (conflict_said(conflict), said[0])
    return Outcome(
        columns=shaped.columns,
        rows=shaped.rows,
        view=shaped.view,
        findings=(*said[:2], *(sentence(a) for a in rung[:1])),
        suggestions=(*(_alarmed(a) for a in rung[:1]), *shaped.advice),
        notes=_notes(reviews, conflict, rung, facts),
        extra={
            "reviews": len(reviews.texts),
            "everything": reviews.everything,
            "moods": moods(reviews),
            "alerts": [a.numbers for a in rung],
            **conflict,
            **shaped.extra,
        },
        people=_people(facts, top),
        people_columns=(
            BLAMED,
            words.measure("lowest", "最低评分", "分"),
            words.dimension("said", "最近一条差评"),
        ),
    )


# ── in words ──────────────────────────────────────────────────────────────────────────────────


def _alarmed(alert: Alert) -> Suggestion:
    topics = "、".join(alert.topics) or "质量"
    return Suggestion(
        f"请负责 {alert.product} 的人复检{topics}，复检前暂停推广，并回访给差评的客户",
        f"差评率从 {words.percent(alert.past_rate)} 升到 {words.percent(alert.rate)}",
        f"{alert.product}的口碑怎么样",
    )


def _notes(
    reviews: Reviews, conflict: dict[str, int], rung: Sequence[Alert], facts: Facts
) -> tuple[str, ...]:
    read_, all_ = len(reviews.texts), reviews.everything
    said = [f"截至 {facts.until.isoformat()}，{words.count(all_)} 条有内容的评论"]
    if read_ < all_:
        said[0] += f"，按固定的散列抽 {words.count(read_)} 条来读，次数是样本里的"
    if any(reviews.stars):
        said.append(conflict_said(conflict))
    if conflict["mocking"]:
        said.append(f"{words.count(conflict['mocking'])} 条像是反话，拿不准时按评分算")
    if len(rung) > 1:
        others = "、".join(a.product for a in rung[1:4])
        said.append(f"差评率比自己以前明显升高的还有：{others}")
    return tuple(said)


def _people(facts: Facts, top: float | None) -> exp.Select | None:
    roles = ("text", "time", "rating", "user")
    if not top or not facts.has(*roles):
        return None
    return fill(PEOPLE, {"facts": facts.select(*roles)}, bad=MARKS[1] * top)


ASPECT_WORDS = (
    ("物流", "物流 快递 配送 发货 送货"),
    ("包装", "包装"),
    ("价格", "价格 性价比 贵不贵"),
    ("服务", "客服 售后 服务 服务态度"),
    ("质量", "质量 做工 品质"),
    ("外观", "外观 颜值 款式"),
    ("尺寸", "尺码 尺寸 大小"),
    ("味道", "味道 口味 口感"),
    ("气味", "异味 气味"),
    ("噪音", "噪音 声音"),
    ("续航", "续航 电池"),
    ("效果", "效果 功效"),
)

CONFLICT = (
    "打分和评论对不上",
    "打分和内容对不上",
    "打分和评论内容对不上",
    "评分和内容对不上",
    "评分和评论对不上",
)
GOOD = ("夸什么", "夸我们什么", "夸些什么", "都在夸", "满意什么", "喜欢什么")

ANALYSIS = Analysis(
    name="sentiment",
    title="评论情感与客户之声",
    intent=Intent(
        phrases=words.listed(
            "评论情感 情感分析 评论分析 评价分析 评论分析一下 评价分析一下 客户之声 用户之声 顾客之声 客户的声音 用户的声音 VOC 口碑 口碑分析 口碑怎么样 口碑如何 口碑好不好 "
            "用户口碑 商品口碑 评价怎么样 评价如何 评价好不好 评论怎么样 买家评价 买家评价好不好 买家评价怎么样 用户评价怎么样 客户评价怎么样 顾客评价怎么样 用户评价好不好 "
            "点评怎么样 点评如何 点评好不好 点评分析 客户点评怎么样 用户点评怎么样 客户反馈 用户反馈 顾客反馈 买家反馈 客户反馈怎么样 用户反馈怎么样 反馈怎么样 反馈好不好 反馈如何 夸什么 骂什么 夸什么骂什么 夸我们什么 骂我们什么 夸些什么 骂些什么 "
            "吐槽 吐槽什么 吐槽些什么 吐槽最多 吐槽最多的 吐槽点 槽点 抱怨 抱怨什么 抱怨些什么 抱怨最多 抱怨最多的 抱怨哪些方面 主要抱怨 不满 不满意什么 不满意的地方 哪里不满意 有哪些不满 有什么不满 "
            "原话 带原话 带上原话 附原话 附上原话 "
            "在说什么 都在说什么 主要在说什么 主要说什么 说了什么 说些什么 都说什么 都说了什么 都怎么说 怎么说 提到什么 评论里 评论里提到 评论里都说了什么 评论情况 评价情况 "
            "差评原因 差评的原因 差评集中在哪 差评集中在什么 差评变多 差评变多了 差评突然变多 差评突然变多了 差评怎么变多了 差评为什么变多 差评为什么多 差评预警 "
            "好评率为什么降了 好评率为什么下降 好评率为什么低 好评率怎么降了 差评率为什么高 差评率为什么升了 差评率怎么升了 打分和评论对不上 打分和内容对不上 打分和评论内容对不上 评分和内容对不上 评分和评论对不上"
        ),
        examples=(
            "差评都在说什么",
            "数码家电的评论分析",
            "最近三个月大家主要在抱怨什么",
            "扫地机器人的口碑怎么样",
            "客户之声按月看",
            "顾客对物流有什么不满",
            "差评客户名单",
        ),
        not_examples=("差评数", "上个月的好评率", "各品类的差评率", "今年每月评论数", "平均评分"),
    ),
    needs=("text", "time"),
    wants=("rating", "product", "product_name", "user"),
    definition=(
        "态度由文字判断（公开评论和自写短语训练的线性模型，给出是好评的概率，0.35 到 0.65 之间算拿不准，按评分算）；"
        "一条评论按标点和转折拆成短句，每句归到一个方面，模型写了方面的先按模型的；抱怨占比是抱怨除以抱怨与称赞之和。"
        "预警是商品的差评率比自己之前一年高出 10 个百分点以上且显著"
    ),
    params={
        "grain": Param(
            "",
            "粒度",
            choices=(
                ("day", ("按天看", "按天", "每天")),
                ("week", ("按周看", "按周", "每周", "周度")),
                ("month", ("按月看走势", "按月看", "按月", "每月", "月度", "走势", "趋势", "变化")),
            ),
        ),
        "focus": Param(
            "",
            "看哪面",
            choices=(
                ("bad", ("差评", "负面评价", "负面", "低分评价", "低分的评价")),
                ("good", ("好评", "正面评价", "正面", *GOOD)),
                ("conflict", CONFLICT),
            ),
        ),
        "aspect": Param(
            "",
            "方面",
            choices=tuple((name, tuple(said.split())) for name, said in ASPECT_WORDS),
            listed="aspects",
        ),
    },
    run=run,
    groups=(("差评客户", ("差评客户", "差评用户", "打差评的客户")),),
)
