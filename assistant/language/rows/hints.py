"""General Chinese that points at a column without naming it: 什么时候, 在哪, 多少钱, 卖, 最贵.

Each hint is a way to recognise columns by the endings of their labels or by their kind. No table and
no business is known here.
"""

from __future__ import annotations

from semantic_layer.catalog import Kind


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


PLACE = _words(
    "地点 地址 位置 总部 城市 省份 国家 地区 区域 产地 发源地 出生地 所在地 地 城 洲 场馆 国籍 学校 院校 单位"
)
PERSON = _words(
    "作者 导演 创始人 创始人物 负责人 代言人 主持人 姓名 演员 歌手 饰演者 人物 嘉宾 教师 编剧 主讲人 联系人 老师 人 者"
)
PRICE = _words(
    "价格 售价 票价 定价 单价 费用 学费 金额 资金 工资 薪资 月薪 价 费 额 收入 成本 资本"
)
DURATION = _words("时长 时间 天数 年限 学制 工龄 期限 周期 月数")
REASON = _words("原因 理由 职责 主张")
DISTANCE = _words("距离")
AREA = _words("面积 容量 尺寸 大小 规模")
AGE = _words("年龄 岁数")
PEOPLE = _words("人数 人口 数量 员工数 数 量")
TIMES = _words("次数 场次 届数 场数 数量")

# Surface of a question word → endings of the columns it asks for.
ASKING: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...] = (
    (
        _words(
            "在哪 哪里 在哪里 什么地方 哪儿 何处 在哪儿 位于哪里 在什么地方 在何处 哪个地方 哪个位置"
        ),
        PLACE,
    ),
    (_words("谁 谁的 哪些人 什么人 何人"), PERSON),
    (_words("多少钱 几块钱 多少元 什么价 贵吗 贵不贵 便宜吗"), PRICE),
    (_words("多久 多长时间 几年 多少年 几天 多少天 几个月 多少小时 多少分钟 几小时"), DURATION),
    (_words("为什么 为何 怎么会 什么原因"), REASON),
    (_words("多远 远吗 远不远 近吗"), DISTANCE),
    (_words("多大 大吗"), (*AREA, *AGE)),
    (_words("几岁 多少岁 多大年纪 多大岁数"), AGE),
    (_words("多少人 几人 几个人"), PEOPLE),
    (_words("几次 多少次 多少场 几场 第几届"), TIMES),
)
WHEN = _words("什么时候 何时 哪天 哪一天 啥时候 几时 什么时间 哪年 哪一年 哪个月 几月 几点 哪日")

# A verb or adjective of the question → parts of the labels it may mean.
MEANS: dict[str, tuple[str, ...]] = {
    "卖": _words("销量 销售 售卖 售出 销"),
    "买": _words("购买 销售 平台"),
    "挣": _words("收入 利润 营业额"),
    "赚": _words("收入 利润 营业额 收益"),
    "花": _words("费用 消费 成本"),
    "住": _words("地址 城市 房型"),
    "死": _words("死亡"),
    "招": _words("招聘 招生"),
    "建": _words("建成 建立 成立"),
    "活": _words("年龄"),
    "产": _words("产量 产地 原产"),
    "演": _words("演出 饰演"),
    "拍": _words("拍摄"),
    "考": _words("考生 招考"),
    "嫁": _words("婚姻"),
    "吃": _words("食性 食"),
    "治": _words("功效"),
    "写": _words("作者 作品 书名"),
    "奖": _words("奖项 奖"),
    "受欢迎": _words("热度 受欢迎 评分 人气"),
    "火": _words("热度 人气"),
    "远": _words("距离 距"),
    "近": _words("距离 距"),
    "贵": PRICE,
    "便宜": PRICE,
    "票": _words("票价 票数 余票 票"),
    "游客": _words("接待 人数 旅游人数"),
    "旅客": _words("接待 人数"),
    "意思": _words("含义 释义 简介"),
    "营收": _words("收入 营业额"),
    "钱": PRICE,
    "规模": _words("规模 人数 面积"),
    "待遇": _words("薪资 工资 月薪"),
    "效力": _words("俱乐部 效力"),
    "国": _words("国家 国籍"),
    "省": _words("省份 省"),
    "市": _words("城市 市"),
    "校": _words("学校 院校 校名"),
    "干": _words("职业 职责 功能"),
    "工作": _words("职业 职位 单位"),
    "学历": _words("学历 毕业院校"),
    "毕业": _words("毕业院校 毕业"),
    "内容": _words("简介 职责 主题"),
}

# What a superlative ranks by when no column is named beside it.
RANKING: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...] = (
    (_words("贵 便宜 实惠"), PRICE),
    (_words("年轻 老 年长 大 小"), (*AGE, "面积")),
    (_words("畅销 热卖 卖"), _words("销量 销售量 售卖量 售出数量 售出票数 销售额")),
    (_words("受欢迎 火 热 红"), _words("热度 人气 评分 粉丝总数 注册用户量")),
    (_words("远 近"), DISTANCE),
    (_words("长 短 久"), DURATION),
    (_words("多 少"), PEOPLE),
    (_words("好 差 高 低"), _words("评分 得分 排名 豆瓣评分")),
)
TIME_WORDS = _words("早 晚 新 旧 先 近 古老 悠久")

ORDINAL = _words("排名 名次 排行 位次 排位")  # a small number is a good one
BIRTH = _words("出生日期 出生时间 生日")  # the oldest was born first
POINTING = _words("这 该 此 那 它 他 她 其 上述 以上 上面 前面 两者 二者")
INSIDE = _words("其中 当中 之中 这里面 里面 它们中 他们中 这些中 中间")
NARROWING = _words("仅 只 只要 只看 仅列出 只列出 只显示 仅显示 仅看 只保留")
OTHERS = _words("其他的 其余 剩下的 哪些不是 别的 除了这些 除此之外 不是的")


def matches(label: str, kind: Kind, endings: tuple[str, ...]) -> bool:
    """Does a column answer the hint: its label ends with one of ``endings`` (as a word of its own)?"""
    return kind is not Kind.KEY and any(label.endswith(e) for e in endings)
