"""What can be said of a funnel beside its steps: order, repeats, exclusions, a trend, whose group counts."""

from __future__ import annotations

from analytics import words
from analytics.chains import Rules
from analytics.contract import Param, Params

LOST, DONE = "漏斗流失用户", "漏斗完成用户"
DROPPED = tuple(  # in a conversation about the funnel only
    f"…{s}{who}"
    for s in ("漏掉的", "掉队的", "没走完的", "流失的", "丢掉的")
    for who in ("", "人", "用户")
)
DAYS, WEEKS = 31, 190  # longest period shown by day, by week, where no grain is said

MODES = Param(
    "ordered",
    "顺序",
    choices=(
        ("ordered", ("按先后", "有序", "依次")),
        ("increase", ("严格递增", "时间严格递增")),
        ("strict", ("严格相邻", "严格顺序", "紧接着", "中间没有别的行为")),
        ("any", ("不分先后", "不限顺序", "任意顺序")),
    ),
)
REPEATS = Param(
    "go",
    "重复的步骤",
    choices=(
        ("go", ("重复的步骤不影响", "允许重复", "重复不影响")),
        (
            "stop",
            words.listed(
                "步骤一重复就到此为止 严格去重 严格去重模式 去重模式 重复就中断 重复就算中断 重复算中断 重复的行为就中断 "
                "重复的行为算中断 重复行为就中断 同一步重复就中断 同一步重复就算中断 步骤重复就中断 步骤重复就算中断 有重复就中断 重复就停"
            ),
        ),
    ),
)
_ENDS = ("", "的", "过", "过的", "过的人")
EXCLUDED = Param(
    (),
    "中间不能有",
    tuple(
        f"{when}{no}{{}}{end}"
        for when in ("中间", "期间", "中途", "途中")
        for no in ("没有", "没", "不能有")
        for end in _ENDS[:4]
    )
    + tuple(
        f"{out}{when}{{}}{end}"
        for out in ("排除", "剔除", "去掉")
        for when in ("中间", "中途", "期间", "")
        for end in _ENDS
    ),
    role="event",
)
GRAINS = Param(
    "",
    "趋势按",
    choices=(
        ("day", ("按天", "按日", "日趋势", "每天的趋势")),
        ("week", ("按周", "周度", "周趋势", "每周的趋势")),
        ("month", ("按月", "月度", "月趋势", "每月的趋势")),
    ),
)
TREND = Param(
    "",
    "看什么",
    choices=(("trend", ("趋势", "的趋势", "走势", "的走势", "变化趋势", "趋势图", "趋势线")),),
)
TOUCH = Param(
    "first",
    "分组按",
    choices=(
        (
            "first",
            words.listed(
                "第一步第一次来时 首次触达 首触 首次接触 首次来源 首次 第一次来的 第一次来 首次触达的"
            ),
        ),
        (
            "last",
            words.listed(
                "最后一次行为时 末次触达 末触 末次接触 末次 最后触达 最后一次来的 最后一次"
            ),
        ),
    ),
)


def rules(params: Params) -> Rules:
    return Rules(
        mode=str(params["mode"]),
        window=float(params["window"]),
        exclude=tuple(params["exclude"]),
        stop=params["repeats"] == "stop",
        touch=str(params["touch"]),
    )


def trend(params: Params, days: int) -> str:
    """The grain of the trend that is asked for; "" where none is. ``days`` is how long the period is."""
    if params["grain"] or not params["trend"]:
        return str(params["grain"])
    return "day" if days <= DAYS else "week" if days <= WEEKS else "month"


__all__ = [
    "DONE",
    "EXCLUDED",
    "GRAINS",
    "LOST",
    "MODES",
    "REPEATS",
    "TOUCH",
    "TREND",
    "rules",
    "trend",
]
