"""Words of ranking: first, last, most, least. General Chinese only: see ``words.py``."""

from __future__ import annotations

from assistant.language.meaning import OFTEN, SPEED, RankCue, Superlative

RANKS: dict[RankCue, str] = {
    RankCue(): "前 排名前 top 头 排前 名列前 居前 居于前 稳居前 排在前 排行前 位列前 位居前 top的 前面的 排行榜前 的前",
    RankCue(
        descending=False
    ): "倒数 后 末 末位 垫底 最后 bottom 排名后 倒数前 末尾 排在后 最末 排名倒数 后面的 最差的 倒数的",
    RankCue(ordinal=True): "第 排名第 排第 位列第 排在第 名列第",
}


SUPERLATIVES: dict[Superlative, str] = {
    Superlative(
        True
    ): "集中在 主要集中在 多集中在 最集中 位居榜首 高居榜首 位居首位 居于首位 排在首位 位列首位 位列第一  最昂贵 最为昂贵 最为突出 最为领先 最领先 最高价  最高 最高点 峰值 顶点 高峰 最多 最大 最强 最厉害 最靠前 冠军 榜首 居首 最高的 最多的 最大的 第一 最突出 最丰富 最重 最长 最久 最远 最贵 最深 最宽 最火 最热 最红 最受欢迎 最热门 最畅销 最老 最大年龄 数一数二 top1 no1 老大 封顶 最厚 最广",
    Superlative(
        False
    ): "最低廉 最为低廉 最实惠 最为便宜 最低价  最低点 谷底 低谷 最低 最少 最小 最弱 垫底 末位 最靠后 最低的 最少的 最小的 倒数第一 最短 最近距离 最便宜 最轻 最浅 最窄 最冷门 最年轻 吊车尾 最末 最后一名 最薄 最省 最冷",
    Superlative(True, quality=True, hint="sales"): "卖得最好 卖的最好 卖得最火 卖得最多 卖的最多",
    Superlative(
        True, quality=True, hint="sales", comparative=True
    ): "卖得好 卖得多 卖得更好 卖得更多 卖的好 卖的多 卖得火 卖得更火 生意好 生意更好 业绩好 业绩更好",
    Superlative(
        False, quality=True, hint="sales", comparative=True
    ): "卖得差 卖得少 卖得更差 卖得更少 卖的差 卖的少 生意差 生意更差 业绩差 业绩更差",
    Superlative(False, quality=True, hint="sales"): "卖得最差 卖的最差 卖得最少 卖的最少",
    Superlative(
        True, quality=True
    ): "最好 最佳 最优 表现最好 最理想 最棒 做得最好 最好的 最牛 最出色 最猛",
    Superlative(
        False, quality=True
    ): "最差 最糟 最不好 表现最差 最拉胯 最烂 最惨 做得最差 最差的 最不理想 最拉垮",
    Superlative(
        True, change="rate"
    ): "增长最快 涨得最快 增速最快 涨幅最大 增长最多 涨得最多 增幅最大 上涨最多 增长最大 提升最大 上升最快 增长率最高 升得最快 涨最多 提升最多 涨最快 涨的最多 涨的最快 增长最快的 增幅最高 涨幅最高 增速最高 进步最大 上升最多",
    Superlative(
        False, change="rate"
    ): "下降最多 跌得最多 跌幅最大 降幅最大 下滑最多 下降最快 跌得最快 下滑最快 降得最多 下滑最严重 跌最多 掉得最多 下跌最多 跌得最狠 下降最大 下滑最大 跌的最多 降得最快 掉得最狠 跌得最惨 下滑最厉害 缩水最多 掉得最快 退步最大 跌最狠",
    Superlative(True, hint=SPEED): "最快 最快的",
    Superlative(False, hint=SPEED): "最慢 最慢的",
    Superlative(True, hint=SPEED, comparative=True): "更快",
    Superlative(False, hint=SPEED, comparative=True): "更慢",
    Superlative(
        True, change="difference"
    ): "变化最大 变动最大 同比变化最大 环比变化最大 波动最大的 增加最多 增加最多的 增加得最多 增加的最多 增加额最大 增量最大 多得最多",
    Superlative(False, change="difference"): "减少最多 减少最多的 减少得最多 减少的最多 减少额最大",
    Superlative(True, hint="late"): "最新 最近 最晚 最迟 最后 最近的 最新的 最晚的",
    Superlative(
        True, hint=OFTEN
    ): "最常见 最常用 最普遍 最频繁 最多见 最流行 最常见的 最常用的 最普遍的",
    Superlative(False, hint=OFTEN): "最少见 最罕见 最不常见 最少用 最不常用",
    Superlative(False, hint="early"): "最早 最先 最早的 最久远 最古老",
    Superlative(
        True, comparative=True
    ): "更高 更多 更大 更好 更强 更贵 更长 较高 较大 较多 更重 更远 更热门 更受欢迎 更高一些 更多一些 更胜一筹 更久 更厉害 高一些 多一些 大一些 更深 更晚 更老 更厚 更宽",
    Superlative(
        False, comparative=True
    ): "更低 更少 更小 更差 更弱 更便宜 更短 较低 较小 较少 更轻 更近 更低一些 更早 低一些 少一些 小一些 更浅 更年轻 更薄 更窄",
}
