"""Whom a scope is about, beside everybody else, and what the model can tell of a person.

A crowd is people, not rows: with a period those with a fact in it, without one everybody of the table
of people (or of the table that the conditions need). This module writes no number.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from sqlglot import exp

from semantic_layer.bindings import BY
from semantic_layer.catalog import Catalog, Kind, Tag
from semantic_layer.expressions import quote
from semantic_layer.joins import reaches
from semantic_layer.measures import conjunction, conjuncts, home, tables_of
from semantic_layer.query import (
    AnalysisQuery,
    Condition,
    Listed,
    Members,
    Op,
    Or,
    Scope,
    Term,
    Where,
)

if TYPE_CHECKING:
    from semantic_layer.scoped import ScopedFacts

MOST = 40  # values of a column that says something about people


@dataclass(frozen=True, slots=True)
class Trait:
    """What is said of people: ``rows`` is SELECT user, value (a number where there are ``cuts``).

    ``rows`` None: the groups of ``analysis`` are the values.
    """

    name: str
    label: str
    kind: str
    rows: exp.Select | None = None
    cuts: tuple[float, ...] = ()
    values: tuple[str, ...] = ()
    analysis: str = ""
    definition: str = ""


@dataclass(frozen=True, slots=True)
class Crowd:
    """``facts`` are those of the question. SELECTs have the column ``user`` and name nobody twice."""

    facts: ScopedFacts

    @property
    def narrowed(self) -> bool:
        """Is the scope about some people only?"""
        return self.facts.scope.where is not None

    @property
    def everybody(self) -> ScopedFacts:
        """The same facts without the conditions; the period stays."""
        return self._with(None)

    def members(self) -> exp.Select:
        return self._people(self.facts)

    def all(self) -> exp.Select:
        """Everybody, of the same table and period as the members."""
        return self._people(self.everybody)

    def parts(self) -> tuple[tuple[str, exp.Select], ...]:
        """The groups that the question names, each by itself with the conditions that name none."""
        parts = conjuncts(self.facts.scope.where)
        split = [p for p in parts if isinstance(p, Or) and _groups(p.parts)]
        groups = [p for p in parts if _groups((p,))]
        rest = [p for p in parts if p not in groups and p not in split]
        groups += [g for p in split for g in p.parts]
        return tuple(
            (named(self.facts.catalog, p), self._people(self._with(conjunction(*rest, p))))
            for p in groups
        )

    def split(self, by: str) -> exp.Select:
        """SELECT user, group: the members by a dimension of the question."""
        rows = self.facts.select("user", *self._time(), by, table=self._table(by))
        group = exp.cast(exp.column(quote(by)), "VARCHAR").as_("group", quoted=True)
        return _distinct(rows).select(group, copy=False)

    def towards(self, role: str) -> tuple[ScopedFacts, exp.Select | None]:
        """The facts without the conditions on things that ``role`` names, and those things.

        给沉睡用户推荐宠物用品: whom is one thing, what another. SELECT <role>, or None for all of them.
        """
        catalog, own = self.facts.catalog, people_table(self.facts.catalog)
        table = keyed(catalog, role)
        parts = conjuncts(self.facts.scope.where)
        of_things = [
            p
            for p in parts
            if table
            and reaches(catalog, table, tables_of(catalog, p))
            and not (own and reaches(catalog, own, tables_of(catalog, p)))
        ]
        if not of_things:
            return self.facts, None
        whom = self._with(conjunction(*(p for p in parts if p not in of_things)))
        things = replace(whom, scope=Scope(conjunction(*of_things)))
        return whom, things.select(role, table=table)

    def name(self) -> str:
        """What the members are called, as far as the conditions say it."""
        found = [named(self.facts.catalog, p) for p in conjuncts(self.facts.scope.where)]
        return "、".join(dict.fromkeys(n for n in found if n))

    # ── what is known of them ─────────────────────────────────────────────────────────────────

    def traits(self) -> tuple[Trait, ...]:
        """The tags of the model; without any, the columns of the table of people."""
        catalog = self.facts.catalog
        if catalog.tags:
            return tuple(t for tag in catalog.tags if (t := self._tagged(tag)) is not None)
        return tuple(t for name in self._columns() if (t := self.trait(name)) is not None)

    def trait(self, dimension: str, table: str = "") -> Trait | None:
        """Every value of a dimension that occurs with a person; None where none can."""
        facts, name = self.everybody, dimension.removeprefix(BY)
        if name not in facts.catalog.dimensions:
            return None
        found, own = facts.catalog.dimensions[name], people_table(facts.catalog)
        if not table and own and reaches(facts.catalog, own, home(facts.catalog, name)):
            table = own
        if not table and not facts.has("user", BY + name):
            return None
        table = table or facts.table_of("user", BY + name)
        rows = self._values(BY + name, table)
        return Trait(name, found.label, "attribute" if table == own else "behaviour", rows)

    def _tagged(self, tag: Tag) -> Trait | None:
        if tag.dimension:
            found = self.trait(tag.dimension, tag.table)
            said = tag.definition
            return found and replace(
                found, name=tag.name, label=tag.label, kind=tag.kind, definition=said
            )
        trait = Trait(tag.name, tag.label, tag.kind, None, tag.cuts, tag.values, tag.analysis)
        if tag.analysis:
            return replace(trait, definition=tag.definition)
        own = people_table(self.facts.catalog)
        table = own if reaches(self.facts.catalog, own, (tag.table,)) else tag.table
        rows = self._values(f"tag_{tag.name}", table)
        return replace(trait, rows=rows, definition=tag.definition)

    def _values(self, column: str, table: str) -> exp.Select:
        """The value of a column as of the end of the period."""
        rows = self.everybody.select("user", column, table=table, span="until")
        return _distinct(rows).select(
            exp.column(quote(column)).as_("value", quoted=True), copy=False
        )

    def _columns(self) -> Iterator[str]:
        catalog = self.facts.catalog
        own = people_table(catalog)
        for d in catalog.dimensions.values():
            values = len(catalog.values.get(d.name, d.order))
            plain = d.kind is Kind.TEXT and not d.sensitive and 2 <= values <= MOST
            if plain and (not own or reaches(catalog, own, home(catalog, d.name))):
                yield d.name

    # ── rows ──────────────────────────────────────────────────────────────────────────────────

    def _with(self, where: Condition | None) -> ScopedFacts:
        scope = self.facts.scope
        return replace(self.facts, scope=Scope(where, scope.periods, scope.time), grouped=())

    def _time(self) -> tuple[str, ...]:
        return ("time",) if self.facts.scope.periods and self.facts.has("user", "time") else ()

    def _table(self, *more: str) -> str:
        """Where the people of this question are: of all its parts the same table."""
        catalog, own = self.facts.catalog, people_table(self.facts.catalog)
        needed = tables_of(catalog, self.facts.scope.where) if self.narrowed else frozenset()
        needed |= {t for m in more for t in home(catalog, m.removeprefix(BY))}
        if own and not self._time() and reaches(catalog, own, needed):
            return own
        return self.facts.table_of("user", *self._time(), *more)

    def _people(self, facts: ScopedFacts) -> exp.Select:
        return _distinct(facts.select("user", *self._time(), table=self._table()))


def _groups(parts: Sequence[Condition]) -> bool:
    """Do all of them name people?"""
    return all(isinstance(p, (Term, Members)) for p in parts)


def _distinct(rows: exp.Select) -> exp.Select:
    user = exp.column(quote("user"))
    query = exp.select(user).distinct().from_(rows.subquery("rows"))
    return query.where(user.copy().is_(exp.null()).not_())


def people_table(catalog: Catalog) -> str:
    """The table with one row a person; "" when there is none."""
    return keyed(catalog, "user")


def keyed(catalog: Catalog, name: str) -> str:
    """The table whose key is the role ``name``; "" when there is none."""
    for role in catalog.roles:
        if role.name == name and catalog.tables[role.table].key == (role.expr.strip('"'),):
            return role.table
    return ""


def named(catalog: Catalog, condition: Condition) -> str:
    """What people call those who satisfy ``condition``; "" where they have no name for it."""
    match condition:
        case Term(name, negated):
            return ("非" if negated else "") + catalog.terms[name].label
        case Members(_, Listed(label=label), negated) if label:
            return ("非" if negated else "") + label.rpartition("的")[2]
        case Members(_, AnalysisQuery(people=people), negated) if people:
            return ("非" if negated else "") + people
        case Where(_, Op.EQ | Op.IN, values):
            return "、".join(str(v) for v in values) + "的客户"
        case _:
            return ""


__all__ = ["Crowd", "Trait", "named", "people_table"]
