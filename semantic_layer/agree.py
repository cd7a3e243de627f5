"""Does a query say what was expected of it? The expectation is written by hand in ``compact`` form.

Only what an expectation names is compared, but a part that would change the numbers must not turn
up unasked. Order of groups, conditions and measures never matters; a comparison too many never
hurts. Used by the corpus and by tests; it runs nothing.

>>> from semantic_layer.query import By, MetricQuery, MetricRef, Top
>>> query = MetricQuery((MetricRef("gmv"),), (By("city"),), top=Top(5))
>>> agrees({"measures": "gmv", "by": "city", "top": "5 desc"}, query)
()
>>> agrees({"measures": "gmv", "by": "city"}, query)
("top: expected nothing, got '5 desc'",)
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from itertools import permutations

from semantic_layer.compact import compact, condition_text
from semantic_layer.normal import leaves
from semantic_layer.query import (
    And,
    Condition,
    DetailQuery,
    Listed,
    Members,
    MetricQuery,
    Op,
    Query,
    Where,
)

Expectation = Mapping[str, object]

# Parts that change the numbers: unnamed in an expectation, they must be absent.
_DECISIVE = [
    "measures",
    "by",
    "where",
    "period",
    "having",
    "top",
    "rollup",
    "streak",
    "contrast",
    "windows",
    "keep",
    "detail",
    "analysis",
    "about",
    "people",
]
_LISTS = [
    "measures",
    "by",
    "where",
    "period",
    "compare",
    "having",
    "windows",
    "order",
    "keep",
    "claim",
]
# An analysis chooses its own groups and measure where none was said.
_ANALYSIS = ["analysis", "where", "period"]
# What a nested query only needs in order to name its members.
_CARRIERS = frozenset({"measures", "by", "detail", "columns", "distinct", "compare"})


def agrees(expected: Expectation, query: Query) -> tuple[str, ...]:
    """Differences between ``expected`` and ``query``; none means that they agree.

    ``{"any": [first, second]}`` agrees if one of them does; otherwise the differences from the
    nearest are told. A part of ``where`` may be ``{"members": dimension, "of": {...}}``: a nested
    query of which only the filters and periods count unless more is named.
    """
    if "any" in expected:
        return min((agrees(each, query) for each in _mappings(expected["any"])), key=len)
    return _differences(expected, query, _ANALYSIS if "analysis" in expected else _DECISIVE)


def _differences(expected: Expectation, query: Query, decisive: list[str]) -> tuple[str, ...]:
    actual = compact(query)
    found: list[str] = []
    for key in dict.fromkeys((*decisive, *expected)):
        if key not in expected and key not in actual:
            continue
        if key == "where" and isinstance(query, MetricQuery | DetailQuery):
            same = _same_where(_listed(expected.get(key)), _beside_contrast(query))
        else:
            same = _same(key, expected, actual)
        if not same:
            found.append(f"{key}: expected {_shown(expected, key)}, got {_shown(actual, key)}")
    return tuple(found)


def _same(key: str, expected: Expectation, actual: Expectation) -> bool:
    if key == "params":
        wanted, got = _mapping(expected.get(key)), _mapping(actual.get(key))
        return all(_text(got.get(name)) == _text(value) for name, value in wanted.items())
    wanted_parts = _canonical(key, expected)
    got_parts = _canonical(key, actual)
    if key == "compare":
        return set(wanted_parts) <= set(got_parts)
    if key == "windows":  # a rank beside the rows changes none of them
        got_parts = [p for p in got_parts if p in wanted_parts or not p.startswith("rank(")]
    return sorted(wanted_parts) == sorted(got_parts)


def _same_where(expected: list[object], condition: Condition | None) -> bool:
    """Plain parts as text; nested parts paired with the Members they describe."""
    nested = [_mapping(part) for part in expected if isinstance(part, Mapping)]
    plain = [_part(str(part)) for part in expected if not isinstance(part, Mapping)]
    parts = leaves(condition)
    for chosen in permutations([part for part in parts if isinstance(part, Members)], len(nested)):
        rest = [part for part in parts if not any(part is each for each in chosen)]
        if sorted({_part(condition_text(part)) for part in rest}) == sorted(set(plain)) and all(
            _same_members(wanted, part) for wanted, part in zip(nested, chosen, strict=True)
        ):
            return True
    return False


def _beside_contrast(query: MetricQuery | DetailQuery) -> Condition | None:
    """The filter without a part that only repeats the two sides of a contrast."""
    contrast = query.contrast
    if contrast is None:
        return query.scope.where
    sides = Where(contrast.dimension, Op.IN, (contrast.left, contrast.right))
    said = condition_text(sides)
    return And(tuple(p for p in leaves(query.scope.where) if condition_text(p) != said))


def _same_members(expected: Expectation, members: Members) -> bool:
    if expected.get("members") != members.dimension:
        return False
    if bool(expected.get("negated")) is not members.negated:
        return False
    of = _mapping(expected.get("of"))
    decisive = [key for key in _DECISIVE if key not in _CARRIERS]
    options = _mappings(of["any"]) if "any" in of else [of]
    if isinstance(members.query, Listed):
        return False  # computed by now: it says nothing of what was meant
    return any(not _differences(option, members.query, decisive) for option in options)


# ── one form for what people write ────────────────────────────────────────────────────────────


def _canonical(key: str, side: Expectation) -> list[str]:
    measures = [_text(measure) for measure in _listed(side.get("measures"))]
    texts = [_part(_text(part)) for part in _listed(side.get(key))]
    if key == "period":
        return [_period(text) for text in texts]
    if key == "top":
        return [_top(text, measures) for text in texts]
    if key == "windows":
        return [_window(text, measures) for text in texts]
    return texts


def _part(text: str) -> str:
    """Values of a list sorted and joined without spaces; alternatives and their parts sorted."""
    if text.startswith("(") and ") or (" in text:
        sides = (side.strip("()").split(" and ") for side in text.split(") or ("))
        return " or ".join(sorted(f"({' and '.join(sorted(map(_part, side)))})" for side in sides))
    found = re.fullmatch(r"([^()]+?) (in|not in|=|!=) ([^()]+)", text)
    if found is None:
        return text
    subject, op, listed = found.groups()
    values = sorted(value.strip() for value in listed.split("|"))
    negated = op in ("not in", "!=")
    if len(values) == 1:
        return f"{subject} {'!=' if negated else '='} {values[0]}"
    return f"{subject} {'not in' if negated else 'in'} {'|'.join(values)}"


def _period(text: str) -> str:
    start, dots, end = text.partition("..")
    return start if dots and start == end else text


def _top(text: str, measures: list[str]) -> str:
    """The measure ranked by is always said here; whether ties are kept is not compared."""
    text = text.removesuffix(" ties")
    if not measures:  # rows are ranked by their order, which is compared under its own name
        return re.sub(r" by \S+", "", text)
    if " by " in text:
        return text
    size, direction, *rest = text.split(" ")
    return " ".join((size, direction, "by", measures[0], *rest))


def _window(text: str, measures: list[str]) -> str:
    found = re.match(r"(\w+)\((\d+)", text)
    if found is None or int(found[2]) >= len(measures):
        return text
    return f"{found[1]}({measures[int(found[2])]}{text[found.end() :]}"


def _listed(value: object) -> list[object]:
    if value is None or value == "":
        return []
    return list(value) if isinstance(value, list | tuple) else [value]


def _text(value: object) -> str:
    if isinstance(value, list | tuple):
        return "|".join(_text(each) for each in value)
    if isinstance(value, bool):
        return str(value).lower()
    return " ".join(str(value).split())


def _mapping(value: object) -> Expectation:
    return value if isinstance(value, Mapping) else {}


def _mappings(value: object) -> list[Expectation]:
    return [_mapping(each) for each in _listed(value)]


def _shown(side: Expectation, key: str) -> str:
    return repr(side[key]) if side.get(key) else "nothing"
