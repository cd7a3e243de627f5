"""One module, one analysis: dropping a file into this package is the whole registration."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from types import MappingProxyType

from analytics.contract import Analysis

HEAVY = (  # what the methods import inside their functions, the light first
    "numpy",
    "scipy.special",
    "scipy.sparse",
    "scipy.optimize",
    "scipy.stats",
    "scipy.stats.contingency",
    "threadpoolctl",
    "sklearn.metrics",
    "sklearn.linear_model",
    "sklearn.tree",
    "sklearn.cluster",
)


@cache
def load() -> Mapping[str, Analysis]:
    """Every module that defines ``ANALYSIS``, by name, in file order."""
    found = {}
    for info in sorted(iter_modules(__path__), key=lambda m: m.name):
        module = import_module(f"{__name__}.{info.name}")
        if isinstance(analysis := getattr(module, "ANALYSIS", None), Analysis):
            found[analysis.name] = analysis
    return MappingProxyType(found)


def warm() -> None:
    """Import now what the first analysis would wait for, which takes seconds; for servers that are idle."""
    for name in HEAVY:
        import_module(name)
