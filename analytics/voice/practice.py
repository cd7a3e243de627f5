"""Short practice reviews for the polarity model, put together from our own phrases.

A practice review is one to four remarks of one mood; one in eight grants the other side first and then
turns (虽然慢，但是好吃). Drawn from a seeded generator: the same every time.
"""

from __future__ import annotations

import random

from analytics.voice import phrases

PRAISE = (phrases.PRAISE + " " + phrases.CONTENT).split()
BLAME = (phrases.BLAME + " " + phrases.STORY).split()
MATTERS = tuple(
    (subjects.split(), {1: praise.split(), 0: blame.split()})
    for subjects, praise, blame in phrases.MATTERS
)
FAULTS = {  # whether it is there or not
    0: "有# 有点# 有股# 都是# 全是# #很大 #很多 #太大 #明显 #严重 还有#",
    1: "没有# 没# 无# 没什么# 没有任何# 一点#都没有 完全没有# 没发现# 也没有#",
}
FAILURES = {
    0: "# 很# 太# 有点# 老是# 总是# 经常# 容易# 特别# #了 #严重 #得厉害 用几天就#了 #死了 越来越# 又# 都#了",
    1: "不# 不会# 一点也不# 一点都不# 完全不# 不怎么# 从不# 没# 没有# 没#过 也不# 不再# 不#了 不容易# 用着不#",
}
QUALITIES = {
    0: "不# 不太# 不够# 不怎么# 一点也不# 一点都不# 没有以前# 没有想象中# 没那么# 并不# 不是很# 根本不# 没有之前#",
    1: "很# 非常# 特别# 真# 挺# 比较# 蛮# 超# 太#了 够# 都很# 越来越# 比以前# 比想象的# 更# 又#",
}
OTHERS = tuple(
    ({mood: said.split() for mood, said in patterns.items()}, words.split())
    for patterns, words in (
        (FAULTS, phrases.FAULT_NOUNS),
        (FAILURES, phrases.FAULT_VERBS),
        (QUALITIES, phrases.MERITS),
    )
)
NEGATED = 0.15  # remarks that are about a fault or a merit, there or not there
ADVERBS = ("",) * 8 + ("真的", "就是", "也", "还", "确实", "实在", "都", "感觉", "也还")
JOINS = ("，",) * 8 + ("。", " ", "！", ",", "、")
ENDS = ("",) * 6 + ("。", "！", "！！", "~", "，", "哈哈", "。。。", "啊", "了")
TURNS = ("但是", "不过", "但", "就是")


def reviews(count: int, seed: int = 0) -> tuple[list[str], list[int]]:
    """``count`` reviews, praise and blame in turn, and then every phrase once: texts and 1 or 0."""
    draw = random.Random(seed)
    texts = [_review(draw, number % 2) for number in range(count)]
    moods = [number % 2 for number in range(count)]
    for mood, whole in ((1, PRAISE), (0, BLAME)):
        for said in (whole, *(said[mood] for _, said in MATTERS)):
            texts += said
            moods += [mood] * len(said)
    return texts, moods


def _review(draw: random.Random, mood: int) -> str:
    matter = draw.randrange(len(MATTERS))
    parts = []
    for _ in range(draw.choice((1, 1, 1, 2, 2, 3, 4))):
        kind = draw.random()
        if kind < 0.28:
            parts.append(draw.choice(PRAISE if mood else BLAME))
        else:
            about = matter if kind < 0.8 else draw.randrange(len(MATTERS))
            parts.append(_remark(draw, about, mood))
    if len(parts) > 1 and draw.random() < 0.12:
        granted = _remark(draw, matter, 1 - mood)
        parts.insert(0, ("虽然" if draw.random() < 0.4 else "") + granted)
        parts[1] = draw.choice(TURNS) + parts[1]
    text = parts[0]
    for part in parts[1:]:
        text += draw.choice(JOINS) + part
    return text + draw.choice(ENDS)


def _remark(draw: random.Random, matter: int, mood: int) -> str:
    subjects, said = MATTERS[matter]
    if draw.random() < NEGATED:
        patterns, words = draw.choice(OTHERS)
        about = draw.choice(subjects) if subjects and draw.random() < 0.4 else ""
        return about + draw.choice(patterns[mood]).replace("#", draw.choice(words))
    predicate = draw.choice(said[mood])
    if subjects and draw.random() < 0.65:
        return draw.choice(subjects) + draw.choice(ADVERBS) + predicate
    return predicate
