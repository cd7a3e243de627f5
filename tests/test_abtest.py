"""A/B tests against R, statsmodels' formulas, hand-computed toys, and 5,000 experiments without an effect."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
import pytest

from analytics import abtest, comparisons
from analytics.comparisons import Sample
from analytics.contract import Outcome, Refused
from semantic_layer.query import Op, Scope, Where
from tests.toy_facts import facts, params

DAY = date(2024, 1, 1)
ROLES = {
    "joined": {"experiment": "trial", "variant": "arm", "user": "who", "time": "moment"},
    "paid": {"user": "who", "time": "moment", "amount": "yuan"},
}
EXTRA_GROUP = (0.7, 1.6, 0.2, 1.2, 0.1, 3.4, 3.7, 0.8, 0.0, 2.0)  # R: sleep, with its signs below
SIGNS = (1, -1, -1, -1, -1, 1, 1, 1, 1, 1)
SLEEP = (
    tuple(x * s for x, s in zip(EXTRA_GROUP, SIGNS, strict=True)),
    (1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4),
)


def sample(values: Any) -> Sample:
    return Sample(len(values), float(np.mean(values)), float(np.var(values, ddof=1)))


# ── published figures ─────────────────────────────────────────────────────────────────────────


def test_two_proportions() -> None:
    """R prop.test(correct = FALSE) and statsmodels proportions_ztest; Newcombe's hybrid score interval."""
    found = comparisons.proportions(250, 1000, 200, 1000, 0.95)

    assert found.statistic == pytest.approx(-2.677398, abs=5e-7)
    assert found.statistic**2 == pytest.approx(7.1684588, abs=5e-8)
    assert found.p == pytest.approx(0.00741965, abs=5e-9)
    assert (found.low, found.high) == pytest.approx((-0.086451, -0.013396), abs=5e-7)


def test_equal_to_the_formula_to_nine_digits() -> None:
    """The formulas as statsmodels writes them (confint_proportions_2indep newcomb, proportions_ztest)."""
    from scipy.stats import norm

    rng = np.random.default_rng(1)
    for n1, n2 in rng.integers(50, 5000, (200, 2)):
        x1, x2 = int(rng.integers(1, n1)), int(rng.integers(1, n2))
        found = comparisons.proportions(x1, int(n1), x2, int(n2), 0.95)

        p1, p2, pooled = x1 / n1, x2 / n2, (x1 + x2) / (n1 + n2)
        z = (p2 - p1) / np.sqrt(pooled * (1 - pooled) * (1 / n1 + 1 / n2))
        crit = norm.isf(0.025)
        ends = []
        for x, n in ((x1, n1), (x2, n2)):
            p, root = x / n, crit * np.sqrt(x / n * (1 - x / n) / n + crit**2 / (4 * n * n))
            ends.append((p + crit**2 / (2 * n) + np.array((-root, root))) / (1 + crit**2 / n))
        low = p2 - p1 - np.sqrt((p2 - ends[1][0]) ** 2 + (ends[0][1] - p1) ** 2)
        high = p2 - p1 + np.sqrt((ends[1][1] - p2) ** 2 + (p1 - ends[0][0]) ** 2)
        assert found.statistic == pytest.approx(z, abs=1e-9)
        assert found.p == pytest.approx(2 * norm.sf(abs(z)), abs=1e-9)
        assert (found.low, found.high) == pytest.approx((low, high), abs=1e-9)


def test_welch() -> None:
    """R: t.test(extra ~ group, sleep)."""
    found = comparisons.means(sample(SLEEP[1]), sample(SLEEP[0]), 0.95)

    assert found is not None
    assert found.statistic == pytest.approx(-1.8608135, abs=5e-8)
    assert found.p == pytest.approx(0.0793941, abs=5e-8)
    assert (found.low, found.high) == pytest.approx((-3.3655, 0.2055), abs=5e-5)


def test_welch_is_scipys() -> None:
    from scipy.stats import ttest_ind

    rng = np.random.default_rng(2)
    for _ in range(50):
        a, b = rng.gamma(1, 40, 60), rng.gamma(2, 25, 90)
        found, wanted = (
            comparisons.means(sample(a), sample(b), 0.9),
            ttest_ind(b, a, equal_var=False),
        )
        interval = wanted.confidence_interval(0.9)

        assert found is not None
        assert (found.statistic, found.p) == pytest.approx(
            (wanted.statistic, wanted.pvalue), abs=1e-9
        )
        assert (found.low, found.high) == pytest.approx((interval.low, interval.high), abs=1e-9)


@pytest.mark.parametrize(("counts", "p"), [((50_600, 49_400), 1.478e-4), ((500, 500), 1.0)])
def test_sample_ratio(counts: tuple[int, int], p: float) -> None:
    assert comparisons.uneven(counts) == pytest.approx(p, rel=5e-4)


def test_needed_size() -> None:
    """R: power.prop.test(p1 = .10, p2 = .12, power = .8)."""
    assert comparisons.needed(0.10, 0.12, 0.95, 0.8) == pytest.approx(3840.85, abs=0.005)


