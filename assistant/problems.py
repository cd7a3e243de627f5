"""Everything the assistant may have to admit, in one table.

A problem is an answer, not an exception: it says what happened and what the person can do next.
``{placeholders}`` are filled by whoever refuses; a sentence of help whose placeholder nobody filled
is left out rather than printed with a hole. The table knows no business.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from types import MappingProxyType

MESSAGES: Mapping[str, tuple[str, str]] = MappingProxyType(
    {  # code → (发生了什么, 可以怎么做)
        # the sentence
        "empty-question": ("还没有写问题。", ""),
        "long-question": ("问题太长，没有读完。", "留下指标、时间和条件就够了，一次问一件事。"),
        "no-metric": ("没看出要看哪个指标。", "说出指标就能答。"),
        "unread-words": (
            "「{words}」没看懂，可能会改变结果，所以没有直接算。",
            "换个说法，或去掉再问。",
        ),
        "beside-analysis": (
            "这个分析里还不能加上{words}。",
            "去掉这部分，或先单独问出这批对象，再接着说要做的分析。",
        ),
        "two-readings": ("「{words}」有两种以上的理解。", "选一个：{suggestions}。"),
        "unknown-metric": ("没有找到「{words}」这个指标。", ""),
        "unknown-value": ("数据里没有「{words}」。", "检查写法，或看看这些：{suggestions}。"),
        "no-context": (
            "这句话接着上文说，但前面还没有可以接的问题。",
            "把要看的指标和条件一起说出来。",
        ),
        "contradiction": ("「{words}」这些条件不会同时成立。", "去掉其中一个再问。"),
        # the model
        "dimension-unreachable": (
            "「{metric}」不能按「{dimension}」来看，它们之间没有关联。",
            "它支持：{suggestions}。",
        ),
        "no-time": ("「{metric}」没有时间，不能限定时间段或看走势。", "去掉时间再问。"),
        "not-a-number": (
            "「{dimension}」不是数值，不能求和、求平均或比大小。",
            "可以数个数或分组看。",
        ),
        "compare-needs-period": (
            "没有说时间段，不知道和哪一期比。",
            "先说清一个时间段，例如：上个月、今年。",
        ),
        "needs-period": ("「{metric}」要有时间段才能算。", "加上时间再问，例如：近30天、今年。"),
        "needs-time-group": (
            "累计、移动平均和逐期变化要沿着时间算。",
            "说清按天、按周还是按月，例如：每月累计。",
        ),
        "having-needs-group": (
            "这个条件要先分组才能比。",
            "说清按什么分，例如：各城市里高于平均的。",
        ),
        "nothing-to-rank-by": ("没有可以排名的数值。", "说出按哪个数值排，例如：金额最大的。"),
        "nothing-asked": ("没看出要看什么。", "说出一个指标或一列。"),
        "not-a-table-question": ("这个问题不能直接查表回答。", "换成指标或明细来问。"),
        "unknown-name": ("模型里没有「{name}」。", "可能是模型改过了，重新问一次。"),
        "mixed": (
            "这些要求放在一起没有一致的算法。",
            "拆成两个问题：先看分组，再看累计、连续或占比。",
        ),
        "bad-query": ("这个查询写不成合法的取数语句。", "换个说法再问，或从左侧的指标里选。"),
        "not-supported-yet": ("现在还不能{what}。", ""),
        "nobody-to-save": (
            "还没有一批人可以存。",
            "先问出名单，例如某一层客户的名单，再说存成人群加名字。",
        ),
        "group-needs-name": (
            "没有说这个人群叫什么。",
            "加上名字再说一次，例如：存成人群，叫重点跟进。",
        ),
        "name-taken": (
            "「{name}」已经是别的词，存成人群后分不清。",
            "换个名字，例如加上月份或负责人。",
        ),
        "missing-role": (
            "这个分析需要「{roles}」，当前数据里没有。",
            "在模型里绑定后就能用。",
        ),
        # the data
        "empty-result": ("{what}没有符合条件的数据。", "数据从 {since} 到 {until}。可以{way}。"),
        "equal-rivals": ("{what}一样，分不出高低。", "可以换一个指标比，或先分别看各是多少。"),
        "cut-through-equals": (
            "排在前几名末位的有并列，取哪几个会改变答案。",
            "可以换一个名次再问，或先看排名的名单。",
        ),
        "future": ("{period}还没有发生，数据到 {until} 为止。", "换一个有数据的时间。"),
        "too-early": ("{period}早于最早的数据（{since}）。", "换一个有数据的时间。"),
        "too-little-data": ("数据太少，算出来不可信：{why}。", "放宽时间或条件再问。"),
        "forecast-too-far": (
            "要预测的时间太远，历史数据撑不起这个结论。",
            "可以问近一些的。",
        ),
        "too-many-rows": ("结果超过 {limit} 行，只取到前 {limit} 行。", "加上条件或分组后再看。"),
        # what is not ours to do
        "write-operation": (
            "这里只能查数，不能改数据，也不能{what}。",
            "需要的话可以先查出来再去业务系统处理。",
        ),
        "injection": (
            "这句话里带有数据库语句，没有执行。",
            "用平常的话问就可以。",
        ),
        "chitchat": ("这里只回答和数据有关的问题。", ""),
        "unknowable": ("数据里没有能回答它的内容。", ""),
        "permission": (
            "没有权限看「{what}」。",
            "可以看的范围：{suggestions}。需要的话找数据负责人开通。",
        ),
        # the run
        "timeout": ("超过 {seconds} 秒还没有算完，已停下。", "缩短时间范围，或减少分组再试。"),
        "cancelled": ("已停下，没有算完。", "可以改一改再问。"),
        "model-mismatch": (
            "模型和数据对不上，这个问题现在算不了（{what}）。",
            "请维护模型的人运行 wenshu check，它会指出是哪一行。",
        ),
        "failed": ("这次没有算成，已记下原因。", "稍后再试，或换个问法。"),
    }
)

_STAND_INS = MappingProxyType(
    {
        "metric": "这个指标",
        "dimension": "这个维度",
        "words": "有些词",
        "period": "这个时间段",
        "what": "这样做",
        "roles": "相应的数据",
        "why": "样本不足",
        "limit": "上限",
        "name": "这一项",
        "seconds": "规定的",
        "until": "昨天",
        "since": "数据起点",
    }
)
_HOLE = re.compile(r"{(\w+)}")


def problem(code: str, *, suggestions: tuple[str, ...] = (), **details: str) -> tuple[str, str]:
    """(message, help) in Chinese. Raises KeyError for a code that is not in the table.

    >>> problem("no-time", metric="门店数")
    ('「门店数」没有时间，不能限定时间段或看走势。', '去掉时间再问。')
    >>> problem("two-readings", words="苹果")
    ('「苹果」有两种以上的理解。', '')
    >>> problem("unknown-value", words="火星", suggestions=("上海", "北京"))
    ('数据里没有「火星」。', '检查写法，或看看这些：上海、北京。')
    """
    what, way_out = MESSAGES[code]
    known = {k: v for k, v in details.items() if v}
    if suggestions:
        known["suggestions"] = "、".join(suggestions)
    message = _HOLE.sub(lambda m: known.get(m[1], _STAND_INS.get(m[1], "")), what)
    return message, "".join(_filled(s, known) for s in re.findall(r"[^。]+。", way_out))


def unlisted(help_text: str, questions: Sequence[str]) -> tuple[str, str]:
    """(the help without its last sentence, which lists ``questions``; what that sentence calls them): the
    questions stand below it, each by itself.

    >>> unlisted("看懂了：甲。可以问：甲；乙是多少。", ["甲", "乙是多少"])
    ('看懂了：甲。', '可以问')
    """
    sentences = re.findall(r"[^。]+。?", help_text)
    if not questions or not sentences or not all(q in sentences[-1] for q in questions):
        return help_text, ""
    return "".join(sentences[:-1]), sentences[-1].partition("：")[0]


def _filled(text: str, known: Mapping[str, str]) -> str:
    """One sentence of help with its details, or nothing when one of them is missing."""
    if any(name not in known for name in _HOLE.findall(text)):
        return ""
    return _HOLE.sub(lambda m: known[m[1]], text)
