"""Where every YAML value came from, so that any later complaint can say file:line:column.

Nothing is injected into the data, so the schema can keep ``extra="forbid"``. The loader here reads
YAML as people write it: only true/false, plain decimals and null are special, so that ``on``, ``no``,
``2026-06-24`` and ``010`` stay the words they look like, and every key is text.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from unicodedata import east_asian_width

import yaml

Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True, order=True)
class Position:
    """``line`` and ``column`` count from 1; a column is one character."""

    file: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


@dataclass(frozen=True, slots=True, order=True)
class Issue:
    """One thing wrong in a model, and what to do about it."""

    at: Position
    code: str
    message: str
    hint: str = ""

    def __str__(self) -> str:
        return f"{self.at}: {self.message}" + (f"（{self.hint}）" if self.hint else "")


class Plain(yaml.SafeLoader):
    """SafeLoader without the YAML 1.1 traps."""

    yaml_implicit_resolvers = {}  # noqa: RUF012  (PyYAML copies it on the first add)


for tag, pattern, first in (
    ("bool", r"true|false", "tf"),
    ("int", r"[-+]?(?:0|[1-9][0-9]*)", "-+0123456789"),
    ("float", r"[-+]?[0-9]+\.[0-9]+(?:[eE][-+]?[0-9]+)?", "-+0123456789"),
    ("null", r"~|null|", ["~", "n", ""]),
):
    Plain.add_implicit_resolver(
        f"tag:yaml.org,2002:{tag}", re.compile(rf"^(?:{pattern})$"), list(first)
    )


class SourceMap:
    """One file's data and the position of each of its keys and values.

    >>> s = SourceMap("m.yml", "label: 零售\\njoins:\\n- {to: users, on: no}\\n")
    >>> s.data["joins"][0], str(s.locate(("joins", 0, "on")))
    ({'to': 'users', 'on': 'no'}, 'm.yml:3:19')
    """

    def __init__(self, file: str, text: str) -> None:
        self.file, self.lines = file, text.splitlines()
        self.issues: list[Issue] = []
        self.data: Any = None
        self._values: dict[Path, yaml.Node] = {}
        self._keys: dict[Path, yaml.Node] = {}
        try:
            root = yaml.compose(text, Loader=Plain)
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            at = Position(file, mark.line + 1, mark.column + 1) if mark else Position(file, 1, 1)
            why = f"不是合法的 YAML：{error.problem}"
            self.issues.append(Issue(at, "bad-yaml", why, "检查缩进、冒号和引号"))
            return
        if root is not None:
            self.data = self._walk(root, ())

    def locate(self, loc: Sequence[str | int], *, key: bool = False) -> Position:
        """The deepest position on the way to ``loc``; ``key`` wants the key and not its value.

        pydantic's loc also carries union tags that are not in the file, and a missing field has
        no node: parts that cannot be followed are skipped.
        """
        path: Path = ()
        for part in loc:
            if (*path, part) in self._values:
                path = (*path, part)
        table = self._keys if key and path in self._keys else self._values
        return self._position(table[path]) if path in table else Position(self.file, 1, 1)

    def inside(self, loc: Sequence[str | int], line: int, column: int) -> Position:
        """The position of character ``column`` of line ``line`` (from 1) inside the text at ``loc``."""
        node, start = self._values.get(tuple(loc)), self.locate(loc)
        if not isinstance(node, yaml.ScalarNode):
            return start
        if node.style in ("|", ">"):
            at = min(start.line + line, len(self.lines))
            body = self.lines[at - 1]
            indent = len(body) - len(body.lstrip())
            return Position(self.file, at, indent + column)
        if line > 1:
            at = min(start.line + line - 1, len(self.lines))
            return Position(self.file, at, column)
        quote = 1 if node.style in ("'", '"') else 0
        return Position(self.file, start.line, start.column + quote + column - 1)

    def caret(self, at: Position) -> str:
        """The line and a mark under the character; a wide character takes a wide blank."""
        line = self.lines[at.line - 1] if at.line <= len(self.lines) else ""
        wide = ("　" if east_asian_width(c) in "WF" else " " for c in line[: at.column - 1])
        return f"{line}\n{''.join(wide)}^"

    def _walk(self, node: yaml.Node, path: Path) -> Any:
        self._values[path] = node
        match node:
            case yaml.MappingNode():
                return self._mapping(node, path)
            case yaml.SequenceNode():
                return [self._walk(item, (*path, i)) for i, item in enumerate(node.value)]
        return Plain("").construct_object(node)

    def _mapping(self, node: yaml.MappingNode, path: Path) -> dict[str, Any]:
        data: dict[str, Any] = {}
        for key, value in node.value:
            child = (*path, str(key.value))
            if child in self._keys:
                what = f"“{key.value}”写了两次"
                first = self._position(self._keys[child]).line
                hint = f"第 {first} 行已有，合并或删掉一个"
                self.issues.append(Issue(self._position(key), "duplicate-key", what, hint))
                continue
            self._keys[child] = key
            data[str(key.value)] = self._walk(value, child)
        return data

    def _position(self, node: yaml.Node) -> Position:
        return Position(self.file, node.start_mark.line + 1, node.start_mark.column + 1)
