"""The parts of an analysis as chips: what it is about, its method, what was set in words, whose people."""

from __future__ import annotations

from collections.abc import Mapping

from analytics.contract import Analysis
from assistant.answer.nouns import dimension_label, value_text
from assistant.answer.terms import comparison_text, label_of
from semantic_layer.catalog import Catalog
from semantic_layer.query import AnalysisQuery, Scalar


def analysis_chips(
    query: AnalysisQuery, catalog: Catalog, analyses: Mapping[str, Analysis]
) -> list[tuple[str, str, int]]:
    """(slot, text, which one of several), without its scope: that is told like any other query's."""
    found = analyses.get(query.analysis)
    chips: list[tuple[str, str, int]] = []
    if query.measure is not None:
        named = (query.measure, *query.others)
        chips.append(("measure", "、".join(label_of(m, catalog) for m in named), 0))
    chips.append(("analysis", found.title if found else query.analysis, 0))
    chips += [("compare", comparison_text(c), i) for i, c in enumerate(query.compare)]
    for i, (name, value) in enumerate(query.params):
        param = found.params.get(name) if found else None
        values = value if isinstance(value, tuple) else (value,)
        words = {str(c): w[0] for c, w in param.choices if w} if param else {}
        unit = param.unit if param else ""
        text = "、".join(words.get(str(v)) or _with_unit(v, unit) for v in values)
        label = (param.label if param else "") or name
        chips.append(("param", f"{label} {text}", i))
    chips += [("group", f"按{dimension_label(d, catalog)}", i) for i, d in enumerate(query.by)]
    if query.people:
        chips.append(("people", query.people, 0))
    return chips


def _with_unit(value: Scalar, unit: str) -> str:
    """7天; a fraction that is said as a percentage is printed as one, a number that names somebody whole."""
    if unit == "号":
        return str(value)
    if unit == "%" and isinstance(value, (int, float)):
        return f"{value * 100:g}%"
    return value_text(value) + unit
