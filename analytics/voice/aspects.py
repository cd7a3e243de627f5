"""What reviews are about: aspects that any shop knows, and further ones learnt from the complaints.

An aspect is a name and the words that stand for it; the longest word in a clause decides. Learnt
aspects are words which complaints use and praise doesn't, and which carry no mood of their own.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cache
from types import MappingProxyType

OTHER = "整体"
SEEDS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        name: tuple(words.split())
        for name, words in {
            "物流": "物流 快递 发货 配送 送货 送餐 到货 包裹 驿站 骑手 小哥 配送员 送达 派送 运费 下单隔天 第二天就到 等了一个 等了几天 "
            "收到的时间 晚到 迟到 催了",
            "包装": "包装 盒子 箱子 外箱 纸箱 封口 缓冲 压坏 漏出来 磕碰 袋子 瓶口 边角 破了个洞",
            "价格": "价格 价钱 性价比 便宜 划算 优惠 降价 涨价 满减 实惠 不值 价位 太贵 偏贵 真贵 很贵 好贵 不贵 花钱 凑单 券 原价 差价 保价",
            "服务": "服务 客服 售后 态度 退款 退货 换货 退换 商家 卖家 店家 店员 推诿 不理人 没人理 不回消息 复制粘贴 投诉 安装 师傅 发票",
            "质量": "质量 做工 用料 品质 材质 次品 坏了 开裂 掉漆 瑕疵 毛刺 毛边 开胶 开线 脱线 生锈 断了 散架 松了 耐用 结实 一扯就破 起球 "
            "掉色 褪色 缩水 变形 线头 假货 正品 山寨 涂层 劣质 破损 勾丝",
            "与描述相符": "描述 图片 色差 宣传 不符 实物 货不对板 虚标 照片 尺寸比图片",
            "外观": "外观 颜色 款式 好看 难看 漂亮 设计 版型 样式 造型 质感 显瘦 显胖 显白 釉面 上身",
            "尺寸": "尺码 尺寸 大小 偏大 偏小 合身 合适 穿不上 松垮 松紧 太长 太短",
            "味道": "味道 口味 口感 好吃 难吃 好喝 难喝 太甜 太咸 香味 香气 太苦 太酸 清香 留香 奶味 不新鲜 新鲜 适口 爱吃 肯吃 发硬 焦",
            "气味": "异味 气味 刺鼻 怪味 臭 橡胶味 除臭 难闻 好闻",
            "效果": "效果 吸收 保湿 去屑 清洁力 洗得 洗不 洗完 卸得 卸不 持妆 控油 除菌 防滑 保温 透气 结团 漏尿 漏水 漏雨 过敏 起疙瘩 发红 "
            "红屁股 软便 便秘 上火 卡粉 搓泥 紧绷 扫得 打滑",
            "噪音": "噪音 噪声 声音 安静 太吵 很吵 吵得 嗡嗡 静音 不吵 响声",
            "续航": "续航 电池 充电 没电 掉电 电量 待机 耗电 回充",
            "性能": "卡顿 很卡 太卡 死机 流畅 运行 反应 速度慢 断连 连接 信号 发烫 发热 按键 屏幕 失灵 系统 音质 功率 降噪 建图 接口",
            "分量": "分量 份量 斤两 数量 少发 漏发 少了 太少 够吃 不够吃 个头",
            "使用": "操作 说明书 使用方便 好用 难用 顺手 清洗 好清洗 占地方 简单 方便 磨脚 舒服 舒适 不舒服 肩膀",
            "卫生": "卫生 不干净 头发丝 有虫 发霉 过期 日期 变质 保质期 快到期 生产日期 肮脏",
        }.items()
    }
)
LEARNT = 6  # further aspects at most
SHARE = 0.01  # of the complaints without an aspect, that name a word for it to become one
LEAST = 8  # complaints
HAN = re.compile("^[一-鿿]{2,4}$")


class Finder:
    """Aspects of clauses by one pattern: the words of all aspects, the longest first; a word of the
    aspects in ``first`` goes before any other."""

    def __init__(
        self,
        aspects: Mapping[str, Sequence[str]],
        first: Mapping[str, Sequence[str]] = MappingProxyType({}),
    ) -> None:
        self._first = Finder(first) if first else None
        pairs = sorted(
            ((word, name) for name, words in aspects.items() for word in words),
            key=lambda pair: (-len(pair[0]), pair[0]),
        )
        self._name = dict(reversed(pairs))
        self._pattern = re.compile("|".join(re.escape(word) for word, _ in pairs))

    def find(self, clause: str) -> tuple[str, str] | None:
        """(aspect, its word) of a clause, by the longest word in it.

        >>> Finder(SEEDS).find("晚上开着噪音像拖拉机")
        ('噪音', '噪音')
        >>> Finder(SEEDS, {"隔音": ("隔音", "噪音")}).find("晚上走廊噪音大")
        ('隔音', '噪音')
        """
        if self._first is not None and (own := self._first.find(clause)) is not None:
            return own
        found = self._pattern.findall(clause)
        if not found:
            return None
        word = max(found, key=len)
        return self._name[word], word


def learnt(blamed: Sequence[str], praised: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Further aspects: words of clauses that blame and have no aspect yet, at least ``LEAST`` of them
    and thrice as often as where people praise; words that are opinions themselves are none.
    """
    if len(blamed) < LEAST:
        return {}
    import jieba

    from analytics.voice import polarity

    def counted(clauses: Sequence[str]) -> Counter[str]:
        words: Counter[str] = Counter()
        for clause in clauses:
            words.update({w for w in jieba.cut(clause) if HAN.match(w)})
        return words

    complaints, praise = counted(blamed), counted(praised)
    least = max(LEAST, SHARE * len(blamed))
    often = [
        word
        for word, count in complaints.items()
        if count >= least and count / len(blamed) > 3 * praise[word] / max(len(praised), 1)
    ]
    often = [word for word in often if word in _nouns()]
    moods = polarity(often) if often else ()
    named = [w for w, mood in zip(often, moods, strict=True) if 0.3 < mood < 0.8]
    named.sort(key=lambda w: (-complaints[w], w))
    return {word: (word,) for word in named[:LEARNT]}


@cache
def _nouns() -> frozenset[str]:
    """The nouns of jieba's dictionary; reading its tags here is faster than loading its tagger."""
    import jieba

    with jieba.get_dict_file() as file:
        entries = (line.decode("utf-8").split(" ") for line in file)
        return frozenset(word for word, _, tag in entries if tag.strip() in ("n", "nz"))