def test_needed_size_of_means() -> None:
    """R: power.t.test(delta = 5, sd = 20, power = .8) is 252.1; the normal approximation is just below."""
    assert comparisons.needed_for_mean(20, 5, 0.95, 0.8) == pytest.approx(251.2, abs=0.1)


# ── errors over many experiments without an effect ────────────────────────────────────────────


def test_false_positives() -> None:
    """5% ± 1 of 5,000 experiments in which nothing differs: proportions, means and ratios."""
    rng = np.random.default_rng(7)
    hits = {"proportions": 0, "means": 0, "ratios": 0}
    for _ in range(5000):
        n = int(rng.integers(300, 1500))
        x1, x2 = (int(x) for x in rng.binomial(n, 0.2, 2))
        hits["proportions"] += comparisons.proportions(x1, n, x2, n, 0.95).p < 0.05
        orders = rng.poisson(1.2, (2, 400))
        spent = orders * rng.gamma(4, 20, (2, 400))
        welch = comparisons.means(sample(spent[0]), sample(spent[1]), 0.95)
        hits["means"] += welch is not None and welch.p < 0.05
        first, second = (_ratio(s, o) for s, o in zip(spent, orders, strict=True))
        delta = comparisons.means(first, second, 0.95)
        hits["ratios"] += delta is not None and delta.p < 0.05

    assert all(0.04 <= k / 5000 <= 0.06 for k in hits.values()), hits


def _ratio(top: Any, bottom: Any) -> Sample:
    cov = np.cov(top, bottom)
    return comparisons.ratio(
        len(top), top.mean(), bottom.mean(), float(cov[0, 0]), float(cov[1, 1]), float(cov[0, 1])
    )


def test_looking_every_day() -> None:
    """Twenty looks at nothing: the plain test rings far too often, the one made for it does not."""
    rng = np.random.default_rng(5)
    plain = anytime = 0
    for _ in range(300):
        x = rng.binomial(200, 0.3, (2, 20)).cumsum(axis=1)
        ns = 200 * np.arange(1, 21)
        found = [
            comparisons.proportions(int(a), int(n), int(b), int(n), 0.95)
            for a, b, n in zip(*x, ns, strict=True)
        ]
        errors = [
            np.sqrt((d.old * (1 - d.old) + d.new * (1 - d.new)) / n)
            for d, n in zip(found, ns, strict=True)
        ]
        plain += min(d.p for d in found) < 0.05
        anytime += (
            min(comparisons.anytime(d, float(e), 0.05) for d, e in zip(found, errors, strict=True))
            < 0.05
        )

    assert plain / 300 > 0.12
    assert anytime / 300 <= 0.06


def test_delta_method_of_one_to_one() -> None:
    """Money per order where everybody has exactly one order is money per person."""
    spent = np.array([10.0, 20.0, 60.0, 30.0])

    found = _ratio(spent, np.ones(4))

    assert (found.mean, found.variance) == pytest.approx((30.0, float(np.var(spent, ddof=1))))


def test_corrections() -> None:
    assert comparisons.holm((0.01, 0.04, 0.03, 0.005)) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert comparisons.discoveries((0.01, 0.04, 0.03, 0.005)) == pytest.approx(
        [0.02, 0.04, 0.04, 0.02]
    )


# ── a whole experiment ────────────────────────────────────────────────────────────────────────


def world(
    arms: dict[str, tuple[int, int]],
    amount: dict[str, float] | None = None,
    scope: Scope | None = None,
    **said: Any,
) -> Outcome | Refused:
    """``arms``: name → (people, of whom bought once)."""
    joined, paid, who = [], [], 0
    for arm, (people, buyers) in arms.items():
        for i in range(people):
            who += 1
            at = datetime(2024, 2, 1) + timedelta(hours=who % 200)
            joined.append(f"('x', '{arm}', {who}, TIMESTAMP '{at}')")
            paid.append(f"({who}, TIMESTAMP '2024-01-20', {(who % 7) * 10})")
            if i < buyers:
                worth = (amount or {}).get(arm, 10.0) + who % 5
                paid.append(f"({who}, TIMESTAMP '{at + timedelta(days=3)}', {worth})")
    joined.append(f"('x', '{next(iter(arms))}', NULL, TIMESTAMP '2024-02-01')")
    scoped = facts(
        {
            "joined": f"SELECT * FROM (VALUES {', '.join(joined)}) AS t(trial, arm, who, moment)",
            "paid": f"SELECT * FROM (VALUES {', '.join(paid)}) AS t(who, moment, yuan)",
        },
        ROLES,
        since=DAY,
        until=date(2024, 4, 1),
        dimensions={"trial": ("joined", "trial"), "yuan": ("paid", "yuan")},
        scope=scope,
    )
    return abtest.run(scoped, params(abtest.ANALYSIS, **said))


