"""pydantic's complaints about the shape of a file, said to the person who wrote the file."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import get_close_matches
from typing import Any, get_args

from pydantic import BaseModel
from pydantic_core import ErrorDetails

from semantic_layer.schema import ModelYaml
from semantic_layer.source_map import Issue, SourceMap

TYPES = {
    "string_type": "文字",
    "int_type": "整数",
    "float_type": "数字",
    "bool_type": "true 或 false",
    "list_type": "列表，如 [甲, 乙]",
    "dict_type": "键值对，如 {甲: 乙}",
    "model_type": "键值对，一行一个键",
    "model_attributes_type": "键值对，一行一个键",
}
SPANS = {
    r"^\d{4}-\d{2}-\d{2}\.\.\d{4}-\d{2}-\d{2}$": "写成 2026-06-01..2026-06-20，两端都算",
    r"^\d{2}-\d{2}\.\.\d{2}-\d{2}$": "写成 06-01..06-20，两端都算",
}


def issue(source: SourceMap, error: ErrorDetails) -> Issue:
    """One pydantic error as an issue of ours, at the key or value that is wrong."""
    kind, loc = error["type"], error["loc"]
    code, message, hint = _words(kind, loc, error)
    return Issue(source.locate(loc, key=kind == "extra_forbidden"), code, message, hint)


def suggest(word: str, known: list[str], otherwise: str = "") -> str:
    """Did you mean."""
    close = get_close_matches(word, known, 1, 0.6)
    return f"是不是 {close[0]}" if close else otherwise


def _words(kind: str, loc: tuple[int | str, ...], error: ErrorDetails) -> tuple[str, str, str]:
    key = next((str(part) for part in reversed(loc) if isinstance(part, str)), "")
    context: dict[str, Any] = error.get("ctx", {})
    match kind:
        case "extra_forbidden":
            keys = sorted(_keys_at(loc))
            otherwise = f"可用的键：{' '.join(keys)}"
            return "unknown-key", f"没有“{key}”这个键", suggest(key, keys, otherwise)
        case "missing" | "union_tag_not_found":
            missing = "type" if kind == "union_tag_not_found" else key
            return "missing", f"缺少“{missing}”", "补上这一项"
        case "enum" | "literal_error":
            expected = str(context["expected"]).replace(" or ", "、").replace(", ", "、")
            return "wrong-value", f"“{key}”不能是 {error['input']!r}", f"可用：{expected}"
        case "union_tag_invalid":
            expected = str(context["expected_tags"]).replace(", ", "、")
            return "wrong-value", f"type 不能是 {context['tag']!r}", f"可用：{expected}"
        case "string_pattern_mismatch":
            pattern = str(context["pattern"])
            if pattern in SPANS:
                return "bad-span", f"看不懂时间段 {error['input']!r}", SPANS[pattern]
            hint = "用小写英文字母开头，只含小写字母、数字、下划线"
            return "bad-name", f"名字 {error['input']!r} 不合规", hint
        case "string_too_short":
            return "empty", f"“{key}”是空的", "写上内容"
        case "greater_than" | "less_than" | "greater_than_equal" | "less_than_equal":
            return "out-of-range", f"“{key}”的值 {error['input']!r} 超出范围", _range(context)
    if kind.startswith("date"):
        return "bad-date", f"看不懂日期 {error['input']!r}", "写成 2026-06-24"
    wanted = TYPES.get(kind, "另一种写法")
    return (
        "wrong-type",
        f"“{key}”应是{wanted}，不是 {error['input']!r}",
        _quote(kind, error["input"]),
    )


def _quote(kind: str, given: object) -> str:
    if kind == "string_type" and isinstance(given, (int, float)):
        return f'加引号，写成 "{str(given).lower() if isinstance(given, bool) else given}"'
    if kind == "bool_type":
        return "写 true 或 false，不加引号"
    return "改写成要求的样子"


def _range(context: dict[str, Any]) -> str:
    words = {"gt": "大于", "ge": "不小于", "lt": "小于", "le": "不大于"}
    return "，".join(f"要{words[k]} {v}" for k, v in context.items() if k in words)


def _keys_at(loc: tuple[int | str, ...]) -> set[str]:
    """The keys that the schema allows at ``loc``."""
    models: list[type[BaseModel]] = [ModelYaml]
    for part in loc[:-1]:
        if isinstance(part, int):
            continue
        fields = [m.model_fields[part] for m in models if part in m.model_fields]
        if fields:
            models = [m for f in fields for m in _models_in(f.annotation)]
        else:  # the tag of a union
            models = [m for m in models if part in get_args(m.model_fields["type"].annotation)]
    return {key for m in models for key in m.model_fields}


def _models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for inner in get_args(annotation):
        yield from _models_in(inner)
