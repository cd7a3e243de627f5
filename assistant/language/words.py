"""The closed vocabulary of asking: function words and what each may mean.

General Chinese only. Anything that belongs to a business (its metrics, columns, values, verbs) comes
from the catalog. A surface may stand here several times; the cover decides.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from assistant.language.cue_words import CUES, FILLERS, UNITS
from assistant.language.meaning import (
    AboutCue,
    AggWord,
    ChangeCue,
    ChartCue,
    CompareCue,
    Filler,
    FormCue,
    OpWord,
    PerCue,
    RefuseCue,
    SortCue,
    StreakCue,
    UnitWord,
    WindowCue,
)
from assistant.language.rank_words import RANKS, SUPERLATIVES
from semantic_layer.query import Agg, CompareKind, Form, Op, WindowKind

YOY, POP = CompareKind.YEAR_OVER_YEAR, CompareKind.PREVIOUS_PERIOD

AGGREGATES: dict[AggWord, str] = {
    AggWord(Agg.AVG): "平均 均 平均值 均值 平均数 平均每 avg 平均下来 平均的",
    AggWord(Agg.SUM): "总 总和 合计 之和 求和 总计 总共 sum 加总 总量 共 一共",
    AggWord(Agg.MAX): "最大 最高 最大值 最高值 max 最多 峰值 最长 最贵",
    AggWord(Agg.MIN): "最小 最低 最小值 最低值 min 最少 谷值 最短 最便宜",
    AggWord(Agg.MEDIAN): "中位数 中位 median 中值 中位值",
    AggWord(Agg.STDDEV): "标准差 std stddev 离散程度",
    AggWord(Agg.VARIANCE): "方差 variance",
    AggWord(Agg.COUNT_DISTINCT): "去重数 去重计数 去重个数 去重数量 去重后的数量 种类数",
}

OPERATORS: dict[OpWord, str] = {
    OpWord(
        Op.GT
    ): "大于 超过 高于 多于 超 > 破 突破 高过 大过 不止 超出 过 多过 超了 长于 贵于 晚于 重于 早过 逾 胜过 好于 优于 跑赢 赢过 领先 领先于 强于",
    OpWord(
        Op.GE
    ): "大于等于 不低于 不少于 不小于 至少 >= ≥ 满 达到 起码 达 大于或等于 不下 不止于 够 达到了 满了 不早于",
    OpWord(
        Op.LT
    ): "小于 低于 少于 不足 不到 < 不满 没到 没超过 低过 少过 未满 短于 未达 没达到 早于 轻于 未达到 弱于 差于 不如 跑输 跑不赢 没跑赢 赶不上 不及 够不上 落后于 比不上",
    OpWord(Op.LE): "小于等于 不超过 不高于 不多于 不大于 至多 <= ≤ 未超过 小于或等于 不晚于",
    OpWord(Op.GE, after=True): "以上 及以上 往上 或以上 起 或更多 开外 以上的 及以上的",
    OpWord(Op.GT, after=True): "之上",
    OpWord(Op.LT, after=True): "之下",
    OpWord(Op.LE, after=True): "以下 以内 及以下 之内 封顶 或以下 内 以内的 以下的",
}

COMPARES: dict[CompareCue, str] = {
    CompareCue(
        (YOY,)
    ): "同比 yoy 同期比 比去年同期 较去年同期 和去年同期比 跟去年同期比 与去年同期比 和去年同期相比 与去年同期相比 跟去年同期相比 去年同期对比 对比去年同期 比去年 较去年 和去年比 跟去年比 与去年相比 和去年相比 年同比 比上年同期 较上年同期 同去年相比 比起去年 对比去年 跟去年相比 和去年同期对比 与去年同期对比 跟去年同期对比 比上年 较上年 同比去年 与去年对比 和去年对比 同比情况 同比变化 比去年同时期 比去年这个时候 相比去年同期 相比去年 与上年同期相比 和上年同期比 年同比变化 和同期比 比同期 较同期",
    CompareCue(
        (YOY,), ("value", "rate"), 1
    ): "同比增长率 同比增速 同比涨幅 同比增幅 同比变化率 同比增长 同比涨了多少 同比增减 同比变动 同比涨跌 同比多少 同比涨跌幅 同比率",
    CompareCue((YOY,), ("value", "rate"), -1): "同比下降 同比跌幅 同比降幅 同比下滑幅度 同比下降率",
    CompareCue((POP,), ("value", "rate"), -1): "环比下降 环比跌幅 环比降幅 环比下滑幅度 环比下降率",
    CompareCue(
        (YOY,), ("value", "difference", "rate")
    ): "同比增长额 同比增量 同比多了多少 同比差额 同比增加额 同比少了多少 同比增加多少 同比增加了多少 同比减少多少 同比差值",
    CompareCue(
        (POP,)
    ): "环比 mom 比上期 较上期 和上期比 比上月 比上个月 较上月 较上个月 和上月比 和上个月比 跟上个月比 与上个月相比 和上个月相比 跟上月比 与上月相比 比上周 较上周 和上周比 跟上周比 与上周相比 和上周相比 wow qoq dod 周环比 月环比 日环比 季环比 季度环比 比前一天 跟再前一个月相比 跟再前一个月比 较前一周 较前一个月 较前一月 与前一周相比 与前一个月相比 和前一周比 和前一个月比 较前一日 比前一周 比前一个月 较前一天 环比情况 环比变化 比昨天 较昨日 较昨天 比上季度 较上季度 比上一季度 比上一期 比前一期 对比上个月 对比上周 对比上月 跟上期比 与上期相比 和前一天比 跟前一天比 对比上期 跟上个月相比 比起上个月 比起上周 较前期 比前期 与前期相比 比上一周 比上一个月 和上一期比 比前一日 与前一天相比",
    CompareCue(
        (POP,), ("value", "rate"), 1
    ): "环比增长率 环比增速 环比涨幅 环比增幅 环比变化率 环比增长 环比涨了多少 环比增减 环比变动 环比涨跌 环比多少 环比涨跌幅",
    CompareCue(
        (POP,), ("value", "difference", "rate")
    ): "环比增长额 环比增量 环比多了多少 环比差额 环比增加额 环比少了多少 环比增加多少 环比增加了多少 环比减少多少 环比差值",
    CompareCue(
        (YOY, POP)
    ): "同环比 同比环比 同比和环比 同比、环比 环同比 同比与环比 环比和同比 同比及环比 环比同比",
}

CHANGES: dict[ChangeCue, str] = {
    ChangeCue(
        1
    ): "往上走 上行 走强 增长 上涨 涨 上升 提升 增加 提高 涨了 增长了 上升了 增加了 提升了 走高 上扬 攀升 回升 变多 变好 升 增多",
    ChangeCue(
        -1
    ): "往下走 下行 走弱 下降 下滑 下跌 跌 减少 降低 跌了 下降了 下滑了 减少了 降了 缩水 走低 滑坡 变少 变差 回落 降 掉 掉了 下跌了 萎缩 负增长",
    ChangeCue(
        0
    ): "是涨是跌 涨了还是跌了 涨还是跌 增还是减 升还是降 是升是降 是增是减 变化 变动 波动 增减 涨跌 变了",
    ChangeCue(
        1, "rate"
    ): "增长率 增速 增幅 涨幅 增长幅度 增长了百分之多少 涨了百分之几 增长百分比 增长比例 涨了几个点 提升幅度 增长多快 上涨幅度",
    ChangeCue(
        -1, "rate"
    ): "下降率 跌幅 降幅 下滑幅度 下降幅度 跌了百分之几 下降比例 跌了几个点 下跌幅度 降了几个点",
    ChangeCue(0, "rate"): "变化率 变动率 变化幅度 变动幅度 涨跌幅 变化百分比",
    ChangeCue(
        1, "difference"
    ): "增量 增长额 增加额 增长了多少 涨了多少 增加了多少 增加多少 多了多少 增长量 增长多少 提升了多少 上涨了多少 涨多少",
    ChangeCue(
        -1, "difference"
    ): "下降了多少 跌了多少 减少了多少 少了多少 下降多少 降了多少 下滑了多少 跌多少 减少多少 掉了多少",
    ChangeCue(0, "difference"): "变化量 变动额 变化额 变化了多少 变化值 变动值 变化多少",
}

WINDOWS: dict[WindowCue, str] = {
    WindowCue(
        WindowKind.SHARE
    ): "share 占百分之多少 百分之多少 占比 比例 份额 占多少 比重 所占比例 占总体 占总数 占全部的比例 占整体的比例 占全国的比例 百分比 占几成 构成比 的占比 占总 占全部 占整体 占大盘 占全国 占了多少 占到多少 所占的比例 占到 占的比例 比率 占比是多少 占总体的 占总的比例 占总额的比例 占多大比例 占比情况 贡献占比 市占率 占有率 占多大比重 占据多少 占百分之几 占百分之多少 占比多少 占比分布 占比各多少",
    WindowCue(
        WindowKind.SHARE, within=True
    ): "组内占比 内部占比 在各自内部的占比 内占比 各自内部占比 在组内的占比",
    WindowCue(
        WindowKind.CUMULATIVE, running=True
    ): "往上累加 往上加 往上累 往上滚 滚着加 一路加上去 一路累加 一路累计 一路往上加 一路加 一路累加上去 一路往上累 一路累上去 逐步累加 越加越多 滚着累加 一路滚上去 逐期累加",
    WindowCue(
        WindowKind.CUMULATIVE
    ): "累计 累积 累加 滚动累计 累计值 年累计 累计到 累计曲线 年初累计",
    WindowCue(
        WindowKind.CUMULATIVE_SHARE
    ): "二八 帕累托 累计占比 累积占比 pareto 二八分析 abc分析 累计贡献 累计百分比 累计贡献率 二八定律 二八法则",
    WindowCue(
        WindowKind.MOVING_AVERAGE
    ): "移动平均 滑动平均 滚动平均 移动均值 均线 滚动均值 ma 移动平均值 滑动均值 移动平均线",
    WindowCue(WindowKind.MOVING_SUM): "滚动求和 移动求和 滚动合计 滚动总和 滚动",
    WindowCue(
        WindowKind.RANK
    ): "rank ranking 排名 排行 排第几 名次 排行榜 位次 排多少名 排几 排老几 第几 排名第几 排名情况 第几名 排在第几 排第几名 排第几位 位列第几 第几位 名列第几",
}

FORMS: dict[FormCue, str] = {
    FormCue(
        Form.TREND
    ): "trend trends 咋走的 咋走 咋变的 怎么走的 怎么走 走得怎么样 走势 趋势 变化趋势 走势图 趋势图 曲线 变化情况 的变化 变化曲线 变化趋势图 怎么变化 走向 怎么变的 如何变化 变化走势 增长趋势 增长情况 增长曲线 起伏",
}

CHARTS: dict[ChartCue, str] = {
    ChartCue("line"): "折线图 线图 用折线 折线 曲线图 趋势线 线形图",
    ChartCue("bar"): "柱状图 柱图 柱形图 用柱状 直方图 柱子图 条状图",
    ChartCue("hbar"): "条形图 横向柱状图 横条图 横向条形图",
    ChartCue("pie"): "饼图 饼状图 环形图 圆环图 环图 圆饼图 扇形图",
    ChartCue("heatmap"): "热力图 热图 热力",
    ChartCue("scatter"): "散点图 散点 气泡图",
    ChartCue("stacked"): "堆叠图 堆积图 堆积柱状图 堆叠柱状图 堆叠柱图 堆积柱形图",
    ChartCue("grouped"): "分组柱状图 簇状图 并列柱状图 簇状柱形图",
    ChartCue("area"): "面积图",
    ChartCue("dual"): "双轴图 双轴 双y轴 组合图 双坐标轴",
    ChartCue("table"): "表格 用表格 数据表 列表展示 交叉表 透视表 用表",
    ChartCue("funnel"): "漏斗图",
    ChartCue("kpi"): "指标卡 数字卡 kpi卡 卡片",
    ChartCue(
        "labels"
    ): "数据标签 显示数据标签 显示标签 标上数字 显示数值 标注数据 加上数据标签 把数字标上",
}

PERS: dict[PerCue, str] = {
    PerCue("day"): "日均 平均每天 平均每日 每天平均 天均 每日平均 单日平均 一天平均 平均一天",
    PerCue("week"): "周均 平均每周 每周平均 平均一周",
    PerCue("month"): "月均 平均每月 平均每个月 每月平均 平均一个月 每个月平均",
    PerCue("quarter"): "季均 平均每季度 平均每个季度 每季度平均",
    PerCue("year"): "年均 平均每年 每年平均",
    PerCue("hour"): "时均 平均每小时 每小时平均",
    PerCue(""): "均",
}

SORTS: dict[SortCue, str] = {
    SortCue(
        True
    ): "从高到低 由高到低 降序 从大到小 由大到小 倒序 从多到少 由多到少 从高往低 从大往小 desc 逆序 从新到旧 由新到旧 从晚到早 由晚到早 从长到短 从贵到便宜 由多至少 由高至低 由大至小 从强到弱 由长到短 从老到少 由强到弱 从高至低 从大至小 从多至少 由贵到便宜",
    SortCue(
        False
    ): "从低到高 由低到高 升序 从小到大 由小到大 正序 从少到多 由少到多 从低往高 从小往大 asc 从旧到新 由旧到新 从早到晚 由早到晚 从短到长 从便宜到贵 由少至多 由低至高 由小至大 从先到后 由短到长 从弱到强 从低至高 从小至大 先后顺序 时间顺序 先后 从少至多",
}

ABOUTS: dict[AboutCue, str] = {
    AboutCue(
        "definition"
    ): "分子分母是什么 分子分母 分子和分母 分子是什么 分母是什么 什么叫 啥叫 何为 何谓 有什么区别 区别 有何不同 有什么不同 有啥区别 的区别 解释一下 解释 解释下 怎么算 怎么算的 如何计算 口径 定义 什么意思 怎么计算 怎么定义 怎么统计的 计算公式 计算方式 的口径 的定义 是怎么算的 啥意思 指的是什么 是什么意思 怎么统计 怎么来的 怎么得来的 算法 计算逻辑 统计口径 怎么算出来的 如何定义 公式 是指什么 指什么 含义 怎么理解 计算口径 统计逻辑 怎么计算的 如何统计 是啥意思 是怎么定义的 如何算 咋算 咋算的 咋来的 怎么个算法",
    AboutCue(
        "sql"
    ): "sql 给我sql 看sql 查询语句 sql语句 这个数是怎么来的 怎么查的 数是怎么来的 这个数怎么来的 给我看sql 看看sql 看下sql 代码 血缘 来源 数据来源 取数逻辑 取数口径 背后的sql 哪张表 哪个表 来自哪张表 从哪张表 从哪来 这数哪来的 哪来的",
    AboutCue(
        "freshness"
    ): "数据最晚到哪一天 最晚到哪天 最晚到哪一天 已更新至哪一天 更新至哪一天 更新至哪天 已更新至 更新至 更新到哪一天 数据已更新至哪一天 数据更新到哪天 更新到哪天 数据到哪天 最新数据 数据截至 数据更新时间 更新时间 数据更新到什么时候 数据最新到 什么时候更新 更新到什么时候 数据截止 更新到哪 更新频率 数据新鲜度 数据到什么时候 最近更新 数据多久更新 更新到几号 数据到几号 多久更新一次 数据是哪天的 数据最新到哪天 数据范围 数据从哪天开始 数据什么时候更新 数据更新了吗 更新了没 更新了吗",
    AboutCue(
        "metrics"
    ): "有哪些指标 什么指标 能查哪些指标 能看哪些指标 指标列表 可以查什么指标 支持哪些指标 有什么指标 能问哪些指标 都有哪些指标 哪些指标 指标有哪些 都有什么指标",
    AboutCue(
        "dimensions"
    ): "有哪些维度 什么维度 哪些维度 能按什么 可以按什么看 支持哪些维度 维度列表 可以按什么 能按哪些维度 有什么维度 维度有哪些 能按哪些 可以按哪些 能从哪些维度 按什么拆 都能按什么",
    AboutCue(
        "tables"
    ): "有哪些表 有哪些数据 什么数据 哪些表 有什么数据 都有哪些数据 数据表有哪些 有什么表",
    AboutCue(
        "values"
    ): "分几种 分哪几种 分哪几类 分几类 分为几种 分成几种 分为哪几种 分成哪几种 有哪些可选 都有哪些可选 可选的有哪些 有哪几档 有几档 有哪几种 有哪几类 分哪几档 分几档 有哪些取值 取值 取值有哪些 有哪些值 都有哪些值 可选值 有哪些选项 取值范围",
    AboutCue(
        "help"
    ): "你能做什么 怎么用 能问什么 帮助 你会什么 可以问什么 help 使用说明 能查什么 你有什么功能 怎么问 我能问什么 你可以做什么 能干什么 能干嘛 你会干嘛 有什么功能 使用方法 教教我 我可以问什么",
}

REFUSALS: dict[RefuseCue, str] = {
    RefuseCue(
        "write-operation"
    ): "清空退款 删了 都删 删掉 全删 全删了 修改 作废 删除 删掉数据 修改数据 更新数据 插入 drop delete update insert truncate alter 帮我退款 退款掉 改价 下单一个 帮我下单 取消订单 发货 帮我发 把这个订单 清空数据 导入数据 帮我把 新建 创建 写入 上架 下架 调价 改成已 审批 打款 转账 给客户发 发短信 发优惠券 发券 群发 补货 create grant 帮我订 帮我买 改一下价格 改库存 退一下款 退个款",
    RefuseCue(
        "not-supported-yet"
    ): "波动最大 波动最小 最稳定 最不稳定 波动最厉害 还买了 还会买 还买 一起买 连带购买 一起购买",
    RefuseCue(
        "chitchat"
    ): "你好 您好 谢谢 多谢 辛苦了 再见 早上好 下午好 晚上好 哈喽 hello hi 你是谁 你叫什么 讲个笑话 讲笑话 在吗 你多大 你真棒 hey 嗨 吃了吗 拜拜 早安 晚安 你是机器人吗 唱首歌 你喜欢 我爱你 无聊 心情 写首诗 写诗 写个故事 你觉得我",
    RefuseCue(
        "out-of-domain"
    ): "天气 彩票 股价 股票 世界杯 新闻 双色球 汇率 比特币 星座 运势 电影推荐 菜谱 翻译 写代码 写一段 高考 八卦 明星 足球 篮球 堵车 航班 机票 火车票 房价走势 油价 黄金价格 大盘指数 历史上的今天 谁会赢 选举 总统",
}


def seeds() -> Iterator[tuple[str, Any]]:
    """(surface, value) for every word here, lower-case simplified Chinese."""
    tables: tuple[dict[Any, str], ...] = (
        CUES,
        AGGREGATES,
        OPERATORS,
        RANKS,
        SUPERLATIVES,
        COMPARES,
        CHANGES,
        WINDOWS,
        FORMS,
        CHARTS,
        PERS,
        SORTS,
        ABOUTS,
        REFUSALS,
    )
    for table in tables:
        for value, words in table.items():
            yield from ((w, value) for w in words.split())
    yield from (
        (w, StreakCue())
        for w in ("连续", "连着", "持续", "连", "最近连续", "最近已连续", "已连续", "已经连续")
    )
    yield from ((w, UnitWord(w)) for w in UNITS.split())
    yield from ((w, Filler(w)) for w in sorted(set(FILLERS.split())))
