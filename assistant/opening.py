"""What opening a business needs: where its data are, what words and days they hold, a reader for them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from types import MappingProxyType

from analytics.contract import Analysis
from assistant.language.calendar import Calendar
from assistant.language.graph import Graph
from assistant.language.lexicon import Lexicon
from assistant.language.parse import Parser
from semantic_layer.catalog import Catalog
from semantic_layer.engines.base import Engine
from semantic_layer.keys import unique
from semantic_layer.load import with_values

ROOT = Path(__file__).parents[1]


def listening(
    reader: type[Parser], analyses: Mapping[str, Analysis], calendar: Calendar, catalog: Catalog
) -> Parser:
    return reader(Lexicon(catalog, analyses), Graph(catalog), calendar)


def source_path(source: str, model: str | Path | None = None) -> Path:
    """Where a model's data are: as written, beside the model's files, or in the project."""
    path = Path(source)
    beside = Path(model) / path if model is not None else path
    return path if path.is_absolute() else beside if beside.exists() else ROOT / path


def filled(catalog: Catalog, engine: Engine) -> Catalog:
    """The catalog with the words, the days and the keys that its data hold."""
    since, until = engine.bounds(catalog)
    ahead = engine.ahead(catalog, catalog.today or date.today())
    known = with_values(catalog, engine.values(catalog))
    return replace(
        known,
        since=since,
        until=until,
        ahead=MappingProxyType(dict(ahead)),
        unique=unique(catalog, engine),
    )
