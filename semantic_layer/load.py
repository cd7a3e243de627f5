"""Model files in, one checked Catalog out, or every mistake at once.

A model is a folder of ``*.yml``. A mistake in one item must not hide those in others: a broken item is
reported, blanked, and the rest goes on to the next checks. Knows no database: ``sql_checks.py`` holds the
catalog against real columns later.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from copy import deepcopy
from dataclasses import replace
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from pydantic import ValidationError

from semantic_layer import checks, shape_words
from semantic_layer.build import build
from semantic_layer.catalog import Catalog
from semantic_layer.parts import Part
from semantic_layer.schema import ModelYaml
from semantic_layer.source_map import Issue, Position, SourceMap

MODELS = Path(__file__).parent / "models"
ROUNDS = 4  # of leaving out what is broken; the second should already be clean


class ModelErrors(Exception):
    """Every issue found in the model files, in file order; ``sources`` draw the carets."""

    def __init__(self, issues: Iterable[Issue], sources: Iterable[SourceMap] = ()) -> None:
        self.issues = tuple(sorted(set(issues)))
        self._sources = {source.file: source for source in sources}
        super().__init__("\n".join(map(str, self.issues)))

    def caret(self, issue: Issue) -> str:
        """The line of the file with a mark under the place, or nothing where no file is at hand."""
        source = self._sources.get(issue.at.file)
        return source.caret(issue.at) if source else ""


def load(where: str | Path) -> Catalog:
    """A model by name (``models/<name>``), folder or file.

    Raises ``ModelErrors`` with all mistakes, ``FileNotFoundError`` where there is no such model.
    """
    files = model_files(where)
    stamp = tuple((str(f), f.stat().st_mtime_ns, f.stat().st_size) for f in files)
    return _load(files, stamp)


def load_text(text: str, file: str = "model.yml") -> Catalog:
    """A whole model written in one string: for examples and drafts."""
    return _assemble([SourceMap(file, text)])


def model_files(where: str | Path) -> tuple[Path, ...]:
    """The YAML files of a model, in name order."""
    path = Path(where)
    if not path.exists():
        path = MODELS / path
    files = (path,) if path.is_file() else tuple(sorted(path.glob("*.yml")))
    if not files:
        raise FileNotFoundError(f"没有模型 {where}")
    return files


def positions(where: str | Path) -> Mapping[str, Position]:
    """Where each thing of a sound model is written: ``"metric gmv"``, ``"table orders"`` … → position."""
    parts = [_part(source)[0] for source in _sources(model_files(where))]
    return {f"{kind} {name}": at for part in parts for kind, name, at in part.named()}


def with_values(catalog: Catalog, values: Mapping[str, Iterable[str]]) -> Catalog:
    """The catalog with the distinct values of its ``lexicon: values`` dimensions, as the database has them."""
    known = {name: tuple(v) for name, v in values.items() if name in catalog.dimensions}
    return replace(catalog, values=MappingProxyType({**catalog.values, **known}))


@cache
def _load(files: tuple[Path, ...], stamp: tuple[tuple[str, int, int], ...]) -> Catalog:
    del stamp  # part of the cache key only: an edited file is read again
    return _assemble(_sources(files))


def _sources(files: tuple[Path, ...]) -> list[SourceMap]:
    return [SourceMap(f"{f.parent.name}/{f.name}", f.read_text("utf-8")) for f in files]


def _assemble(sources: list[SourceMap]) -> Catalog:
    shaped = [_part(source) for source in sources]
    parts = [part for part, _ in shaped]
    issues = [issue for _, found in shaped for issue in found]
    issues += checks.find(parts)
    if issues:
        raise ModelErrors(issues, sources)
    return build(part.model for part in parts)


def _part(source: SourceMap) -> tuple[Part, list[Issue]]:
    """One file as far as it makes sense, and what does not."""
    issues = list(source.issues)
    data = deepcopy(source.data) if source.data is not None else {}
    issues += _empty_items(source, data, ())
    for attempt in range(ROUNDS):
        try:
            return Part(source, ModelYaml.model_validate(data)), issues
        except ValidationError as error:
            found = error.errors()
        if attempt == 0:
            issues += [shape_words.issue(source, e) for e in found]
        if not isinstance(data, dict):
            break
        for place in {_bad_place(e["loc"], e["type"]) for e in found}:
            _leave_out(data, place)
    return Part(source, ModelYaml()), issues


def _empty_items(source: SourceMap, data: Any, path: tuple[str | int, ...]) -> Iterable[Issue]:
    """``- `` with nothing behind it. None is also how a blanked item looks, so it is reported here."""
    match data:
        case dict():
            for key, value in data.items():
                yield from _empty_items(source, value, (*path, key))
        case list():
            for i, value in enumerate(data):
                if value is None:
                    at = source.locate((*path, i))
                    yield Issue(at, "empty-item", "这一项是空的", "补上内容或删掉这个 -")
                yield from _empty_items(source, value, (*path, i))


def _bad_place(loc: tuple[int | str, ...], code: str) -> tuple[int | str, ...]:
    """What to leave out for an error at ``loc``: an unknown key, else the item that holds it, else
    the key of the file. Less would look like a second mistake (``source`` that is not text is not
    a missing ``source``), more would hide those of other items.

    >>> _bad_place(("tables", 0, "dimensions", 3, "order", 1), "string_type")
    ('tables', 0, 'dimensions', 3)
    """
    if code == "extra_forbidden":
        return loc
    in_table = len(loc) > 3 and loc[0] == "tables" and loc[2] in ("dimensions", "joins")
    if in_table and isinstance(loc[3], int):
        return loc[:4]
    return loc[:2] if len(loc) > 1 and isinstance(loc[1], int) else loc[:1]


def _leave_out(data: Any, place: tuple[int | str, ...]) -> None:
    """Delete the key at ``place``, or blank the list item, where it is still there."""
    holder: Any = data
    for part in place[:-1]:
        if not _has(holder, part):
            continue  # the tag of a union is in pydantic's loc and not in the file
        holder = holder[part]
    if not place or not _has(holder, place[-1]):
        return
    last: Any = place[-1]
    if isinstance(holder, list):
        holder[last] = None
    else:
        del holder[last]


def _has(holder: Any, part: int | str) -> bool:
    if isinstance(holder, list):
        return isinstance(part, int) and part < len(holder)
    return isinstance(holder, dict) and part in holder
