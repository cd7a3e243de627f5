"""One written form for every way of typing: full width, traditional, capitals, punctuation.

Each character of the normal form knows the span of the original it came from, so that whatever is
recognised later can be shown in the person's own words. Knows nothing of meaning.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

from assistant.language.script import simplified

# Names for one thing among punctuation; NFKC has already narrowed the full-width forms.
_PUNCTUATION = {
    "“": '"',
    "”": '"',
    "‘": "'",
    "’": "'",
    "「": '"',
    "」": '"',
    "『": '"',
    "』": '"',
    "【": "(",
    "】": ")",
    "〔": "(",
    "〕": ")",
    "–": "-",
    "—": "-",
    "―": "-",
    "−": "-",
    "─": "-",
    "‐": "-",
    "‑": "-",
    "〜": "~",
    "∼": "~",
    "～": "~",
    "\u3000": " ",
    "\xa0": " ",
    "\t": " ",
    "\n": " ",
    "\r": " ",
}
_DROPPED = {"\u200b", "\u200c", "\u200d", "\ufeff", "\u2060"}
_KEPT = {"…", "〇", "％"}


@dataclass(frozen=True, slots=True)
class Text:
    """``text`` to be matched, ``original`` to be shown.

    ``offsets[i]`` is where character i of ``text`` begins in ``original``; one more entry closes
    the last character.
    """

    text: str
    original: str
    offsets: tuple[int, ...]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """A span of ``text`` as a span of ``original``."""
        if end <= start:
            return self.offsets[start], self.offsets[start]
        return self.offsets[start], max(self.offsets[end], self.offsets[end - 1] + 1)

    def said(self, start: int, end: int) -> str:
        """The person's own words for a span of ``text``."""
        first, last = self.span(start, end)
        return self.original[first:last]


def normalise(original: str) -> Text:
    """Half width, simplified, lower case, plain punctuation.

    >>> normalise("近７天ＧＭＶ，週日").text
    '近7天gmv,周日'
    >>> normalise("ﾊ①㎏x").said(1, 2)
    '①'
    """
    chars: list[str] = []
    offsets: list[int] = []
    for i, char in enumerate(original):
        for c in _narrow(char):
            chars.append(c)
            offsets.append(i)
    offsets.append(len(original))
    joined = "".join(chars)
    simple = simplified(joined)
    if len(simple) != len(joined):  # a phrase rule changed the length: go by single characters
        simple = "".join(simplified(c)[:1] or c for c in joined)
    return Text(simple, original, tuple(offsets))


def _narrow(char: str) -> str:
    if char in _DROPPED:
        return ""
    if char in _PUNCTUATION:
        return _PUNCTUATION[char]
    if char in _KEPT or "\u4e00" <= char <= "\u9fff":
        return "%" if char == "％" else char
    lowered = unicodedata.normalize("NFKC", char).lower()
    return "".join(_PUNCTUATION.get(c, c) for c in lowered)
