"""The table of an A/B test: one row a group, the measure asked for with its interval, the others beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from analytics import comparisons, words
from analytics.contract import Facts
from analytics.trial import MEASURES, Arm, Asked, Judged, plain
from semantic_layer.result import Column


def columns(asked: Asked, facts: Facts, results: Sequence[Judged]) -> tuple[Column, ...]:
    """The measure asked for with its interval, the further ones with lift and p."""
    by = facts.by[0] if facts.by and any(r.trial.segment for r in results) else ""
    segment = (words.dimension("segment", facts.label(by), by.removeprefix("by_")),) if by else ()
    found: list[Column] = [
        words.dimension("experiment", "实验"),
        *segment,
        words.dimension("variant", "分组"),
        words.people("n", "进组人数"),
    ]
    for measure in asked.measures:
        found.append(_value_column(measure, measure, MEASURES[measure]))
        if measure == asked.metric:
            label = "差值"
            found += [
                _value_column("difference", measure, label),
                _value_column("low", measure, "区间下限"),
                _value_column("high", measure, "区间上限"),
            ]
        found += [
            words.share(f"{measure}_lift", f"{MEASURES[measure]}提升"),
            words.measure(f"{measure}_p", f"{MEASURES[measure]} p 值"),
        ]
    return tuple(found)


def _value_column(name: str, measure: str, label: str) -> Column:
    match measure:
        case "rate":
            return words.share(name, label)
        case "orders":
            return words.measure(name, label, "单")
        case _:
            return words.amount(name, label)


def lines(result: Judged, asked: Asked) -> list[dict[str, Any]]:
    """One row per group, the control first and without a comparison."""
    return [_line(result, arm, asked) for arm in result.trial.arms]


def _line(result: Judged, arm: Arm, asked: Asked) -> dict[str, Any]:
    trial = result.trial
    row: dict[str, Any] = {
        "experiment": trial.name,
        "segment": trial.segment,
        "variant": arm.variant,
        "n": arm.n,
    }
    for measure in asked.measures:
        row[measure] = plain(arm, measure)
        test = result.tests.get((arm.variant, measure))
        if test is None:
            continue
        row |= {f"{measure}_lift": test.difference.lift, f"{measure}_p": test.p}
        if measure == asked.metric:
            d = test.difference
            row |= {"difference": d.value, "low": d.low, "high": d.high}
    return row


def corrected(results: list[Judged], asked: Asked) -> None:
    """Segments are many looks at one experiment: Benjamini-Hochberg over all of them, in place."""
    keys = [(i, k) for i, r in enumerate(results) for k in r.tests if k[1] == asked.metric]
    ps = comparisons.discoveries([results[i].tests[k].p for i, k in keys])
    for (i, key), p in zip(keys, ps, strict=True):
        tests = {**results[i].tests, key: replace(results[i].tests[key], p=p)}
        results[i] = replace(results[i], tests=tests)
