"""Reviews and what customers say: moods in clauses, aspects, quotations, alerts, and the planted fall."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from analytics import alerts, sentiment
from analytics.contract import Outcome, Refused
from analytics.reviews import aspects, read
from analytics.voice.aspects import OTHER, SEEDS, Finder, learnt
from analytics.voice.opinions import mocking, opinions
from assistant.language.intents import Intents
from assistant.service import Assistant
from tests.test_analyses import needs_data
from tests.toy_facts import facts, params

ROLES = {
    "reviews": {"text": "said", "time": "day", "rating": "stars", "product": "good", "user": "uid"}
}
SINCE, UNTIL = date(2025, 1, 1), date(2025, 12, 31)


def shop(rows: list[tuple[str, str, int, str]], by: tuple[str, ...] = ()) -> Any:
    """Facts of a table of (day, text, stars, product)."""
    lines = ", ".join(
        f"(DATE '{day}', '{said}', {stars}, '{good}', {i})"
        for i, (day, said, stars, good) in enumerate(rows)
    )
    table = f"SELECT * FROM (VALUES {lines}) t(day, said, stars, good, uid)"
    dimensions = {"good": ("reviews", "good")}
    return facts({"reviews": table}, ROLES, since=SINCE, until=UNTIL, dimensions=dimensions, by=by)


def moods(text: str, stars: int = 0) -> list[tuple[str, str, int]]:
    return [(o.clause, o.aspect, o.mood) for o in opinions([text], Finder(SEEDS), [stars])]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("物流很快，质量太差", [("物流很快", "物流", 1), ("质量太差", "质量", -1)]),
        ("虽然物流很慢，但是质量很好", [("物流很慢", "物流", -1), ("质量很好", "质量", 1)]),
        ("没有异味，客服态度不太好", [("没有异味", "气味", 1), ("客服态度不太好", "服务", -1)]),
        ("包装很严实但是有点贵", [("包装很严实", "包装", 1), ("有点贵", OTHER, -1)]),
    ],
)
def test_every_clause_has_its_own_mood(text: str, found: list[tuple[str, str, int]]) -> None:
    assert moods(text) == found


def test_the_evidence_is_where_it_was_written() -> None:
    text = "虽然噪音大，续航还可以"
    for o in opinions([text], Finder(SEEDS)):
        assert text[o.start : o.end] == o.clause


def test_praise_in_a_mocking_tone_is_not_believed() -> None:
    assert mocking("呵呵，质量真好")
    assert [mood for *_, mood in moods("呵呵，质量真好")][-1] == 0
    assert [mood for *_, mood in moods("呵呵，质量真好", stars=-1)][-1] == -1
    assert [mood for *_, mood in moods("质量真好")] == [1]


def test_a_plain_clause_of_a_happy_review_is_no_complaint() -> None:
    assert all(mood >= 0 for *_, mood in moods("盒子里面还有缓冲袋，质量很好", stars=1))


def test_aspects_are_learnt_from_what_complaints_name() -> None:
    blamed = [f"{n}号遥控器失灵了" for n in range(10)] + ["又坏了"] * 5
    assert "遥控器" in learnt(blamed, ["很喜欢"] * 20)
    assert learnt(["遥控器失灵"] * 3, []) == {}


def test_marks_and_texts_that_contradict_are_counted() -> None:
    rows = [
        {"text": "太差了，再也不买了", "rating": 5, "grp": "", "everything": 3},
        {"text": "非常好用，很满意", "rating": 1, "grp": "", "everything": 3},
        {"text": "很喜欢，推荐", "rating": 5, "grp": "", "everything": 3},
    ]
    conflicts = read(rows, 5.0).conflicts()
    assert (conflicts["good_mark_bad_text"], conflicts["bad_mark_good_text"]) == (1, 1)


def test_complaints_are_counted_by_aspect_and_quoted() -> None:
    rows = [("2025-03-01", "物流太慢了，质量很好", 2, "锅")] * 12
    rows += [("2025-03-02", "客服态度恶劣", 1, "锅")] * 5 + [("2025-03-03", "很满意", 5, "锅")] * 20
    got = sentiment.run(shop(rows), params(sentiment.ANALYSIS))

    assert isinstance(got, Outcome)
    cells = {r[0]: r for r in got.rows}
    assert cells["物流"][1:3] == (12, 0)
    assert cells["质量"][1:3] == (0, 12)
    assert cells["服务"][1:3] == (5, 0)
    assert cells["物流"][5] == "物流太慢了"
    assert "「物流太慢了」" in "".join(got.findings)
    assert got.people is not None


OWN = (("早餐", ("早餐", "自助餐")), ("隔音", ("隔音", "噪音")))


def test_aspects_that_the_model_names_go_before_those_of_any_shop() -> None:
    rows = [("2025-03-01", "自助餐味道太差，走廊噪音很大", 1, "房")] * 12
    rows += [("2025-03-02", "物流很快", 5, "房")] * 12
    plain = shop(rows)
    own = replace(plain, catalog=replace(plain.catalog, aspects=OWN))
    learnt_only, named = (sentiment.run(f, params(sentiment.ANALYSIS)) for f in (plain, own))

    assert isinstance(learnt_only, Outcome) and isinstance(named, Outcome)
    assert {r[0]: r[1:3] for r in learnt_only.rows} == {
        "味道": (12, 0),
        "噪音": (12, 0),
        "物流": (0, 12),
    }
    assert {r[0]: r[1:3] for r in named.rows} == {"早餐": (12, 0), "隔音": (12, 0), "物流": (0, 12)}


def test_an_aspect_of_the_model_can_be_asked_about() -> None:
    catalog = replace(shop([("2025-03-01", "好", 5, "房")]).catalog, aspects=OWN)
    choices = dict(
        Intents({"sentiment": sentiment.ANALYSIS}, catalog)
        .analyses["sentiment"]
        .params["aspect"]
        .choices
    )

    assert choices["早餐"] == ("早餐", "自助餐")
    assert "噪音" in choices["隔音"] and "噪音" not in choices["噪音"]
    assert "快递" in choices["物流"]


def test_products_and_months_are_compared() -> None:
    rows = [("2025-03-01", "质量太差，坏了", 1, "锅")] * 15 + [
        ("2025-04-01", "很好用", 5, "碗")
    ] * 15
    got = sentiment.run(shop(rows, by=("good",)), params(sentiment.ANALYSIS))
    assert isinstance(got, Outcome)
    assert [(r[0], r[1], r[2], r[4]) for r in got.rows] == [
        ("锅", 15, 0, "质量"),
        ("碗", 0, 15, ""),
    ]

    months = sentiment.run(shop(rows), params(sentiment.ANALYSIS, grain="month"))
    assert isinstance(months, Outcome)
    assert [(r[0], r[3]) for r in months.rows] == [("2025-03", 1.0), ("2025-04", 0.0)]


def test_an_alarm_rings_for_a_product_against_its_own_past_only() -> None:
    def reviews(good: str, before: int, now: int) -> list[tuple[str, str, int, str]]:
        """40 reviews in spring and 40 in autumn, so many of them bad."""
        return [
            (
                str(start + timedelta(days=i)),
                "噪音太大" if i < bad else "很好用",
                1 if i < bad else 5,
                good,
            )
            for start, bad in ((date(2025, 3, 1), before), (date(2025, 11, 1), now))
            for i in range(40)
        ]

    scoped = shop([*reviews("坏掉的", 2, 20), *reviews("一直差的", 20, 20), *reviews("好的", 2, 3)])
    rung = alerts.alerts(scoped, 5.0)

    assert [a.product for a in rung] == ["坏掉的"]
    assert (rung[0].past_rate, rung[0].rate) == (0.05, 0.5)
    assert rung[0].topics == ("噪音",)
    assert rung[0].quote == "噪音太大"


def test_too_few_reviews_are_refused_in_words() -> None:
    got = sentiment.run(shop([("2025-03-01", "很好", 5, "锅")] * 5), params(sentiment.ANALYSIS))
    assert isinstance(got, Refused)
    assert "5 条" in got.message


def test_of_many_reviews_a_fixed_sample_is_read_and_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sentiment, "READ", 50)
    rows = [("2025-03-01", f"质量很好{i}", 5, "锅") for i in range(200)]
    first = sentiment.run(shop(rows), params(sentiment.ANALYSIS))
    again = sentiment.run(shop(rows[::-1]), params(sentiment.ANALYSIS))

    assert isinstance(first, Outcome) and isinstance(again, Outcome)
    assert first.rows == again.rows
    assert "200 条有内容的评论，按固定的散列抽 50 条" in first.notes[0]
    assert first.findings[0].startswith("从 200 条评论里抽 50 条来读")


def test_lines_without_an_aspect_come_last() -> None:
    rows = [
        {"text": t, "rating": None, "grp": "", "everything": 9}
        for t in ["太差了"] * 6 + ["物流太慢"] * 3
    ]
    assert [x.name for x in aspects(read(rows, None))] == ["物流", OTHER]


@pytest.mark.slow
@needs_data
@pytest.mark.parametrize(
    "question", ["差评都在说什么", "扫地机器人的口碑怎么样", "近90天的客户之声"]
)
def test_the_planted_fall_is_found(question: str) -> None:
    """Truth 2: a robot vacuum complains of noise and battery from 2026-04-01."""
    reply = Assistant.open("retail").ask(question)
    assert reply.status == "answer"
    alarm = reply.findings[-1]
    assert "扫地机器人" in alarm
    assert "噪音" in alarm and "续航" in alarm


def test_where_complaints_are_asked_the_share_of_praise_is_not_told() -> None:
    rows = [("2025-03-01", "质量很好", 5, "锅")] * 30 + [
        ("2025-03-01", "质量很差，坏了", 1, "锅")
    ] * 10
    told = {}
    for focus in ("", "bad", "good"):
        outcome = sentiment.run(shop(rows), params(sentiment.ANALYSIS, focus=focus))
        assert isinstance(outcome, Outcome)
        told[focus] = outcome.findings[1 if focus else 0]
        if focus:  # what they say was asked: it comes first
            assert outcome.findings[0].startswith("抱怨最多" if focus == "bad" else "称赞最多")

    assert "偏好评" in told[""] and "偏差评" in told[""]
    assert "偏好评" not in told["bad"] and "偏差评" in told["bad"]
    assert "偏好评" in told["good"] and "偏差评" not in told["good"]
