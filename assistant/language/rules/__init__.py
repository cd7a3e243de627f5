"""The grammar: one file per kind of expression, each rule with its own examples."""

from __future__ import annotations

from assistant.language.grammar import Rule
from assistant.language.rules import (
    born,
    chatter,
    compose,
    dates,
    english,
    festival,
    grain,
    grouping,
    having,
    levels,
    measuring,
    multiples,
    named,
    number,
    ranges,
    ranking,
    shares,
    targets,
    texts,
    thresholds,
    time,
    turns,
    values,
    verbs,
)

EXPRESSIONS: tuple[Rule, ...] = (  # numbers and times: need no catalog
    *number.grammar.rules,
    *time.grammar.rules,
    *dates.grammar.rules,
    *english.grammar.rules,
    *festival.grammar.rules,
    *grain.grammar.rules,
    *turns.grammar.rules,
    *named.grammar.rules,
    *compose.grammar.rules,
    *ranges.grammar.rules,
    *chatter.grammar.rules,
)
PHRASES: tuple[Rule, ...] = (  # over words of a catalog
    *values.grammar.rules,
    *thresholds.grammar.rules,
    *born.grammar.rules,
    *shares.grammar.rules,
    *texts.grammar.rules,
    *verbs.grammar.rules,
    *having.grammar.rules,
    *levels.grammar.rules,
    *multiples.grammar.rules,
    *ranking.grammar.rules,
    *grouping.grammar.rules,
    *measuring.grammar.rules,
    *targets.grammar.rules,
)
RULES = EXPRESSIONS
EVERYTHING: tuple[Rule, ...] = (*EXPRESSIONS, *PHRASES)
