"""The words of one parameter as regular expressions, the values that they say, and several values at once."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from analytics.contract import Analysis, Param
from assistant.language.rules.numerals import chinese
from semantic_layer.query import AnalysisQuery, Scalar

Params = tuple[tuple[str, Scalar | tuple[Scalar, ...]], ...]
RANGE = r"(?P<n>\d+)\s*[天日周]?\s*[-~—–到至]+\s*第?(?P<m>\d+)"
NUMBER = r"(?P<n>\d+(?:\.\d+)?|[一二两三四五六七八九十百]+|半)"
DAYS = {
    "小时": 1 / 24,
    "天": 1,
    "日": 1,
    "周": 7,
    "星期": 7,
    "个星期": 7,
    "个月": 30,
    "月": 30,
    "年": 365,
}
TIME_UNIT = "|".join(sorted(DAYS, key=len, reverse=True))


def seen(surface: str) -> str:
    """Words as a regex; what stands in brackets at the end must follow and belongs to somebody else."""
    word, _, ahead = surface.lower().removesuffix(")").partition("(")
    return re.escape(word) + (f"(?={re.escape(ahead)})" if ahead else "")


def gathered(analysis: Analysis, said: Params) -> Params:
    """Values of parameters that take several as one; of the others each that differs stays beside the last."""
    several: dict[str, tuple[Scalar, ...]] = {}
    for name, value in said:
        if name in analysis.params and analysis.params[name].several:
            values = value if isinstance(value, tuple) else (value,)
            several[name] = tuple(dict.fromkeys((*several.get(name, ()), *values)))
    whole = {n: values if len(values) > 1 else values[0] for n, values in several.items()}
    pairs = ((name, whole.get(name, value)) for name, value in said)
    return tuple(dict.fromkeys(pairs))


def apart(query: AnalysisQuery) -> tuple[AnalysisQuery, ...]:
    """Where two values were said of one parameter that takes one: a query for each; else nothing."""
    names = [name for name, _ in query.params]
    twice = [name for name in dict.fromkeys(names) if names.count(name) > 1]
    if not twice:
        return ()
    rest = dict(p for p in query.params if p[0] != twice[0])
    values = (value for name, value in query.params if name == twice[0])
    queries = (replace(query, params=((twice[0], v), *rest.items())) for v in values)
    return tuple(queries)


def regexes(param: Param) -> Iterator[re.Pattern[str]]:
    yield from (_regex(phrase, param) for phrase in param.phrases)
    for phrase in param.ranges:
        before, after = (seen(p) for p in phrase.split("{}", 1))
        yield re.compile(rf"{before}\s*{RANGE}\s*{after}")


def _regex(phrase: str, param: Param) -> re.Pattern[str]:
    """``{}`` in a phrase is where the number stands; without it, before or right after the phrase."""
    unit = re.escape(param.unit) if param.unit else ""
    if param.unit == "天":
        unit = TIME_UNIT
    elif param.unit == "%":
        unit = "%|个百分点"
    measured = rf"{NUMBER}\s*(?P<u>{unit})" if param.unit in ("天", "%") else NUMBER
    loose = measured if param.unit in ("天", "%") else rf"{measured}\s*(?P<u>{unit})?个?"
    if "{}" in phrase:
        before, after = (seen(p) for p in phrase.split("{}", 1))
        return re.compile(rf"{before}\s*{measured}\s*{after}")
    word = re.escape(phrase.lower())
    ahead = re.sub(r"\?P<(\w)>", r"?P<\1_>", loose)
    return re.compile(
        rf"{loose}\s*的?{word}|{word}\s*(?:为|是|取|用|大于|至少|不低于|=|:)?\s*{ahead}"
    )


def value_of(m: re.Match[str], param: Param) -> Scalar | None:
    groups = m.groupdict()
    if groups.get("m"):
        ends = [int(groups["n"]), int(groups["m"])]
        return (
            f"{min(ends)}-{max(ends)}"
            if param.low <= min(ends) <= max(ends) <= param.high
            else None
        )
    text = groups.get("n") or groups.get("n_") or ""
    unit = groups.get("u") or groups.get("u_") or ""
    value = 0.5 if text == "半" else chinese(text)
    if value is None:
        return None
    if param.unit == "天":
        value *= DAYS[unit]
    elif param.unit == "%":
        value /= 100
    if not param.low <= value <= param.high:
        return None
    return int(value) if float(value).is_integer() else value