def cells(outcome: Outcome | Refused) -> list[dict[str, Any]]:
    assert isinstance(outcome, Outcome), outcome
    return [dict(zip([c.name for c in outcome.columns], row, strict=True)) for row in outcome.rows]


def test_a_known_experiment() -> None:
    control, treated = cells(world({"对照": (1000, 250), "新": (1000, 200)}))

    assert (control["variant"], control["n"], control["rate"]) == ("对照", 1000, 0.25)
    assert (treated["rate"], treated["difference"]) == pytest.approx((0.2, -0.05))
    assert treated["rate_p"] == pytest.approx(0.00741965, abs=5e-9)
    assert (treated["low"], treated["high"]) == pytest.approx((-0.086451, -0.013396), abs=5e-7)
    assert control["rate_p"] is None


def test_money_before_the_experiment_is_no_result() -> None:
    control, _ = cells(world({"对照": (100, 0), "新": (100, 50)}))

    assert (control["rate"], control["value"]) == (0, 0)


def test_a_window() -> None:
    control, _ = cells(world({"对照": (100, 40), "新": (100, 50)}, window=2))

    assert control["rate"] == 0


def test_uneven_groups_are_said_first() -> None:
    outcome = world({"对照": (700, 70), "新": (500, 60)})

    assert isinstance(outcome, Outcome)
    assert "分流不均" in outcome.findings[0]
    assert "埋点" in outcome.suggestions[0].action


def test_several_variants_are_corrected() -> None:
    alone = cells(world({"对照": (400, 80), "a": (400, 104)}))
    three = cells(world({"对照": (400, 80), "a": (400, 104), "b": (400, 82), "c": (400, 78)}))

    assert three[1]["variant"] == "a"
    assert three[1]["rate_p"] == pytest.approx(3 * alone[1]["rate_p"])


def test_who_was_in_two_groups_counts_in_none() -> None:
    joined = [
        f"('x', '{arm}', {who}, TIMESTAMP '2024-02-01')"
        for arm, whos in (("对照", range(100)), ("新", range(95, 200)))
        for who in whos
    ]
    scoped = facts(
        {
            "joined": f"SELECT * FROM (VALUES {', '.join(joined)}) AS t(trial, arm, who, moment)",
            "paid": "SELECT 1 AS who, TIMESTAMP '2024-02-05' AS moment, 9.0 AS yuan",
        },
        ROLES,
        since=DAY,
        until=date(2024, 4, 1),
    )

    outcome = abtest.run(scoped, params(abtest.ANALYSIS))

    assert [c["n"] for c in cells(outcome)] == [95, 100]
    assert isinstance(outcome, Outcome) and any("5 人同时在多个组" in n for n in outcome.notes)


def test_cuped_takes_out_what_was_known_before() -> None:
    """Money after is ten times what it was before, plus one for the treated: little else varies."""
    rng = np.random.default_rng(3)
    before = rng.gamma(2, 10, 400)
    after = 10 * before + rng.normal(0, 0.01, 400)
    arms = [
        abtest_arm("对照", before[:200], after[:200]),
        abtest_arm("新", before[200:], after[200:] + 1),
    ]
    from analytics.trial import Asked, Trial, judged

    trial = Trial("x", "", arms[0], (arms[1],))
    plain = judged(trial, Asked("value", 0.95, 0.8, False)).tests["新", "value"].difference
    cuped = judged(trial, Asked("value", 0.95, 0.8, True)).tests["新", "value"].difference

    assert cuped.value == pytest.approx(1, abs=0.01)
    assert cuped.high - cuped.low < 0.1 < plain.high - plain.low


def abtest_arm(name: str, before: Any, after: Any) -> Any:
    from analytics.trial import Arm

    cov = float(np.cov(before, after)[0, 1])
    first, second = sample(before), sample(after)
    return Arm(
        "x", None, name, first.n, 0, first.n, 1.0, 0.0, second.mean, second.variance, 0.0,
        first.mean, first.variance, cov, DAY, DAY,
    )  # fmt: skip


def test_conditions_on_orders_narrow_the_orders() -> None:
    """A condition that the assignments know nothing of is left to the orders, and the other way round."""
    some = Scope(Where("yuan", Op.GE, (12,)))
    one = Scope(Where("trial", Op.EQ, ("x",)))

    everything = cells(world({"对照": (100, 50), "新": (100, 60)}, scope=one))
    big = cells(world({"对照": (100, 50), "新": (100, 60)}, scope=some))

    assert everything[0]["n"] == big[0]["n"] == 100
    assert big[0]["rate"] < everything[0]["rate"] == 0.5


def test_sizes_only() -> None:
    found = cells(world({"对照": (1, 0), "新": (1, 0)}, base=0.10, goal=0.12))

    assert [c["each"] for c in found if c["power"] == 0.8] == [3841]


def test_too_few() -> None:
    found = world({"对照": (20, 3), "新": (20, 4)})

    assert found == Refused("too-little-data", "没有每组至少 30 人的实验")
