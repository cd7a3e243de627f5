"""闲话：我下午开会要用、老板等着要、写周报用。说的是提问的人，不是所问的事，所以里面的时间不是时段。

A whole clause of nothing but a speaker, a time still to come and an occasion. A clause that names
anything else is no chatter."""

from __future__ import annotations

import re

from assistant.language.grammar import Grammar
from assistant.language.meaning import Filler

grammar = Grammar()

_WHO = (
    "我们?|咱们?|老板|领导|老大|上级|上面|总监|经理|主管|客户|财务|团队|他们?|她们?|大家|人家|boss|这边|那边|"
    "[院店部会组处科队行校厂站]长|总裁|董事长?|[一-龥]总|主任|老师|同事|总部|集团|董事会|投资人|股东"
)
_SOON = (
    "今天|今晚|明天|明早|明晚|后天|待会儿?|等会儿?|等下|一会儿?|过会儿?|马上|立刻|现在|回头|稍后|"
    "上午|中午|下午|晚上|早上|(?:下|这|本)?(?:周|星期|礼拜)[一二三四五六日天]|(?:这|本|下)周|月底|周末前?|"
    "(?:上午|下午|晚上)?[一二两三四五六七八九十\\d]{1,2}点半?|下班前?|开会前|会前|之前|前"
)
_WHAT = (
    "开[周月例晨早]?会|[周月例晨早]会上?|会上|会议|复盘会?|汇报|述职|周报|月报|日报|报告|报表|材料|方案|ppt|"
    "对一?下?账|对个账|核对一?下?|核一下|路演|答辩|评审|交差|交|讲|发言|急用|用|review|present"
)
_DO = "要|得|等着|急着|赶着|着急|准备|需要|打算|正|在|去|来|就|好|跟|给|和|向|为了?|写|做|出|报|提|拿去|拿来|发|的时候|时|的|了|着|呢|啊|一下|看"
_CLAUSE = rf"(?:{_WHO}|{_SOON}|{_WHAT}|{_DO})"


@grammar.rule(
    [
        re.compile(
            rf"(?:(?<=[,。;!?~)])|^)\s*(?=[^,。;!?~]*(?:{_WHAT}|等着要|催|要看(?=[,。;!?~]|$)|要(?=[,。;!?~]|$)))(?:{_CLAUSE}|催|问)+"
            r"\s*(?=[,。;!?~]|$)"
        )
    ],
    examples={
        "我下午开会要用": Filler("闲话"),
        "老板等着要": Filler("闲话"),
        "明天要跟领导汇报": Filler("闲话"),
        "写周报用": Filler("闲话"),
    },
    rejects=("下午的单量", "我要看上周", "明天", "今天下午"),
)
def chatter(_: str) -> Filler:
    return Filler("闲话")
