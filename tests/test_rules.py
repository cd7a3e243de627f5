"""Every rule is its own corpus: examples read whole and one way; rejects never fire."""

from __future__ import annotations

import pytest

from assistant.language.grammar import Mention, Rule, explain, recognise
from assistant.language.rules import RULES
from assistant.language.rules.number import Number

EXAMPLES = [pytest.param(r, t, v, id=f"{r.name}:{t}") for r in RULES for t, v in r.examples.items()]
REJECTS = [pytest.param(r, t, id=f"{r.name}:{t}") for r in RULES for t in r.rejects]


def family(value: object) -> str:
    """618 is a number and a festival, 5.1 a number and a day; a reading competes inside its family."""
    if isinstance(value, Number):
        return "number"
    return {"Duration": "duration", "PerGrain": "grain"}.get(type(value).__name__, "time")


def rules_in(mention: Mention) -> set[str]:
    return {mention.rule}.union(*map(rules_in, mention.children))


@pytest.mark.parametrize(("rule", "text", "value"), EXAMPLES)
def test_example_reads_whole_and_one_way(rule: Rule, text: str, value: object) -> None:
    whole = [
        m
        for m in recognise(text, RULES)
        if (m.start, m.end) == (0, len(text)) and family(m.value) == family(value)
    ]

    assert [m.value for m in whole] == [value], "\n".join(explain(text, m) for m in whole)
    assert rule.name in rules_in(whole[0])


@pytest.mark.parametrize(("rule", "text"), REJECTS)
def test_reject_never_fires(rule: Rule, text: str) -> None:
    fired = [m for m in recognise(text, RULES) if m.rule == rule.name]

    assert not fired, "\n".join(explain(text, m) for m in fired)


@pytest.mark.parametrize("rule", RULES, ids=lambda r: r.name)
def test_every_rule_brings_its_corpus(rule: Rule) -> None:
    assert rule.examples, f"{rule.name}: add examples={{...}} next to the rule"
