"""Turns of phrase that ask for an analysis, compiled for one catalog.

``analytics/idioms.py`` says how they are written. Hundreds of them are tried on every sentence, so each
is preceded by a test that costs nothing: the characters without which it cannot stand there.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from analytics.idiom_families import FAMILIES
from analytics.idioms import LIGHT, WHO, idioms
from assistant.language.grammar import Mention
from assistant.language.meaning import AnalysisParam, AnalysisWord

BETWEEN = r"[^。!?;]{0,14}?"  # what stands between the pieces of an idiom: others read it
Needs = list[frozenset[str]]


@dataclass(frozen=True, slots=True)
class _Idiom:
    says: AnalysisWord | AnalysisParam
    regex: re.Pattern[str]
    needs: tuple[frozenset[str], ...]


class Idioms:
    """The idioms of ``analyses``; ``values_of`` a role are what ``<role>`` stands for."""

    def __init__(
        self, analyses: Iterable[str], values_of: Callable[[str], Mapping[str, str]]
    ) -> None:
        known = set(analyses)
        lines = ((n, line) for n, lines in idioms().items() if n in known for line in lines)
        ready = ((name, line, _spelt(line.partition(" => ")[0], values_of)) for name, line in lines)
        self._idioms = tuple(
            _Idiom(_says(name, line), re.compile(regex), _needs(regex))
            for name, line, regex in ready
            if regex
        )

    def mentions(self, text: str) -> Iterator[Mention]:
        """Every piece of every idiom that stands in ``text``."""
        there = frozenset(text)
        for idiom in self._idioms:
            if any(need.isdisjoint(there) for need in idiom.needs):
                continue
            for m in idiom.regex.finditer(text):
                for i in range(1, idiom.regex.groups + 1):
                    for start, end in _cut(text, m.start(i), m.end(i)):
                        yield Mention(start, end, idiom.says, "idiom")


def _says(name: str, line: str) -> AnalysisWord | AnalysisParam:
    """The analysis, or the parameter of it that the words set: ``… => method=linear``."""
    key, _, value = line.partition(" => ")[2].partition("=")
    return AnalysisParam(name, key, value, asks=True) if key else AnalysisWord((name,))


def _cut(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """The piece, and the piece without what says nothing before it and the people at its ends: 沉睡客户
    may be a word of the catalog."""
    first = re.compile(f"(?:{WHO}|{LIGHT})+").match(text, start, end)
    last = re.compile(f"(?:{WHO})$").search(text, start, end)
    starts = {start, first.end()} if first else {start}
    ends = {end, last.start()} if last else {end}
    yield from (
        (a, b) for a in sorted(starts) for b in sorted(ends) if b - a > 1 or (a, b) == (start, end)
    )


def _spelt(line: str, values_of: Callable[[str], Mapping[str, str]]) -> str | None:
    """The shorthands of an idiom spelt out; None where the catalog has no such role."""
    for role in set(re.findall(r"<([a-z_]+)>", line)):
        values = sorted(values_of(role), key=len, reverse=True)
        if not values:
            return None
        line = line.replace(f"<{role}>", f"(?:{'|'.join(map(re.escape, values))})")
    for family, members in FAMILIES.items():
        line = line.replace(f"{{{family}}}", f"(?:{members})")
    line = line.replace("{谁}", f"(?:{WHO})").replace(" ", f"(?:{LIGHT}){{0,4}}")
    line = re.sub(r"\(\?:([^()]+)\)", _longest_first, line)
    pieces = [p[1:] if p.startswith("=") else f"({p})" for p in line.split("…")]
    return BETWEEN.join(pieces)


def _longest_first(m: re.Match[str]) -> str:
    """A regular expression takes the first alternative that fits: 哪里 has to stand before 哪."""
    return f"(?:{'|'.join(sorted(m.group(1).split('|'), key=len, reverse=True))})"


def _needs(regex: str) -> tuple[frozenset[str], ...]:
    """Sets of characters, of each of which one has to be in the text.

    >>> [sorted(need) for need in _needs("(?:到|在)?(?:掉|走)得?多")]
    [['多'], ['掉', '走']]
    """
    needs, _ = _branches(regex, 0)
    return tuple(dict.fromkeys(sorted(needs, key=len)))


def _branches(regex: str, at: int) -> tuple[Needs, int]:
    """What all branches need from ``at`` to the bracket that closes them, and the place behind it."""
    branches: list[Needs] = [[]]
    while at < len(regex) and regex[at] != ")":
        if regex[at] == "|":
            branches.append([])
            at += 1
            continue
        unit, at = _unit(regex, at)
        if q := re.compile(r"[?*]\??|\{0[^}]*\}\??").match(regex, at):
            unit, at = [], q.end()
        elif q := re.compile(r"\+\??|\{[1-9][^}]*\}\??").match(regex, at):
            at = q.end()
        branches[-1] += unit
    if len(branches) == 1:
        return branches[0], at + 1
    if not all(branches):
        return [], at + 1
    return [frozenset().union(*(min(b, key=len) for b in branches))], at + 1


def _unit(regex: str, at: int) -> tuple[Needs, int]:
    """One bracket, class or character."""
    if regex[at] == "(":
        look = re.compile(r"\(\?<?[=!]").match(regex, at)
        opening = look or re.compile(r"\((?:\?:)?").match(regex, at)
        needs, end = _branches(regex, opening.end() if opening else at + 1)
        return ([] if look else needs), end
    if regex[at] == "[":
        end = regex.index("]", at) + 1
        inside = regex[at + 1 : end - 1]
        return ([] if inside[0] == "^" or "-" in inside else [frozenset(inside)]), end
    if regex[at] == "\\":
        return [], at + 2
    return ([] if regex[at] in ".^$" else [frozenset(regex[at])]), at + 1
