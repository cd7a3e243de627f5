"""Every cue of asking: what a function word does in a sentence. Their surfaces are in ``cue_words.py``."""

from __future__ import annotations

from enum import StrEnum


class Cue(StrEnum):
    EACH = "each"  # 各 每 按 分
    PER_VIEW = "per_view"  # …来看 拆分 分组: closes a grouping phrase
    WHICH = "which"
    WHAT = "what"  # 是什么 叫什么
    HOW_MANY = "how_many"
    HOW_MUCH = "how_much"  # 多少钱
    COUNTED = "counted"  # 个 家 位 after how many, or 数 数量
    EXISTS = "exists"
    WHETHER = "whether"
    EXCEPT = "except"
    OUTSIDE = "outside"
    WITHIN = "within"  # 里 中 其中
    AND = "and"
    OR = "or"
    BUT = "but"
    THAN = "than"  # 比
    VERSUS = "versus"  # 对比 vs
    GAP = "gap"  # 差多少 差额 差距
    IS = "is"
    NOT = "not"
    RESPECTIVELY = "respectively"
    HOW_LONG = "how long"
    NTH_TIME = "nth time"  # 第二次, 第三单: which of somebody's deeds; nothing answers it yet
    TOTAL = "total"
    TOGETHER_ADDED = "together_added"  # 加起来, 合计: periods too are one
    ALL = "all"
    LIST = "list"
    CONTRIBUTES = "contributes"  # what a set makes up of everything
    WHICH_UNIT = "which_unit"  # 哪天, 哪个月
    NOW = "now"  # 目前: not as of the last question
    WHICH_ONES = "which_ones"  # 有哪些: a list of several
    DETAIL = "detail"
    DISTINCT = "distinct"
    BELONG = "belong"  # 的人、者 …
    NULL = "null"
    NOT_NULL = "not_null"
    CONTAINS = "contains"
    STARTS = "starts"
    ENDS = "ends"
    ALSO = "also"  # 再 也 加上
    INSTEAD = "instead"  # 换成 改成
    ONLY = "only"  # 只看
    REMOVE = "remove"  # 去掉…条件
    RESET = "reset"
    UNDO = "undo"
    THEN = "then"  # 那 …呢
    IT = "it"  # 它 这些 他们
    CONDITION = "condition"  # 条件 限制 筛选
    WHEN = "when"  # 什么时候
    WHERE_IS = "where_is"
    EVER = "ever"  # 过 了
    DISTRIBUTION = "distribution"
    ABOVE_AVERAGE = "above_average"
    AVERAGE_LEVEL = "average_level"  # 平均水平 均值
    OVERALL = "overall"  # 整体, 大盘
    MORE = "more"  # 比…高
    LESS = "less"
    ASK = "ask"  # 吗
    TOGETHER = "together"  # 同时, 都
    TIME = "time"  # 时间, as a thing that can be dropped
    OTHERS = "others"  # 其他: than what?
    RESULT = "result"  # 结果, 上面的
    FIRST_TIME = "first_time"
    MISSING = "missing"
    PERSON = "person"  # 谁
    SORT = "sort"
    PERIOD_SAME = "period_same"
    AFTERWARDS = "afterwards"  # 之后 后来: after the deed before it
    ACTUAL = "actual"  # 实际: what came of a target
