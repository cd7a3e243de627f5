"""Which keys really name one row each: asked of the data, because a model can be wrong about them.

Where they do, counting a table's own key needs no DISTINCT, which takes half the time.
"""

from __future__ import annotations

from sqlglot import exp

from semantic_layer.catalog import Aggregate, Catalog
from semantic_layer.engines.base import Engine
from semantic_layer.expressions import column
from semantic_layer.frames import Frame
from semantic_layer.joins import paths
from semantic_layer.query import Agg

MOST = 1_000_000  # rows: above, the check takes longer than a warm answer may


def unique(catalog: Catalog, engine: Engine) -> frozenset[str]:
    """Tables with a key that no two rows share: those whose key a metric counts, and what they look up."""
    counted = {
        m.calc.table
        for m in catalog.metrics.values()
        if isinstance(m.calc, Aggregate)
        and m.calc.agg is Agg.COUNT_DISTINCT
        and (m.calc.expr.strip('"'),) == catalog.tables[m.calc.table].key
    }
    near = sorted({t for base in counted for t in paths(catalog.joins, base)})
    return frozenset(t for t in near if _holds(catalog, engine, t))


def _holds(catalog: Catalog, engine: Engine, table: str) -> bool:
    key = [column(name, table) for name in catalog.tables[table].key]
    source = Frame(catalog, table).source()
    if not key or _one(engine, source.copy().select(exp.Count(this=exp.Star()))) > MOST:
        return False
    names = [exp.column(name.this.copy()) for name in key]
    told = names[0] if len(names) == 1 else exp.Tuple(expressions=names)
    counts = exp.Count(this=exp.Star()), exp.Count(this=exp.Distinct(expressions=[told]))
    rows = source.select(*key).subquery("rows", copy=False)
    found, different = engine.select(exp.select(*counts).from_(rows), timeout=60)[1][0]
    return bool(found == different)


def _one(engine: Engine, query: exp.Query) -> int:
    return int(engine.select(query, timeout=60)[1][0][0])
