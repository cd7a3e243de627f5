"""Values of a role in a sentence: 加购之后, 不看领券和分享, 浏览→加购→支付, 领了券的人最后付款.

An analysis may take values of a role (an event) as a parameter, alone beside a word or as a sequence.
What people call a value comes from the catalog; a verb and its object may be parted (领完券).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from analytics.contract import Param
from assistant.language.grammar import Mention
from assistant.language.meaning import AnalysisParam
from assistant.language.parameters import seen
from semantic_layer.catalog import Catalog

WHO_DOES = "的(?:人|用户|客户|客人|顾客)?(?:里|中)?(?:最后|后来|最终|真正|有多少|能)*"
GOING = "[,，]?(?:一路|一直)?(?:走|逛|点)?"
ARROW = (
    rf"\s*(?:{WHO_DOES}(?:{GOING}到)?|-+>|=+>|→|➔|➡|➜|>|{GOING}到|至|、|,|，|再到|然后|—+|-+)\s*"
)
DONE = ("完", "了", "过", "完了")


@dataclass(frozen=True, slots=True)
class RoleValues:
    """The values of each role of one catalog, by what they are called."""

    catalog: Catalog
    _known: dict[str, dict[str, str]] = field(default_factory=dict)

    def of(self, role: str) -> Mapping[str, str]:
        """What people call a value of ``role`` → the value."""
        if role not in self._known:
            self._known[role] = dict(self._named(role))
        return self._known[role]

    def mentions(self, text: str, name: str, key: str, param: Param) -> Iterator[Mention]:
        """The parameter ``key`` of the analysis ``name`` wherever ``text`` sets it."""
        surfaces = self.of(param.role)
        if not surfaces:
            return
        one = "|".join(re.escape(s) for s in sorted(surfaces, key=len, reverse=True))
        spans = _beside(text, one, param) if param.phrases else _sequences(text, one)
        for start, end, said in spans:
            values = tuple(dict.fromkeys(surfaces[s] for s in re.findall(one, said)))
            if param.phrases and not isinstance(param.default, tuple):
                yield Mention(start, end, AnalysisParam(name, key, values[0]), "param")
            elif param.phrases or len(values) > 1:
                yield Mention(start, end, AnalysisParam(name, key, values), "param")

    def _named(self, role: str) -> Iterator[tuple[str, str]]:
        for said, value in self._called(role):
            for form in _parted(said.lower()) if role == "event" else (said.lower(),):
                yield form, value

    def _called(self, role: str) -> Iterator[tuple[str, str]]:
        bound = {(r.table, r.expr.strip('"')) for r in self.catalog.roles if r.name == role}
        for d in self.catalog.dimensions.values():
            if (d.table, d.expr.strip('"')) not in bound:
                continue
            for value in (*self.catalog.values.get(d.name, ()), *d.order):
                yield value, value
            for value, synonyms in d.value_synonyms:
                yield from ((s, value) for s in synonyms)
        for value, names in self.catalog.steps if role == "event" else ():
            yield from ((s, value) for s in (value, *names))


def _beside(text: str, one: str, param: Param) -> Iterator[tuple[int, int, str]]:
    """Values beside the words of the parameter: 加购之后, 不看领券和分享."""
    for phrase in param.phrases:
        before, after = (seen(p) for p in phrase.split("{}", 1))
        for m in re.finditer(rf"{before}(?P<v>(?:{one})(?:[、和,，](?:{one}))*){after}", text):
            yield m.start(), m.end(), m["v"]


def _sequences(text: str, one: str) -> Iterator[tuple[int, int, str]]:
    """Values joined by arrows or 到, in the order said."""
    for m in re.finditer(rf"(?:从\s*)?(?:{one})(?:{ARROW}(?:{one}))+", text):
        yield m.start(), m.end(), m.group()


def _parted(deed: str) -> Iterator[str]:
    """
    >>> list(_parted("领券"))
    ['领券', '领完券', '领了券', '领过券', '领完了券']
    """
    yield deed
    if 2 <= len(deed) <= 3:
        yield from (deed[0] + done + deed[1:] for done in DONE)


__all__ = ["RoleValues"]
