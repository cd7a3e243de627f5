"""SQL with holes, filled with trees: how an analysis writes a query without pasting strings.

``fill("SELECT :by, COUNT(*) FROM facts WHERE n >= :low GROUP BY 1", {"facts": rows}, by=…, low=3)``:
``:name`` becomes a literal (or the tree or list of trees given), relations become CTEs in front. The
template is DuckDB's dialect; it runs nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

import sqlglot
from sqlglot import exp

from semantic_layer.expressions import literal, quote

DIALECT = "duckdb"


@lru_cache(maxsize=256)
def _parsed(sql: str) -> exp.Expr:
    return sqlglot.parse_one(sql, dialect=DIALECT)


def fill(sql: str, relations: Mapping[str, exp.Query], **values: Any) -> exp.Select:
    """One SELECT. KeyError for a hole that has no value; ValueError when ``sql`` is no SELECT.

    >>> fill("SELECT a FROM t WHERE b IN (:xs)", {"t": exp.select("a", "b").from_("r")}, xs=("x", 2)).sql()
    "WITH t AS (SELECT a, b FROM r) SELECT a FROM t WHERE b IN ('x', 2)"
    """
    tree = _parsed(sql).copy()
    if not isinstance(tree, exp.Select):
        raise ValueError("an analysis reads with a SELECT")
    for hole in list(tree.find_all(exp.Placeholder)):
        value = values[hole.name]
        several = isinstance(value, (list, tuple))
        hole.replace([_tree(v) for v in value] if several else _tree(value))
    own = tree.args.get("with_")
    ctes = [_cte(name, query) for name, query in relations.items()]
    tree.set("with_", exp.With(expressions=[*ctes, *(own.expressions if own else ())]))
    return tree


def _tree(value: Any) -> exp.Expr:
    if value is None:
        return exp.null()
    return value.copy() if isinstance(value, exp.Expr) else literal(value)


def _cte(name: str, query: exp.Query) -> exp.CTE:
    return exp.CTE(this=query.copy(), alias=exp.TableAlias(this=quote(name)))


def by_column(by: Sequence[str]) -> exp.Expr:
    """The first column that the question groups by, as text; NULL when there is none."""
    if not by:
        return exp.null()
    known = exp.cast(exp.column(quote(by[0])), "VARCHAR")
    return exp.Coalesce(this=known, expressions=[exp.Literal.string(MISSING)])


MISSING = "未填写"
