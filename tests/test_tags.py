"""Portraits by hand: shares, TGI and tests on toy tables; groups compared, shared; the tag library."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy import stats

from analytics import portrait, tags
from analytics.contract import Outcome, Refused
from assistant.reply import Answer
from assistant.service import Assistant
from semantic_layer.query import And, Op, Scope, Term, Where
from semantic_layer.scoped import ScopedFacts
from tests.toy_facts import facts, params

pytestmark = pytest.mark.slow  # ten seconds and more over the demo

DATA = Path(__file__).parents[1] / "data" / "retail.duckdb"
needs_data = pytest.mark.skipif(
    not DATA.exists(), reason="the demo data is not built: python -m data.generate"
)
# 100 people: 40 gold, of whom 30 are women; of the 60 others 20 are. 300 of the gold drink tea in rows.
PEOPLE = """
    SELECT i AS id, IF(i < 40, '金', '银') AS card,
           CASE WHEN i < 30 OR i BETWEEN 40 AND 59 THEN '女' ELSE '男' END AS sex, i AS spent
    FROM range(100) t(i)"""


def people(scope: Scope | None = None, by: tuple[str, ...] = ()) -> ScopedFacts:
    return facts(
        {"people": PEOPLE},
        {"people": {"user": "id"}},
        since=date(2025, 1, 1),
        until=date(2025, 1, 31),
        dimensions={"card": ("people", "card"), "sex": ("people", "sex")},
        keys={"people": ("id",)},
        values={"card": ("金", "银"), "sex": ("女", "男")},
        terms={"women": "sex = '女'", "gold": "card = '金'", "rich": "spent >= 90"},
        scope=scope,
        by=by,
    )


GOLD = Scope(Where("card", Op.EQ, ("金",)))


def told(scoped: ScopedFacts, **said: object) -> list[Mapping[str, Any]]:
    outcome = tags.run(scoped, params(tags.ANALYSIS, **said))
    assert isinstance(outcome, Outcome), outcome
    names = [c.name for c in outcome.columns]
    return [dict(zip(names, r, strict=True)) for r in outcome.rows]


def test_share_tgi_and_significance_by_hand() -> None:
    """Women: 30 of 40 in the group, 50 of 100 in all, 20 of 60 in the rest."""
    rows = {r["value"]: r for r in told(people(GOLD))}

    assert set(rows) == {"女", "男"}  # the card is how the group was chosen: it tells nothing
    women = rows["女"]
    assert (women["users"], women["share"], women["base_share"]) == (30, 0.75, 0.5)
    assert women["tgi"] == pytest.approx(150)
    assert rows["男"]["tgi"] == pytest.approx(50)
    table = [[30, 10], [20, 40]]
    chi2 = stats.chi2_contingency(table, correction=False)
    assert women["p"] == pytest.approx(chi2.pvalue, rel=1e-9)
    assert (women["verdict"], rows["男"]["verdict"]) == ("偏多", "偏少")


def test_against_the_rest() -> None:
    rows = {r["value"]: r for r in told(people(GOLD), against="rest")}

    assert rows["女"]["base_share"] == pytest.approx(20 / 60)
    assert rows["女"]["tgi"] == pytest.approx(225)


def test_few_people_are_tested_exactly() -> None:
    (p, few), (none, _) = portrait.tested([(3, 4, 1, 40), (2, 2, 0, 0)])

    assert few and none is None
    assert p == pytest.approx(stats.fisher_exact(np.array([[3, 1], [1, 39]])).pvalue)


def test_two_groups_beside_each_other() -> None:
    rows = {r["value"]: r for r in told(people(by=("card",)), columns=("sex",))}

    women = rows["女"]
    assert {women["ones"], women["others"]} == {30, 20}
    assert abs(women["gap"]) == pytest.approx(0.75 - 20 / 60)
    assert women["verdict"] == "金更多"


def test_nobody_in_particular_is_everybody() -> None:
    rows = told(people())

    assert {(r["trait"], r["value"], r["share"]) for r in rows} == {
        ("card", "金", 0.4),
        ("card", "银", 0.6),
        ("sex", "女", 0.5),
        ("sex", "男", 0.5),
    }


def test_overlap_by_hand() -> None:
    """50 women, 40 gold, 30 both: 1.5 times what chance gives."""
    (row,) = told(people(Scope(And((Term("women"), Term("gold"))))), show="overlap")

    assert (row["ones"], row["others"], row["both"]) == (50, 40, 30)
    assert row["jaccard"] == pytest.approx(0.5)
    assert row["lift"] == pytest.approx(1.5)


def test_overlap_needs_two_groups() -> None:
    outcome = tags.run(people(Scope(Term("gold"))), params(tags.ANALYSIS, show="overlap"))

    assert isinstance(outcome, Refused)


def test_too_few_people_are_said() -> None:
    outcome = tags.run(people(Scope(Term("rich"))), params(tags.ANALYSIS))

    assert outcome == Refused("too-little-data", "只有 10 位客户，少于 20 位")


def test_quality_of_the_tags() -> None:
    rows = {r["label"]: r for r in told(people(), show="library")}

    assert rows["card"]["coverage"] == 1
    assert (rows["sex"]["values"], rows["sex"]["top_share"]) == (2, 0.5)


# ── on the demo ───────────────────────────────────────────────────────────────────────────────


@pytest.fixture(scope="module")
def assistant() -> Assistant:
    return Assistant.open("retail")


def answered(assistant: Assistant, question: str, session: str | None = None) -> Answer:
    reply = assistant.ask(question, session=session)
    assert isinstance(reply, Answer), reply
    return reply


@needs_data
def test_quantiles_cut_where_they_say(assistant: Assistant) -> None:
    """Half of the buyers, then 30%, 15% and 5%."""
    rows = [r for r in answered(assistant, "做个用户画像").result.rows if r[0] == "消费力"]

    shares = {r[1]: r[3] for r in rows}
    assert shares["低消费"] == pytest.approx(0.5, abs=0.001)
    assert shares["中消费"] == pytest.approx(0.3, abs=0.001)
    assert shares["高消费"] == pytest.approx(0.15, abs=0.001)
    assert shares["头部消费"] == pytest.approx(0.05, abs=0.001)


@needs_data
def test_a_category_preference_is_the_shares_of_buyers(assistant: Assistant) -> None:
    reply = answered(assistant, "黑金会员的品类偏好")
    row = next(r for r in reply.result.rows if r[1] == "宠物用品")
    buyers = answered(assistant, "宠物用品的购买人数").result.rows[0][0]
    everybody = answered(assistant, "购买人数").result.rows[0][0]
    gold = answered(assistant, "黑金会员买宠物用品的人数").result.rows[0][0]
    assert row[2] == gold
    assert row[4] == pytest.approx(buyers / everybody, abs=1e-9)


@needs_data
def test_a_group_that_was_saved(assistant: Assistant) -> None:
    answered(assistant, "累计消费满10000的客户", session="tags")
    answered(assistant, "把这些人存成人群，叫老炮", session="tags")

    reply = answered(assistant, "老炮的画像", session="tags")
    many = answered(assistant, "累计消费满10000的客户有多少人").result.rows[0][0]
    assert f"{many:,} 人（总体" in reply.headline
    assert "消费力" not in {r[0] for r in reply.result.rows}  # they were chosen by what they spent
